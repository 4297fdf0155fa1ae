using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>The table "Person × account", cell by cell and rule by rule.</summary>
public class PersonAndAccountTests
{
    // The leaving columns of the table. One line per account row and event; one column per rule. "-": no change; "report": reported but not changed;
    // "forget": the link is dropped without a write.
    private const string Leaving = """
        account             event      None     Disable   ConvertToPersonal   Delete
        active              disabled   -        Disable   ConvertToPersonal   Delete
        active              removed    -        Disable   ConvertToPersonal   Delete
        active              deleted    -        Disable   ConvertToPersonal   Delete
        pending             disabled   -        Disable   ConvertToPersonal   Delete
        pending             removed    -        Disable   ConvertToPersonal   Delete
        pending             deleted    -        Disable   ConvertToPersonal   Delete
        disabledByUs        disabled   -        -         ConvertToPersonal   Delete
        disabledByUs        removed    -        -         ConvertToPersonal   Delete
        disabledByUs        deleted    -        -         ConvertToPersonal   Delete
        disabledByAdmin     disabled   -        -         -                   -
        disabledByAdmin     removed    -        -         ConvertToPersonal   Delete
        disabledByAdmin     deleted    -        -         ConvertToPersonal   Delete
        reenabledByAdmin    disabled   report   report    report              report
        reenabledByAdmin    removed    report   report    report              report
        reenabledByAdmin    deleted    report   report    report              report
        converted           disabled   -        -         -                   -
        converted           removed    -        -         -                   -
        converted           deleted    forget   forget    forget              forget
        gone                disabled   forget   forget    forget              forget
        gone                removed    forget   forget    forget              forget
        gone                deleted    forget   forget    forget              forget
        """;

    public static TheoryData<string, string, LeaverRule, bool, bool, string> LeavingCells()
    {
        var data = new TheoryData<string, string, LeaverRule, bool, bool, string>();
        foreach (var line in Leaving.Split('\n').Skip(1))
        {
            var cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            for (var rule = 0; rule < 4; rule++)
            {
                foreach (var handled in new[] { false, true })
                {
                    foreach (var reapply in new[] { false, true })
                    {
                        var expected = cells[2 + rule];
                        // "A leaving rule fires only on an event not yet handled, or with -Reapply."
                        var byRule = expected is "Disable" or "ConvertToPersonal" or "Delete";
                        data.Add(cells[0], cells[1], (LeaverRule)rule, handled, reapply, byRule && handled && !reapply ? "-" : expected);
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LeavingCells))]
    public void A_leaver_is_handled_by_the_rule_of_the_event(string accountRow, string leavingEvent, LeaverRule rule, bool handled, bool reapply, string expected)
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        var account = Arrange(world, anna, accountRow, EventOf(leavingEvent), handled);
        Happen(world, anna, leavingEvent);
        // Only the rule of this event may apply. The others would cause unexpected changes.
        world.Rules = RulesFor(leavingEvent, rule);

        var result = world.Sync(new SyncOptions { Full = true, Reapply = reapply });

        var changes = result.Changes.Where(c => c.EntraId == anna).ToList();
        var done = changes.Where(c => c.Outcome == ChangeOutcome.Done).Select(c => c.Action.ToString()).ToList();
        switch (expected)
        {
            case "-":
                Assert.Empty(changes);
                Assert.Equal(0, world.PasswordBoss.Writes);
                Assert.NotNull(world.State.CurrentLinkOf(anna));
                break;
            case "report":
                var report = Assert.Single(changes);
                Assert.Equal(ChangeOutcome.Skipped, report.Outcome);
                Assert.Equal("AccountReenabledByAdmin", report.ErrorId);
                Assert.Equal(0, world.PasswordBoss.Writes);
                break;
            case "forget":
                Assert.Equal(new[] { "Unlink" }, done);
                Assert.Equal(0, world.PasswordBoss.Writes);
                Assert.Null(world.State.CurrentLinkOf(anna));
                break;
            default:
                Assert.Equal(new[] { expected }, done);
                Assert.Equal(1, world.PasswordBoss.Writes);
                var after = world.PasswordBoss.Accounts.GetValueOrDefault(account.Id);
                Assert.Equal(expected switch { "Disable" => AccountState.Disabled, "ConvertToPersonal" => AccountState.Personal, _ => null as AccountState? }, after?.State);
                break;
        }

        Assert.Empty(world.PasswordBoss.Violations);
        AssertSecondRunWritesNothing(world);
    }

    public static TheoryData<string, string> UnknownCells() => new()
    {
        { "active", "PersonUnknown" },
        { "pending", "PersonUnknown" },
        { "disabledByUs", "" },
        { "disabledByAdmin", "" },
        { "reenabledByAdmin", "" },
        { "converted", "" },
        { "gone", "" },
    };

    [Theory]
    [MemberData(nameof(UnknownCells))]
    public void An_unknown_user_is_left_alone(string accountRow, string warning)
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        Arrange(world, anna, accountRow, LeavingEvent.Removed, handled: true);
        world.Edit(anna, u => u with { AccountEnabled = null });
        world.Rules = world.Rules with { DisabledUser = LeaverRule.Delete, RemovedUser = LeaverRule.Delete, DeletedUser = LeaverRule.Delete };

        var result = world.Sync(new SyncOptions { Full = true, Reapply = true });

        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.NotNull(world.State.CurrentLinkOf(anna));
        Assert.Equal(warning, string.Join(",", result.Changes.Where(c => c.EntraId == anna).Select(c => c.ErrorId)));
    }

