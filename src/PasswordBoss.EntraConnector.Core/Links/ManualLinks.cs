using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Links;

/// <summary>
/// Links that an admin sets or removes by hand. Both operations take the run lock, show both sides before any change, write to the history, and make the next
/// run check the user.
/// </summary>
internal sealed class ManualLinks
{
    private readonly IConnectorFactory factory;
    private readonly RunClock clock;
    private readonly IStateStore store;
    private readonly ConnectionSettings connection;
    private readonly IStepApprover approver;

    public ManualLinks(IConnectorFactory factory, IStateStore store, ConnectionSettings connection, IStepApprover approver)
    {
        this.factory = factory;
        clock = new RunClock(factory.Clock);
        this.store = store;
        this.connection = connection;
        this.approver = approver;
    }

    /// <summary>
    /// Links a user to an account, regardless of who manages the account and of its external ID. Refuses an account that is linked to another user of this
    /// store. Writes only our ownership attributes to the account.
    /// </summary>
    /// <param name="userIdOrAddress">The user.</param>
    /// <param name="accountIdOrAddress">The account.</param>
    /// <param name="observer">Receives a warning if the user is disabled or not in the user group.</param>
    /// <param name="cancellationToken">Stops the reads and the write.</param>
    /// <returns>The link; null if it was not approved.</returns>
    public async Task<PBLink?> SetAsync(string userIdOrAddress, string accountIdOrAddress, IRunObserver observer, CancellationToken cancellationToken)
    {
        using var runLock = Lock();
        using var journal = store.OpenJournal(connection.Id);
        var secrets = store.ReadSecrets(connection);
        using var directory = factory.OpenDirectory(connection, secrets);
        using var accounts = factory.OpenAccounts(connection, secrets);
        var run = Begin(journal);
        var state = journal.Load(run.StartedAt);

        var parties = new LinkParties(connection, directory, accounts);
        var user = await parties.FindUserAsync(userIdOrAddress.Trim(), cancellationToken).ConfigureAwait(false);
        clock.Compare(directory.GraphClockDifference);
        await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        var account = await parties.FindAccountAsync(accountIdOrAddress.Trim(), cancellationToken).ConfigureAwait(false);
        Refuse(state, user, account);

        var former = state.Links.FirstOrDefault(l => l.Kind == LinkKind.Current && EntraId.Same(l.EntraId, user.User.Id));
        if (former is not null && AccountId.Same(former.AccountId, account.Id))
        {
            // On servers that do not keep an external ID, the address decides, as in every run.
            if (string.IsNullOrEmpty(account.ExternalId) ? EmailAddress.Same(account.UserName, former.Email) : EntraId.Same(account.ExternalId, user.User.Id))
                return LinkViews.Render(connection, former, user.Address, run.Start.Progress.AccountsListedAt);
            former = null;
        }

        if (user.IsOut)
            observer.Warning(connection.Name, Texts.WarningLinkedUserIsOut(user.Described));
        var action = former is null ? Texts.DoSetLink(user.Described) : Texts.DoSetLinkInstead(user.Described, LinkSentences.Of(former));
        if (!await approver.ApproveAsync(LinkSentences.Of(account).Render(), action, cancellationToken).ConfigureAwait(false))
            return null;

        var link = new AccountLink
        {
            EntraId = user.User.Id,
            AccountId = account.Id,
            Email = account.UserName.Trim(),
            DisplayName = user.User.DisplayName ?? account.DisplayName,
            KnownState = account.State,
            SeenActive = account.State is AccountState.Active or AccountState.Pending,
            Origin = LinkOrigin.Linked,
            LinkedAt = clock.UtcNow,
        };
        var stateChanges = former is null
            ? new StateChange[] { new StateChange.LinkSaved(link) }
            : new StateChange[] { new StateChange.LinkSaved(Retired(former)), new StateChange.LinkSaved(link) };
        var refused = await WriteAsync(journal, accounts, run, link, stateChanges, account.ExternalId, cancellationToken).ConfigureAwait(false);
        if (refused is not null)
            observer.Warning(connection.Name, refused.Text);

        var changes = new List<ChangeRecord>
        {
            Record(SyncAction.Adopt, link, Texts.ReasonLinkedByHand) with
            {
                Before = account.ManagedBy == ManagedBy.Unspecified ? null : account.ManagedBy.ToString(), After = nameof(ManagedBy.AzureAD),
                ErrorId = refused?.Id, Detail = refused?.Text,
            },
        };
        if (former is not null)
            changes.Add(Record(SyncAction.Unlink, former, Texts.ReasonUntiedByHand));
        Save(journal, run, link.EntraId, Texts.SummaryLinkSet(link.Email, user.Described), changes);
        return LinkViews.Render(connection, link, user.Address, run.Start.Progress.AccountsListedAt);
    }

