using System;
using System.Collections.Concurrent;
using System.Threading;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>What has become of the changes of a plan so far. Used by several threads.</summary>
internal sealed class ChangeLog
{
    private readonly MadeIds made;
    private readonly Action<int, int>? onProgress;
    private readonly ConcurrentDictionary<PlannedChange, ChangeRecord> records = new(ByReference.Instance);
    private readonly ConcurrentDictionary<string, bool> keptUsers = new(EntraId.Comparer);
    private readonly ConcurrentDictionary<string, bool> notAdopted = new(StringComparer.Ordinal);
    private int done;

    /// <param name="made">The ids of what this run made.</param>
    /// <param name="onProgress">Told the number of finished writes and of all.</param>
    public ChangeLog(MadeIds made, Action<int, int>? onProgress)
    {
        this.made = made;
        this.onProgress = onProgress;
    }

    /// <summary>How many changes are tried.</summary>
    public int Total { get; set; }

    /// <summary>What has become of a change; null while nothing has.</summary>
    /// <param name="change">The change.</param>
    public ChangeRecord? Find(PlannedChange change) => records.TryGetValue(change, out var record) ? record : null;

    /// <summary>Whether an account of this user was to be taken away, or replaced, and was not: nothing else may be taken from them either.</summary>
    /// <param name="entraId">The Entra object id of the user; null for an account that is linked to no user.</param>
    public bool IsKept(string? entraId) => entraId is not null && keptUsers.ContainsKey(entraId);

    /// <summary>Whether an account was to be adopted, and was not.</summary>
    /// <param name="accountId">The server's id of the account; null for one that does not exist yet.</param>
    public bool WasNotAdopted(string? accountId) => accountId is not null && notAdopted.ContainsKey(accountId);

    /// <summary>A change was done.</summary>
    /// <param name="change">The change.</param>
    /// <param name="result">How it is told.</param>
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

    /// <summary>A change was not done.</summary>
    /// <param name="change">The change.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="obstacle">What stood in its way; null when nothing did.</param>
    /// <param name="detail">What to say in the place of the obstacle; null to say the obstacle.</param>
    public void Record(PlannedChange change, ChangeOutcome outcome, Problem? obstacle, Message? detail = null) =>
        Record(change, change.ToRecord(outcome, obstacle, detail, made.AccountOf(change)));

    /// <summary>A change was not tried because another one, which it needs, was not done.</summary>
    /// <param name="change">The change.</param>
    /// <param name="detail">What was not done.</param>
    public void RecordFollowing(PlannedChange change, Message detail) =>
        Record(change, change.ToRecord(ChangeOutcome.Skipped, null, detail, made.AccountOf(change)) with { FollowsFailure = true });

    /// <summary>A change was not done, so that the user's account, if it was to be taken away or replaced, stays in use.</summary>
    /// <param name="change">The change.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="obstacle">What stood in its way; null when nothing did.</param>
    /// <param name="detail">What to say in the place of the obstacle; null to say the obstacle.</param>
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
