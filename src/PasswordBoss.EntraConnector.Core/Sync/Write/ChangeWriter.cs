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
    public async Task<WriteResult> WriteAsync(PlannedChange change, Guid intent, CancellationToken writes)
    {
        switch (change)
        {
            case CreateAccount creation:
                return await CreateAsync(creation, intent, writes).ConfigureAwait(false);
            case AdoptAccount adoption:
                RefuseIfClaimed(intent, adoption.LinkAfter.AccountId, adoption.LinkAfter.Email);
                var adopted = await PatchAsync(adoption, adoption.Patch, writes).ConfigureAwait(false);
                ids.AddAccount(adoption.LinkAfter.EntraId, adoption.LinkAfter.AccountId);
                return Done(adoption, adoption.StateChangesWith(Named(adoption, adopted, null)));
            case UpdateAccount update:
                return Done(update, update.StateChangesWith(Named(update, await PatchAsync(update, update.Patch, writes).ConfigureAwait(false), update.LinkBefore)));
            case EnableAccount enabling:
                // For an enable the response is enough: a false "enabled" harms no user, a false "disabled" would.
                var enabled = await PatchAsync(enabling, enabling.Patch, writes).ConfigureAwait(false);
                return !enabling.IsHidden && enabled is { State: AccountState.Active or AccountState.Pending }
                    ? Done(enabling, enabling.StateChangesWhen(new Effect.Seen(enabled), LinkOf(enabling, enabled), consent.RemovalOf(enabling, clock.UtcNow)))
                    : WriteResult.Sent;
            case DisableAccount { IsDisabledAlready: true } waiting:
                return Done(waiting, waiting.StateChangesWhen(new Effect.Seen(null), waiting.LinkAfter, consent.RemovalOf(waiting, clock.UtcNow)));
            case DisableAccount disabling:
                await PatchAsync(disabling, DisableAccount.Patch, writes).ConfigureAwait(false);
                return WriteResult.Sent;
            case ConvertAccount conversion:
                await PatchAsync(conversion, ConvertAccount.Patch, writes).ConfigureAwait(false);
                return WriteResult.Sent;
            case DeleteAccount deletion:
                await accounts.DeleteAccountAsync(deletion.LinkAfter.AccountId, deletion.IsHidden, writes).ConfigureAwait(false);
                return WriteResult.Sent;
            case ForgetLink forgetting:
                return Done(forgetting, forgetting.StateChanges());
            case CreateGroup creation:
                var accountGroupId = await accounts.CreateGroupAsync(creation.Group.Name, creation.Group.Id, writes).ConfigureAwait(false);
                ids.AddGroup(creation.Group.Id, accountGroupId);
                return Done(creation, creation.StateChangesWith(accountGroupId));
            case UpdateGroup update:
                await accounts.PatchGroupAsync(update.AccountGroupId, update.Patch, writes).ConfigureAwait(false);
                return Done(update, update.StateChanges());
            case ReleaseGroup release:
                if (release.ServerStoresManager)
                    await accounts.PatchGroupAsync(release.AccountGroupId, ReleaseGroup.Patch, writes).ConfigureAwait(false);
                return Done(release, release.StateChanges());
            case DeleteGroup deletion:
                await accounts.DeleteGroupAsync(deletion.AccountGroupId, writes).ConfigureAwait(false);
                return Done(deletion, deletion.StateChanges());
            case ForgetGroup forgetting:
                return Done(forgetting, forgetting.StateChanges());
            default:
                throw new NotSupportedException(change.GetType().Name);
        }
    }

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

    private async Task<WriteResult> CreateAsync(CreateAccount change, Guid intent, CancellationToken writes)
    {
        var (draft, created) = await SendAsync(change.Draft, writes).ConfigureAwait(false);
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

    // If no licence is left, create a pending account where the server supports that, as the vendor's own connector does.
    private async Task<(AccountDraft Draft, CreationResult Created)> SendAsync(AccountDraft draft, CancellationToken writes)
    {
        if (gate.LicencesExhausted && gate.CanCreatePending)
            draft = draft with { Pending = true };
        try
        {
            return (draft, await accounts.CreateAccountAsync(draft, writes).ConfigureAwait(false));
        }
        catch (ConnectorException e) when (e.Id == ErrorId.LicenseLimit && gate.CanCreatePending && !draft.Pending)
        {
            gate.ExhaustLicences();
            draft = draft with { Pending = true };
            return (draft, await accounts.CreateAccountAsync(draft, writes).ConfigureAwait(false));
        }
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
