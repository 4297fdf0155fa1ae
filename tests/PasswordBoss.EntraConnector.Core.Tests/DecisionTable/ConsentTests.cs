using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>-Force applies the changes that the refusal listed, and no others.</summary>
public class ConsentTests
{
    private readonly World world = new();
    private readonly List<string> people;

    public ConsentTests()
    {
        people = Enumerable.Range(0, 100).Select(i => world.Join("user" + i.ToString("00", null))).ToList();
        foreach (var person in people)
            world.Link(person);
    }

    [Fact]
    public void Users_who_left_after_the_refusal_wait_for_the_next_run_and_its_limits()
    {
        LeaveOf(0, 30);
        Assert.Equal((SyncOutcome.Refused, 0), (world.Sync().Outcome, world.Report!.Result.Disabled));
        LeaveOf(30, 20);

        var forced = world.Force();

        Assert.Equal((SyncOutcome.Partial, 30), (forced.Outcome, forced.Disabled));
        Assert.Equal(20, forced.Changes.Count(c => c is { Outcome: ChangeOutcome.Skipped, ErrorId: "RemovalWaits" }));
        Assert.Equal(70, world.PasswordBoss.Accounts.Values.Count(a => a.State == AccountState.Active));
        Assert.Null(world.State.Pause);
        // 20 of 70 exceed 20 percent.
        var next = world.SyncChanges();
        Assert.Equal((SyncOutcome.Refused, 0), (next.Outcome, next.Disabled));
        Assert.Equal(ConnectorStatus.Paused, world.Service.GetStatus(World.Name).Status);
        Assert.Equal((SyncOutcome.Succeeded, 20), (world.Force().Outcome, world.Report!.Result.Disabled));
    }

    [Fact]
    public void Users_who_came_back_after_the_refusal_are_not_removed()
    {
        LeaveOf(0, 30);
        world.Sync();
        world.UserGroup.Members.UnionWith(people.Take(10));

        Assert.Equal((SyncOutcome.Succeeded, 20), (world.Force().Outcome, world.Report!.Result.Disabled));
    }

    [Fact]
    public void Consent_to_a_deletion_also_allows_the_disable_that_replaced_it()
    {
        LeaveOf(0, 30);
        world.Sync();
        // An older version, whose rule Delete did not wait, stored the consent in this form.
        var pause = world.State.Pause!;
        world.State.Pause = pause with { RefusedKeys = pause.RefusedKeys.Select(k => k.Replace("Disable|", "Delete|", StringComparison.Ordinal)).ToList() };

        Assert.Equal((SyncOutcome.Succeeded, 30), (world.Force().Outcome, world.Report!.Result.Disabled));
    }

