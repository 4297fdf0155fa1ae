using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>Sends a change of an account or a group. Thread-safe.</summary>
internal sealed class ChangeWriter
{
    private readonly IAccountDirectory accounts;
    private readonly ISyncJournal journal;
    private readonly IClock clock;
    private readonly ServerIds ids;
    private readonly WriteGate gate;
    private readonly Consent consent;
    private readonly ConcurrentDictionary<PlannedChange, PatchRefusal> refusals = new(ReferenceComparer.Instance);
    private readonly ConcurrentQueue<DoneWhenAccepted> namesToRead = new();

    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="clock">The time.</param>
    /// <param name="ids">Receives the ids of what is created.</param>
    /// <param name="gate">Records whether licences are left.</param>
    /// <param name="consent">What an admin allows.</param>
    public ChangeWriter(IAccountDirectory accounts, ISyncJournal journal, IClock clock, ServerIds ids, WriteGate gate, Consent consent)
    {
        this.accounts = accounts;
        this.journal = journal;
        this.clock = clock;
        this.ids = ids;
        this.gate = gate;
        this.consent = consent;
    }

    /// <summary>The changes whose names the server has not returned yet.</summary>
    public IReadOnlyCollection<DoneWhenAccepted> NamesToRead => namesToRead;

    /// <summary>Sends a change.</summary>
    /// <param name="change">The change, other than a membership change or a report.</param>
    /// <param name="intent">Its committed intent.</param>
    /// <param name="writes">Stops the write.</param>
    public Task<WriteResult> WriteAsync(PlannedChange change, Guid intent, CancellationToken writes) => change switch
    {
        CreateAccount creation => CreateAsync(creation, intent, writes),
        AdoptAccount adoption => AdoptAsync(adoption, intent, writes),
        UpdateAccount update => UpdateAsync(update, writes),
        EnableAccount enabling => EnableAsync(enabling, writes),
        DisableAccount { IsDisabledAlready: true } waiting =>
            Task.FromResult<WriteResult>(Done(waiting, waiting.StateChangesWhen(new Effect.Seen(null), waiting.LinkAfter, consent.RemovalOf(waiting, clock.UtcNow)))),
        DisableAccount disabling => SentAsync(PatchAsync(disabling, DisableAccount.Patch, writes)),
        ConvertAccount conversion => SentAsync(PatchAsync(conversion, ConvertAccount.Patch, writes)),
        DeleteAccount deletion => SentAsync(accounts.DeleteAccountAsync(deletion.LinkAfter.AccountId, deletion.IsHidden, writes)),
        ForgetLink forgetting => Task.FromResult<WriteResult>(Done(forgetting, forgetting.StateChanges())),
        CreateGroup creation => CreateAsync(creation, writes),
        UpdateGroup update => DoneAsync(accounts.PatchGroupAsync(update.AccountGroupId, update.Patch, writes), update, update.StateChanges()),
        ReleaseGroup { ServerStoresManager: true } release =>
            DoneAsync(accounts.PatchGroupAsync(release.AccountGroupId, ReleaseGroup.Patch, writes), release, release.StateChanges()),
        ReleaseGroup release => Task.FromResult<WriteResult>(Done(release, release.StateChanges())),
        DeleteGroup deletion => DoneAsync(accounts.DeleteGroupAsync(deletion.AccountGroupId, writes), deletion, deletion.StateChanges()),
        ForgetGroup forgetting => Task.FromResult<WriteResult>(Done(forgetting, forgetting.StateChanges())),
        _ => throw new NotSupportedException(change.GetType().Name),
    };

    /// <summary>The link of an enabled account, with the names that the server returned.</summary>
    /// <param name="change">The change.</param>
    /// <param name="shown">The account as the server returned it; null if it was not returned.</param>
    public AccountLink LinkOf(EnableAccount change, Account? shown) => WithNames(change, change.Patch, shown, change.LinkBefore);

    /// <summary>The link of an adopted or updated account, with the names that the server returned.</summary>
    /// <param name="change">The change.</param>
    /// <param name="shown">The account as it was read.</param>
    public AccountLink LinkOf(DoneWhenAccepted change, Account shown) => WithNames(change, change.Patch, shown, (change as UpdateAccount)?.LinkBefore);

    /// <summary>The result of a completed change. If the server refused a part of it, that is reported first.</summary>
    /// <param name="change">The change.</param>
    /// <param name="note">An additional note; null if there is none.</param>
    public ChangeResult ResultOf(PlannedChange change, Message? note) => refusals.TryGetValue(change, out var refusal)
        ? new ChangeResult(change.Action, refusal.Error.Text, refusal.Error.Id)
        : new ChangeResult(change.Action, note);

    private WriteResult.Done Done(PlannedChange change, StateChange[] stateChanges) => new(stateChanges, ResultOf(change, change.Note));

    // The change is done when a read shows its effect.
    private static async Task<WriteResult> SentAsync(Task write)
    {
        await write.ConfigureAwait(false);
        return WriteResult.Sent;
    }

    private async Task<WriteResult> DoneAsync(Task write, PlannedChange change, StateChange[] stateChanges)
    {
        await write.ConfigureAwait(false);
        return Done(change, stateChanges);
    }

