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
        set
        {
            var holder = Names.GetOrCreateValue(Runspace.DefaultRunspace);
            holder.Name = value;
            holder.IsLost = false;
        }
    }

    /// <summary>
    /// Whether the last attempt to connect failed. Then nothing is current, not even the only stored connection: what follows in a script was meant for another.
    /// </summary>
    internal static bool IsLost => Runspace.DefaultRunspace is { } runspace && Names.TryGetValue(runspace, out var holder) && holder.IsLost;

    /// <summary>An attempt to connect failed.</summary>
    internal static void Lose()
    {
        if (Runspace.DefaultRunspace is not { } runspace)
            return;
        var holder = Names.GetOrCreateValue(runspace);
        holder.Name = null;
        holder.IsLost = true;
    }

    private sealed class Holder
    {
        public string? Name { get; set; }

        public bool IsLost { get; set; }
    }
}
