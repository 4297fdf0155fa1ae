using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>The outcomes of a plan's changes so far. Thread-safe.</summary>
internal sealed class ChangeOutcomes
{
    private readonly ServerIds ids;
    private readonly IClock clock;
    private readonly int total;
    private readonly IRunObserver observer;
    private readonly string connection;
    private readonly ConcurrentDictionary<PlannedChange, ChangeRecord> records = new(ReferenceComparer.Instance);
    private readonly ConcurrentDictionary<string, bool> keptUsers = new(EntraId.Comparer);
    private readonly ConcurrentDictionary<string, bool> notAdopted = new(AccountId.Comparer);
    private int done;

    /// <param name="ids">The server's ids.</param>
    /// <param name="clock">The time.</param>
    /// <param name="untried">The changes of the plan that the run does not try.</param>
    /// <param name="total">The number of writes to try.</param>
    /// <param name="observer">Receives the number of finished writes and the total.</param>
    /// <param name="connection">The name of the connection.</param>
    public ChangeOutcomes(ServerIds ids, IClock clock, IEnumerable<(PlannedChange Change, NotTried Reason)> untried, int total, IRunObserver observer, string connection)
    {
        this.ids = ids;
        this.clock = clock;
        this.total = total;
        this.observer = observer;
        this.connection = connection;
        foreach (var (change, reason) in untried)
        {
            MarkKept(change);
            records[change] = RecordOf(change, reason);
        }
    }

    /// <summary>The outcome of a change; null if there is none yet.</summary>
    /// <param name="change">The change.</param>
    public ChangeRecord? Find(PlannedChange change) => records.TryGetValue(change, out var record) ? record : null;

    /// <summary>Whether retiring or replacing an account of this user failed. Then the user also keeps their memberships.</summary>
    /// <param name="entraId">The Entra object id of the user; null for an account that is linked to no user.</param>
    public bool IsKept(string? entraId) => entraId is not null && keptUsers.ContainsKey(entraId);

    /// <summary>Whether the adoption of an account failed.</summary>
    /// <param name="accountId">The server's id of the account; null for one that does not exist yet.</param>
    public bool WasNotAdopted(string? accountId) => accountId is not null && notAdopted.ContainsKey(accountId);

    /// <summary>Records a change that was done.</summary>
    /// <param name="change">The change.</param>
    /// <param name="result">The result to report.</param>
    public void Done(PlannedChange change, ChangeResult result)
    {
        var record = change.ToRecord(ChangeOutcome.Done, null, result.Note, ids.AccountOf(change));
        Record(change, result.Action == change.Action && result.Error is null ? record : record with
        {
            Action = result.Action,
            After = result.Action == SyncAction.CreatePending ? nameof(AccountState.Pending) : record.After,
            ErrorId = result.Error,
        });
    }

    /// <summary>Records a change that was not done.</summary>
    /// <param name="change">The change.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="obstacle">The obstacle; null if there is none.</param>
    /// <param name="detail">The text to report in place of the obstacle's; null to use the obstacle's.</param>
    public void Record(PlannedChange change, ChangeOutcome outcome, Problem? obstacle, Message? detail = null) =>
        Record(change, change.ToRecord(outcome, obstacle, detail, ids.AccountOf(change)));

    /// <summary>Records a change that is not tried.</summary>
    /// <param name="change">The change.</param>
    /// <param name="reason">Why.</param>
    public void Record(PlannedChange change, NotTried reason)
    {
        MarkKept(change);
        Record(change, RecordOf(change, reason));
    }

    /// <summary>Records a change that was tried and not done, so that nothing changed. If it should have retired or replaced the user's account, the account stays in use.</summary>
    /// <param name="change">The change.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="obstacle">The obstacle; null if there is none.</param>
    /// <param name="detail">The text to report in place of the obstacle's; null to use the obstacle's.</param>
    public void RecordUndone(PlannedChange change, ChangeOutcome outcome, Problem? obstacle, Message? detail = null)
    {
        MarkKept(change);
        Record(change, outcome, obstacle, detail);
    }

    private ChangeRecord RecordOf(PlannedChange change, NotTried reason)
    {
        var record = change.ToRecord(reason.Outcome, reason.Obstacle, reason.Detail, ids.AccountOf(change));
        return reason.FollowsFailure ? record with { FollowsFailure = true } : record;
    }

    private void MarkKept(PlannedChange change)
    {
        if (change is RetireAccount or AdoptAccount && change.EntraId is { } user)
            keptUsers[user] = true;
        if (change is AdoptAccount { LinkAfter: var link })
            notAdopted[link.AccountId] = true;
    }

    private void Record(PlannedChange change, ChangeRecord record)
    {
        records[change] = record with { At = clock.UtcNow };
        if (change.Writes)
            observer.Progress(connection, Texts.PhaseExecute, Interlocked.Increment(ref done), total);
    }
}