    [Fact]
    public void Force_for_recently_created_accounts_reports_when_it_will_work()
    {
        foreach (var (id, link) in world.State.Links.ToList())
            world.State.Links[id] = link with { LinkedAt = world.Clock.UtcNow.AddMinutes(-50) };
        foreach (var account in world.PasswordBoss.Accounts.Keys.ToList())
            world.PasswordBoss.AdminDelete(account);
        var time = world.Clock.UtcNow.AddMinutes(10).UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        world.Sync();

        var refused = world.Force();

        Assert.Equal((SyncOutcome.Refused, "AccountsGoneLimitExceeded"), (refused.Outcome, refused.ErrorId));
        Assert.EndsWith("-Force works from " + time + " UTC.", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("-Force after that time.", world.Service.GetStatus(World.Name).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Force_recreates_all_accounts_of_an_emptied_server()
    {
        foreach (var account in world.PasswordBoss.Accounts.Keys.ToList())
            world.PasswordBoss.AdminDelete(account);

        var refused = world.Sync();

        Assert.Equal((SyncOutcome.Refused, "AccountsGoneLimitExceeded"), (refused.Outcome, refused.ErrorId));
        Assert.StartsWith("At least 24 of 100", refused.Message, StringComparison.Ordinal);
        Assert.Contains("all missing accounts again", world.Report!.Errors[0].Recommendation.Render(), StringComparison.Ordinal);
        Assert.Equal((SyncOutcome.Succeeded, 100), (world.Force().Outcome, world.Report!.Result.Created));
        Assert.Equal(ConnectorStatus.Connected, world.Service.GetStatus(World.Name).Status);
    }

    [Fact]
    public void A_pause_gives_the_reason_that_Force_can_allow_although_the_clock_is_wrong_too()
    {
        foreach (var link in world.State.Links.Values.Where(l => l.EntraId != people[0]).ToList())
            world.PasswordBoss.AdminDelete(link.AccountId);
        world.Leave(people[0]);
        world.Entra.GraphClockDifference = TimeSpan.FromMinutes(30);

        world.Sync();

        Assert.Equal(2, world.Report!.Errors.Count(e => e.Id is ErrorId.ClockWrong or ErrorId.AccountsGoneLimitExceeded));
        Assert.StartsWith("At least ", world.State.Pause!.Reason.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void Force_within_the_first_hour_is_refused_and_the_pause_remains()
    {
        var fresh = new World();
        for (var i = 0; i < 20; i++)
            fresh.Join("user" + i);
        fresh.Sync();
        foreach (var account in fresh.PasswordBoss.Accounts.Keys.ToList())
            fresh.PasswordBoss.AdminDelete(account);
        fresh.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(SyncOutcome.Refused, fresh.Sync().Outcome);

        var early = fresh.Force();

        Assert.Equal((SyncOutcome.Refused, 0), (early.Outcome, early.Created));
        Assert.Contains("less than an hour ago", early.Message, StringComparison.Ordinal);
        Assert.Equal(ConnectorStatus.Paused, fresh.Service.GetStatus(World.Name).Status);
        fresh.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal((SyncOutcome.Succeeded, 20), (fresh.Force().Outcome, fresh.Report!.Result.Created));
    }

    [Fact]
    public void A_common_cause_is_one_warning_with_a_count_and_five_names()
    {
        foreach (var person in people)
            world.Edit(person, u => u with { AccountEnabled = null });

        var result = world.Sync();

        var warning = Assert.Single(result.Warnings);
        Assert.Contains("Others in the same case: 99, such as user01@contoso.com, user02@contoso.com, user03@contoso.com, user04@contoso.com", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("user05", warning, StringComparison.Ordinal);
        Assert.Equal(100, result.Changes.Count);
        Assert.Single(world.Listener.Warnings);
        Assert.Single(world.SyncChanges().Warnings);
    }

    [Fact]
    public void The_first_run_after_the_upgrade_explains_the_new_Adopt_rule_once()
    {
        world.State.Health = world.State.Health with { AdoptChangeUnreported = true };
        Assert.Contains(world.WhatIf().Warnings, w => w.Contains("AdoptAny", StringComparison.Ordinal));

        Assert.Contains(world.Sync().Warnings, w => w.Contains("AdoptAny", StringComparison.Ordinal));
        Assert.Empty(world.Sync().Warnings);
    }

    [Fact]
    public void A_leaver_disabled_by_another_installation_is_not_attributed_to_an_admin()
    {
        world.Sync();
        world.Leave(people[0]);
        var account = world.State.CurrentLinkOf(people[0])!.AccountId;
        world.PasswordBoss.AdminSet(account, AccountState.Disabled);

        var result = world.SyncChanges();

        Assert.Equal((SyncOutcome.Partial, "StoreNotAlone"), (result.Outcome, Assert.Single(result.Changes).ErrorId));
        Assert.Empty(world.PasswordBoss.Log);
        Assert.Empty(world.SyncChanges().Changes);
        world.UserGroup.Members.Add(people[0]);
        Assert.Equal(1, world.SyncChanges().Enabled);
    }

    private void LeaveOf(int first, int count)
    {
        foreach (var person in people.Skip(first).Take(count))
            world.Leave(person);
    }

    [Fact]
    public void Consent_to_removals_does_not_allow_recreating_missing_accounts()
    {
        var world = new World(others: 40);
        world.Sync();
        // One account is missing when the removals are refused. No admin has seen that all will be missing.
        world.PasswordBoss.AdminDelete(world.State.Links.Values.First().AccountId);
        foreach (var leaver in world.UserGroup.Members.Skip(1).Take(15).ToList())
            world.Leave(leaver);
        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        foreach (var id in world.PasswordBoss.Accounts.Keys.ToList())
            world.PasswordBoss.AdminDelete(id);
        world.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal((SyncOutcome.Refused, 0), (world.Force().Outcome, world.Report!.Result.Created));
    }

    [Fact]
    public void Forced_changes_that_are_declined_stay_paused()
    {
        var world = new World(others: 40);
        world.Sync();
        foreach (var leaver in world.UserGroup.Members.Take(15).ToList())
            world.Leave(leaver);
        world.Sync();

        world.Sync(new SyncOptions { Full = true, Force = true }, new Approver(_ => false));

        Assert.Equal(15, world.State.Pause!.RefusedKeys.Count);
        Assert.Equal(15, world.Force().Disabled);
        Assert.Null(world.State.Pause);
    }
}