    private async Task<WriteResult> CreateAsync(CreateAccount change, Guid intent, CancellationToken writes)
    {
        // If no licence is left, create a pending account where the server supports that, as the vendor's own connector does.
        var draft = gate.LicencesExhausted && gate.CanCreatePending ? change.Draft with { Pending = true } : change.Draft;
        CreationResult created;
        try
        {
            created = await accounts.CreateAccountAsync(draft, writes).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.LicenseLimit && gate.CanCreatePending && !draft.Pending)
        {
            gate.ExhaustLicences();
            draft = draft with { Pending = true };
            created = await accounts.CreateAccountAsync(draft, writes).ConfigureAwait(false);
        }

        if (created.FoundAgain)
            RefuseIfClaimed(intent, created.Id, draft.UserName);
        ids.AddAccount(draft.ExternalId, created.Id);
        var result = new ChangeResult(change.Action, null);
        if (created.FoundAgain)
            result = new ChangeResult(SyncAction.Adopt, Texts.DetailFoundAgain);
        else if (draft.Pending && !change.Draft.Pending)
            result = new ChangeResult(SyncAction.CreatePending, Texts.DetailLicencesExhausted, ErrorId.LicenseLimit);
        return new WriteResult.Done(change.StateChangesWith(LinkTo(created, draft)), result);
    }

    private async Task<WriteResult> AdoptAsync(AdoptAccount change, Guid intent, CancellationToken writes)
    {
        RefuseIfClaimed(intent, change.LinkAfter.AccountId, change.LinkAfter.Email);
        var shown = await PatchAsync(change, change.Patch, writes).ConfigureAwait(false);
        ids.AddAccount(change.LinkAfter.EntraId, change.LinkAfter.AccountId);
        return Done(change, change.StateChangesWith(Named(change, shown, null)));
    }

    private async Task<WriteResult> UpdateAsync(UpdateAccount change, CancellationToken writes) =>
        Done(change, change.StateChangesWith(Named(change, await PatchAsync(change, change.Patch, writes).ConfigureAwait(false), change.LinkBefore)));

    private async Task<WriteResult> EnableAsync(EnableAccount change, CancellationToken writes)
    {
        // For an enable the response is enough: a false "enabled" harms no user, a false "disabled" would.
        var shown = await PatchAsync(change, change.Patch, writes).ConfigureAwait(false);
        return !change.IsHidden && shown is { State: AccountState.Active or AccountState.Pending }
            ? Done(change, change.StateChangesWhen(new Effect.Seen(shown), LinkOf(change, shown), consent.RemovalOf(change, clock.UtcNow)))
            : WriteResult.Sent;
    }

    private async Task<WriteResult> CreateAsync(CreateGroup change, CancellationToken writes)
    {
        var accountGroupId = await accounts.CreateGroupAsync(change.Group.Name, change.Group.Id, writes).ConfigureAwait(false);
        ids.AddGroup(change.Group.Id, accountGroupId);
        return Done(change, change.StateChangesWith(accountGroupId));
    }

    private AccountLink LinkTo(CreationResult created, AccountDraft draft)
    {
        var written = NameFingerprint.Of(new AccountNames(draft.GivenName, draft.FamilyName, draft.DisplayName));
        var link = new AccountLink
        {
            EntraId = draft.ExternalId,
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
        // It is unknown who created the account, and nothing was written to it.
        return created.FoundAgain ? link with { Origin = LinkOrigin.Unknown, KnownState = created.State, NamesWritten = null, NamesRead = null } : link;
    }

    // If the server refuses the requested state, or any attribute of an UpdateAccount, the change fails. Refused names and ownership marks of other changes are
    // only reported.
    private async Task<Account?> PatchAsync(PlannedAccountChange change, AccountPatch patch, CancellationToken writes)
    {
        var patched = await accounts.PatchAccountAsync(change.LinkAfter.AccountId, patch, writes).ConfigureAwait(false);
        if (patched.Refusal is { } refusal)
        {
            if (change is UpdateAccount || refusal.Patch.State is not null)
                throw new ConnectorException(refusal.Error);
            refusals[change] = refusal;
        }

        return patched.Shown;
    }

    // A run of another connection of the same tenant may have linked the account meanwhile. An account belongs to one connection.
    private void RefuseIfClaimed(Guid intent, string accountId, string address)
    {
        if (journal.IsClaimedElsewhere(intent, accountId, address))
            throw new ConnectorException(Problems.AccountNotAdoptable(address, Texts.ObstacleLinkedByOtherConnection).About(address));
    }

    // Names are read together with the effects if the response does not contain them, or if the same names were written before: then the response contained
    // what was sent, not what the server stores.
    private AccountLink Named(DoneWhenAccepted change, Account? shown, AccountLink? before)
    {
        if (change.Patch.HasNames && (shown is null || (before?.NamesWritten is { } written && written == change.LinkAfter.NamesWritten)))
            namesToRead.Enqueue(change);
        return WithNames(change, change.Patch, shown, before);
    }

    // The link remembers the server's form of a name, so that not every run writes it again.
    private AccountLink WithNames(PlannedAccountChange change, AccountPatch patch, Account? shown, AccountLink? before)
    {
        var link = change.LinkAfter;
        // A refused name was not written: it is tried and reported again.
        if (refusals.TryGetValue(change, out var refusal) && refusal.Patch.HasNames)
            return link with { NamesWritten = before?.NamesWritten, NamesRead = before?.NamesRead };
        return link.NamesWritten is null || !patch.HasNames ? link : link with { NamesRead = shown is null ? link.NamesWritten : NameFingerprint.Of(shown) };
    }
}
