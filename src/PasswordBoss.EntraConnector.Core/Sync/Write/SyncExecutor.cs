using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>
/// Executes a plan step by step, with several writes at a time. The intent of each write is committed before it is sent, and closed together with its effect. A
/// failed write stops only the changes that depend on it.
/// </summary>
internal sealed class SyncExecutor
{
    // How long writes in progress may take to finish after the run was stopped.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private readonly IAccountDirectory accounts;
    private readonly ISyncJournal journal;
    private readonly IClock clock;
    private readonly IWorkers workers;
    private readonly Guid runId;
    private readonly SyncPlan plan;
    private readonly List<PlannedChange> ready = new();
    private readonly ParallelLimit limit;
    private readonly Consent consent;
    private readonly ChangeOutcomes outcomes;
    private readonly WriteGate gate;
    private readonly ChangeWriter writer;
    private readonly MembershipWriter memberships;

    // Changes that the server has accepted and no read has shown yet.
    private readonly ConcurrentQueue<SentChange> unseen = new();
    private readonly ConcurrentQueue<ChangedGroup> changedGroups = new();

    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="clock">The time.</param>
    /// <param name="workers">Write in parallel, and commit in parallel with the writes.</param>
    /// <param name="runId">The run.</param>
    /// <param name="parallelWrites">The maximum number of parallel writes.</param>
    /// <param name="input">The input of the plan.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="approved">The keys of the approved changes.</param>
    /// <param name="observer">Receives the progress of the writes.</param>
    /// <param name="connection">The name of the connection.</param>
    public SyncExecutor(
        IAccountDirectory accounts, ISyncJournal journal, IClock clock, IWorkers workers, Guid runId, int parallelWrites, PlannerInput input, SyncPlan plan, ICollection<string> approved,
        IRunObserver observer, string connection)
    {
        this.accounts = accounts;
        this.journal = journal;
        this.clock = clock;
        this.workers = workers;
        this.runId = runId;
        this.plan = plan;
        limit = new ParallelLimit(parallelWrites, clock, observer, connection);
        consent = Consent.Of(input);
        var untried = new List<(PlannedChange Change, NotTried Reason)>();
        foreach (var change in plan.Changes)
        {
            if (WhyNot(change, approved) is { } reason)
                untried.Add((change, reason));
            else
                ready.Add(change);
        }

        var ids = new ServerIds();
        outcomes = new ChangeOutcomes(ids, clock, untried, ready.Count(change => change.Writes), observer, connection);
        gate = new WriteGate(outcomes, input.Capabilities.UserExtension);
        writer = new ChangeWriter(accounts, journal, clock, ids, gate, consent);
        memberships = new MembershipWriter(accounts, journal, ids, outcomes, gate);
    }

    /// <summary>Executes the plan, once. Never throws for a failed write: the result has one record for each change, with its outcome.</summary>
    /// <param name="recovered">The recovered state. It is committed together with the state changes of the plan.</param>
    /// <param name="cancellationToken">Stops the run: writes in progress are finished, and no others begin.</param>
    public async Task<Execution> ExecuteAsync(RecoveredState recovered, CancellationToken cancellationToken)
    {
        var isRecoverySaved = false;
        var effects = new EffectSummary();
        using var writes = new CancellationTokenSource();
        using var registration = cancellationToken.Register(() => clock.CancelAfter(writes, GracePeriod));
        accounts.ServerFailed += limit.CountFailure;
        try
        {
            journal.Apply(recovered.Changes.Concat(plan.StateChanges).ToList(), recovered.Settled);
            isRecoverySaved = true;
            foreach (var step in ready.GroupBy(a => a.PlanStep).OrderBy(g => g.Key))
            {
                if (step.Key is PlanStep.AddMembers or PlanStep.RemoveMembers)
                    await ChangeMembersAsync(step.OfType<PlannedMembershipChange>(), writes.Token, cancellationToken).ConfigureAwait(false);
                else
                    await WriteAllAsync(step.ToList(), writes.Token, cancellationToken).ConfigureAwait(false);
                await journal.FlushAsync().ConfigureAwait(false);
            }

            effects = await ReadEffectsAsync(cancellationToken).ConfigureAwait(false);
            await journal.FlushAsync().ConfigureAwait(false);
        }
        catch (ConnectorException e)
        {
            // A write that cannot be journaled is not sent. Changes done so far are reported.
            gate.Stop(e.Problem);
            foreach (var (change, _) in unseen.Where(u => outcomes.Find(u.Change) is null))
                RecordEffect(change, new Effect.NotRead(e.Text));
        }
        finally
        {
            accounts.ServerFailed -= limit.CountFailure;
        }

        var changes = plan.Changes.Select(a => outcomes.Find(a) ?? a.ToRecord(ChangeOutcome.Skipped, gate.Stopped, Texts.DetailNotTried)).ToList();
        return new Execution(changes, gate.Stopped, isRecoverySaved, effects);
    }

