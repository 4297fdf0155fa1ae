using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"The person's state, and the one event it means"; "Nothing is believed about an absence until it is verified"; "Incomplete is scoped".</summary>
public class AbsenceTests
{
    private readonly World world = new(others: 3);
    private readonly string anna;

    public AbsenceTests()
    {
        anna = world.Join("anna");
        world.Link(anna);
    }

    private AccountState? AnnasState => world.PasswordBoss.FindAt("anna@contoso.com")?.State;

    // ── precedence ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void The_first_matching_event_wins_over_a_stricter_rule()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.Disable, DisabledUser = LeaverRule.Delete };
        world.Leave(anna);
        world.Disable(anna);

        var result = world.Sync();

        Assert.Equal((1, 0), (result.Disabled, result.Deleted));
        Assert.Equal("left group 'Password Boss Users'", Assert.Single(result.Changes).Reason);
    }

    [Fact]
    public void If_the_first_rule_is_None_the_next_matching_event_applies()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.None, DisabledUser = LeaverRule.ConvertToPersonal };
        world.Leave(anna);
        world.Disable(anna);

        var result = world.Sync();

        Assert.Equal(1, result.Converted);
        Assert.Equal("disabled in Entra", Assert.Single(result.Changes).Reason);
    }

    [Fact]
    public void An_event_that_did_not_happen_does_not_apply()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.None, DisabledUser = LeaverRule.Delete, DeletedUser = LeaverRule.Delete };
        world.Leave(anna);

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Equal(AccountState.Active, AnnasState);
    }

    [Fact]
    public void Deleted_wins_over_removed()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.Disable, DeletedUser = LeaverRule.Delete };
        world.HardDelete(anna);

        Assert.Equal(1, world.Sync().Deleted);
    }

    [Fact]
    public void A_soft_deleted_user_is_deleted()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.Disable, DeletedUser = LeaverRule.ConvertToPersonal };
        world.SoftDelete(anna);

        Assert.Equal(1, world.Sync().Converted);
    }

    [Fact]
    public void A_restored_user_who_left_the_group_is_removed()
    {
        world.Rules = World.DefaultRules with { DeletedUser = LeaverRule.None, RemovedUser = LeaverRule.Disable };
        world.SoftDelete(anna);
        world.Sync();
        world.Restore(anna);
        world.Leave(anna);

        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void An_edited_rule_does_not_apply_to_a_restored_user_already_disabled()
    {
        world.SoftDelete(anna);
        world.Sync();
        world.Restore(anna);
        world.Leave(anna);
        world.Sync();
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.Delete };

        world.Sync();

        Assert.Equal(AccountState.Disabled, AnnasState);
    }

    [Fact]
    public void Guest_and_address_rules_never_remove_a_user()
    {
        world.Rules = World.DefaultRules with { GuestUser = GuestUserRule.Skip, EmailSource = EmailSource.Mail };
        world.Edit(anna, u => u with { UserType = "Guest", Mail = null });

        world.Sync();

        Assert.Equal(AccountState.Active, AnnasState);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_new_guest_is_skipped_by_rule_and_reported()
    {
        world.Rules = World.DefaultRules with { GuestUser = GuestUserRule.Skip };
        var guest = world.Join("guest");
        world.Edit(guest, u => u with { UserType = "Guest" });

        var result = world.Sync();

        Assert.Equal(("GuestSkipped", "guest Miller"), (Assert.Single(result.Changes).ErrorId, result.Changes[0].DisplayName));
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_guest_is_included_by_default()
    {
        var guest = world.Join("guest");
        world.Edit(guest, u => u with { UserType = "Guest" });

        Assert.Equal(1, world.Sync().Created);
    }

    // ── verified absences ───────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_stale_list_removes_no_user()
    {
        world.Entra.MissingFromLists.Add((world.UserGroup.Id, anna));

        var result = world.Sync();

        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.Equal("PersonUnknown", Assert.Single(result.Changes).ErrorId);
    }

    [Fact]
    public void A_member_through_a_nested_group_stays_with_include_nested()
    {
        var inner = world.NewGroup("Inner");
        inner.Members.Add(anna);
        world.UserGroup.Members.Remove(anna);
        world.UserGroup.Members.Add(inner.Id);
        world.Entra.MissingFromLists.Add((world.UserGroup.Id, anna));
        world.Change(c => c with { IncludeNested = true });

        for (var run = 0; run < 3; run++)
            world.Sync();

        Assert.Equal(AccountState.Active, AnnasState);
    }

    [Fact]
    public void Without_nesting_a_nested_member_is_removed_after_two_complete_reads()
    {
        var inner = world.NewGroup("Inner");
        inner.Members.Add(anna);
        world.UserGroup.Members.Remove(anna);
        world.UserGroup.Members.Add(inner.Id);

        Assert.Equal(0, world.Sync().Disabled);
        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void Two_complete_reads_decide_if_the_membership_check_is_refused()
    {
        world.Entra.MembershipChecksRefused = true;
        world.Leave(anna);

        Assert.Equal(0, world.Sync().Disabled);
        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void An_incomplete_read_does_not_count()
    {
        world.Entra.MembershipChecksRefused = true;
        world.Leave(anna);
        world.Sync();
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Incomplete;
        world.Sync();
        Assert.Equal(AccountState.Active, AnnasState);
        world.Entra.Broken.Clear();

        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void A_preview_does_not_count_as_a_read()
    {
        world.Entra.MembershipChecksRefused = true;
        world.Leave(anna);
        world.WhatIf();
        world.WhatIf();

        Assert.Equal(0, world.Sync().Disabled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_two_reads_must_be_consecutive(bool disabledMeanwhile)
    {
        world.Entra.MembershipChecksRefused = true;
        world.Rules = World.DefaultRules with { DisabledUser = LeaverRule.None };
        if (disabledMeanwhile)
        {
            world.Disable(anna);
            world.Sync();
        }

        world.Leave(anna);
        world.Sync();
        world.UserGroup.Members.Add(anna);
        world.Sync();
        world.Leave(anna);

        Assert.Equal(0, world.Sync().Disabled);
        Assert.Equal(AccountState.Active, AnnasState);
    }

    [Fact]
    public void An_unknown_lookup_changes_nothing_and_is_repeated_in_every_run()
    {
        world.Leave(anna);
        world.Entra.UnknownLookups.Add(anna);
        for (var run = 0; run < 3; run++)
        {
            world.Sync();
            Assert.Contains(anna, world.Entra.LookedUp);
            Assert.Equal(AccountState.Active, AnnasState);
        }

        world.Entra.UnknownLookups.Clear();
        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void A_stale_list_does_not_enable_a_former_member()
    {
        world.Leave(anna);
        world.Sync();
        world.Entra.StillInLists.Add((world.UserGroup.Id, anna));

        var result = world.Sync();

        Assert.Equal(AccountState.Disabled, AnnasState);
        Assert.Equal(0, result.Enabled);
    }

    [Fact]
    public void A_stale_list_disables_no_user()
    {
        world.Disable(anna);
        // Enabled again after the list was read.
        world.PasswordBoss.Called = call =>
        {
            if (call == "ListAccountsAsync")
                world.Enable(anna);
        };

        Assert.Equal(0, world.Sync().Disabled);
        Assert.Equal(AccountState.Active, AnnasState);
    }

    [Fact]
    public void A_user_is_read_before_the_account_is_enabled_again()
    {
        world.Disable(anna);
        world.Sync();
        world.Enable(anna);
        world.Entra.UnknownLookups.Add(anna);

        Assert.Equal(0, world.Sync().Enabled);
        Assert.Equal(AccountState.Disabled, AnnasState);
    }

    [Fact]
    public void A_read_by_ID_takes_precedence_over_the_list()
    {
        // The list shows the user as enabled, the read by ID as disabled: the list may lag.
        world.Disable(anna);
        world.Sync();
        Assert.Equal(AccountState.Disabled, AnnasState);
        world.Sync();

        Assert.Equal(AccountState.Disabled, AnnasState);
    }

    [Fact]
    public void A_group_with_hidden_members_removes_no_user()
    {
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;
        world.Leave(anna);
        world.Entra.MembershipChecksRefused = true;
        for (var run = 0; run < 3; run++)
        {
            Assert.Equal("UserGroupHidden", world.Sync().ErrorId);
            Assert.Equal(0, world.PasswordBoss.Writes);
        }
    }

    [Fact]
    public void A_group_with_hidden_members_that_are_listed_removes_no_user()
    {
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;
        world.Entra.HiddenAreShown = true;
        world.Leave(anna);
        world.Join("bert");
        for (var run = 0; run < 3; run++)
        {
            var result = world.Sync();
            Assert.Equal((SyncOutcome.Partial, "PersonUnknown"), (result.Outcome, result.Changes.Single(c => c.EntraId == anna).ErrorId));
        }

        Assert.Equal(AccountState.Active, AnnasState);
        Assert.NotNull(world.PasswordBoss.FindAt("bert@contoso.com"));
    }

    [Fact]
    public void A_null_accountEnabled_is_unknown_and_never_disabled()
    {
        world.Edit(anna, u => u with { AccountEnabled = null });

        var result = world.Sync();

        Assert.Equal(SyncOutcome.Partial, result.Outcome);
        Assert.Equal("PersonUnknown", Assert.Single(result.Changes).ErrorId);
        Assert.Equal(AccountState.Active, AnnasState);
    }

    [Fact]
    public void A_handled_leaver_is_not_looked_up_again()
    {
        world.HardDelete(anna);
        world.Sync();
        Assert.Equal(AccountState.Disabled, AnnasState);

        world.Sync();

        Assert.Empty(world.Entra.LookedUp);
    }

    // ── incomplete is scoped ────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData("incomplete", "UserGroupUnreadable")]
    [InlineData("permission", "PermissionMissing")]
    [InlineData("404", "UserGroupNotFound")]
    [InlineData("empty", "UserGroupEmpty")]
    [InlineData("hidden", "UserGroupHidden")]
    [InlineData("nulls", "MembersUnreadable")]
    public void An_unverified_user_group_removes_no_user_and_reports_who_stays(string how, string errorId)
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.Delete, DisabledUser = LeaverRule.Delete, DeletedUser = LeaverRule.Delete };
        switch (how)
        {
            case "incomplete":
                world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Incomplete;
                break;
            case "permission":
                world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Incomplete;
                world.Entra.Problem = ErrorId.PermissionMissing;
                break;
            case "404":
                world.Entra.Groups.Remove(world.UserGroup.Id);
                world.NewGroup(World.UserGroupName).Members.Add(world.Hire("impostor"));
                break;
            case "empty":
                world.UserGroup.Members.Clear();
                break;
            case "hidden":
                world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;
                break;
            default:
                world.Entra.NullProperties = true;
                break;
        }

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Refused, errorId), (result.Outcome, result.ErrorId));
        Assert.Equal(4, result.Changes.Count(c => c.Outcome == ChangeOutcome.Refused));
        Assert.Contains(result.Changes, c => c.Email == "anna@contoso.com");
        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.Single(world.Report!.Errors);
        // "-Force never overrides an empty group or an incomplete read."
        Assert.Equal(SyncOutcome.Refused, world.Force().Outcome);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void Null_properties_cause_an_error_that_names_the_permission()
    {
        world.Entra.NullProperties = true;

        Assert.Contains("User.Read.All", world.Sync().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_unreadable_user_does_not_stop_the_others()
    {
        world.Edit(anna, u => u with { AccountEnabled = null });
        var bert = world.Join("bert");

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 1), (result.Outcome, result.Created));
        Assert.NotNull(world.State.CurrentLinkOf(bert));
    }

    [Fact]
    public void An_unreadable_additional_group_is_left_and_the_run_is_Partial()
    {
        var broken = world.NewSyncedGroup("Broken", anna);
        var other = world.NewSyncedGroup("Other", anna);
        world.Sync();
        world.Entra.Broken[broken.Id] = ReadingStatus.Incomplete;
        broken.Members.Clear();
        other.Members.Clear();

        var result = world.Sync();

        Assert.Equal(SyncOutcome.Partial, result.Outcome);
        Assert.Equal("GroupUnreadable", Assert.Single(result.Changes, c => c.Group == "Broken").ErrorId);
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Broken"));
        Assert.Empty(world.MembersOf("Other"));
    }

    [Fact]
    public void An_additional_group_that_keeps_failing_loses_no_member()
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.Entra.FaultOn = (call, target) => call == "ReadGroupAsync" && target == sales.Id ? new Fault(ErrorId.GraphFailed) : null;
        for (var run = 0; run < 3; run++)
        {
            var result = world.Sync();
            Assert.Equal((SyncOutcome.Partial, "GroupUnreadable"), (result.Outcome, Assert.Single(result.Changes).ErrorId));
        }

        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
    }

    [Theory]
    [InlineData(ErrorId.SecretExpired)]
    [InlineData(ErrorId.CredentialUnavailable)]
    public void Without_access_to_Graph_the_run_fails_even_if_only_an_additional_group_was_left_to_read(ErrorId error)
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.Entra.FaultOn = (call, target) => call == "ReadGroupAsync" && target == sales.Id ? new Fault(error) : null;

        Assert.Equal((SyncOutcome.Failed, error.ToString()), (world.Sync().Outcome, world.Sync().ErrorId));
    }

    [Theory]
    [InlineData(ErrorId.GraphUnreachable, SyncOutcome.Failed, false)]
    [InlineData(ErrorId.SecretExpired, SyncOutcome.Failed, true)]
    // A failure of this machine: Microsoft was not asked.
    [InlineData(ErrorId.CredentialUnavailable, SyncOutcome.Failed, false)]
    public void A_Graph_error_fails_the_run_and_changes_nothing(ErrorId error, SyncOutcome outcome, bool notAuthorized)
    {
        world.Leave(anna);
        world.Entra.FaultOn = (call, _) => call == "ReadGroupAsync" ? new Fault(error) : null;

        var result = world.Sync();

        Assert.Equal((outcome, error.ToString()), (result.Outcome, result.ErrorId));
        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.Equal(notAuthorized, world.Service.GetStatus(World.Name).Status == ConnectorStatus.NotAuthorized);
    }

    [Fact]
    public void An_incomplete_account_list_fails_the_run_and_changes_nothing()
    {
        world.PasswordBoss.ListingIncomplete = true;
        world.Join("bert");
        world.Leave(anna);

        Assert.Equal(SyncOutcome.Failed, world.Sync().Outcome);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void An_incomplete_group_list_fails_the_run_and_changes_nothing()
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        var writes = world.PasswordBoss.Writes;
        world.PasswordBoss.GroupListingIncomplete = true;
        world.Join("bert");
        sales.Members.Clear();

        Assert.Equal(SyncOutcome.Failed, world.Sync().Outcome);
        Assert.Equal(writes, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_write_is_refused_if_the_external_ID_does_not_match()
    {
        var account = world.PasswordBoss.At("anna@contoso.com");
        world.PasswordBoss.Accounts[account.Id] = account with { ExternalId = world.Hire("someone") };
        world.Leave(anna);

        var result = world.Sync();

        Assert.Equal("AccountMismatch", Assert.Single(result.Changes).ErrorId);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void Without_an_external_ID_the_address_must_match()
    {
        var account = world.PasswordBoss.At("anna@contoso.com");
        world.PasswordBoss.Accounts[account.Id] = account with { ExternalId = null };
        world.Leave(anna);

        Assert.Equal(1, world.Sync().Disabled);

        var other = new World(others: 3);
        var bert = other.Join("bert");
        var linked = other.Link(bert);
        other.PasswordBoss.Accounts[linked.Id] = linked with { ExternalId = null, UserName = "replaced@contoso.com" };
        other.Leave(bert);

        Assert.Equal("AccountMismatch", Assert.Single(other.Sync().Changes).ErrorId);
        Assert.Equal(0, other.PasswordBoss.Writes);
    }

    [Fact]
    public void Several_accounts_with_the_external_ID_are_a_conflict()
    {
        world.PasswordBoss.AdminCreate("twin@contoso.com", externalId: anna);
        world.Leave(anna);

        var result = world.Sync();

        Assert.Equal("AccountMismatch", Assert.Single(result.Changes).ErrorId);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }
}