    [Fact]
    public void A_present_user_without_an_account_gets_an_active_one()
    {
        var world = new World();
        var anna = world.Join("anna");

        var result = world.Sync();

        var account = world.PasswordBoss.At("anna@contoso.com");
        Assert.Equal((AccountState.Active, ManagedBy.AzureAD, anna), (account.State, account.ManagedBy, account.ExternalId));
        Assert.Equal(("anna", "Miller", "anna Miller"), (account.GivenName, account.FamilyName, account.DisplayName));
        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Created));
        Assert.Equal(account.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_present_user_without_an_account_gets_a_pending_one_by_rule()
    {
        var world = new World { Rules = World.DefaultRules with { NewUser = NewUserRule.CreatePending } };
        world.Join("anna");

        var result = world.Sync();

        Assert.Equal(AccountState.Pending, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.Equal(SyncAction.CreatePending, Assert.Single(result.Changes).Action);
        AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("removed")]
    [InlineData("deleted")]
    public void A_leaver_without_an_account_gets_none(string leavingEvent)
    {
        var world = new World(others: 1);
        var anna = world.Join("anna");
        Happen(world, anna, leavingEvent);

        var result = world.Sync();

        Assert.Empty(result.Changes);
        Assert.Equal(SyncOutcome.NoChange, result.Outcome);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("removed")]
    [InlineData("deleted")]
    public void A_leaver_does_not_change_an_unlinked_account_at_the_address(string leavingEvent)
    {
        var world = new World(others: 1);
        var anna = world.Join("anna");
        world.PasswordBoss.AdminCreate("anna@contoso.com");
        Happen(world, anna, leavingEvent);

        world.Sync();

        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void An_unknown_user_without_an_account_causes_a_warning()
    {
        var world = new World(others: 1);
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { AccountEnabled = null });

        var result = world.Sync();

        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.Equal("PersonUnknown", Assert.Single(result.Changes).ErrorId);
        Assert.Contains(world.Listener.Warnings, w => w.Render().Contains("anna Miller", StringComparison.Ordinal));
    }

    [Fact]
    public void A_present_linked_user_updates_changed_attributes()
    {
        var world = new World();
        var anna = world.Join("anna");
        world.Sync();
        world.Edit(anna, u => u with { Surname = "Smith", DisplayName = "anna Smith" });

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        Assert.Equal((SyncAction.Update, ChangeOutcome.Done), (change.Action, change.Outcome));
        Assert.Equal(("Smith", "anna Smith"), (world.PasswordBoss.At("anna@contoso.com").FamilyName, world.PasswordBoss.At("anna@contoso.com").DisplayName));
        AssertSecondRunWritesNothing(world);
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
        var world = new World(others: 3);
        var anna = world.Join("anna");
        world.Link(anna, before);
        Happen(world, anna, leavingEvent);
        world.Sync();
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        Undo(world, anna, leavingEvent);

        var result = world.Sync();

        Assert.Equal(1, result.Enabled);
        Assert.Equal(before, world.PasswordBoss.At("anna@contoso.com").State);
        AssertSecondRunWritesNothing(world);
        // "present clears it": the same event fires again.
        Happen(world, anna, leavingEvent);
        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void An_account_disabled_by_an_admin_is_left_and_reported_once()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        world.Link(anna, AccountState.Disabled);

        var first = world.Sync();
        var second = world.Sync();

        Assert.Equal("AccountDisabledByAdmin", Assert.Single(first.Changes).ErrorId);
        Assert.Empty(second.Changes);
        Assert.Equal((SyncOutcome.NoChange, SyncOutcome.NoChange), (first.Outcome, second.Outcome));
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void An_account_disabled_by_an_admin_stays_disabled_when_its_user_returns()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        world.Link(anna, AccountState.Disabled);
        world.Leave(anna);
        world.Sync();
        world.UserGroup.Members.Add(anna);

        world.Sync();

        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_returning_user_whose_account_an_admin_enabled_is_present()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        world.Link(anna, AccountState.Active, LeaverRule.Disable, LeavingEvent.Removed);

        world.Sync();

        Assert.Equal((LeaverRule.None, LeavingEvent.None), (world.State.CurrentLinkOf(anna)!.AppliedRule, world.State.CurrentLinkOf(anna)!.HandledEvent));
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_user_whose_account_is_gone_gets_another_and_it_is_reported()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        var old = world.Link(anna);
        world.PasswordBoss.AdminDelete(old.Id);

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        Assert.Equal((SyncAction.Create, ChangeOutcome.Done), (change.Action, change.Outcome));
        Assert.Contains("no longer exists in Password Boss", change.Reason, StringComparison.Ordinal);
        Assert.NotEqual(old.Id, world.PasswordBoss.At("anna@contoso.com").Id);
        AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_returning_user_with_a_personal_account_is_a_conflict_until_it_is_deleted()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        var personal = world.Link(anna, AccountState.Personal, LeaverRule.ConvertToPersonal, LeavingEvent.Removed);

        var first = world.Sync();

        Assert.Equal(("AddressTaken", SyncAction.Conflict), (Assert.Single(first.Changes).ErrorId, first.Changes[0].Action));
        Assert.Contains("belongs to the account of the same user (a personal account now).", first.Changes[0].Message, StringComparison.Ordinal);
        Assert.Equal(0, world.PasswordBoss.Writes);

        world.PasswordBoss.AdminDelete(personal.Id);
        var second = world.Sync();

        Assert.Equal(1, second.Created);
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
        AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_user_returning_after_conversion_adopts_an_account_at_the_address()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        var personal = world.Link(anna, AccountState.Personal, LeaverRule.ConvertToPersonal, LeavingEvent.Removed);
        world.PasswordBoss.AdminDelete(personal.Id);
        var fresh = world.PasswordBoss.AdminCreate("anna@contoso.com");

        world.Sync();

        Assert.Equal(fresh.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_converted_account_is_not_treated_as_gone()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        var personal = world.Link(anna, AccountState.Personal, LeaverRule.ConvertToPersonal, LeavingEvent.Removed);
        world.PasswordBoss.AdminDelete(personal.Id);
        world.Leave(anna);

        var result = world.Sync();

        // The link of a gone account would be dropped. That of a converted one is kept until the user is deleted.
        Assert.Empty(result.Changes);
        Assert.NotNull(world.State.CurrentLinkOf(anna));
    }

    [Fact]
    public void A_later_weaker_event_undoes_nothing()
    {
        var world = new World(others: 3) { Rules = World.DefaultRules with { RemovedUser = LeaverRule.ConvertToPersonal, DeletedUser = LeaverRule.Disable } };
        var anna = world.Join("anna");
        world.Link(anna);
        world.Leave(anna);
        world.Sync();
        world.SoftDelete(anna);

        world.Sync();

        Assert.Equal(AccountState.Personal, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void A_later_stronger_event_applies_its_rule()
    {
        var world = new World(others: 3) { Rules = World.DefaultRules with { RemovedUser = LeaverRule.Disable, DeletedUser = LeaverRule.Delete } };
        var anna = world.Join("anna");
        world.Link(anna);
        world.Leave(anna);
        Assert.Equal(1, world.Sync().Disabled);
        world.SoftDelete(anna);

        Assert.Equal(1, world.Sync().Deleted);
        Assert.Null(world.PasswordBoss.FindAt("anna@contoso.com"));
    }

    [Fact]
    public void The_rule_None_leaves_the_account_and_keeps_the_link()
    {
        var world = new World(others: 3) { Rules = World.DefaultRules with { RemovedUser = LeaverRule.None } };
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.Leave(anna);

        world.Sync();

        Assert.Equal(account, world.PasswordBoss.At("anna@contoso.com"));
        Assert.Equal(LeavingEvent.Removed, world.State.CurrentLinkOf(anna)!.HandledEvent);
    }

    [Fact]
    public void A_restored_user_gets_a_new_account_after_deletion()
    {
        var world = new World(others: 3) { Rules = World.DefaultRules with { DeletedUser = LeaverRule.Delete } };
        var anna = world.Join("anna");
        world.Link(anna);
        world.SoftDelete(anna);
        Assert.Equal(1, world.Sync().Deleted);
        world.Restore(anna);

        Assert.Equal(1, world.Sync().Created);
        AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void An_account_in_an_unknown_state_is_left_alone_with_a_warning()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.PasswordBoss.Accounts[account.Id] = account with { State = AccountState.Unknown, StateText = "creating" };
        world.Leave(anna);

        var result = world.Sync();

        Assert.Equal("AccountStateUnknown", Assert.Single(result.Changes).ErrorId);
        Assert.Contains("creating", result.Changes[0].Message, StringComparison.Ordinal);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_name_that_differs_only_in_case_is_updated()
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        world.Link(anna);
        world.Edit(anna, u => u with { Surname = "MILLER" });

        Assert.Equal(1, world.Sync().Updated);
        Assert.Equal("MILLER", world.PasswordBoss.At("anna@contoso.com").FamilyName);
        AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_name_that_the_server_does_not_store_is_not_written_again()
    {
        var world = new World(others: 3);
        var account = world.Link(world.Join("anna"));
        world.PasswordBoss.Accounts[account.Id] = account with { DisplayName = null };

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Empty(world.PasswordBoss.Log);
    }

    internal static void AssertSecondRunWritesNothing(World world)
    {
        var writes = world.PasswordBoss.Writes;
        world.Sync();
        Assert.Equal(writes, world.PasswordBoss.Writes);
        Assert.Empty(world.PasswordBoss.Log);
    }

    internal static void Happen(World world, string person, string leavingEvent)
    {
        if (leavingEvent == "disabled")
            world.Disable(person);
        else if (leavingEvent == "removed")
            world.Leave(person);
        else
            world.SoftDelete(person);
    }

    internal static void Undo(World world, string person, string leavingEvent)
    {
        if (leavingEvent == "disabled")
            world.Enable(person);
        else if (leavingEvent == "removed")
            world.UserGroup.Members.Add(person);
        else
            world.Restore(person);
    }

    internal static LeavingEvent EventOf(string leavingEvent) => leavingEvent switch
    {
        "disabled" => LeavingEvent.Disabled,
        "removed" => LeavingEvent.Removed,
        _ => LeavingEvent.Deleted,
    };

    internal static SyncRules RulesFor(string leavingEvent, LeaverRule rule) => leavingEvent switch
    {
        "disabled" => World.DefaultRules with { DisabledUser = rule, RemovedUser = LeaverRule.None, DeletedUser = LeaverRule.None },
        "removed" => World.DefaultRules with { DisabledUser = LeaverRule.None, RemovedUser = rule, DeletedUser = LeaverRule.None },
        _ => World.DefaultRules with { DisabledUser = LeaverRule.None, RemovedUser = LeaverRule.None, DeletedUser = rule },
    };

    internal static Account Arrange(World world, string person, string row, LeavingEvent leaving, bool handled)
    {
        // If this event is not handled, another event was the last handled one.
        var other = leaving == LeavingEvent.Removed ? LeavingEvent.Disabled : LeavingEvent.Removed;
        var last = handled ? leaving : other;
        switch (row)
        {
            case "active":
                return world.Link(person, AccountState.Active, handled: handled ? leaving : LeavingEvent.None);
            case "pending":
                return world.Link(person, AccountState.Pending, handled: handled ? leaving : LeavingEvent.None);
            case "disabledByUs":
                return world.Link(person, AccountState.Disabled, LeaverRule.Disable, last);
            case "disabledByAdmin":
                return world.Link(person, AccountState.Disabled, handled: handled ? leaving : LeavingEvent.None);
            case "reenabledByAdmin":
                return world.Link(person, AccountState.Active, LeaverRule.Disable, last);
            case "converted":
                return world.Link(person, AccountState.Personal, LeaverRule.ConvertToPersonal, last);
            default:
                var account = world.Link(person, AccountState.Active, handled: handled ? leaving : LeavingEvent.None);
                world.PasswordBoss.AdminDelete(account.Id);
                return account;
        }
    }

    [Fact]
    public void A_leaver_whose_account_an_admin_enables_again_is_reported_in_every_run()
    {
        var world = new World(others: 5);
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.Sync();
        world.PasswordBoss.AdminSet(account.Id, AccountState.Disabled);
        world.Sync();
        world.Leave(anna);
        world.Sync();
        world.PasswordBoss.AdminSet(account.Id, AccountState.Active);

        for (var run = 0; run < 2; run++)
            Assert.Equal("AccountReenabledByAdmin", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal(AccountState.Active, world.PasswordBoss.Accounts[account.Id].State);
    }
}
