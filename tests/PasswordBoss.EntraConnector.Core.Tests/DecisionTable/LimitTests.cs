using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Limits" and "Rules that change".</summary>
public class LimitTests
{
    private static World Company(int people, int percent = 20, int count = 5) =>
        new(people) { Rules = World.DefaultRules with { MaxRemovalPercent = percent, MaxRemovalCount = count } };

    private static void LeaveOf(World world, int first, int howMany)
    {
        foreach (var id in world.UserGroup.Members.Skip(first).Take(howMany).ToList())
            world.Leave(id);
    }

    [Theory]
    // 20 users, 20 percent = 4, count 5: both must be exceeded.
    [InlineData(20, 4, 20, 5, false)]
    [InlineData(20, 5, 20, 5, false)]
    [InlineData(20, 6, 20, 5, true)]
    // 40 users, 20 percent = 8: only the count is exceeded.
    [InlineData(40, 8, 20, 5, false)]
    [InlineData(40, 9, 20, 5, true)]
    [InlineData(10, 1, 0, 0, true)]
    [InlineData(10, 5, 100, 0, false)]
    public void Removals_are_refused_if_they_exceed_both_limits(int people, int leavers, int percent, int count, bool refused)
    {
        var world = Company(people, percent, count);
        LeaveOf(world, 0, leavers);

        var result = world.Sync();

        Assert.Equal(refused, result.Outcome == SyncOutcome.Refused);
        Assert.Equal(refused ? 0 : leavers, world.PasswordBoss.Writes);
        Assert.Equal(refused ? leavers : 0, result.Changes.Count(c => c.Outcome == ChangeOutcome.Refused && c.ErrorId == "RemovalLimitExceeded"));
    }

