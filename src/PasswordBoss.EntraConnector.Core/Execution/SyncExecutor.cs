using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Planning;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Execution;

/// <summary>
/// Does what a plan says, step by step, several writes at a time. Each write is journaled before it is sent and closed with its effect; one that fails
/// stops nothing but what needs it.
/// </summary>
internal sealed class SyncExecutor
{
    // After this many creations in a row that failed, for whatever reason, no more are tried; after this many other writes to a server that cannot be reached,
    // or only fails, the rest is left for the next run.
    private const int FailuresInARow = 10;
    private const int MembersPerRequest = 100;

    // How long writes that are under way may take to finish after the run was stopped.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private readonly IAccountDirectory accounts;
    private readonly ISyncJournal journal;
    private readonly IClock clock;
    private readonly Guid runId;
    private readonly int parallelWrites;
    private readonly ISet<string> forced;
    private readonly Action<int, int>? onProgress;

    private readonly ConcurrentDictionary<string, string> accountOfPerson = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> accountGroupOf = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> keptPeople = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> notAdopted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<PlannedAction, ChangeRecord> records = new(ReferenceComparer.Instance);
    private volatile ConnectorException? stopped;
    private volatile bool licencesExhausted;
    private volatile ConnectorException? creationsStopped;
    private int failuresInARow;
    private int failedCreationsInARow;
    private int done;
    private int total;

    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="clock">The time.</param>
    /// <param name="runId">The run.</param>
    /// <param name="parallelWrites">How many writes may be under way at once.</param>
    /// <param name="forced">The keys that an admin allowed with <c>-Force</c>.</param>
    /// <param name="onProgress">Told the number of finished writes and of all.</param>
    public SyncExecutor(IAccountDirectory accounts, ISyncJournal journal, IClock clock, Guid runId, int parallelWrites, ISet<string> forced, Action<int, int>? onProgress)
    {
        this.accounts = accounts;
        this.journal = journal;
        this.clock = clock;
        this.runId = runId;
        this.parallelWrites = parallelWrites;
        this.forced = forced;
        this.onProgress = onProgress;
    }

    /// <summary>Why the rest was not tried; null when everything was.</summary>
    public ConnectorException? Stopped => stopped;

