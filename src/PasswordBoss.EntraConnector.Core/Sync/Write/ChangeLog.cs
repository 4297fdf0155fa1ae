using System;
using System.Collections.Concurrent;
using System.Threading;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>The outcomes of a plan's changes so far. Thread-safe.</summary>
internal sealed class ChangeLog
{
    private readonly MadeIds made;
    private readonly Action<int, int>? onProgress;
    private readonly ConcurrentDictionary<PlannedChange, ChangeRecord> records = new(ByReference.Instance);
    private readonly ConcurrentDictionary<string, bool> keptUsers = new(EntraId.Comparer);
    private readonly ConcurrentDictionary<string, bool> notAdopted = new(StringComparer.Ordinal);
    private int done;

    /// <param name="made">The ids of what this run created.</param>
    /// <param name="onProgress">Receives the number of finished writes and the total.</param>
    public ChangeLog(MadeIds made, Action<int, int>? onProgress)
    {
        this.made = made;
        this.onProgress = onProgress;
    }

    /// <summary>The number of changes to try.</summary>
    public int Total { get; set; }

    /// <summary>The outcome of a change; null if there is none yet.</summary>
    /// <param name="change">The change.</param>
    public ChangeRecord? Find(PlannedChange change) => records.TryGetValue(change, out var record) ? record : null;

    /// <summary>Whether an account of this user should have been retired or replaced, and was not: then nothing else is removed from them either.</summary>
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
        var record = change.ToRecord(ChangeOutcome.Done, null, result.Note, made.AccountOf(change));
        Record(change, result.Action == change.Action && result.Error is null ? record : record with
        {
            Action = result.Action,
            After = result.Action == SyncAction.CreatePending ? nameof(AccountState.Pending) : record.After,
            ErrorId = result.Error?.ToString(),
        });
    }

    /// <summary>Records a change that was not done.</summary>
    /// <param name="change">The change.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="obstacle">The obstacle; null if there is none.</param>
    /// <param name="detail">The text to report in place of the obstacle's; null to use the obstacle's.</param>
    public void Record(PlannedChange change, ChangeOutcome outcome, Problem? obstacle, Message? detail = null) =>
        Record(change, change.ToRecord(outcome, obstacle, detail, made.AccountOf(change)));

    /// <summary>Records a change that was not tried because a change that it depends on was not done.</summary>
    /// <param name="change">The change.</param>
    /// <param name="detail">What was not done.</param>
    public void RecordFollowing(PlannedChange change, Message detail) =>
        Record(change, change.ToRecord(ChangeOutcome.Skipped, null, detail, made.AccountOf(change)) with { FollowsFailure = true });

    /// <summary>Records a change that was not done. If it should have retired or replaced the user's account, the account stays in use.</summary>
    /// <param name="change">The change.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="obstacle">The obstacle; null if there is none.</param>
    /// <param name="detail">The text to report in place of the obstacle's; null to use the obstacle's.</param>
    public void Keep(PlannedChange change, ChangeOutcome outcome, Problem? obstacle, Message? detail = null)
    {
        if (change is RetireAccount or AdoptAccount && change.EntraId is { } user)
            keptUsers[user] = true;
        if (change is AdoptAccount { LinkAfter: var link })
            notAdopted[link.AccountId] = true;
        Record(change, outcome, obstacle, detail);
    }

    private void Record(PlannedChange change, ChangeRecord record)
    {
        records[change] = record;
        if (change.Writes && record.Outcome != ChangeOutcome.Refused)
            onProgress?.Invoke(Math.Min(Interlocked.Increment(ref done), Total), Total);
    }
}