    [Theory]
    [InlineData(LeaverRule.Disable)]
    [InlineData(LeaverRule.ConvertToPersonal)]
    [InlineData(LeaverRule.Delete)]
    public void Disabling_converting_and_deleting_count_as_removals(LeaverRule rule)
    {
        var world = Company(20);
        world.Rules = world.Rules with { RemovedUser = rule };
        LeaveOf(world, 0, 6);

        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void Removals_are_summed_over_24_hours()
    {
        var world = Company(20);
        for (var i = 0; i < 5; i++)
        {
            LeaveOf(world, 0, 1);
            Assert.Equal(1, world.Sync().Disabled);
            world.Clock.Advance(TimeSpan.FromHours(1));
        }

        LeaveOf(world, 0, 1);
        var refused = world.Sync();
        Assert.Equal(SyncOutcome.Refused, refused.Outcome);
        Assert.StartsWith("1 more of 20 accounts in use would be removed (removed within 24 hours: 5); ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(5, world.PasswordBoss.Writes);

        // The first of the five removals is now 24 hours old and no longer counts.
        world.Clock.Advance(TimeSpan.FromHours(19).Add(TimeSpan.FromMinutes(1)));
        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void Removing_the_last_users_is_refused_unless_it_is_only_one()
    {
        var two = Company(2);
        LeaveOf(two, 0, 2);
        two.Join("joiner");
        var result = two.Sync();
        Assert.Equal((SyncOutcome.Refused, 1), (result.Outcome, result.Created));
        // The MaxRemovalCount of 5 was not exceeded, so the run reports another reason.
        Assert.Equal("No account in use would be left (accounts to remove: 2). No account was removed.", result.Message);
        Assert.Equal(2, two.PasswordBoss.Accounts.Values.Count(a => a.State == AccountState.Active && a.UserName.StartsWith("other", StringComparison.Ordinal)));

        var one = Company(1);
        LeaveOf(one, 0, 1);
        one.Join("joiner");
        Assert.Equal(1, one.Sync().Disabled);
    }

    [Fact]
    public void The_history_lists_refused_removals_once()
    {
        var world = Company(20);
        LeaveOf(world, 0, 6);

        world.Sync();
        world.Sync();

        Assert.Equal([6, 0], world.State.Runs.TakeLast(2).Select(r => r.Changes.Count(c => c.Outcome == ChangeOutcome.Refused)));
        Assert.All(world.State.Runs.TakeLast(2), r => Assert.Equal("RemovalLimitExceeded", r.ErrorId));
    }

    [Fact]
    public void The_history_contains_the_error_of_a_refused_read_but_not_each_account()
    {
        var world = Company(20);
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Incomplete;
        world.Entra.Problem = ErrorId.PermissionMissing;

        var result = world.Sync();

        Assert.Equal(20, result.Changes.Count(c => c.Outcome == ChangeOutcome.Refused));
        var kept = world.State.Runs[^1];
        Assert.Equal((SyncOutcome.Refused, "PermissionMissing", 0), (kept.Outcome, kept.ErrorId, kept.Changes.Count));
    }

    [Fact]
    public void Refused_removals_pause_the_connection_but_other_changes_continue()
    {
        var world = Company(20);
        var back = world.Join("back");
        world.Link(back, AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Disabled);
        var renamed = world.UserGroup.Members.Last(m => m != back);
        world.Edit(renamed, u => u with { Surname = "Smith" });
        world.Join("joiner");
        LeaveOf(world, 0, 6);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Refused, 1, 1, 1, 0), (result.Outcome, result.Created, result.Updated, result.Enabled, result.Disabled));
        var status = world.Service.GetStatus(World.Name);
        Assert.Equal(ConnectorStatus.Paused, status.Status);
        Assert.Contains("-Force", status.Message, StringComparison.Ordinal);
        Assert.StartsWith("6 of 20 accounts in use would be removed; the limit within 24 hours is 5, or 20 percent. No account was removed.", status.Message, StringComparison.Ordinal);
        Assert.Equal("RemovalLimitExceeded", Assert.Single(world.Report!.Errors).Id.ToString());
    }

    [Fact]
    public void Later_runs_stay_paused_until_the_cause_is_gone()
    {
        var world = Company(20);
        var leavers = world.UserGroup.Members.Take(6).ToList();
        leavers.ForEach(world.Leave);
        world.Sync();
        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        world.UserGroup.Members.UnionWith(leavers.Take(2));

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 4), (result.Outcome, result.Disabled));
        Assert.Equal(ConnectorStatus.Connected, world.Service.GetStatus(World.Name).Status);
    }

    [Fact]
    public void Force_allows_the_removals_listed_in_the_refusal()
    {
        var world = Company(20);
        LeaveOf(world, 0, 6);
        world.Sync();

        var result = world.Force();

        Assert.Equal((SyncOutcome.Succeeded, 6), (result.Outcome, result.Disabled));
        Assert.Equal(ConnectorStatus.Connected, world.Service.GetStatus(World.Name).Status);
        // Allowed removals do not count against the next day's leavers.
        LeaveOf(world, 0, 2);
        Assert.Equal(2, world.Sync().Disabled);
    }

    [Fact]
    public void Force_allows_only_the_users_listed_in_that_refusal()
    {
        var world = Company(40);
        LeaveOf(world, 0, 9);
        world.Sync();
        LeaveOf(world, 0, 9);

        var result = world.Force();

        Assert.Equal((SyncOutcome.Partial, 9), (result.Outcome, result.Disabled));
        Assert.Equal(9, result.Changes.Count(c => c is { Outcome: ChangeOutcome.Skipped, ErrorId: "RemovalWaits" }));
        // The next run applies the limit to the others.
        Assert.Equal((SyncOutcome.Refused, 0), (world.SyncChanges().Outcome, world.Report!.Result.Disabled));
        Assert.Equal(ConnectorStatus.Paused, world.Service.GetStatus(World.Name).Status);
    }

    [Fact]
    public void Force_allows_the_action_that_was_listed_not_a_harsher_one()
    {
        var world = Company(20);
        LeaveOf(world, 0, 6);
        world.Sync();
        world.Rules = world.Rules with { RemovedUser = LeaverRule.Delete };

        Assert.Equal((SyncOutcome.Partial, 0), (world.Force().Outcome, world.PasswordBoss.Writes));
        Assert.Equal(20, world.PasswordBoss.Accounts.Count);
    }

    [Fact]
    public void Force_without_a_pause_allows_nothing()
    {
        var world = Company(20);
        LeaveOf(world, 0, 6);

        Assert.Equal(SyncOutcome.Refused, world.Force().Outcome);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void Force_never_overrides_WhatIf()
    {
        var world = Company(20);
        LeaveOf(world, 0, 6);
        world.Sync();

        var result = world.Sync(new SyncOptions { Full = true, Force = true }, new Approver(preview: true));

        Assert.Equal((SyncOutcome.Planned, 6), (result.Outcome, result.Disabled));
        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.Equal(ConnectorStatus.Paused, world.Service.GetStatus(World.Name).Status);
    }

    [Fact]
    public void The_limits_also_apply_to_the_memberships_of_each_group()
    {
        var world = new World(20);
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        foreach (var id in sales.Members.Take(6).ToList())
            sales.Members.Remove(id);
        var other = world.NewSyncedGroup("Other", world.UserGroup.Members.Take(2).ToArray());

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Refused, "MembershipLimitExceeded"), (result.Outcome, result.ErrorId));
        Assert.Equal(20, world.MembersOf("Sales").Count);
        Assert.Equal(2, world.MembersOf("Other").Count);
        Assert.Equal(ConnectorStatus.Paused, world.Service.GetStatus(World.Name).Status);

        Assert.Equal(SyncOutcome.Succeeded, world.Force().Outcome);
        Assert.Equal(14, world.MembersOf("Sales").Count);
        Assert.NotNull(other);
    }

    [Fact]
    public void Memberships_already_removed_are_reported_separately()
    {
        var world = new World(20);
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        foreach (var id in sales.Members.Take(4).ToList())
            sales.Members.Remove(id);
        world.Sync();
        foreach (var id in sales.Members.Take(2).ToList())
            sales.Members.Remove(id);

        Assert.StartsWith(
            "Group 'Sales' would lose 2 more of 20 members (removed within 24 hours: 4); the limit is 5, or 20 percent.", world.Sync().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_memberships_of_a_leaver_are_not_counted_twice()
    {
        var world = new World(20);
        world.NewSyncedGroup("Sales", world.UserGroup.Members.Take(5).ToArray());
        world.Sync();
        LeaveOf(world, 0, 5);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 5), (result.Outcome, result.Disabled));
        Assert.Empty(world.MembersOf("Sales"));
    }

    [Fact]
    public void Refused_removals_are_proposed_and_verified_again()
    {
        var world = Company(20);
        LeaveOf(world, 0, 6);
        world.Sync();

        var result = world.Sync();

        Assert.Equal(6, result.Changes.Count(c => c.Outcome == ChangeOutcome.Refused));
        Assert.Equal(6, world.Entra.LookedUp.Count);
    }

    [Fact]
    public void A_run_with_refused_removals_is_Refused_even_if_it_created_accounts()
    {
        var world = Company(20);
        LeaveOf(world, 0, 6);
        world.Join("joiner");
        world.Edit(world.Join("unknown"), u => u with { Mail = "nowhere" });

        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
    }

    // ── changed rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_changed_rule_applies_only_to_later_events()
    {
        var world = Company(20);
        var leaver = world.UserGroup.Members.First();
        world.Leave(leaver);
        world.Sync();
        world.Rules = world.Rules with { RemovedUser = LeaverRule.Delete };

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Equal(20, world.PasswordBoss.Accounts.Count);
    }

    [Fact]
    public void Reapply_applies_the_current_rules_to_earlier_leavers_and_can_be_previewed()
    {
        var world = Company(20);
        var leaver = world.UserGroup.Members.First();
        world.Leave(leaver);
        world.Sync();
        world.Rules = world.Rules with { RemovedUser = LeaverRule.Delete };

        var preview = world.WhatIf(new SyncOptions { Full = true, Reapply = true });
        Assert.Equal((SyncOutcome.Planned, 1), (preview.Outcome, preview.Deleted));
        Assert.Equal(1, world.Reapply().Deleted);
    }

    [Fact]
    public void The_limit_also_applies_to_Reapply()
    {
        var world = Company(20);
        foreach (var leaver in world.UserGroup.Members.Take(5).ToList())
            world.Leave(leaver);
        world.Sync();
        world.Clock.Advance(TimeSpan.FromHours(25));
        LeaveOf(world, 0, 3);
        world.Sync();
        world.Clock.Advance(TimeSpan.FromHours(25));
        world.Rules = world.Rules with { RemovedUser = LeaverRule.Delete };

        Assert.Equal(SyncOutcome.Refused, world.Reapply().Outcome);
        Assert.Equal(20, world.PasswordBoss.Accounts.Count);
    }

    [Fact]
    public void The_limit_stops_removals_after_a_change_of_the_user_group()
    {
        var world = Company(20);
        var other = world.NewGroup("Other");
        other.Members.Add(world.Hire("joiner"));
        world.Change(c => c with { UserGroup = new GroupReference(other.Id, other.Name) });

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Refused, 1), (result.Outcome, result.Created));
        Assert.Equal(20, world.PasswordBoss.Accounts.Values.Count(a => a.State == AccountState.Active && a.UserName.StartsWith("other", StringComparison.Ordinal)));
    }
}
