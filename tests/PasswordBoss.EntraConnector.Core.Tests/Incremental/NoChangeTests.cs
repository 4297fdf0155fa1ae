using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>Runs without a change, the most frequent ones.</summary>
public class NoChangeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(500)]
    public void A_run_without_changes_only_reads_the_changes_once(int members)
    {
        var world = new World(others: members);
        world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (result.Mode, result.Outcome));
        Assert.Equal("ReadChangesAsync", Assert.Single(world.Entra.Calls).Key);
        Assert.Equal(1, world.Entra.Calls["ReadChangesAsync"]);
        Assert.Empty(world.PasswordBoss.Calls);
        Assert.Empty(result.Changes);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("a stranger who is deleted")]
    [InlineData("a member of no group who joins another group")]
    [InlineData("a device in the user group")]
    public void An_unrelated_change_causes_no_request_to_Password_Boss(string change)
    {
        var world = new World(others: 5);
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.First());
        var stranger = world.Hire("stranger");
        world.Sync();
        if (change == "a device in the user group")
            world.UserGroup.Members.Add("a device");
        else if (change == "a stranger who is deleted")
            world.HardDelete(stranger);
        else
            sales.Members.Add(stranger);

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (result.Mode, result.Outcome));
        Assert.Empty(world.PasswordBoss.Calls);
    }

    [Fact]
    public void Many_unrelated_users_are_not_looked_up()
    {
        var world = new World(others: 5);
        var strangers = Enumerable.Range(0, 101).Select(i => world.Hire("stranger" + i)).ToList();
        world.Sync();
        foreach (var stranger in strangers)
            world.Edit(stranger, u => u with { Surname = "Smith" });

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (result.Mode, result.Outcome));
        Assert.Empty(world.Entra.LookedUp);
        Assert.Empty(world.PasswordBoss.Calls);
    }

    [Fact]
    public void A_delta_link_is_not_followed_twice()
    {
        var world = new World(others: 5);
        world.Sync();
        world.Join("anna");

        Assert.Equal(1, world.SyncChanges().Created);
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Empty(world.Entra.LookedUp);
    }

    [Theory]
    [InlineData(SyncMode.Full)]
    [InlineData(SyncMode.Incremental)]
    public void The_result_and_the_history_show_the_mode(SyncMode mode)
    {
        var world = new World(others: 5);
        world.Sync();

        var result = mode == SyncMode.Full ? world.Sync() : world.SyncChanges();

        Assert.Equal(mode, result.Mode);
        Assert.Equal(mode, world.State.Runs.Last().Mode);
    }

    [Fact]
    public void A_soft_deleted_member_is_recorded_and_a_leaver_is_not()
    {
        var world = new World(others: 5);
        var deleted = world.UserGroup.Members.First();
        var left = world.UserGroup.Members.Last();
        world.Sync();
        world.SoftDelete(deleted);
        world.Leave(left);

        world.SyncChanges();

        Assert.Contains(world.State.Members, m => m.EntraId == deleted);
        Assert.DoesNotContain(world.State.Members, m => m.EntraId == left);
    }

    [Fact]
    public void A_run_without_changes_does_not_rewrite_the_members()
    {
        var world = new World(others: 5);
        world.Sync();
        var members = world.State.Members.ToList();

        world.SyncChanges();

        Assert.Equal(members, world.State.Members);
        Assert.Equal(5, members.Count);
        Assert.All(members, m => Assert.Contains(m.EntraId, world.UserGroup.Members));
    }
}
