using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.DecisionTable;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>The table "Person × account" for incremental runs: a full run, then the change, then an incremental run.</summary>
public class IncrementalTableTests
{
    private readonly World world = new(others: 5);
    private readonly string anna;

    public IncrementalTableTests() => anna = world.Join("anna");

    /// <summary>The leaving columns for a new event. The rows and the results are those of <see cref="PersonAndAccountTests"/>.</summary>
    public static IEnumerable<object[]> LeavingCells() => PersonAndAccountTests.LeavingCells().Select(r => (object[])r)
        .Where(c => c is [_, _, _, false, false, _]).Select(c => new[] { c[0], c[1], c[2], c[5] });

    [Theory]
    [MemberData(nameof(LeavingCells))]
    public void A_leaver_is_handled_in_an_incremental_run_as_in_a_full_one(string accountRow, string leavingEvent, LeaverRule rule, string expected)
    {
        var leaving = PersonAndAccountTests.EventOf(leavingEvent);
        world.Rules = PersonAndAccountTests.RulesFor(leavingEvent, rule);
        var account = PersonAndAccountTests.Arrange(world, anna, accountRow == "gone" ? "active" : accountRow, leaving, handled: false);
        var last = world.State.CurrentLinkOf(anna)!.HandledEvent;
        if (last != LeavingEvent.None)
            PersonAndAccountTests.Happen(world, anna, last == LeavingEvent.Removed ? "removed" : "disabled");
        world.Sync();
        if (last != LeavingEvent.None)
            PersonAndAccountTests.Undo(world, anna, last == LeavingEvent.Removed ? "removed" : "disabled");
        if (accountRow == "gone")
            world.PasswordBoss.AdminDelete(account.Id);
        PersonAndAccountTests.Happen(world, anna, leavingEvent);
        var writes = world.PasswordBoss.Writes;

        var result = world.SyncChanges();

        // Only a full run handles a missing account.
        Assert.Equal(accountRow == "gone" ? SyncMode.Full : SyncMode.Incremental, result.Mode);
        var changes = result.Changes.Where(c => c.EntraId == anna).ToList();
        Assert.Equal(
            expected switch { "-" => "", "report" => "Skip Skipped AccountReenabledByAdmin", "forget" => "Unlink Done ", _ => expected + " Done " },
            string.Join("; ", changes.Select(c => $"{c.Action} {c.Outcome} {c.ErrorId}")));
        Assert.Equal(expected is "-" or "report" or "forget" ? 0 : 1, world.PasswordBoss.Writes - writes);
        Assert.Equal(expected == "forget" || (expected == "Delete" && accountRow != "gone"), world.State.CurrentLinkOf(anna) is null);
        AssertNothingLeftToDo();
    }

