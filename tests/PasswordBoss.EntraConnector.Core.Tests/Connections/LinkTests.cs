using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>Links that an admin sets and removes.</summary>
public sealed class LinkTests
{
    private readonly World world = new(others: 3);
    private readonly Listener listener = new();
    private readonly Admin admin = new();

    public LinkTests() => world.Sync();

    private Task<PBLink?> SetAsync(string user, string account) => world.Service.SetLinkAsync(World.Name, user, account, admin, listener, CancellationToken.None);

    private Task<IReadOnlyList<PBLink>> RemoveAsync(string? user, string? account = null) =>
        world.Service.RemoveLinksAsync(World.Name, user, account, admin, CancellationToken.None);

    private async Task<ConnectorException> RefusedAsync(Func<Task> act)
    {
        var links = world.State.Links.Values.ToHashSet();
        var writes = world.PasswordBoss.Writes;
        var error = await Assert.ThrowsAsync<ConnectorException>(act);
        Assert.Equal((writes, links.Count), (world.PasswordBoss.Writes, world.State.Links.Count));
        Assert.All(world.State.Links.Values, l => Assert.Contains(l, links));
        Assert.Empty(admin.Asked);
        Assert.DoesNotContain(world.State.Runs, r => r.Mode == SyncMode.User);
        return error;
    }

    /// <summary>An account that no rule adopts, because another connector created it with another external ID.</summary>
    private Account Foreign(string address = "anna@contoso.com", AccountState state = AccountState.Active) =>
        world.PasswordBoss.AdminCreate(address, state, ManagedBy.ActiveDirectory, "S-1-5-21", name: "Given Family");