    private static NotTried? WhyNot(PlannedChange change, ICollection<string> approved)
    {
        if (change.Hold is Hold.Refused refused)
            return new NotTried(ChangeOutcome.Refused, refused.Because);
        if (!change.IsTried)
            return new NotTried(ChangeOutcome.Skipped, change.Obstacle);
        return approved.Contains(change.Key) ? null : new NotTried(ChangeOutcome.Skipped, null, Texts.DetailDeclined);
    }

    private async Task WriteAllAsync(List<PlannedChange> changes, CancellationToken writes, CancellationToken run)
    {
        await WithIntentsAsync(changes.Count, i => changes[i].ToIntent(runId, clock.UtcNow), async (i, intents) =>
        {
            var change = changes[i];
            if (gate.WhyNot(change, run) is { } reason)
            {
                outcomes.Record(change, reason);
                return;
            }

            if (!await TryBeginAsync(intents, i).ConfigureAwait(false))
                return;

            var intent = intents.IdOf(i);
            WriteResult result;
            try
            {
                result = await writer.WriteAsync(change, intent, writes).ConfigureAwait(false);
            }
            catch (ConnectorException e)
            {
                // If the server may have done the write, the intent stays open, and the next run finds out. Of a hidden account it cannot find out: it sends the deletion again.
                gate.Fail(change, e.Problem);
                if (!ErrorCatalog.MayBeDone(e.Id) || change is DeleteAccount { IsHidden: true })
                    Close(intent, change is EnableAccount enabling && WriteGate.IsGone(change, e.Problem) ? enabling.StateChangesWhenGone() : Array.Empty<StateChange>());
                return;
            }
            catch (OperationCanceledException)
            {
                outcomes.RecordUndone(change, ChangeOutcome.Skipped, null, Texts.DetailStopped);
                return;
            }

            gate.Succeed(change);
            if (result is WriteResult.Done done)
            {
                outcomes.Done(change, done.Result);
                Close(intent, done.StateChanges);
            }
            else if (change is DoneWhenShown sent)
            {
                // The intent stays open until a read has shown the effect.
                unseen.Enqueue(new SentChange(sent, intent));
            }
        }).ConfigureAwait(false);
    }

    private async Task ChangeMembersAsync(IEnumerable<PlannedMembershipChange> changes, CancellationToken writes, CancellationToken run)
    {
        var requests = memberships.RequestsOf(changes);
        await WithIntentsAsync(requests.Count, i => requests[i].ToIntent(runId, clock.UtcNow), async (i, intents) =>
        {
            var tried = memberships.Admitted(requests[i].Members, run);
            if (tried.Count == 0 || !await TryBeginAsync(intents, i).ConfigureAwait(false))
                return;
            var sent = new List<MemberToChange>(tried.Count);
            var isKnown = await memberships.SendAsync(requests[i] with { Members = tried }, sent, writes, run).ConfigureAwait(false);
            // If a response was lost, the intent stays open. Changes that were sent are read anyway.
            if (sent.Count > 0)
                changedGroups.Enqueue(new ChangedGroup(requests[i].AccountGroupId, sent, isKnown ? intents.IdOf(i) : null));
            else if (isKnown)
                Close(intents.IdOf(i));
        }).ConfigureAwait(false);
    }

