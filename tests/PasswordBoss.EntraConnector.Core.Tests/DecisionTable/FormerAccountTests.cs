using System;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>The former account of a user who has adopted another one, where the rule for removed users is Delete.</summary>
public class FormerAccountTests
{
    private readonly World world = new(others: 5)
    {
        ReadsTwice = false,
        Rules = SyncRules.Default with { RemovedUser = LeaverRule.Delete, ExistingAccount = ExistingAccountRule.AdoptAny, FullSyncHours = 144 },
    };

    private readonly string anna;
    private readonly Account former;

    public FormerAccountTests()
    {
        anna = world.Join("anna");
        former = world.Link(anna);
        world.Sync();
        world.PasswordBoss.AdminCreate("anna.new@contoso.com", name: "anna Miller");
        world.Edit(anna, u => u with { Mail = "anna.new@contoso.com" });
    }

    [Fact]
    public void A_disable_that_was_not_confirmed_is_retried()
    {
        world.PasswordBoss.Ignores = (call, target) => call == "PatchAccountAsync" && target == "anna@contoso.com";
        Assert.Contains(world.Sync().Changes, c => c.ErrorId == "NotConfirmed");
        world.PasswordBoss.Ignores = null;
        world.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(1, world.Sync().Disabled);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.Accounts[former.Id].State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_former_account_is_deleted_when_due_and_an_idle_run_sends_nothing(bool hidesDisabled)
    {
        world.PasswordBoss.HidesDisabled = hidesDisabled;
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(31));

        Assert.Equal(1, world.Sync().Deleted);
        Assert.False(world.PasswordBoss.Accounts.ContainsKey(former.Id));
        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        Assert.Empty(world.PasswordBoss.Calls);
    }

    [Fact]
    public void A_scheduled_deletion_survives_a_killed_run()
    {
        // The run that disables the account can die at any point.
        for (var passage = 1; passage < 80; passage++)
        {
            var other = new FormerAccountTests();
            other.world.SyncAndDie(passage);
            other.world.Sync();
            other.world.Clock.Advance(TimeSpan.FromDays(31));
            other.world.Sync();

            Assert.False(other.world.PasswordBoss.Accounts.ContainsKey(other.former.Id), $"killed at {passage}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_deletion_that_is_not_applied_is_sent_again_if_the_server_then_hides_the_account(bool isAppliedLate)
    {
        DisableBeforeTheAdoption();
        world.PasswordBoss.Ignores = (call, _) => call == "DeleteAccountAsync";
        Assert.Contains(world.Sync().Changes, c => c.ErrorId == "NotConfirmed");
        world.PasswordBoss.Ignores = null;
        world.PasswordBoss.HidesDisabled = true;
        if (isAppliedLate)
            world.PasswordBoss.AdminDelete(former.Id);

        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Deleted));

        Assert.False(world.PasswordBoss.Accounts.ContainsKey(former.Id));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_deletion_is_done_even_if_its_run_was_killed_and_the_server_then_hides_the_account()
    {
        for (var passage = 1; passage < 80; passage++)
        {
            var other = new FormerAccountTests();
            other.DisableBeforeTheAdoption();
            other.world.SyncAndDie(passage);
            other.world.PasswordBoss.HidesDisabled = true;
            for (var run = 0; run < 3; run++)
                other.world.Sync();

            Assert.False(other.world.PasswordBoss.Accounts.ContainsKey(other.former.Id), $"killed at {passage}");
        }
    }

    [Theory]
    [InlineData(LeaverRule.Disable)]
    [InlineData(LeaverRule.ConvertToPersonal)]
    public void A_hidden_account_stays_disabled_if_its_rule_is_no_longer_Delete(LeaverRule rule)
    {
        DisableBeforeTheAdoption();
        world.PasswordBoss.Ignores = (call, _) => call == "DeleteAccountAsync";
        world.Sync();
        world.PasswordBoss.Ignores = null;
        world.PasswordBoss.HidesDisabled = true;
        world.Rules = world.Rules with { RemovedUser = rule };

        for (var run = 0; run < 2; run++)
            Assert.Empty(world.Sync().Changes);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.Accounts[former.Id].State);
    }

    // The connector disables the account before its user adopts another one, and the next run deletes it.
    private void DisableBeforeTheAdoption()
    {
        world.Rules = world.Rules with { DeleteAfterDays = 0 };
        world.Disable(anna);
        Assert.Equal(1, world.Sync().Disabled);
        world.Enable(anna);
    }

    [Fact]
    public void A_rule_other_than_Delete_cancels_a_scheduled_deletion_with_a_warning()
    {
        world.Sync();
        world.Rules = world.Rules with { RemovedUser = LeaverRule.Disable };
        world.Clock.Advance(TimeSpan.FromDays(31));

        Assert.Contains(world.Sync().Changes, c => c.ErrorId == "DeletionDropped");
        Assert.True(world.PasswordBoss.Accounts.ContainsKey(former.Id));
        Assert.Empty(world.Sync().Changes);
    }
}