    // ── linking ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_manual_link_resolves_a_conflict_whatever_manages_the_account(bool userById, bool accountById)
    {
        var anna = world.Join("anna");
        var account = Foreign();
        Assert.Equal("AccountNotAdoptable", Assert.Single(world.SyncChanges().Changes).ErrorId);
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        var link = await SetAsync(userById ? anna.ToUpperInvariant() : "Anna@contoso.com", accountById ? account.Id : "ANNA@contoso.com");

        Assert.Equal(
            (World.Name, "anna@contoso.com", "anna Miller", anna, account.Id, "anna@contoso.com", LinkOrigin.Linked, LinkKind.Current, AccountState.Active, world.Clock.UtcNow),
            (link!.Connection, link.User, link.DisplayName, link.EntraId, link.AccountId, link.Email, link.Origin, link.Kind, link.State, link.Since));
        var taken = world.PasswordBoss.Accounts[account.Id];
        Assert.Equal((anna, ManagedBy.AzureAD, AccountState.Active, "Given Family"), (taken.ExternalId, taken.ManagedBy, taken.State, taken.DisplayName));
        var stored = world.State.CurrentLinkOf(anna)!;
        Assert.Equal((LinkOrigin.Linked, AccountState.Active, true), (stored.Origin, stored.KnownState, stored.SeenActive));
        Assert.Empty(world.State.Intents);
        Assert.Empty(listener.Warnings);

        // The next run does not report the conflict, and reports the updated account.
        var next = world.SyncChanges();
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded, SyncAction.Update), (next.Mode, next.Outcome, Assert.Single(next.Changes).Action));
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
    }

    [Theory]
    [InlineData("anna@b\u00FCcher.example", "anna@b\u00FCcher.example", "anna@b\u00FCcher.example", "anna@xn--bcher-kva.example")]
    [InlineData("anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example", "anna@b\u00FCcher.example", "anna@xn--bcher-kva.example")]
    [InlineData("anna@B\u00DCCHER.example", "anna@B\u00DCCHER.example", "anna@xn--bcher-kva.example", "anna@b\u00FCcher.example")]
    [InlineData("anna@XN--BCHER-KVA.example", "anna@XN--BCHER-KVA.example", "anna@xn--bcher-kva.example", "anna@b\u00FCcher.example")]
    [InlineData("anna@bu\u0308cher.example", "anna@bu\u0308cher.example", "anna@b\u00FCcher.example", "anna@b\u00FCcher.example")]
    public async Task An_international_address_is_found_in_both_forms(string user, string account, string inEntra, string inPasswordBoss)
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = inEntra });
        var existing = Foreign(inPasswordBoss);
        world.SyncChanges();

        var link = await SetAsync(user, account);

        Assert.Equal((anna, existing.Id), (link!.EntraId, link.AccountId));
        Assert.Equal(existing.Id, Assert.Single(await RemoveAsync(user, account)).AccountId);
    }

    [Fact]
    public async Task Two_accounts_with_two_forms_of_one_address_are_ambiguous()
    {
        var anna = world.Join("anna");
        var bob = world.Join("bob");
        world.Edit(anna, u => u with { Mail = "shared@b\u00FCcher.example" });
        world.Edit(bob, u => u with { Mail = "shared@xn--bcher-kva.example" });
        var account = Foreign("shared@b\u00FCcher.example");
        Foreign("shared@xn--bcher-kva.example");

        Assert.Equal(ErrorId.UserAmbiguous, (await RefusedAsync(() => SetAsync("shared@b\u00FCcher.example", account.Id))).Id);
        Assert.Equal(ErrorId.AccountAmbiguous, (await RefusedAsync(() => SetAsync(anna, "shared@b\u00FCcher.example"))).Id);
    }

    [Fact]
    public async Task Both_sides_are_shown_before_anything_is_written()
    {
        var anna = world.Join("anna");
        var former = world.Link(anna);
        var account = Foreign("a.miller@contoso.com");
        world.PasswordBoss.Accounts[account.Id] = account with { DisplayName = "An\u202Ena\r\n\u001b[31m" };
        var before = world.State.Commits;
        admin.Answer = _ => false;

        Assert.Null(await SetAsync(anna, account.Id));

        var (target, action) = Assert.Single(admin.Asked);
        Assert.Equal($"a.miller@contoso.com (name 'Anna [31m', id {account.Id}, state Active, managed by ActiveDirectory, external ID S-1-5-21)", target);
        Assert.Equal(
            $"Link the account to user 'anna Miller' (anna@contoso.com, id {anna}), and unlink the current account anna@contoso.com (id {former.Id}, last known state Active) of that user",
            action);
        Assert.Equal((before, "S-1-5-21"), (world.State.Commits, world.PasswordBoss.Accounts[account.Id].ExternalId));
        Assert.Single(world.State.Runs);
        Assert.False(world.Factory.Locked);
    }

    [Fact]
    public async Task The_previous_account_is_unlinked_and_no_longer_changed()
    {
        var anna = world.Join("anna");
        var former = world.Link(anna);
        var account = Foreign("a.miller@contoso.com");
        world.Sync();

        await SetAsync(anna, account.Id);

        Assert.Equal((LinkKind.Retired, account.Id), (world.State.Links[former.Id].Kind, world.State.CurrentLinkOf(anna)!.AccountId));
        world.SyncChanges();
        world.Leave(anna);
        world.Sync();
        Assert.Equal((AccountState.Active, AccountState.Disabled), (world.PasswordBoss.Accounts[former.Id].State, world.PasswordBoss.Accounts[account.Id].State));
    }

    [Fact]
    public async Task The_link_is_in_the_history_and_the_connection_is_unchanged()
    {
        var anna = world.Join("anna");
        var former = world.Link(anna);
        var account = Foreign("a.miller@contoso.com");
        var (health, pause, progress) = (world.State.Health, world.State.Pause, world.State.Progress);

        await SetAsync(anna, account.Id);

        var run = world.Service.GetHistory(World.Name, 1, null).First();
        Assert.Equal((SyncMode.User, SyncOutcome.Succeeded, 1, 0), (run.Mode, run.Outcome, run.Adopted, run.Created));
        Assert.Equal($"An admin linked account 'a.miller@contoso.com' to 'anna Miller' (anna@contoso.com, id {anna}).", run.Message);
        Assert.Equal(
            new[] { (SyncAction.Adopt, account.Id, "linked by an admin", "ActiveDirectory"), (SyncAction.Unlink, former.Id, "unlinked by an admin", "") },
            run.Changes.Select(c => (c.Action, c.AccountId!, c.Reason, c.Before ?? "")));
        Assert.Equal((health, pause), (world.State.Health, world.State.Pause));
        Assert.Equal(progress with { RecheckUserIds = world.State.Progress.RecheckUserIds }, world.State.Progress);
        Assert.Equal(new[] { anna }, world.State.Progress.RecheckUserIds);
    }

    [Fact]
    public async Task Other_pending_retries_stay_pending()
    {
        var bob = world.Join("bob");
        world.Edit(bob, u => u with { Mail = null, UserPrincipalName = null });
        var anna = world.Join("anna");
        var account = Foreign();
        world.SyncChanges();
        var open = world.State.PendingRetries;
        Assert.Equal(2, open.Count);

        await SetAsync(anna, account.Id);

        Assert.Equal(open, world.State.PendingRetries);
        Assert.Contains(world.SyncChanges().Changes, c => c.EntraId == bob && c.ErrorId == "AddressMissing");
        Assert.Equal(bob, Assert.Single(world.State.PendingRetries).EntraId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_existing_link_is_reported_and_nothing_is_written(bool keepsExternalId)
    {
        var anna = world.Join("anna");
        var account = world.Link(anna);
        if (!keepsExternalId)
            world.PasswordBoss.Accounts[account.Id] = account with { ExternalId = null };
        var before = (world.State.Commits, world.State.Links[account.Id], world.PasswordBoss.Writes);

        var link = await SetAsync(anna, account.Id);

        Assert.Equal((account.Id, anna), (link!.AccountId, link.EntraId));
        Assert.Equal(before, (world.State.Commits, world.State.Links[account.Id], world.PasswordBoss.Writes));
        Assert.Empty(admin.Asked);
    }

    [Fact]
    public async Task A_replaced_external_ID_is_written_again()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.PasswordBoss.Accounts[account.Id] = account with { ExternalId = "someone-else" };
        Assert.Equal("AccountMismatch", Assert.Single(world.Sync().Changes).ErrorId);

        await SetAsync(anna, account.Id);

        Assert.Equal(anna, world.PasswordBoss.Accounts[account.Id].ExternalId);
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
    }

    [Fact]
    public async Task An_account_linked_to_another_user_is_refused_with_that_name()
    {
        var anna = world.Join("anna");
        var bob = world.Join("bob");
        var account = world.Link(bob);
        var predecessor = Foreign("old@contoso.com");
        world.State.Links[predecessor.Id] = new AccountLink { EntraId = bob, AccountId = predecessor.Id, Email = "old@contoso.com", DisplayName = "bob Miller", Kind = LinkKind.Predecessor };
        var elsewhere = Foreign("else@contoso.com");
        world.State.LinkedElsewhere.Add(new ForeignLink(elsewhere.Id, "Else@contoso.com"));

        foreach (var id in new[] { account.Id, predecessor.Id })
        {
            var error = await RefusedAsync(() => SetAsync(anna, id));
            Assert.Equal(ErrorId.AccountLinkedAlready, error.Id);
            Assert.Contains("'bob Miller'", error.Message, StringComparison.Ordinal);
        }

        var other = await RefusedAsync(() => SetAsync(anna, elsewhere.Id));
        Assert.Equal(ErrorId.AccountLinkedAlready, other.Id);
        Assert.Contains("another connection", other.Message, StringComparison.Ordinal);

        // An ID is unique only on its server, so with another address it is another account. A retired account belongs to no user.
        world.State.LinkedElsewhere[0] = new ForeignLink(elsewhere.Id, "other@contoso.com");
        Assert.NotNull(await SetAsync(anna, elsewhere.Id));
        world.State.Links[predecessor.Id] = world.State.Links[predecessor.Id] with { Kind = LinkKind.Retired };
        Assert.NotNull(await SetAsync(anna, predecessor.Id));
    }

    [Theory]
    [InlineData(AccountState.Personal)]
    [InlineData(AccountState.Unknown)]
    public async Task A_personal_account_or_one_in_an_unknown_state_is_refused(AccountState state) =>
        Assert.Equal(ErrorId.AccountNotAdoptable, (await RefusedAsync(() => SetAsync(world.Join("anna"), Foreign(state: state).Id))).Id);

    [Fact]
    public async Task An_ambiguous_user_or_account_is_refused()
    {
        var anna = world.Join("anna");
        var bob = world.Join("bob");
        world.Edit(bob, u => u with { UserPrincipalName = "anna@contoso.com" });
        var account = Foreign();
        Foreign("twice@contoso.com");
        Foreign("twice@contoso.com");

        var user = await RefusedAsync(() => SetAsync("anna@contoso.com", account.Id));
        Assert.Equal(ErrorId.UserAmbiguous, user.Id);
        Assert.Contains(anna, user.Message, StringComparison.Ordinal);
        Assert.Contains(bob, user.Message, StringComparison.Ordinal);
        var several = await RefusedAsync(() => SetAsync(anna, "twice@contoso.com"));
        Assert.Equal(ErrorId.AccountAmbiguous, several.Id);
        Assert.Contains("S-1-5-21", several.Message, StringComparison.Ordinal);

        var missing = await RefusedAsync(() => SetAsync("unknown@contoso.com", account.Id));
        Assert.Equal((ErrorId.UserNotFound, "unknown@contoso.com"), (missing.Id, missing.Target));
        world.SoftDelete(bob);
        Assert.Equal(ErrorId.UserNotFound, (await RefusedAsync(() => SetAsync(bob, account.Id))).Id);
        world.Entra.AllLookupsUnknown = true;
        Assert.Equal(ErrorId.PersonUnknown, (await RefusedAsync(() => SetAsync(anna, account.Id))).Id);
        world.Entra.AllLookupsUnknown = false;
        Assert.Equal(ErrorId.AccountNotFound, (await RefusedAsync(() => SetAsync(anna, "unknown@contoso.com"))).Id);
        Assert.Equal(ErrorId.AccountNotFound, (await RefusedAsync(() => SetAsync(anna, "acc-none"))).Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Linking_a_user_the_next_run_will_disable_causes_a_warning(bool disabled)
    {
        var anna = disabled ? world.Join("anna") : world.Hire("anna");
        if (disabled)
            world.Disable(anna);
        var account = Foreign();

        await SetAsync(anna, account.Id);

        Assert.Equal("Warning_LinkedUserIsOut", Assert.Single(listener.Warnings).Id);
        world.SyncChanges();
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.Accounts[account.Id].State);
    }

    [Fact]
    public async Task Linking_and_unlinking_are_refused_during_a_run()
    {
        var anna = world.Join("anna");
        var account = Foreign();
        world.Factory.LockedElsewhere = true;

        Assert.Equal(ErrorId.AlreadyRunning, (await RefusedAsync(() => SetAsync(anna, account.Id))).Id);
        Assert.Equal(ErrorId.AlreadyRunning, (await RefusedAsync(() => RemoveAsync("other0@contoso.com"))).Id);
    }

    [Fact]
    public async Task Linking_is_refused_while_an_intent_for_the_user_is_open()
    {
        var anna = world.Join("anna");
        var account = Foreign("a.miller@contoso.com");
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;
        world.Sync();
        world.PasswordBoss.FaultOn = null;
        Assert.NotEmpty(world.State.Intents);

        Assert.Equal(ErrorId.WriteUnsettled, (await RefusedAsync(() => SetAsync(anna, account.Id))).Id);

        world.Sync();
        Assert.NotNull(await SetAsync(anna, account.Id));
    }

    // ── a write that fails, a process that dies ─────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public async Task A_refused_write_changes_nothing()
    {
        var anna = world.Join("anna");
        var former = world.Link(anna);
        var account = Foreign("a.miller@contoso.com");
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountRefused) : null;

        await Assert.ThrowsAsync<ConnectorException>(() => SetAsync(anna, account.Id));

        Assert.Empty(world.State.Intents);
        Assert.Equal(former.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.DoesNotContain(world.State.Runs, r => r.Mode == SyncMode.User);
        Assert.False(world.Factory.Locked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_run_checks_the_result_of_a_write_without_a_response(bool done)
    {
        var anna = world.Join("anna");
        var account = Foreign();
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: done) : null;

        await Assert.ThrowsAsync<ConnectorException>(() => SetAsync(anna, account.Id));
        world.PasswordBoss.FaultOn = null;
        Assert.Single(world.State.Intents);
        world.SyncChanges();

        Assert.Empty(world.State.Intents);
        Assert.Equal(done ? account.Id : null, world.State.CurrentLinkOf(anna)?.AccountId);
        Assert.Equal(account.Id, (await SetAsync(anna, account.Id))!.AccountId);
        Assert.Equal(account.Id, world.State.CurrentLinkOf(anna)!.AccountId);
    }

    // Without an external ID the address identifies the user, so the link is valid.
    [Theory]
    [InlineData(nameof(AccountPatch.ExternalId), null)]
    [InlineData(nameof(AccountPatch.ManagedBy), null)]
    [InlineData(nameof(AccountPatch.ManagedBy), "S-1-5-21")]
    public async Task A_refused_attribute_is_reported_and_the_link_is_saved(string attribute, string? externalId)
    {
        var anna = world.Join("anna");
        var account = world.PasswordBoss.AdminCreate("anna@contoso.com", managedBy: ManagedBy.ActiveDirectory, externalId: externalId, name: "Given Family");
        world.PasswordBoss.RefusedAttributes.Add(attribute);

        Assert.Equal(account.Id, (await SetAsync(anna, account.Id))!.AccountId);

        Assert.Contains(attribute, Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
        Assert.Equal(ErrorId.AccountRefused, Assert.Single(world.State.Runs[^1].Changes).ErrorId);
        world.Leave(anna);
        world.Sync();
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.Accounts[account.Id].State);
    }

    [Fact]
    public async Task An_account_that_keeps_another_external_ID_is_not_linked()
    {
        var anna = world.Join("anna");
        var account = Foreign();
        world.PasswordBoss.RefusedAttributes.Add(nameof(AccountPatch.ExternalId));

        var error = await Assert.ThrowsAsync<ConnectorException>(() => SetAsync(anna, account.Id));

        Assert.Equal(ErrorId.AccountRefused, error.Id);
        Assert.Null(world.State.CurrentLinkOf(anna));
        Assert.Empty(world.State.Intents);
    }

    [Fact]
    public async Task A_lost_response_leaves_the_previous_account_unchanged()
    {
        var anna = world.Join("anna");
        var former = world.Link(anna);
        world.Sync();
        var account = Foreign("a.miller@contoso.com");
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;
        await Assert.ThrowsAsync<ConnectorException>(() => SetAsync(anna, account.Id));
        world.PasswordBoss.FaultOn = null;

        world.Sync();
        world.Sync();

        Assert.Equal(account.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal((AccountState.Active, LinkKind.Retired), (world.PasswordBoss.Accounts[former.Id].State, world.State.Links[former.Id].Kind));
    }

    [Fact]
    public async Task A_link_command_killed_at_any_point_can_be_completed()
    {
        for (var passage = 0; ; passage++)
        {
            var crash = new World(others: 3);
            crash.Sync();
            var anna = crash.Join("anna");
            var account = crash.PasswordBoss.AdminCreate("anna@contoso.com", managedBy: ManagedBy.ActiveDirectory, externalId: "S-1-5-21");
            crash.Wire.StartProcess(passage);
            try
            {
                await crash.Service.SetLinkAsync(World.Name, anna, account.Id, admin, listener, CancellationToken.None);
            }
            catch (ProcessDiedException)
            {
            }

            var died = crash.Wire.Died;
            crash.Wire.StartProcess();
            crash.SyncChanges();
            var link = await crash.Service.SetLinkAsync(World.Name, anna, account.Id, admin, listener, CancellationToken.None);
            crash.Sync();
            Assert.Equal((account.Id, account.Id, anna), (link!.AccountId, crash.State.CurrentLinkOf(anna)!.AccountId, crash.PasswordBoss.Accounts[account.Id].ExternalId));
            Assert.Empty(crash.State.Intents);
            Assert.Equal(4, crash.PasswordBoss.Accounts.Count);
            Assert.Equal(SyncOutcome.NoChange, crash.Sync().Outcome);
            if (!died)
            {
                Assert.True(passage > 10, "the command passed the wire too seldom");
                return;
            }
        }
    }

    // ── unlinking ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    public static TheoryData<bool, bool, bool> Namings() => new() { { true, false, true }, { true, false, false }, { false, true, true }, { false, true, false }, { true, true, true }, { true, true, false } };

    [Theory]
    [MemberData(nameof(Namings))]
    public async Task An_unlinked_account_is_kept_and_conflicts_until_it_is_linked_again(bool byUser, bool byAccount, bool byId)
    {
        var anna = world.Join("anna");
        world.SyncChanges();
        var account = world.PasswordBoss.At("anna@contoso.com");
        var health = world.State.Health;

        var link = Assert.Single(await RemoveAsync(byUser ? byId ? anna : "ANNA@contoso.com" : null, byAccount ? byId ? account.Id : "Anna@Contoso.com" : null));

        Assert.Equal((anna, account.Id, LinkKind.Retired), (link.EntraId, link.AccountId, link.Kind));
        Assert.Equal(account, world.PasswordBoss.At("anna@contoso.com"));
        Assert.Equal(
            ($"anna@contoso.com (id {account.Id}, last known state Active)", $"Unlink the account from user 'anna Miller' (anna@contoso.com, id {anna}); the account stays as it is"),
            Assert.Single(admin.Asked));
        var run = world.Service.GetHistory(World.Name, 1, null).First();
        Assert.Equal((SyncMode.User, SyncOutcome.Succeeded, SyncAction.Unlink), (run.Mode, run.Outcome, Assert.Single(run.Changes).Action));
        Assert.Equal(health, world.State.Health);

        Assert.Equal("AccountNotAdoptable", Assert.Single(world.SyncChanges().Changes).ErrorId);
        await SetAsync(anna, account.Id);
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Equal(account, world.PasswordBoss.At("anna@contoso.com"));
    }

    [Fact]
    public async Task An_unlinked_account_is_kept_when_its_user_leaves()
    {
        var anna = world.Join("anna");
        world.Sync();
        await RemoveAsync(anna);
        world.Leave(anna);

        world.SyncChanges();
        world.Sync();

        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public async Task Unlinking_cancels_a_scheduled_deletion()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna, AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed);
        world.State.Links[account.Id] = world.State.Links[account.Id] with { WaitingDeletion = new(LeavingEvent.Removed, world.Clock.UtcNow), Unconfirmed = new(AccountRequest.Disable) };
        Assert.Equal(1, world.Service.GetStatus(World.Name).PendingDeletes);

        await RemoveAsync(anna);

        Assert.Equal(0, world.Service.GetStatus(World.Name).PendingDeletes);
        Assert.Equal((LinkKind.Retired, null, AccountRequest.None), (world.State.Links[account.Id].Kind, world.State.Links[account.Id].WaitingDeletion, world.State.Links[account.Id].Unconfirmed.Request));
    }

    [Fact]
    public async Task Only_approved_links_are_removed()
    {
        var bob = world.Join("bob");
        var account = world.Link(bob);
        var predecessor = Foreign("old@contoso.com");
        world.State.Links[predecessor.Id] = new AccountLink { EntraId = bob, AccountId = predecessor.Id, Email = "old@contoso.com", Kind = LinkKind.Predecessor };
        var commits = world.State.Commits;

        admin.Answer = _ => false;
        Assert.Empty(await RemoveAsync(bob));
        Assert.Equal((commits, 2), (world.State.Commits, admin.Asked.Count));

        admin.Answer = target => target.StartsWith("old@", StringComparison.Ordinal);
        Assert.Equal(predecessor.Id, Assert.Single(await RemoveAsync(bob)).AccountId);
        Assert.Equal((LinkKind.Current, LinkKind.Retired), (world.State.Links[account.Id].Kind, world.State.Links[predecessor.Id].Kind));
    }

    [Fact]
    public async Task Unlinking_an_unlinked_account_or_an_ambiguous_user_is_refused()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.State.Links[account.Id] = world.State.Links[account.Id] with { Kind = LinkKind.Retired };
        var (one, two) = (world.Join("one"), world.Join("two"));
        foreach (var id in new[] { one, two })
        {
            var linked = world.Link(id);
            world.State.Links[linked.Id] = world.State.Links[linked.Id] with { Email = "same@contoso.com" };
        }

        foreach (var (user, given) in new[] { (anna, (string?)null), ("unknown@contoso.com", null), (null, account.Id), (one, "other0@contoso.com") })
            Assert.Equal(ErrorId.LinkNotFound, (await RefusedAsync(() => RemoveAsync(user, given))).Id);
        var several = await RefusedAsync(() => RemoveAsync(null, "same@contoso.com"));
        Assert.Equal(ErrorId.UserAmbiguous, several.Id);
        Assert.Contains(one, several.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manual_link_does_not_cancel_the_full_run_after_a_restored_database()
    {
        world.State.WasRolledBack = true;

        await RemoveAsync(null, world.State.Links.Keys.First());

        Assert.Equal((false, true), (world.State.WasRolledBack, world.State.Progress.FullNeeded));
        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
    }

    // ── listing ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void Links_are_listed_from_the_store()
    {
        world.Rules = SyncRules.Default;
        var anna = world.Join("anna");
        var account = world.Link(anna, AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Deleted);
        var since = world.Clock.UtcNow.AddDays(-2);
        world.State.Links[account.Id] = world.State.Links[account.Id] with
        {
            Email = "old@contoso.com",
            Origin = LinkOrigin.Created,
            KnownState = AccountState.Disabled,
            WaitingDeletion = new(LeavingEvent.Deleted, since),
            NeedsConsent = true,
        };
        world.State.Members.Add(new KnownMember(world.UserGroup.Id, anna, "anna@contoso.com"));
        world.State.Members.Add(new KnownMember("another group", anna, null));
        var retired = world.State.CurrentLinkOf(world.Entra.Users.Values.Single(u => u.Mail == "other2@contoso.com").Id)!;
        world.State.Links[retired.AccountId] = retired with { Kind = LinkKind.Retired };
        var (calls, reads) = (world.Entra.Calls.Values.Sum(), world.PasswordBoss.Calls.Values.Sum());

        var links = world.Service.GetLinks(World.Name);

        Assert.Equal(new[] { "old@contoso.com", "other0@contoso.com", "other1@contoso.com" }, links.Select(l => l.Email));
        var link = links[0];
        Assert.Equal(
            ("anna@contoso.com", "anna Miller", anna, account.Id, LinkOrigin.Created, LinkKind.Current, AccountState.Disabled, world.Clock.UtcNow.AddDays(-30), since.AddDays(30), true),
            (link.User, link.DisplayName, link.EntraId, link.AccountId, link.Origin, link.Kind, link.State, link.Since, link.DeletesAt, link.Held));
        Assert.All(links.Skip(1), l => Assert.Equal((l.Email, null, false), (l.User, l.DeletesAt, l.Held)));
        Assert.Equal((calls, reads), (world.Entra.Calls.Values.Sum(), world.PasswordBoss.Calls.Values.Sum()));
    }

    [Fact]
    public void A_shorter_deletion_period_deletes_nothing_within_a_day_of_the_change()
    {
        var account = world.Link(world.Join("anna"));
        world.State.Links[account.Id] = world.State.Links[account.Id] with { WaitingDeletion = new(LeavingEvent.Deleted, world.Clock.UtcNow.AddDays(-20)) };
        world.Rules = SyncRules.Default with { DeleteAfterDays = 7, DeleteAfterDaysChangedAt = world.Clock.UtcNow };

        Assert.Equal(world.Clock.UtcNow.AddDays(1), world.Service.GetLinks(World.Name).Single(l => l.AccountId == account.Id).DeletesAt);
    }

    // What the error of such a deletion advises.
    [Theory]
    [InlineData(ErrorId.AccountRefused, true)]
    [InlineData(ErrorId.AccountRefused, false)]
    [InlineData(ErrorId.AccountServerFailed, true)]
    [InlineData(ErrorId.AccountServerFailed, false)]
    public async Task A_removed_link_ends_the_failing_deletion_of_an_account_that_is_not_shown(ErrorId error, bool full)
    {
        world.Rules = SyncRules.Default with { DeletedUser = LeaverRule.Delete, FullSyncHours = 2000 };
        var anna = world.Join("anna");
        world.Link(anna);
        world.PasswordBoss.HidesDisabled = true;
        world.Sync();
        world.SoftDelete(anna);
        world.Sync();
        var account = world.State.CurrentLinkOf(anna)!.AccountId;
        world.PasswordBoss.AdminDelete(account);
        world.Clock.Advance(TimeSpan.FromDays(30));
        world.PasswordBoss.DeletionError = error;
        Assert.Equal(ChangeOutcome.Failed, Assert.Single(Run().Changes).Outcome);

        await RemoveAsync(null, account);
        world.Clock.Advance(TimeSpan.FromHours(1));

        for (var run = 0; run < 2; run++)
            Assert.Equal((SyncOutcome.NoChange, 0), (Run().Outcome, world.Report!.Result.Changes.Count));
        Assert.Empty(world.State.PendingRetries);

        PBSyncResult Run() => full ? world.Sync() : world.SyncChanges();
    }

    /// <summary>An admin who approves or declines each step. The default is to approve.</summary>
    private sealed class Admin : IStepApprover
    {
        public Func<string, bool> Answer { get; set; } = _ => true;

        public List<(string Target, string Action)> Asked { get; } = new();

        public bool IsPreview => false;

        public Task<bool> ApproveAsync(string target, Message action, CancellationToken cancellationToken)
        {
            Asked.Add((target, action.Render()));
            return Task.FromResult(Answer(target));
        }
    }
}
