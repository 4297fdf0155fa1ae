using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>
/// Does what a plan says, step by step, several writes at a time. Each write is journaled before it is sent and closed with its effect; one that fails
/// stops nothing but what needs it.
/// </summary>
internal sealed class SyncExecutor
{
    // After this many creations in a row that failed, for whatever reason, no more are tried, nor updates of names after as many at which the server failed. After this
    // many other writes to a server that cannot be reached, or only fails, the rest is left for the next run.
    private const int FailuresInARow = 10;
    private const int MembersPerRequest = 100;

    // How long writes that are under way may take to finish after the run was stopped.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private readonly IAccountDirectory accounts;
    private readonly ISyncJournal journal;
    private readonly IClock clock;
    private readonly IWorkers workers;
    private readonly Guid runId;
    private readonly ParallelLimit parallel;
    private readonly Consent consent;
    private readonly bool canCreatePending;
    private readonly Action<int, int>? onProgress;

    private readonly ConcurrentDictionary<string, string> accountOfPerson = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> accountGroupOf = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> keptPeople = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> notAdopted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<PlannedAction, PatchRefusal> refusals = new(ByReference.Instance);
    private readonly ConcurrentDictionary<PlannedAction, ChangeRecord> records = new(ByReference.Instance);
    private readonly ConcurrentQueue<(PlannedAction Action, Guid Intent)> unseen = new();
    private readonly ConcurrentQueue<(string AccountGroupId, IReadOnlyList<PlannedAction> Actions, Guid? Intent)> changedGroups = new();
    private readonly ConcurrentQueue<PlannedAction> namesToRead = new();
    private volatile ConnectorException? stopped;
    private volatile bool licencesExhausted;
    private volatile ConnectorException? creationsStopped;
    private volatile ConnectorException? updatesStopped;
    private int failuresInARow;
    private int failedCreationsInARow;
    private int failedUpdatesInARow;
    private int done;
    private int total;

    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="clock">The time.</param>
    /// <param name="workers">Write at once, and commit beside the writes.</param>
    /// <param name="runId">The run.</param>
    /// <param name="parallelWrites">How many writes may be under way at once.</param>
    /// <param name="input">What the plan was made from.</param>
    /// <param name="onProgress">Told the number of finished writes and of all.</param>
    /// <param name="onDetail">Told when fewer writes go out at once.</param>
    public SyncExecutor(
        IAccountDirectory accounts, ISyncJournal journal, IClock clock, IWorkers workers, Guid runId, int parallelWrites, PlannerInput input, Action<int, int>? onProgress,
        Action<Message>? onDetail = null)
    {
        this.accounts = accounts;
        this.journal = journal;
        this.clock = clock;
        this.workers = workers;
        this.runId = runId;
        parallel = new ParallelLimit(parallelWrites, clock, left => onDetail?.Invoke(new Message("Detail_FewerWrites", left.ToString(CultureInfo.InvariantCulture))));
        consent = Consent.Of(input);
        canCreatePending = input.Capabilities.UserExtension;
        this.onProgress = onProgress;
    }

    /// <summary>Why the rest was not tried; null when everything was.</summary>
    public ConnectorException? Stopped => stopped;

    /// <summary>Whether what was found out about the state has been committed.</summary>
    public bool IsRecoverySaved { get; private set; }

    /// <summary>What the reads after the writes have shown of the server.</summary>
    public EffectSummary Effects { get; private set; } = new();