    /// <summary>
    /// Removes the links that match both arguments. Writes nothing to Password Boss. Throws <see cref="ErrorId.LinkNotFound"/> if no link matches, and
    /// <see cref="ErrorId.UserAmbiguous"/> if links of several users match.
    /// </summary>
    /// <param name="userIdOrAddress">The user; null for the user that the account is linked to.</param>
    /// <param name="accountIdOrAddress">The account; null for all accounts that the user is linked to.</param>
    /// <param name="cancellationToken">Stops the prompts.</param>
    /// <returns>The removed links.</returns>
    public async Task<IReadOnlyList<PBLink>> RemoveAsync(string? userIdOrAddress, string? accountIdOrAddress, CancellationToken cancellationToken)
    {
        using var runLock = Lock();
        using var journal = store.OpenJournal(connection.Id);
        var run = Begin(journal);
        var found = LinkList.Read(connection, journal, journal.Load(run.StartedAt).Links)
            .Where(l => (string.IsNullOrEmpty(userIdOrAddress) || EntraId.Same(userIdOrAddress, l.Link.EntraId) || EmailAddress.Same(userIdOrAddress, l.Shown.User))
                && (string.IsNullOrEmpty(accountIdOrAddress) || AccountId.Same(accountIdOrAddress, l.Link.AccountId) || EmailAddress.Same(accountIdOrAddress, l.Link.Email)))
            .ToList();
        var given = string.Join(" = ", new[] { userIdOrAddress, accountIdOrAddress }.Where(g => !string.IsNullOrEmpty(g)));
        if (found.Count == 0)
            throw new ConnectorException(Problems.LinkNotFound(given).About(given));
        if (found.Select(l => l.Link.EntraId).Distinct(EntraId.Comparer).Count() > 1)
            throw new ConnectorException(Problems.UserAmbiguous(given, Texts.ListOf(found.Select(l => (MessageArgument)UserOf(l.Shown)))).About(given));

        var approved = new List<(AccountLink Link, PBLink Shown)>();
        foreach (var (link, shown) in found)
        {
            if (await approver.ApproveAsync(LinkSentences.Of(link).Render(), Texts.DoRemoveLink(UserOf(shown)), cancellationToken).ConfigureAwait(false))
                approved.Add((Retired(link), shown));
        }

        if (approved.Count == 0)
            return Array.Empty<PBLink>();
        journal.Apply(approved.Select(l => new StateChange.LinkSaved(l.Link)).ToList(), Array.Empty<Guid>());
        Save(
            journal,
            run,
            approved[0].Link.EntraId,
            Texts.SummaryLinkRemoved(string.Join(", ", approved.Select(l => l.Link.Email)), UserOf(approved[0].Shown)),
            approved.Select(l => Record(SyncAction.Unlink, l.Link, Texts.ReasonUntiedByHand)).ToList());
        return approved.Select(l => LinkViews.Render(connection, l.Link, l.Shown.User, run.Start.Progress.AccountsListedAt)).ToList();
    }

    private Run Begin(ISyncJournal journal)
    {
        var start = journal.LoadStart();
        if (NotActivatedState.Refusal(connection.Name, start.Progress.Restored) is { } notActivated)
            throw new ConnectorException(notActivated);
        clock.StartFrom(start.NewestTime);
        return new Run(clock.UtcNow, start);
    }

    private IRunLock Lock() => ConnectionLock.TakeForCommand(factory, connection);

