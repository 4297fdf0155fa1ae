using System;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets earlier runs with their changes, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "PBSyncHistory")]
[OutputType(typeof(PBSyncResult))]
public sealed class GetPBSyncHistoryCommand : ConnectionsCommand
{
    /// <summary>The maximum number of runs per connection; 20 if neither this nor <see cref="Since"/> is given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = 20;

    /// <summary>Only runs that started at or after this time.</summary>
    [Parameter]
    [TimeArgument]
    public DateTime? Since { get; set; }

    /// <summary>Only runs with changes of this user, and only those changes: an address, name or object id, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [FilledItems]
    [ArgumentCompleter(typeof(UserPatternCompleter))]
    public string[]? User { get; set; }

    /// <summary>Only runs with this outcome.</summary>
    [Parameter]
    [NoNullItems]
    [FilledItems]
    public SyncOutcome[]? Outcome { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var people = WildcardsOf(User);
        ForEachTarget(connection => WriteHistory(connection, people));
    }

    private void WriteHistory(string connection, Wildcards people)
    {
        var isLimited = Since is null || MyInvocation.BoundParameters.ContainsKey(nameof(Last));
        var runs = Service.GetHistory(connection, User is null && Outcome is null && isLimited ? Last : int.MaxValue, Since is { } since ? LocalClock.TimeOf(since) : null)
            .Where(run => Outcome is null || Outcome.Contains(run.Outcome))
            .Select(run => User is null ? run : run with { Changes = run.Changes.Where(change => people.Fit(change.Email, change.DisplayName, change.EntraId)).ToArray() })
            .Where(run => User is null || run.Changes.Count > 0)
            .Take(isLimited ? Last : int.MaxValue);
        // PowerShell would wrap an error while it enumerates.
        foreach (var run in runs)
            WriteObject(Dated(run));
    }

    // The default view shows the duration, which suits a new run. A view of earlier runs shows the start time, and one for -User what was done, when and why.
    private PSObject Dated(PBSyncResult run)
    {
        var record = PSObject.AsPSObject(run);
        record.TypeNames.Insert(0, typeof(PBSyncResult).FullName + "#History");
        if (User is not null)
            record.TypeNames.Insert(0, typeof(PBSyncResult).FullName + "#UserHistory");
        return record;
    }
}