    /// <summary>Does the plan. Never throws for a failed write; what could not be done is told in the answer, one record for each action of the plan.</summary>
    /// <param name="recovered">What was found out about the state; it is committed together with what the plan concludes from it.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="approved">The keys of the approved actions.</param>
    /// <param name="cancellationToken">Stops the run: what is under way is finished, what was not begun is left.</param>
    public async Task<IReadOnlyList<ChangeRecord>> ExecuteAsync(RecoveredState recovered, SyncPlan plan, ICollection<string> approved, CancellationToken cancellationToken)
    {
        using var writes = new CancellationTokenSource();
        using var registration = cancellationToken.Register(() => clock.CancelAfter(writes, GracePeriod));
        var ready = new List<PlannedAction>(plan.Actions.Count);
        foreach (var action in plan.Actions)
        {
            if (action.Refused)
                Keep(action, ChangeOutcome.Refused, action.Obstacle);
            else if (action.Waits)
                Keep(action, ChangeOutcome.Skipped, action.Obstacle);
            else if (action.Action is SyncAction.Conflict or SyncAction.Skip)
                Record(action, ChangeOutcome.Skipped, action.Obstacle);
            else if (!approved.Contains(action.Key))
                Keep(action, ChangeOutcome.Skipped, null, new Message("Detail_Declined"));
            else
                ready.Add(action);
        }

        total = ready.Count;
        accounts.ServerFailed += parallel.CountFailure;
        try
        {
            journal.Apply(recovered.Changes.Concat(plan.StateChanges).ToList(), recovered.Settled);
            IsRecoverySaved = true;
            foreach (var step in ready.GroupBy(SyncPlanner.StepOf).OrderBy(g => g.Key))
            {
                var actions = step.ToList();
                if (actions[0].Action is SyncAction.AddMember or SyncAction.RemoveMember)
                    await ChangeMembersAsync(actions, writes.Token, cancellationToken).ConfigureAwait(false);
                else
                    await WriteAllAsync(actions, writes.Token, cancellationToken).ConfigureAwait(false);
                await journal.FlushAsync().ConfigureAwait(false);
            }

            await ReadEffectsAsync(cancellationToken).ConfigureAwait(false);
            await journal.FlushAsync().ConfigureAwait(false);
        }
        catch (ConnectorException e)
        {
            // Nothing is written that cannot be journaled; what was done until here is told.
            stopped ??= e;
            foreach (var (action, _) in unseen.Where(u => !records.ContainsKey(u.Action)))
                Record(action, ChangeOutcome.Skipped, new ConnectorException(ErrorId.EffectNotRead, Subject(action), Write(action), e.Text.Render()));
        }
        finally
        {
            accounts.ServerFailed -= parallel.CountFailure;
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
            ChangeResult? result;
            try
            {
                (effect, result) = await WriteAsync(action, intent, writes).ConfigureAwait(false);
            }
            catch (ConnectorException e)
            {
                // What may have been done on the other side stays an open intent, and the next run finds out.
                Fail(action, e);
                if (!ErrorCatalog.MayBeDone(e.Id))
                    Close(intent, IsGone(action, e) ? new StateChange { Link = action.LinkBefore!.WithoutLeaver() } : null);
                return;
            }
            catch (OperationCanceledException)
            {
                Keep(action, ChangeOutcome.Skipped, null, new Message("Detail_Stopped"));
                return;
            }

            Interlocked.Exchange(ref action.IsCreation ? ref failedCreationsInARow : ref failuresInARow, 0);
            if (action.Action == SyncAction.Update)
                Interlocked.Exchange(ref failedUpdatesInARow, 0);
            if (result is not { } done)
            {
                // Acknowledged is not done: the intent stays open until the effect was read.
                unseen.Enqueue((action, intent));
                return;
            }

            Record(action, done);
            Close(intent, effect);
        }).ConfigureAwait(false);
    }

    // The account is gone, not hidden: the next run creates a new one.
    private static bool IsGone(PlannedAction action, ConnectorException error) => action is { Action: SyncAction.Enable, IsUnread: true } && error.Id == ErrorId.AccountNotFound;

    private async Task ReadEffectsAsync(CancellationToken run)
    {
        var written = unseen.ToArray();
        var groups = changedGroups.GroupBy(g => g.AccountGroupId, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.SelectMany(c => c.Actions).Select(a => a with { AccountGroupId = g.Key, AccountId = AccountOf(a) }).ToList(), StringComparer.Ordinal);
        if (written.Length + groups.Count + namesToRead.Count == 0)
            return;
        var sent = new Dictionary<(SyncAction, string?, string?), PlannedAction>();
        foreach (var action in groups.Values.SelectMany(g => g))
            sent[(action.Action, action.GroupId, action.AccountId)] = action;
        var reader = new EffectReader(accounts, clock, InParallelAsync);
        var effects = stopped is null
            ? await reader.ReadAsync(written.Select(w => w.Action).Concat(namesToRead).ToList(), groups, run).ConfigureAwait(false)
            : new Dictionary<PlannedAction, Effect>(ByReference.Instance);
        foreach (var (action, intent) in written)
            Close(intent, EffectOn(action, effects.TryGetValue(action, out var effect) ? effect : NotRead()));
        var named = namesToRead.Where(a => effects.TryGetValue(a, out var effect) && effect.Account is not null)
            .Select(a => new StateChange { Link = WithNames(a, effects[a].Account) }).ToList();
        if (named.Count > 0)
            journal.Apply(named, Array.Empty<Guid>());

        foreach (var change in changedGroups)
        {
            journal.Apply(change.Actions.SelectMany(a => MemberChanges(a, EffectOf(a))).ToList(), Array.Empty<Guid>());
            if (change.Intent is { } intent)
                Close(intent, null);
        }

        Effects = EffectSummary.Of(effects);

        Effect EffectOf(PlannedAction action) => effects.TryGetValue(sent[(action.Action, action.GroupId, AccountOf(action))], out var effect) ? effect : NotRead();

        Effect NotRead() => new(EffectStatus.NotRead, stopped?.Text ?? new Message("Effect_NotRead"));
    }

    // What the effect of a write to an account, as it was read, makes of its link.
    private StateChange EffectOn(PlannedAction action, Effect effect)
    {
        var removal = action.IsWeighed ? RemovalOf(action, null) : null;
        switch (effect.Status)
        {
            case EffectStatus.Seen:
                Record(action, DoneAs(action, action.Note));
                return new StateChange { Link = action.Action == SyncAction.Enable ? WithNames(action, effect.Account) : action.LinkAfter, Removal = removal };
            case EffectStatus.NotShown:
                Record(action, DoneAs(action, new Message("Detail_CannotConfirm")));
                return new StateChange { Link = WritesNames(action) ? WithNames(action, null) : action.LinkAfter, Removal = removal };
            case EffectStatus.NotSeen:
                Record(action, ChangeOutcome.Failed, NotConfirmed(action, effect.Found!));
                return new StateChange { Link = action.LinkAsked, Removal = removal };
            default:
                Record(action, ChangeOutcome.Skipped, new ConnectorException(ErrorId.EffectNotRead, Subject(action), Write(action), effect.Found!.Render()));
                return new StateChange { Link = action.LinkAsked, Removal = removal };
        }
    }

    private IEnumerable<StateChange> MemberChanges(PlannedAction action, Effect effect)
    {
        var member = new GroupMember(action.GroupId!, AccountOf(action)!, GroupMemberMark.Added);
        if (action.Action == SyncAction.AddMember)
        {
            yield return new StateChange { GroupMember = effect.Status == EffectStatus.NotShown ? member with { Mark = GroupMemberMark.AddedNotShown } : member };
            yield break;
        }

        if (!action.IsRetry)
            yield return new StateChange { Removal = RemovalOf(action, action.GroupId) };
        switch (effect.Status)
        {
            case EffectStatus.Seen:
                Record(action, new ChangeResult(action.Action, action.Note));
                yield return new StateChange { ForgottenMember = member };
                break;
            case EffectStatus.NotShown:
                Record(action, new ChangeResult(action.Action, new Message("Detail_CannotConfirm")));
                yield return new StateChange { ForgottenMember = member };
                break;
            case EffectStatus.NotSeen:
                Record(action, ChangeOutcome.Failed, NotConfirmed(action, effect.Found!));
                yield return new StateChange { GroupMember = member with { Mark = GroupMemberMark.RemovalAsked } };
                break;
            default:
                Record(action, ChangeOutcome.Skipped, new ConnectorException(ErrorId.EffectNotRead, Subject(action), Write(action), effect.Found!.Render()));
                yield return new StateChange { GroupMember = member with { Mark = GroupMemberMark.RemovalAsked } };
                break;
        }
    }

    private static ConnectorException NotConfirmed(PlannedAction action, Message found) => new(ErrorId.NotConfirmed, Subject(action), Write(action), found.Render());

    // What was asked for, in words.
    private static string Write(PlannedAction action) => new Message("Write_" + action.Action, action.GroupName ?? "").Render();

    private static string Subject(PlannedAction action) => action.Email ?? action.DisplayName ?? action.AccountId ?? "";

    // The link remembers what the server makes of a name, so that its own form is not written again in every run.
    private AccountLink WithNames(PlannedAction action, Account? shown)
    {
        var link = action.LinkAfter!;
        // A name that was refused was not written: it is tried, and named, again.
        if (refusals.TryGetValue(action, out var refusal) && refusal.OfNames)
            return link with { NamesWritten = action.LinkBefore?.NamesWritten, NamesRead = action.LinkBefore?.NamesRead };
        return link.NamesWritten is null || !WritesNames(action) ? link : link with { NamesRead = shown is null ? link.NamesWritten : NameFingerprint.Of(shown) };
    }

    private static bool WritesNames(PlannedAction action) => action.Patch is { GivenName: not null } or { FamilyName: not null } or { DisplayName: not null };

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

    // Without a result the effect is to be read before the action counts as done.
    private async Task<(StateChange? Effect, ChangeResult? Result)> WriteAsync(PlannedAction action, Guid intent, CancellationToken writes)
    {
        switch (action.Action)
        {
            case SyncAction.Create:
            case SyncAction.CreatePending:
                var done = DoneAs(action, action.Note);
                var (draft, created) = await CreateAsync(action, writes).ConfigureAwait(false);
                if (created.FoundAgain)
                    RefuseIfClaimed(intent, created.Id, draft.UserName);
                accountOfPerson[action.EntraId!] = created.Id;
                if (created.FoundAgain)
                    done = new ChangeResult(SyncAction.Adopt, new Message("Detail_FoundAgain"));
                else if (draft.Pending && action.Action == SyncAction.Create)
                    done = new ChangeResult(SyncAction.CreatePending, new Message("Detail_LicencesExhausted"), ErrorId.LicenseLimit);
                return (new StateChange { Link = LinkTo(created, action, draft), FormerLink = action.PredecessorAfter }, done);
            case SyncAction.Adopt:
                RefuseIfClaimed(intent, action.AccountId!, action.Email!);
                var adopted = await PatchAsync(action, writes).ConfigureAwait(false);
                accountOfPerson[action.EntraId!] = action.AccountId!;
                return (new StateChange { Link = Named(action, adopted), FormerLink = action.PredecessorAfter }, DoneAs(action, action.Note));
            case SyncAction.Update:
                return (new StateChange { Link = Named(action, await PatchAsync(action, writes).ConfigureAwait(false)) }, DoneAs(action, action.Note));
            case SyncAction.Disable when action.Patch is null:
                // Disabled already: what is new is that a deletion waits.
                return (new StateChange { Link = action.LinkAfter, Removal = action.IsWeighed ? RemovalOf(action, null) : null }, DoneAs(action, action.Note));
            case SyncAction.Disable:
            case SyncAction.ConvertToPersonal:
                await PatchAsync(action, writes).ConfigureAwait(false);
                return (null, null);
            case SyncAction.Delete:
                await accounts.DeleteAccountAsync(action.AccountId!, writes).ConfigureAwait(false);
                return (null, null);
            case SyncAction.Enable:
                // An answer that shows the account in use is enough: nobody is harmed if it was wrong.
                var enabled = await PatchAsync(action, writes).ConfigureAwait(false);
                return !action.IsUnread && enabled is { State: AccountState.Active or AccountState.Pending }
                    ? (new StateChange { Link = WithNames(action, enabled) }, DoneAs(action, action.Note))
                    : (null, null);
            case SyncAction.CreateGroup:
                var group = await accounts.CreateGroupAsync(action.GroupName!, action.GroupId!, writes).ConfigureAwait(false);
                accountGroupOf[action.GroupId!] = group;
                return (new StateChange { GroupLink = new GroupLink { GroupId = action.GroupId!, AccountGroupId = group, DisplayName = action.GroupName! } }, DoneAs(action, action.Note));
            case SyncAction.UpdateGroup:
                await accounts.PatchGroupAsync(action.AccountGroupId!, action.GroupPatch!, writes).ConfigureAwait(false);
                return (null, DoneAs(action, action.Note));
            case SyncAction.ReleaseGroup:
                if (action.GroupPatch is not null)
                    await accounts.PatchGroupAsync(action.AccountGroupId!, action.GroupPatch, writes).ConfigureAwait(false);
                return (new StateChange { ForgottenGroupId = action.GroupId }, DoneAs(action, action.Note));
            case SyncAction.DeleteGroup:
                await accounts.DeleteGroupAsync(action.AccountGroupId!, writes).ConfigureAwait(false);
                return (new StateChange { ForgottenGroupId = action.GroupId }, DoneAs(action, action.Note));
            default:
                return (action.GroupId is null ? new StateChange { Link = action.LinkAfter } : new StateChange { ForgottenGroupId = action.GroupId }, DoneAs(action, action.Note));
        }
    }

    // What an action is about must not be refused: the state that it asks for; of an update anything. Ownership marks and names are besides, and only named.
    private async Task<Account?> PatchAsync(PlannedAction action, CancellationToken writes)
    {
        var patched = await accounts.PatchAccountAsync(action.AccountId!, action.Patch!, writes).ConfigureAwait(false);
        if (patched.Refusal is { } refusal)
        {
            if (action.Action == SyncAction.Update || refusal.Patch.State is not null)
                throw refusal.Error;
            refusals[action] = refusal;
        }

        return patched.Shown;
    }

    // What the server refused of it is said rather than anything else.
    private ChangeResult DoneAs(PlannedAction action, Message? note) =>
        refusals.TryGetValue(action, out var refusal) ? new ChangeResult(action.Action, refusal.Error.Text, refusal.Error.Id) : new ChangeResult(action.Action, note);

    // The run of another connection to the same company may have begun meanwhile; an account belongs to one of them.
    private void RefuseIfClaimed(Guid intent, string accountId, string address)
    {
        if (journal.IsClaimedElsewhere(intent, accountId, address))
            throw new ConnectorException(ErrorId.AccountNotAdoptable, address, new Message("Obstacle_LinkedByOtherConnection").Render()) { Target = address };
    }

    // A full pool of licences makes the account a pending one where the server can express that, as the vendor's own connector does.
    private async Task<(AccountDraft Draft, CreatedAccount Created)> CreateAsync(PlannedAction action, CancellationToken writes)
    {
        var draft = action.Draft!;
        if (licencesExhausted && canCreatePending)
            draft = draft with { Pending = true };
        try
        {
            return (draft, await accounts.CreateAccountAsync(draft, writes).ConfigureAwait(false));
        }
        catch (ConnectorException e) when (e.Id == ErrorId.LicenseLimit && canCreatePending && !draft.Pending)
        {
            licencesExhausted = true;
            draft = draft with { Pending = true };
            return (draft, await accounts.CreateAccountAsync(draft, writes).ConfigureAwait(false));
        }
    }

    // The names are read together with the effects when the answer does not show them, and when the same names were written before: then the answer showed
    // what was sent and not what the server keeps.
    private AccountLink? Named(PlannedAction action, Account? shown)
    {
        if (WritesNames(action) && (shown is null || (action.LinkBefore?.NamesWritten is { } written && written == action.LinkAfter!.NamesWritten)))
            namesToRead.Enqueue(action);
        return WithNames(action, shown);
    }

    private AccountLink LinkTo(CreatedAccount created, PlannedAction creation, AccountDraft draft)
    {
        var written = NameFingerprint.Of(new AccountNames(draft.GivenName, draft.FamilyName, draft.DisplayName));
        var link = new AccountLink
        {
            EntraId = creation.EntraId!,
            AccountId = created.Id,
            Email = draft.UserName,
            DisplayName = draft.DisplayName,
            KnownState = draft.Pending ? AccountState.Pending : AccountState.Active,
            LinkedAt = clock.UtcNow,
            Origin = LinkOrigin.Created,
            SeenActive = created.State is AccountState.Active or AccountState.Pending,
            NamesWritten = written,
            NamesRead = created.Names is { } names ? NameFingerprint.Of(names) : written,
        };
        // Nobody knows who made it, and nothing was written to it.
        return created.FoundAgain ? link with { Origin = LinkOrigin.Unknown, KnownState = created.State, NamesWritten = null, NamesRead = null } : link;
    }

    private async Task ChangeMembersAsync(List<PlannedAction> actions, CancellationToken writes, CancellationToken run)
    {
        var requests = new List<(string AccountGroupId, List<PlannedAction> Actions)>();
        foreach (var group in actions.GroupBy(a => a.GroupId!, StringComparer.OrdinalIgnoreCase))
        {
            var possible = new List<PlannedAction>();
            foreach (var action in group)
            {
                var accountGroupId = AccountGroupOf(action);
                if (action is { Action: SyncAction.RemoveMember, EntraId: { } user } && keptPeople.ContainsKey(user))
                    Record(action, ChangeOutcome.Skipped, null, new Message("Detail_AccountKept"));
                else if (accountGroupId is null || AccountOf(action) is null || (action.Action == SyncAction.AddMember && notAdopted.ContainsKey(action.AccountId ?? "")))
                    Record(action, ChangeOutcome.Skipped, null, new Message("Detail_NeededFailed"));
                else
                    possible.Add(action);
            }

            foreach (var chunk in possible.InChunksOf(MembersPerRequest))
                requests.Add((AccountGroupOf(chunk[0])!, chunk));
        }

        await WithIntentsAsync(requests.Count, IntentOfRequest, async (i, intents) =>
        {
            var tried = requests[i].Actions.Where(a => !NotTried(a, run)).ToList();
            if (tried.Count == 0 || !await TryBeginAsync(intents, i).ConfigureAwait(false))
                return;
            var sent = new List<PlannedAction>(tried.Count);
            var isKnown = await ChangeMembersAsync(requests[i].AccountGroupId, tried, sent, writes, run).ConfigureAwait(false);
            // Where one answer was lost, the intent stays open; what was sent is read all the same.
            if (sent.Count > 0)
                changedGroups.Enqueue((requests[i].AccountGroupId, sent, isKnown ? intents.IdOf(i) : null));
            else if (isKnown)
                Close(intents.IdOf(i), null);
        }).ConfigureAwait(false);

        Intent IntentOfRequest(int i) =>
            IntentOf(requests[i].Actions[0]) with { AccountGroupId = requests[i].AccountGroupId, EntraId = null, AccountId = null, Email = null };
    }

    // False when it is not known what was done.
    private async Task<bool> ChangeMembersAsync(string accountGroupId, List<PlannedAction> actions, List<PlannedAction> sent, CancellationToken writes, CancellationToken run)
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
        catch (ConnectorException e) when (!ErrorCatalog.MayBeDone(e.Id) && actions.Count > 1)
        {
            // One bad member must not keep the others out.
            var known = true;
            foreach (var action in actions)
                known &= await ChangeMembersAsync(accountGroupId, new List<PlannedAction> { action }, sent, writes, run).ConfigureAwait(false);
            return known;
        }
        catch (ConnectorException e)
        {
            foreach (var action in actions)
                Fail(action, e);
            return !ErrorCatalog.MayBeDone(e.Id);
        }
        catch (OperationCanceledException)
        {
            foreach (var action in actions)
                Keep(action, ChangeOutcome.Skipped, null, new Message("Detail_Stopped"));
            return false;
        }

        Interlocked.Exchange(ref failuresInARow, 0);
        sent.AddRange(actions);
        // An addition is done when it is accepted; a removal when it is seen.
        if (actions[0].Action == SyncAction.AddMember)
        {
            foreach (var action in actions)
                Record(action, new ChangeResult(action.Action, action.Note));
            // Known before the effect is read: on a server that hides members nothing else tells the next run whom to remove.
            journal.Apply(actions.Select(a => new StateChange { GroupMember = new GroupMember(a.GroupId!, AccountOf(a)!, GroupMemberMark.Added) }).ToList(), Array.Empty<Guid>());
        }

        return true;
    }

    private bool NotTried(PlannedAction action, CancellationToken run)
    {
        if (run.IsCancellationRequested)
            Keep(action, ChangeOutcome.Skipped, null, new Message("Detail_Stopped"));
        else if (stopped is { } reason)
            Keep(action, ChangeOutcome.Skipped, reason, new Message("Detail_NotTried"));
        else if (action.Action == SyncAction.Create && licencesExhausted && !canCreatePending)
            Keep(action, ChangeOutcome.Failed, new ConnectorException(ErrorId.LicenseLimit, action.Email ?? ""));
        else if (action.IsCreation && creationsStopped is { } cause)
            Keep(action, ChangeOutcome.Skipped, new ConnectorException(ErrorId.TooManyFailures, action.Email ?? "", cause.Text.Render()));
        else if (action.Action == SyncAction.Update && updatesStopped is { } reasonOfUpdates)
            Keep(action, ChangeOutcome.Skipped, ConnectorException.Saying(ErrorId.TooManyFailures, new Message("TooMany_Updates", Subject(action), reasonOfUpdates.Text.Render())));
        else if (action.RetiresPredecessor && !action.Refused && keptPeople.ContainsKey(action.EntraId!))
            Record(action, ChangeOutcome.Skipped, null, new Message("Detail_NeededFailed"));
        else
            return false;
        return true;
    }

    private void Fail(PlannedAction action, ConnectorException error)
    {
        if (IsGone(action, error))
        {
            Record(action, ChangeOutcome.Skipped, new ConnectorException(ErrorId.AccountGone, Subject(action)));
            return;
        }

        if (error.Id == ErrorId.LicenseLimit)
        {
            licencesExhausted = true;
            // The server is asked by the id of the account, which tells a reader nothing; and this user has an account.
            if (action.Action == SyncAction.Enable)
                error = ConnectorException.Saying(ErrorId.LicenseLimit, new Message("LicenseLimit_Enable", Subject(action)));
        }
        else if (action.IsCreation && Interlocked.Increment(ref failedCreationsInARow) >= FailuresInARow)
            creationsStopped ??= error;
        // A server may fail at names, and at nothing else. Nobody's access waits for them.
        var isAboutNames = action.Action == SyncAction.Update && error.Id == ErrorId.AccountServerFailed;
        if (isAboutNames && Interlocked.Increment(ref failedUpdatesInARow) >= FailuresInARow)
            updatesStopped ??= error;
        if (error.Id is ErrorId.AccountServerTokenRejected or ErrorId.AccountServerUntrusted or ErrorId.ForeignHost
            || (error.IsTransient && !action.IsCreation && !isAboutNames && Interlocked.Increment(ref failuresInARow) >= FailuresInARow))
        {
            stopped ??= error;
        }

        Keep(action, ChangeOutcome.Failed, error);
    }

    // A person whose account was to be taken away, or replaced, and was not: nothing else may be taken from them either.
    private void Keep(PlannedAction action, ChangeOutcome outcome, ConnectorException? obstacle, Message? detail = null)
    {
        if (action.EntraId is not null && (action.IsRemoval || action.Action == SyncAction.Adopt))
            keptPeople[action.EntraId] = true;
        if (action.Action == SyncAction.Adopt)
            notAdopted[action.AccountId!] = true;
        Record(action, outcome, obstacle, detail);
    }

    private void Record(PlannedAction action, ChangeResult result) => Record(
        action, ChangeRecords.Of(action, ChangeOutcome.Done, null, result.Note, AccountOf(action)) with
        {
            Action = result.Action,
            After = result.Action == SyncAction.CreatePending ? nameof(AccountState.Pending) : action.After,
            ErrorId = result.Error?.ToString(),
        });

    private void Record(PlannedAction action, ChangeOutcome outcome, ConnectorException? obstacle, Message? detail = null) =>
        Record(action, ChangeRecords.Of(action, outcome, obstacle, detail, AccountOf(action)));

    private void Record(PlannedAction action, ChangeRecord record)
    {
        records[action] = record;
        var outcome = record.Outcome;
        if (action.Writes && outcome != ChangeOutcome.Refused)
            onProgress?.Invoke(Math.Min(Interlocked.Increment(ref done), total), total);
    }

    private string? AccountOf(PlannedAction action) =>
        action.AccountId ?? (action.EntraId is not null && accountOfPerson.TryGetValue(action.EntraId, out var id) ? id : null);

    private string? AccountGroupOf(PlannedAction action) =>
        action.AccountGroupId ?? (accountGroupOf.TryGetValue(action.GroupId!, out var id) ? id : null);

    private RemovalRecord RemovalOf(PlannedAction action, string? groupId) => new() { At = clock.UtcNow, GroupId = groupId, Forced = consent.Allows(action) };

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
        var intents = new IntentBatches(journal, workers, count, intentOf);
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

    private Task InParallelAsync(int count, Func<int, Task> work) => BoundedParallel.ForEachAsync(count, parallel, workers, work);
}
