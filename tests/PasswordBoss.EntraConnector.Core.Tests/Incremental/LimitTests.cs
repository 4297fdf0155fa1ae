using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>The limits apply to incremental runs as to full runs. An incremental run also recognises an empty group and another company.</summary>
public class LimitTests
{
    private readonly World world = new(others: 20);

    public LimitTests() => world.Sync();

    private List<string> LeaveOf(int howMany)
    {
        var leavers = world.UserGroup.Members.Take(howMany).ToList();
        leavers.ForEach(world.Leave);
        return leavers;
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public void Removals_are_measured_against_all_users(int leavers, bool refused)
    {
        LeaveOf(leavers);

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, refused), (result.Mode, result.Outcome == SyncOutcome.Refused));
        Assert.Equal(refused ? 0 : leavers, world.PasswordBoss.Writes);
    }

    [Fact]
    public void Removals_are_summed_over_runs()
    {
        for (var run = 0; run < 5; run++)
        {
            LeaveOf(1);
            Assert.Equal(1, world.SyncChanges().Disabled);
        }

        LeaveOf(1);

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Refused), Ended(world.SyncChanges()));
        Assert.Equal(5, world.PasswordBoss.Writes);
    }

    [Fact]
    public void Refused_removals_stay_paused_while_other_changes_continue()
    {
        LeaveOf(6);
        Assert.Equal(SyncOutcome.Refused, world.SyncChanges().Outcome);
        Assert.Equal(ConnectorStatus.Paused, world.Service.GetStatus(World.Name).Status);
        var anna = world.Join("anna");

        var result = world.SyncChanges();

        Assert.Equal((SyncOutcome.Refused, 1, 0), (result.Outcome, result.Created, result.Disabled));
        Assert.NotNull(world.State.CurrentLinkOf(anna));
    }

    [Fact]
    public void A_pause_ends_when_its_cause_is_gone()
    {
        var leavers = LeaveOf(6);
        world.SyncChanges();
        world.UserGroup.Members.UnionWith(leavers);

        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Null(world.State.Pause);
        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), Ended(world.SyncChanges()));
    }

    [Fact]
    public void Force_allows_exactly_the_removals_that_the_incremental_run_refused()
    {
        var refused = LeaveOf(6);
        world.SyncChanges();
        var later = LeaveOf(6);

        var result = world.Sync(new SyncOptions { Force = true });

        Assert.Equal((SyncMode.Full, SyncOutcome.Partial, 6), (result.Mode, result.Outcome, result.Disabled));
        Assert.All(refused, p => Assert.Equal(LeaverRule.Disable, world.State.CurrentLinkOf(p)!.AppliedRule));
        Assert.Equal(LeaverRule.None, world.State.CurrentLinkOf(later[0])!.AppliedRule);
    }

    [Fact]
    public void A_refused_removal_changes_no_memberships()
    {
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        var leavers = LeaveOf(6);
        sales.Members.ExceptWith(leavers);

        Assert.Equal(SyncOutcome.Refused, world.SyncChanges().Outcome);
        Assert.Equal(20, world.MembersOf("Sales").Count);
    }

    [Fact]
    public void Limits_also_apply_per_group()
    {
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        foreach (var member in sales.Members.Take(6).ToList())
            sales.Members.Remove(member);

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Refused), Ended(world.SyncChanges()));
        Assert.Equal(20, world.MembersOf("Sales").Count);
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("deleted")]
    [InlineData("deleted for good")]
    public void A_user_group_emptied_by_incremental_runs_is_refused(string leaving)
    {
        var small = new World(others: 2);
        small.Sync();
        var members = small.UserGroup.Members.ToList();
        // One run for each leaver. The last removal alone would exceed no limit.
        for (var i = 0; i < 2; i++)
        {
            if (leaving == "removed")
                small.Leave(members[i]);
            else if (leaving == "deleted")
                small.SoftDelete(members[i]);
            else
                small.HardDelete(members[i]);
            small.SyncChanges();
        }

        Assert.Equal((SyncMode.Full, SyncOutcome.Refused, "UserGroupEmpty"), (small.Report!.Result.Mode, small.Report.Result.Outcome, small.Report.Result.ErrorId));
        Assert.Equal(AccountState.Active, small.PasswordBoss.Accounts[small.State.CurrentLinkOf(members[1])!.AccountId].State);
    }

    [Fact]
    public void A_newcomer_gets_no_account_in_the_wrong_company()
    {
        world.Join("anna");
        var elsewhere = new FakePasswordBoss(world.Wire, "elsewhere-");
        elsewhere.AdminCreate("anna@contoso.com");
        world.Factory.Elsewhere = elsewhere;

        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        Assert.Equal("AccountsGoneLimitExceeded", world.Report!.Result.ErrorId);
        Assert.Empty(elsewhere.Log);
    }

    [Fact]
    public void The_wrong_company_drops_no_link_of_a_leaver()
    {
        LeaveOf(1);
        var elsewhere = new FakePasswordBoss(world.Wire, "elsewhere-");
        world.Factory.Elsewhere = elsewhere;

        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        world.Factory.Elsewhere = null;
        Assert.Equal(1, world.SyncChanges().Disabled);
        Assert.Equal(20, world.State.Links.Count);
    }

    [Fact]
    public void The_wrong_company_drops_no_link_of_a_replaced_account()
    {
        var anna = world.Join("anna");
        world.Link(anna);
        world.Sync();
        world.PasswordBoss.AdminCreate("anna.smith@contoso.com", name: "anna Miller");
        world.Edit(anna, u => u with { Mail = "anna.smith@contoso.com" });
        world.PasswordBoss.FaultOn = (call, target) => call == "PatchAccountAsync" && target == "anna@contoso.com" ? new Fault(ErrorId.AccountRefused) : null;
        world.Sync();
        world.PasswordBoss.FaultOn = null;
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
        world.Factory.Elsewhere = new FakePasswordBoss(world.Wire, "elsewhere-");
        world.Sync();
        world.Factory.Elsewhere = null;

        world.Sync();

        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void The_wrong_company_does_not_close_an_open_intent()
    {
        var anna = world.Join("anna");
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;
        world.SyncChanges();
        world.PasswordBoss.FaultOn = null;
        world.Clock.Advance(System.TimeSpan.FromHours(2));
        world.Factory.Elsewhere = new FakePasswordBoss(world.Wire, "elsewhere-");
        Assert.Equal(SyncOutcome.Refused, world.SyncChanges().Outcome);
        world.Factory.Elsewhere = null;

        world.SyncChanges();

        Assert.Equal(world.PasswordBoss.At("anna@contoso.com").Id, world.State.CurrentLinkOf(anna)!.AccountId);
    }

    private static (SyncMode, SyncOutcome) Ended(PBSyncResult result) => (result.Mode, result.Outcome);
}
