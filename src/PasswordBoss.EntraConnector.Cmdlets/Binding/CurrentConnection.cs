using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// The current connection of each runspace. Never process-wide, because parallel runspaces may serve different tenants. Called only on pipeline threads.
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
    /// Whether the last attempt to connect failed. There is then no current connection, not even the only stored one: the next commands of a script were meant
    /// for
    /// a different connection.
    /// </summary>
    internal static bool IsLost => Runspace.DefaultRunspace is { } runspace && Names.TryGetValue(runspace, out var holder) && holder.IsLost;

    /// <summary>Records a failed attempt to connect.</summary>
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