    private async Task<EffectSummary> ReadEffectsAsync(CancellationToken run)
    {
        var names = writer.NamesToRead;
        var groups = changedGroups.GroupBy(g => g.AccountGroupId, AccountId.Comparer).ToDictionary(g => g.Key, g => g.SelectMany(c => c.Members).ToList(), AccountId.Comparer);
        if (unseen.Count + groups.Count + names.Count == 0)
            return new EffectSummary();
        var reader = new EffectReader(accounts, clock, limit, workers);
        var effects = gate.Stopped is null
            ? await reader.ReadAsync(unseen.Select(u => (PlannedAccountChange)u.Change).Concat(names), groups, run).ConfigureAwait(false)
            : new Dictionary<PlannedChange, Effect>(ReferenceComparer.Instance);
        foreach (var (change, intent) in unseen)
        {
            var effect = EffectOf(change);
            RecordEffect(change, effect);
            var done = change is EnableAccount enabling ? writer.LinkOf(enabling, (effect as Effect.Seen)?.Account) : change.LinkAfter;
            Close(intent, change.StateChangesWhen(effect, done, consent.RemovalOf(change, clock.UtcNow)));
        }

        var named = names.SelectMany(c => EffectOf(c) is Effect.Seen { Account: { } account } ? new[] { new StateChange.LinkSaved(writer.LinkOf(c, account)) } : Array.Empty<StateChange>()).ToList();
        if (named.Count > 0)
            journal.Apply(named, Array.Empty<Guid>());

        foreach (var (_, members, intent) in changedGroups)
        {
            journal.Apply(members.SelectMany(m => StateChangesOf(m, EffectOf(m.Change))).ToList(), Array.Empty<Guid>());
            if (intent is { } known)
                Close(known);
        }

        return EffectSummary.Of(effects);

        Effect EffectOf(PlannedChange change) => effects.TryGetValue(change, out var effect) ? effect : new Effect.NotRead(gate.Stopped?.Text ?? Texts.EffectNotRead);
    }

    private StateChange[] StateChangesOf(MemberToChange member, Effect effect)
    {
        switch (member.Change)
        {
            case AddMember add:
                return add.StateChangesWhen(member.AccountId, effect);
            case RemoveMember removal:
                RecordEffect(removal, effect);
                return removal.StateChangesWhen(effect, consent.RemovalOf(removal, clock.UtcNow));
            default:
                throw new NotSupportedException(member.Change.GetType().Name);
        }
    }

    // Records the outcome of a change that is done only when a read shows its effect.
    private void RecordEffect(PlannedChange change, Effect effect)
    {
        Message RequestedWrite() => Texts.Write(change.Action, change.GroupName ?? "");
        switch (effect)
        {
            case Effect.Seen:
                outcomes.Done(change, writer.ResultOf(change, change.Note));
                break;
            case Effect.NotShown:
                outcomes.Done(change, writer.ResultOf(change, Texts.DetailCannotConfirm));
                break;
            case Effect.NotSeen { Found: var found }:
                outcomes.Record(change, ChangeOutcome.Failed, Problems.NotConfirmed(change.Subject.UserName, RequestedWrite(), found));
                break;
            case Effect.NotRead { Because: var because }:
                outcomes.Record(change, ChangeOutcome.Skipped, Problems.EffectNotRead(change.Subject.UserName, RequestedWrite(), because));
                break;
        }
    }

    // False if the journal cannot be written, so that no changes may be sent.
    private async Task<bool> TryBeginAsync(IntentBatches intents, int write)
    {
        try
        {
            await intents.BeginAsync(write).ConfigureAwait(false);
            return true;
        }
        catch (ConnectorException e)
        {
            gate.Stop(e.Problem);
            return false;
        }
    }

    // The write succeeded. If it cannot be journaled, leave the intent open and stop writing.
    private void Close(Guid intentId, params StateChange[] stateChanges)
    {
        try
        {
            journal.Complete(intentId, stateChanges);
        }
        catch (ConnectorException e)
        {
            gate.Stop(e.Problem);
            throw;
        }
    }

    private async Task WithIntentsAsync(int count, Func<int, Intent> intentOf, Func<int, IntentBatches, Task> work)
    {
        var intents = new IntentBatches(journal, workers, count, intentOf);
        try
        {
            await BoundedParallel.ForEachAsync(count, limit, workers, i => work(i, intents)).ConfigureAwait(false);
        }
        finally
        {
            // Also after a failure: nothing may write to the journal after the run.
            await intents.CloseUnusedAsync().ConfigureAwait(false);
        }
    }

    private sealed record SentChange(DoneWhenShown Change, Guid Intent);

    // Without an intent if a response was lost: the intent then stays open.
    private sealed record ChangedGroup(string AccountGroupId, IReadOnlyList<MemberToChange> Members, Guid? Intent);
}
