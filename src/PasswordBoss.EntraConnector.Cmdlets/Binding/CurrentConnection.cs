using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// The current connection of each runspace. Never process-wide: parallel runspaces serve different tenants. Called on pipeline threads only.
/// </summary>
internal static class CurrentConnection
{
    private static readonly ConditionalWeakTable<Runspace, Holder> Names = new();

    internal static string? Name
    {
        get => Runspace.DefaultRunspace is { } runspace && Names.TryGetValue(runspace, out var holder) ? holder.Name : null;
        set => Names.GetOrCreateValue(Runspace.DefaultRunspace).Name = value;
    }

    private sealed class Holder
    {
        public string? Name { get; set; }
    }
}