    // Cases that even an admin cannot override: another user of this store has the account, its state does not allow a link, or the result of an earlier write
    // is unknown.
    private static void Refuse(SyncState state, LinkUser user, Account account)
    {
        var owner = state.Links.FirstOrDefault(l => AccountId.Same(l.AccountId, account.Id) && l.Kind != LinkKind.Retired && !EntraId.Same(l.EntraId, user.User.Id));
        if (owner is not null)
            throw new ConnectorException(LinkedAlready(LinkSentences.OfUser(owner.DisplayName, owner.Email, owner.EntraId)));
        if (state.LinkedElsewhere.Any(l => AccountId.Same(l.AccountId, account.Id) && EmailAddress.Same(l.Email, account.UserName)))
            throw new ConnectorException(LinkedAlready(Texts.OwnerOtherConnection));
        if (account.State is AccountState.Unknown or AccountState.Personal)
        {
            throw new ConnectorException(Problems.AccountNotAdoptable(account.UserName, Texts.ObstacleStateUnknown(account.StateText ?? account.State.ToString())).About(account.UserName));
        }

        // Recovery of that write would link the user to its account and retire this link.
        if (state.OpenIntents.Any(i => i.Action is SyncAction.Create or SyncAction.CreatePending or SyncAction.Adopt && EntraId.Same(i.EntraId, user.User.Id) && !AccountId.Same(i.AccountId, account.Id)))
            throw new ConnectorException(Problems.WriteUnsettled(user.Described).About(user.Address ?? user.User.Id));

        Problem LinkedAlready(Message to) => Problems.AccountLinkedAlready(account.UserName, to).About(account.UserName);
    }

    // Returns the refusal of the server, if it refused ownership attributes that the link does not need.
    private static async Task<Problem?> WriteAsync(
        ISyncJournal journal, IAccountDirectory accounts, Run run, AccountLink link, StateChange[] stateChanges, string? standingExternalId, CancellationToken cancellationToken)
    {
        var intent = Intent.OfManualLink(link, run.Id);
        journal.Begin(new[] { intent });
        PatchRefusal? refusal;
        try
        {
            var patch = new AccountPatch { ExternalId = link.EntraId, ManagedBy = ManagedBy.AzureAD };
            refusal = (await accounts.PatchAccountAsync(link.AccountId, patch, cancellationToken).ConfigureAwait(false)).Refusal;
            // The old external ID belongs to another user and could not be replaced. In every run the account would count as that user's, so the link is
            // useless.
            if (refusal is { Patch.ExternalId: not null } && !string.IsNullOrEmpty(standingExternalId) && !EntraId.Same(standingExternalId, link.EntraId))
                throw new ConnectorException(refusal.Error);
        }
        catch (ConnectorException e) when (!ErrorCatalog.MayBeDone(e.Id))
        {
            // The write was certainly not done. After any other error, the intent stays open, and the next run finds out.
            journal.Complete(intent.Id);
            await journal.FlushAsync().ConfigureAwait(false);
            throw;
        }

        journal.Complete(intent.Id, stateChanges);
        await journal.FlushAsync().ConfigureAwait(false);
        return refusal?.Error;
    }

    private void Save(ISyncJournal journal, Run run, string entraId, Message summary, IReadOnlyList<ChangeRecord> changes)
    {
        var record = new RunRecord
        {
            RunId = run.Id,
            Mode = SyncMode.User,
            Outcome = SyncOutcome.Succeeded,
            StartedAt = clock.Began(run.StartedAt),
            Duration = clock.UtcNow - clock.Began(run.StartedAt),
            Summary = summary,
            Changes = changes,
        };
        // Nothing was synced, so health and pause stay unchanged.
        journal.SaveRun(record, run.Start.Health with { BlockedRuns = 0, LockHeld = null }, run.Start.Pause, new ProgressChange
        {
            Progress = run.Start.Progress with
            {
                // A restored database needs a full sync, and this run was not one.
                FullNeeded = run.Start.Progress.FullNeeded || run.Start.WasRolledBack,
                RecheckUserIds = run.Start.Progress.RecheckUserIds.Union(new[] { entraId }, EntraId.Comparer).ToList(),
            },
            PendingRetries = run.Start.PendingRetries,
        });
    }

    // A retired link has no waiting deletion, waiting conversion or unconfirmed write, because its account has no user any more.
    private static AccountLink Retired(AccountLink link) => link.WithoutLeaver() with { Kind = LinkKind.Retired };

    private static ChangeRecord Record(SyncAction action, AccountLink link, Message reason) => ChangeRecord.Of(link, action, ChangeOutcome.Done, reason);

    private static Message UserOf(PBLink link) => LinkSentences.OfUser(link.DisplayName, link.User, link.EntraId);

    /// <summary>The starting point of a manual change.</summary>
    private sealed class Run
    {
        public Run(DateTimeOffset startedAt, RunStart start)
        {
            StartedAt = startedAt;
            Start = start;
        }

        public Guid Id { get; } = Guid.NewGuid();

        public DateTimeOffset StartedAt { get; }

        public RunStart Start { get; }
    }
}