    /// <summary>Does the plan. Never throws for a failed write; what could not be done is told in the answer, one record for each action of the plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="approved">The keys of the approved actions.</param>
    /// <param name="cancellationToken">Stops the run: what is under way is finished, what was not begun is left.</param>
    public async Task<IReadOnlyList<ChangeRecord>> ExecuteAsync(SyncPlan plan, ICollection<string> approved, CancellationToken cancellationToken)
    {
        using var writes = new CancellationTokenSource();
        using var registration = cancellationToken.Register(() => writes.CancelAfter(GracePeriod));
        var ready = new List<PlannedAction>(plan.Actions.Count);
        foreach (var action in plan.Actions)
        {
            if (action.Refused)
                Keep(action, ChangeOutcome.Refused, action.Obstacle);
            else if (action.Action is SyncAction.Conflict or SyncAction.Skip)
                Record(action, ChangeOutcome.Skipped, action.Obstacle);
            else if (!approved.Contains(action.Key))
                Keep(action, ChangeOutcome.Skipped, null, new Message("Detail_Declined"));
            else
                ready.Add(action);
        }

        total = ready.Count;
        try
        {
            journal.Apply(plan.StateChanges, Array.Empty<Guid>());
            foreach (var step in ready.GroupBy(SyncPlanner.StepOf).OrderBy(g => g.Key))
            {
                var actions = step.ToList();
                if (actions[0].Action is SyncAction.AddMember or SyncAction.RemoveMember)
                    await ChangeMembersAsync(actions, writes.Token, cancellationToken).ConfigureAwait(false);
                else
                    await WriteAllAsync(actions, writes.Token, cancellationToken).ConfigureAwait(false);
                await journal.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (ConnectorException e)
        {
            // Nothing is written that cannot be journaled; what was done until here is told.
            stopped ??= e;
        }

        return plan.Actions
            .Select(a => records.TryGetValue(a, out var record) ? record : ChangeRecords.Of(a, ChangeOutcome.Skipped, stopped, new Message("Detail_NotTried")))
            .ToList();
    }

    private async Task WriteAllAsync(List<PlannedAction> actions, CancellationToken writes, CancellationToken run)
    {
        await WithIntentsAsync(actions.Count, i => IntentOf(actions[i]), async (i, intents) =>
        {
            var action = actions[i];
            if (NotTried(action, run) || !await TryBeginAsync(intents, i).ConfigureAwait(false))
                return;

            var intent = intents.IdOf(i);
            StateChange? effect;
            try
            {
                effect = await WriteAsync(action, writes).ConfigureAwait(false);
            }
            catch (ConnectorException e)
            {
                // What may have been done on the other side stays an open intent, and the next run finds out.
                Fail(action, e);
                if (!MayBeDone(e))
                    Close(intent, null);
                return;
            }
            catch (OperationCanceledException)
            {
                Keep(action, ChangeOutcome.Skipped, null, new Message("Detail_Stopped"));
                return;
            }

            Interlocked.Exchange(ref action.IsCreation ? ref failedCreationsInARow : ref failuresInARow, 0);
            Record(action, ChangeOutcome.Done, null);
            Close(intent, effect);
        }).ConfigureAwait(false);
    }

    // False when nothing can be journaled, so that nothing may be written.
    private async Task<bool> TryBeginAsync(IntentBatches intents, int write)
    {
        try
        {
            await intents.BeginAsync(write).ConfigureAwait(false);
            return true;
        }
        catch (ConnectorException e)
        {
            stopped ??= e;
            return false;
        }
    }

    // Of a write that was done and cannot be journaled, the intent stays open; nothing more is written then.
    private void Close(Guid intentId, StateChange? effect)
    {
        try
        {
            journal.Complete(intentId, effect);
        }
        catch (ConnectorException e)
        {
            stopped ??= e;
            throw;
        }
    }

    // Whether the write may have reached the server and been done: the answer did not come, or could not be read.
    private static bool MayBeDone(ConnectorException error) =>
        error.IsTransient || error.Id is ErrorId.AccountServerAnswerInvalid or ErrorId.AccountServerNotScim;

    private async Task<StateChange?> WriteAsync(PlannedAction action, CancellationToken writes)
    {
        switch (action.Action)
        {
            case SyncAction.Create:
            case SyncAction.CreatePending:
                var created = (await accounts.CreateAccountAsync(action.Draft!, writes).ConfigureAwait(false)).Id;
                accountOfPerson[action.EntraId!] = created;
                return new StateChange { Link = LinkTo(created, action), FormerLink = action.PredecessorAfter };
            case SyncAction.Adopt:
                await accounts.PatchAccountAsync(action.AccountId!, action.Patch!, writes).ConfigureAwait(false);
                accountOfPerson[action.EntraId!] = action.AccountId!;
                return new StateChange { Link = action.LinkAfter, FormerLink = action.PredecessorAfter };
            case SyncAction.Update:
            case SyncAction.Enable:
                await accounts.PatchAccountAsync(action.AccountId!, action.Patch!, writes).ConfigureAwait(false);
                return new StateChange { Link = action.LinkAfter };
            case SyncAction.Disable:
            case SyncAction.ConvertToPersonal:
                await accounts.PatchAccountAsync(action.AccountId!, action.Patch!, writes).ConfigureAwait(false);
                return new StateChange { Link = action.LinkAfter, Removal = RemovalOf(action, null) };
            case SyncAction.Delete:
                await accounts.DeleteAccountAsync(action.AccountId!, writes).ConfigureAwait(false);
                return new StateChange { Link = action.LinkAfter, Removal = RemovalOf(action, null) };
            case SyncAction.CreateGroup:
                var group = await accounts.CreateGroupAsync(action.GroupName!, action.GroupId!, writes).ConfigureAwait(false);
                accountGroupOf[action.GroupId!] = group;
                return new StateChange { GroupLink = new GroupLink { GroupId = action.GroupId!, AccountGroupId = group, DisplayName = action.GroupName! } };
            case SyncAction.UpdateGroup:
                await accounts.PatchGroupAsync(action.AccountGroupId!, action.GroupPatch!, writes).ConfigureAwait(false);
                return null;
            case SyncAction.ReleaseGroup:
                if (action.GroupPatch is not null)
                    await accounts.PatchGroupAsync(action.AccountGroupId!, action.GroupPatch, writes).ConfigureAwait(false);
                return new StateChange { ForgottenGroupId = action.GroupId };
            case SyncAction.DeleteGroup:
                await accounts.DeleteGroupAsync(action.AccountGroupId!, writes).ConfigureAwait(false);
                return new StateChange { ForgottenGroupId = action.GroupId };
            default:
                return action.GroupId is null ? new StateChange { Link = action.LinkAfter } : new StateChange { ForgottenGroupId = action.GroupId };
        }
    }

    private AccountLink LinkTo(string accountId, PlannedAction creation) => new()
    {
        EntraId = creation.EntraId!,
        AccountId = accountId,
        Email = creation.Draft!.UserName,
        DisplayName = creation.Draft.DisplayName,
        KnownState = creation.Draft.Pending ? AccountState.Pending : AccountState.Active,
        LinkedAt = clock.UtcNow,
    };

    private async Task ChangeMembersAsync(List<PlannedAction> actions, CancellationToken writes, CancellationToken run)
    {
        var requests = new List<(string AccountGroupId, List<PlannedAction> Actions)>();
        foreach (var group in actions.GroupBy(a => a.GroupId!, StringComparer.OrdinalIgnoreCase))
        {
            var possible = new List<PlannedAction>();
            foreach (var action in group)
            {
                var accountGroupId = AccountGroupOf(action);
                if (action.Action == SyncAction.RemoveMember && keptPeople.ContainsKey(action.EntraId!))
                    Record(action, ChangeOutcome.Skipped, null, new Message("Detail_AccountKept"));
                else if (accountGroupId is null || AccountOf(action) is null || (action.Action == SyncAction.AddMember && notAdopted.ContainsKey(action.AccountId ?? "")))
                    Record(action, ChangeOutcome.Skipped, null, new Message("Detail_NeededFailed"));
                else
                    possible.Add(action);
            }

            for (var i = 0; i < possible.Count; i += MembersPerRequest)
                requests.Add((AccountGroupOf(possible[i])!, possible.GetRange(i, Math.Min(MembersPerRequest, possible.Count - i))));
        }

        await WithIntentsAsync(requests.Count, IntentOfRequest, async (i, intents) =>
        {
            var tried = requests[i].Actions.Where(a => !NotTried(a, run)).ToList();
            if (tried.Count == 0 || !await TryBeginAsync(intents, i).ConfigureAwait(false))
                return;
            if (await ChangeMembersAsync(requests[i].AccountGroupId, tried, writes, run).ConfigureAwait(false))
                Close(intents.IdOf(i), null);
        }).ConfigureAwait(false);

        Intent IntentOfRequest(int i) =>
            IntentOf(requests[i].Actions[0]) with { AccountGroupId = requests[i].AccountGroupId, EntraId = null, AccountId = null, Email = null };
    }

    // False when it is not known what was done.
    private async Task<bool> ChangeMembersAsync(string accountGroupId, List<PlannedAction> actions, CancellationToken writes, CancellationToken run)
    {
        var tried = actions.Where(a => !NotTried(a, run)).ToList();
        if (tried.Count == 0)
            return true;

        try
        {
            actions = tried;
            var ids = actions.Select(a => AccountOf(a)!).ToList();
            if (actions[0].Action == SyncAction.AddMember)
                await accounts.AddMembersAsync(accountGroupId, ids, writes).ConfigureAwait(false);
            else
                await accounts.RemoveMembersAsync(accountGroupId, ids, writes).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (!MayBeDone(e) && actions.Count > 1)
        {
            // One bad member must not keep the others out.
            var known = true;
            foreach (var action in actions)
                known &= await ChangeMembersAsync(accountGroupId, new List<PlannedAction> { action }, writes, run).ConfigureAwait(false);
            return known;
        }
        catch (ConnectorException e)
        {
            foreach (var action in actions)
                Fail(action, e);
            return !MayBeDone(e);
        }
        catch (OperationCanceledException)
        {
            foreach (var action in actions)
                Keep(action, ChangeOutcome.Skipped, null, new Message("Detail_Stopped"));
            return false;
        }

        Interlocked.Exchange(ref failuresInARow, 0);
        foreach (var action in actions)
            Record(action, ChangeOutcome.Done, null);
        if (actions[0].Action == SyncAction.RemoveMember)
            journal.Apply(actions.Select(a => new StateChange { Removal = RemovalOf(a, a.GroupId) }).ToList(), Array.Empty<Guid>());
        return true;
    }

    private bool NotTried(PlannedAction action, CancellationToken run)
    {
        if (run.IsCancellationRequested)
            Keep(action, ChangeOutcome.Skipped, null, new Message("Detail_Stopped"));
        else if (stopped is { } reason)
            Keep(action, ChangeOutcome.Skipped, reason, new Message("Detail_NotTried"));
        else if (action.Action == SyncAction.Create && licencesExhausted)
            Keep(action, ChangeOutcome.Failed, new ConnectorException(ErrorId.LicenseLimit, action.Email ?? ""));
        else if (action.IsCreation && creationsStopped is { } cause)
            Keep(action, ChangeOutcome.Failed, new ConnectorException(ErrorId.TooManyFailures, action.Email ?? "", cause.Text.Render()));
        else if (action.RetiresPredecessor && !action.Refused && keptPeople.ContainsKey(action.EntraId!))
            Record(action, ChangeOutcome.Skipped, null, new Message("Detail_NeededFailed"));
        else
            return false;
        return true;
    }

    private void Fail(PlannedAction action, ConnectorException error)
    {
        if (error.Id == ErrorId.LicenseLimit)
            licencesExhausted = true;
        else if (action.IsCreation && Interlocked.Increment(ref failedCreationsInARow) >= FailuresInARow)
            creationsStopped ??= error;
        if (error.Id is ErrorId.AccountServerTokenRejected or ErrorId.AccountServerUntrusted or ErrorId.ForeignHost
            || (error.IsTransient && !action.IsCreation && Interlocked.Increment(ref failuresInARow) >= FailuresInARow))
        {
            stopped ??= error;
        }

        Keep(action, ChangeOutcome.Failed, error);
    }

    // A person whose account was to be taken away, or replaced, and was not: nothing else may be taken from her either.
    private void Keep(PlannedAction action, ChangeOutcome outcome, ConnectorException? obstacle, Message? detail = null)
    {
        if (action.EntraId is not null && (action.IsRemoval || action.Action == SyncAction.Adopt))
            keptPeople[action.EntraId] = true;
        if (action.Action == SyncAction.Adopt)
            notAdopted[action.AccountId!] = true;
        Record(action, outcome, obstacle, detail);
    }

    private void Record(PlannedAction action, ChangeOutcome outcome, ConnectorException? obstacle, Message? detail = null)
    {
        records[action] = ChangeRecords.Of(action, outcome, obstacle, detail, AccountOf(action));
        if (action.Writes && outcome != ChangeOutcome.Refused)
            onProgress?.Invoke(Math.Min(Interlocked.Increment(ref done), total), total);
    }

    private string? AccountOf(PlannedAction action) =>
        action.AccountId ?? (action.EntraId is not null && accountOfPerson.TryGetValue(action.EntraId, out var id) ? id : null);

    private string? AccountGroupOf(PlannedAction action) =>
        action.AccountGroupId ?? (accountGroupOf.TryGetValue(action.GroupId!, out var id) ? id : null);

    private RemovalRecord RemovalOf(PlannedAction action, string? groupId) => new() { At = clock.UtcNow, GroupId = groupId, Forced = forced.Contains(action.Key) };

    private Intent IntentOf(PlannedAction action) => new()
    {
        Id = Guid.NewGuid(),
        RunId = runId,
        Action = action.Action,
        EntraId = action.EntraId,
        AccountId = action.AccountId,
        Email = action.Email,
        GroupId = action.GroupId,
        AccountGroupId = action.AccountGroupId,
        PriorState = action.PriorState,
        Event = action.Event,
        CreatedAt = clock.UtcNow,
    };

    private async Task WithIntentsAsync(int count, Func<int, Intent> intentOf, Func<int, IntentBatches, Task> work)
    {
        var intents = new IntentBatches(journal, count, intentOf);
        try
        {
            await InParallelAsync(count, i => work(i, intents)).ConfigureAwait(false);
        }
        finally
        {
            // Also after a failure: nothing may reach the journal any more when the run has ended.
            await intents.CloseUnusedAsync().ConfigureAwait(false);
        }
    }

    private Task InParallelAsync(int count, Func<int, Task> work)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, Math.Min(parallelWrites, count)).Select(_ => Task.Run(async () =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < count)
                await work(i).ConfigureAwait(false);
        })));
    }

    private sealed class ReferenceComparer : IEqualityComparer<PlannedAction>
    {
        public static readonly ReferenceComparer Instance = new();

        public bool Equals(PlannedAction? x, PlannedAction? y) => ReferenceEquals(x, y);

        public int GetHashCode(PlannedAction obj) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj);
    }
}