    [Theory]
    [InlineData(NewUserRule.CreateActive, AccountState.Active)]
    [InlineData(NewUserRule.CreatePending, AccountState.Pending)]
    public void A_present_user_without_an_account_gets_one(NewUserRule rule, AccountState state)
    {
        world.Rules = world.Rules with { NewUser = rule };
        world.Sync();
        world.Join("bert");

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, 1), (result.Mode, result.Created));
        Assert.Equal(state, world.PasswordBoss.At("bert@contoso.com").State);
        Assert.Equal(world.Connection.AdditionalGroups.Count + 1, world.PasswordBoss.Log.Count);
        AssertNothingLeftToDo();
    }

    [Theory]
    [InlineData(false, "Full_AccountMissing")]
    [InlineData(true, "Full_SearchRefused")]
    public void A_full_run_reports_whether_an_account_is_missing_or_a_search_was_refused(bool isRefused, string reason)
    {
        world.Sync();
        world.Join("bert");
        if (isRefused)
            world.PasswordBoss.FaultOn = (call, _) => call == "FindByExternalIdAsync" ? new Fault(ErrorId.AccountServerForbidden) : null;
        else
            world.PasswordBoss.AdminDelete(world.PasswordBoss.At("anna@contoso.com").Id);
        world.Edit(anna, u => u with { Surname = "Smith" });

        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);

        Assert.Equal([reason], world.Listener.Reported.Select(m => m.Id).Where(id => id.StartsWith("Full_", StringComparison.Ordinal)));
        Assert.Equal(AccountState.Active, world.PasswordBoss.At(World.AddressOf("bert")).State);
    }

    [Theory]
    [InlineData(ExistingAccountRule.Adopt, "Adopt Done ")]
    [InlineData(ExistingAccountRule.Skip, "Skip Skipped AdoptionSkipped")]
    public void An_existing_account_is_adopted_or_skipped(ExistingAccountRule rule, string expected)
    {
        world.Rules = world.Rules with { ExistingAccount = rule };
        world.Sync();
        world.PasswordBoss.AdminCreate("bert@contoso.com");
        var bert = world.Join("bert");

        Assert.Equal(expected, Done(world.SyncChanges(), bert));
        AssertNothingLeftToDo();
    }

    [Fact]
    public void An_account_with_another_name_is_a_conflict_until_the_names_agree()
    {
        world.Sync();
        var existing = world.PasswordBoss.AdminCreate("bert@contoso.com", name: "Bert Smith");
        var bert = world.Join("bert");

        Assert.Equal("Conflict Skipped AccountNotAdoptable", Done(world.SyncChanges(), bert));
        Assert.Equal(existing, world.PasswordBoss.Accounts[existing.Id]);

        world.Edit(bert, u => u with { Surname = "Smith", DisplayName = "Smith, Bert" });
        Assert.Equal("Adopt Done ", Done(world.SyncChanges(), bert));
        AssertNothingLeftToDo();
    }

    [Theory]
    [InlineData("bert@b\u00FCcher.example", "bert@b\u00FCcher.example")]
    [InlineData("bert@xn--bcher-kva.example", "bert@b\u00FCcher.example")]
    [InlineData("bert@b\u00FCcher.example", "bert@xn--bcher-kva.example")]
    public void An_account_is_searched_by_both_forms_of_the_address(string mail, string userName)
    {
        world.Sync();
        var existing = world.PasswordBoss.AdminCreate(userName);
        var bert = world.Join("bert");
        world.Edit(bert, u => u with { Mail = mail });

        Assert.Equal("Adopt Done ", Done(world.SyncChanges(), bert));
        Assert.Equal(existing.Id, world.State.CurrentLinkOf(bert)!.AccountId);
        AssertNothingLeftToDo();
    }

    [Fact]
    public void An_ASCII_address_is_searched_once()
    {
        world.Sync();
        world.Join("bert");

        world.SyncChanges();

        Assert.Equal(1, world.PasswordBoss.Calls["FindByUserNameAsync"]);
    }

    // A server may store object ids in upper case. A full run finds the account in the list, an incremental run by a search.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_user_gets_no_second_account_if_the_server_returns_their_external_ID_in_another_case(bool full)
    {
        var world = new World(others: 12);
        world.Sync();
        var bert = world.Join("bert");
        var existing = world.PasswordBoss.AdminCreate("old@contoso.com", externalId: bert.ToUpperInvariant());
        Assert.NotEqual(bert, existing.ExternalId);

        Assert.Equal("Conflict Skipped AccountNotAdoptable", Done(full ? world.Sync() : world.SyncChanges(), bert));

        Assert.Equal((full ? SyncMode.Full : SyncMode.Incremental, 0), (world.Report!.Result.Mode, world.PasswordBoss.Writes));
    }

    [Fact]
    public void An_account_that_another_connector_manages_is_a_conflict()
    {
        world.Sync();
        world.PasswordBoss.AdminCreate("bert@contoso.com", managedBy: ManagedBy.ActiveDirectory);
        var bert = world.Join("bert");

        Assert.Equal("Conflict Skipped AccountNotAdoptable", Done(world.SyncChanges(), bert));
    }

    [Fact]
    public void A_present_linked_user_is_updated()
    {
        world.Sync();
        world.Edit(anna, u => u with { Surname = "Smith", DisplayName = "anna Smith" });

        Assert.Equal("Update Done ", Done(world.SyncChanges(), anna));
        Assert.Equal("Smith", world.PasswordBoss.At("anna@contoso.com").FamilyName);
        AssertNothingLeftToDo();
    }

    [Theory]
    [InlineData("disabled", AccountState.Active)]
    [InlineData("disabled", AccountState.Pending)]
    [InlineData("removed", AccountState.Active)]
    [InlineData("removed", AccountState.Pending)]
    [InlineData("deleted", AccountState.Active)]
    [InlineData("deleted", AccountState.Pending)]
    public void A_returning_user_gets_the_previous_account_state(string leavingEvent, AccountState before)
    {
        world.Rules = world.Rules with { NewUser = before == AccountState.Pending ? NewUserRule.CreatePending : NewUserRule.CreateActive };
        world.Sync();
        PersonAndAccountTests.Happen(world, anna, leavingEvent);
        Assert.Equal("Disable Done ", Done(world.SyncChanges(), anna));
        PersonAndAccountTests.Undo(world, anna, leavingEvent);

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, "Enable Done "), (result.Mode, Done(result, anna)));
        Assert.Equal(before, world.PasswordBoss.At("anna@contoso.com").State);
        AssertNothingLeftToDo();
    }

    [Fact]
    public void An_account_disabled_by_an_admin_is_left_and_reported_once()
    {
        world.Sync();
        world.PasswordBoss.AdminSet(world.PasswordBoss.At("anna@contoso.com").Id, AccountState.Disabled);
        world.Edit(anna, u => u with { Surname = "Smith" });

        Assert.Equal("Skip Skipped AccountDisabledByAdmin", Done(world.SyncChanges(), anna));
        world.Edit(anna, u => u with { Surname = "Jones" });
        Assert.Equal("", Done(world.SyncChanges(), anna));
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void A_converted_account_at_the_address_is_a_conflict_until_it_is_deleted()
    {
        world.Rules = world.Rules with { RemovedUser = LeaverRule.ConvertToPersonal };
        world.Sync();
        var account = world.PasswordBoss.At("anna@contoso.com").Id;
        world.Leave(anna);
        Assert.Equal("ConvertToPersonal Done ", Done(world.SyncChanges(), anna));
        world.UserGroup.Members.Add(anna);

        Assert.Equal("Conflict Skipped AddressTaken", Done(world.SyncChanges(), anna));
        world.PasswordBoss.AdminDelete(account);
        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("Create Done ", Done(world.SyncChanges(), anna));
        AssertNothingLeftToDo();
    }

    [Fact]
    public void A_user_whose_account_is_gone_gets_another()
    {
        world.Link(anna);
        world.Sync();
        world.PasswordBoss.AdminDelete(world.PasswordBoss.At("anna@contoso.com").Id);
        world.Edit(anna, u => u with { Surname = "Smith" });

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Full, "Create Done "), (result.Mode, Done(result, anna)));
        AssertNothingLeftToDo();
    }

    [Theory]
    [InlineData("active", "Skip Skipped PersonUnknown")]
    [InlineData("pending", "Skip Skipped PersonUnknown")]
    [InlineData("disabledByUs", "")]
    [InlineData("disabledByAdmin", "")]
    [InlineData("reenabledByAdmin", "")]
    [InlineData("converted", "")]
    public void An_unknown_user_is_left_alone_and_looked_up_again(string accountRow, string expected)
    {
        PersonAndAccountTests.Arrange(world, anna, accountRow, LeavingEvent.Removed, handled: true);
        if (world.State.CurrentLinkOf(anna)!.HandledEvent != LeavingEvent.None)
            world.Leave(anna);
        world.Sync();
        world.SoftDelete(anna);
        world.Entra.UnknownLookups.Add(anna);
        var writes = world.PasswordBoss.Writes;

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, expected), (result.Mode, Done(result, anna)));
        Assert.Equal(writes, world.PasswordBoss.Writes);
        world.SyncChanges();
        Assert.Contains(anna, world.Entra.LookedUp);
        world.Entra.UnknownLookups.Clear();
        world.SyncChanges();
        Assert.Contains(anna, world.Entra.LookedUp);
        AssertNothingLeftToDo();
    }

    [Fact]
    public void An_unknown_newcomer_is_looked_up_again()
    {
        world.Sync();
        var bert = world.Join("bert");
        world.Entra.UnknownLookups.Add(bert);

        Assert.Equal("Skip Skipped PersonUnknown", Done(world.SyncChanges(), bert));
        world.Entra.UnknownLookups.Clear();
        Assert.Equal("Create Done ", Done(world.SyncChanges(), bert));
    }

    [Fact]
    public void A_user_restored_outside_the_group_keeps_the_disabled_account()
    {
        world.Rules = world.Rules with { RemovedUser = LeaverRule.Delete };
        world.Sync();
        world.SoftDelete(anna);
        Assert.Equal("Disable Done ", Done(world.SyncChanges(), anna));
        world.Leave(anna);
        world.Restore(anna);

        Assert.Equal("", Done(world.SyncChanges(), anna));
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void A_user_is_unknown_while_change_tracking_reports_an_outdated_removal()
    {
        world.Sync();
        world.Leave(anna);
        world.Entra.Changes.FallBehind();
        world.UserGroup.Members.Add(anna);
        var writes = world.PasswordBoss.Writes;

        var result = world.SyncChanges();

        for (var run = 0; run < 2; run++)
        {
            Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial, "Skip Skipped PersonUnknown"), (result.Mode, result.Outcome, Done(result, anna)));
            Assert.Contains(anna, world.Entra.LookedUp);
            Assert.Equal(writes, world.PasswordBoss.Writes);
            result = world.SyncChanges();
        }

        world.Entra.Changes.CatchUp();
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        AssertNothingLeftToDo();
    }

    [Fact]
    public void A_user_whose_joining_is_reported_late_is_checked_and_gets_no_account()
    {
        world.Sync();
        var bert = world.Join("bert");
        world.Entra.Changes.FallBehind();
        world.Leave(bert);
        var writes = world.PasswordBoss.Writes;

        Assert.Equal("Skip Skipped PersonUnknown", Done(world.SyncChanges(), bert));
        Assert.Equal(writes, world.PasswordBoss.Writes);
        world.Entra.Changes.CatchUp();
        Assert.Equal("", Done(world.SyncChanges(), bert));
        AssertNothingLeftToDo();
    }

    private static string Done(PBSyncResult result, string person) =>
        string.Join("; ", result.Changes.Where(c => c.EntraId == person).Select(c => $"{c.Action} {c.Outcome} {c.ErrorId}"));

    private void AssertNothingLeftToDo()
    {
        Assert.Empty(world.PasswordBoss.Violations);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }
}
