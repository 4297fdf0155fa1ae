using System;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>The response to a removal was lost, or the run was killed at it. The next run finds the result and completes the related changes.</summary>
public class OpenIntentTests
{
    private const string Address = "anna@contoso.com";
    // A higher number of passages than any of these runs has.
    private const int MostPassages = 60;

    private static readonly SyncRules DeletesUsers = SyncRules.Default with { DeletedUser = LeaverRule.Delete, FullSyncHours = 144 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_deletion_is_still_done_if_the_run_was_killed_during_the_disable(bool hidesDisabled)
    {
        ForEachPassage(passage =>
        {
            var (world, anna, account) = WorldWithAnna(DeletesUsers, hidesDisabled);
            world.SoftDelete(anna);
            world.SyncAndDie(passage);
            world.Sync();

            world.Clock.Advance(TimeSpan.FromDays(31));
            world.Sync();

            Assert.False(world.PasswordBoss.Accounts.ContainsKey(account.Id), $"killed at {passage}");
            Assert.Single(world.State.Removals);
        });
    }

    [Fact]
    public void A_deletion_is_still_done_if_the_response_to_the_disable_was_lost()
    {
        var (world, anna, account) = WorldWithAnna(DeletesUsers);
        world.SoftDelete(anna);
        LoseAnswersOf(world, "PatchAccountAsync");
        world.Sync();
        world.PasswordBoss.FaultOn = null;
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(31));

        Assert.Equal(1, world.Sync().Deleted);
        Assert.False(world.PasswordBoss.Accounts.ContainsKey(account.Id));
    }

    [Theory]
    [InlineData(AccountState.Active)]
    [InlineData(AccountState.Pending)]
    public void A_wait_that_begins_for_a_disabled_account_keeps_the_state_before_even_if_the_run_was_killed(AccountState before)
    {
        ForEachPassage(passage =>
        {
            var (world, anna, account) = WorldWithAnna(DeletesUsers, state: before);
            world.SoftDelete(anna);
            // Another installation was faster.
            world.PasswordBoss.AdminSet(account.Id, AccountState.Disabled);
            world.SyncAndDie(passage);

            world.Sync();

            var link = world.State.CurrentLinkOf(anna)!;
            Assert.Equal((LeaverRule.Disable, before, LeavingEvent.Deleted), (link.AppliedRule, link.PriorState, link.WaitingDeletion?.Event));
            Assert.Single(world.State.Removals);
            Assert.Empty(world.State.Intents);
            world.Restore(anna);
            Assert.Equal(1, world.Sync().Enabled);
            Assert.Equal(before, world.PasswordBoss.Accounts[account.Id].State);
        });
    }

    [Fact]
    public void An_account_that_an_admin_disabled_stays_disabled_even_if_the_run_that_began_the_wait_was_killed()
    {
        ForEachPassage(passage =>
        {
            var (world, anna, account) = WorldWithAnna(DeletesUsers);
            world.PasswordBoss.AdminSet(account.Id, AccountState.Disabled);
            world.Sync();
            world.SoftDelete(anna);
            world.SyncAndDie(passage);

            world.Sync();

            var link = world.State.CurrentLinkOf(anna)!;
            Assert.Equal((LeaverRule.None, LeavingEvent.Deleted), (link.AppliedRule, link.WaitingDeletion?.Event));
            Assert.Single(world.State.Removals);
            world.Restore(anna);
            Assert.Equal(0, world.Sync().Enabled);
            Assert.Equal(AccountState.Disabled, world.PasswordBoss.Accounts[account.Id].State);
        });
    }

    [Fact]
    public void A_due_deletion_that_was_never_sent_is_sent_to_a_hidden_account()
    {
        ForEachPassage(passage =>
        {
            var (world, anna, account) = WorldWithAnna(DeletesUsers with { DeleteAfterDays = 1 }, hidesDisabled: true);
            world.SoftDelete(anna);
            world.Sync();
            world.Clock.Advance(TimeSpan.FromDays(1));
            world.SyncAndDie(passage);

            world.Sync();
            world.Sync();

            Assert.False(world.PasswordBoss.Accounts.ContainsKey(account.Id), $"killed at {passage}");
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_disabled_account_that_the_server_hides_keeps_its_link(bool killed)
    {
        ForEachPassage(passage =>
        {
            var (world, anna, account) = WorldWithAnna(SyncRules.Default, hidesDisabled: true);
            world.Leave(anna);
            if (killed)
            {
                world.SyncAndDie(passage);
            }
            else
            {
                LoseAnswersOf(world, "PatchAccountAsync");
                world.Sync();
                world.PasswordBoss.FaultOn = null;
            }

            world.Sync();
            Assert.Equal(LinkKind.Current, world.State.Links[account.Id].Kind);

            world.UserGroup.Members.Add(anna);
            world.Sync();
            Assert.Equal(AccountState.Active, world.PasswordBoss.Accounts[account.Id].State);
        });
    }

    [Fact]
    public void A_server_that_disables_instead_of_deleting_is_not_another_installation()
    {
        var (world, anna, account) = WorldWithAnna(DeletesUsers with { DeleteAfterDays = 0 });
        world.SoftDelete(anna);
        world.PasswordBoss.Ignores = (call, _) =>
        {
            if (call != "DeleteAccountAsync")
                return false;
            world.PasswordBoss.Accounts[account.Id] = world.PasswordBoss.Accounts[account.Id] with { State = AccountState.Disabled };
            return true;
        };

        Assert.Equal("NotConfirmed", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.DoesNotContain(world.Sync().Changes, c => c.ErrorId == "StoreNotAlone");
    }

    [Fact]
    public void A_user_who_returns_before_the_disable_is_confirmed_is_enabled()
    {
        var (world, anna, _) = WorldWithAnna(SyncRules.Default);
        world.Leave(anna);
        world.PasswordBoss.Ignores = (call, _) => call == "PatchAccountAsync";
        Assert.Equal("NotConfirmed", Assert.Single(world.Sync().Changes).ErrorId);
        world.PasswordBoss.Ignores = null;
        world.UserGroup.Members.Add(anna);

        // The last write wins if the server still applies the disable.
        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Enabled));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void The_first_run_links_accounts_again_even_after_one_stopped_at_its_prompt()
    {
        var (world, anna, _) = WorldWithAnna(SyncRules.Default);
        world.SoftDelete(anna);
        world.State.Links.Clear();
        world.State.Health = ConnectionHealth.New;
        world.Join("newcomer");
        using var cancel = new CancellationTokenSource();
        var approver = new Approver(_ =>
        {
            cancel.Cancel();
            throw new OperationCanceledException();
        });
        world.Sync(approver: approver, cancellationToken: cancel.Token);

        Assert.Equal((SyncOutcome.Refused, "RecoveredLeaver"), (world.Sync().Outcome, world.Report!.Result.ErrorId));
    }

    private static (World World, string Anna, Account Account) WorldWithAnna(SyncRules rules, bool hidesDisabled = false, AccountState state = AccountState.Active)
    {
        var world = new World(others: 5) { ReadsTwice = false, Rules = rules };
        world.PasswordBoss.HidesDisabled = hidesDisabled;
        var anna = world.Join("anna");
        var account = world.Link(anna, state);
        world.Sync();
        return (world, anna, account);
    }

    private static void LoseAnswersOf(World world, string call) =>
        world.PasswordBoss.FaultOn = (c, target) => c == call && target == Address ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;

    private static void ForEachPassage(Action<int> killedAt)
    {
        for (var passage = 1; passage < MostPassages; passage++)
            killedAt(passage);
    }
}
