using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>Runs with a wrong clock, or with wrong times in the state.</summary>
public class ClockTests
{
    private readonly World world = new(others: 5);
    private readonly string anna;

    public ClockTests()
    {
        anna = world.Join("anna");
        world.Link(anna);
        world.Sync();
    }

    [Theory]
    [InlineData(11, true, "11 minutes ahead of")]
    [InlineData(-11, true, "11 minutes behind")]
    [InlineData(60 * 24 * 400, false, "400 days ahead of")]
    public void A_wrong_clock_holds_removals_without_a_pause(int minutesAhead, bool full, string difference)
    {
        var graph = world.Clock.UtcNow;
        world.Clock.Advance(TimeSpan.FromMinutes(minutesAhead));
        world.Entra.GraphClockDifference = TimeSpan.FromMinutes(minutesAhead);
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        world.Leave(anna);
        sales.Members.Remove(world.UserGroup.Members.First());
        world.Join("bert");

        var result = full ? world.Sync() : world.SyncChanges();

        Assert.Equal((SyncOutcome.Refused, "ClockWrong", 0, 1), (result.Outcome, result.ErrorId, result.Disabled, result.Created));
        Assert.DoesNotContain(world.PasswordBoss.Log, l => l.StartsWith("REMOVE", StringComparison.Ordinal));
        Assert.Contains("The clock of this machine is " + difference + " Microsoft's.", result.Message, StringComparison.Ordinal);
        Assert.Equal(ConnectorStatus.Connected, world.Service.GetStatus(World.Name).Status);
        Assert.Null(world.State.Pause);
        // The run stores Graph's time.
        Assert.InRange(result.StartedAt, graph.AddMinutes(-1), graph.AddMinutes(1));
        Assert.InRange(world.State.Links.Values.Max(l => l.LinkedAt), graph.AddMinutes(-1), graph.AddMinutes(1));
        // The hold ends when the clocks agree.
        world.Clock.Advance(TimeSpan.FromMinutes(-minutesAhead));
        world.Entra.GraphClockDifference = TimeSpan.Zero;
        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Disabled));
    }

    [Theory]
    [InlineData(11, 5)]
    [InlineData(60 * 18, 5)]
    [InlineData(60 * 18, 60)]
    public void A_removal_is_done_once_the_Graph_clock_is_right_again(int minutesBehind, int minutesLater)
    {
        // Graph's time was wrong for two runs, and each run stored it.
        world.Entra.GraphClockDifference = TimeSpan.FromMinutes(-minutesBehind);
        world.Leave(anna);
        world.SyncChanges();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((SyncMode.Incremental, "ClockWrong"), (world.SyncChanges().Mode, world.Report!.Result.ErrorId));
        world.Clock.Advance(TimeSpan.FromMinutes(minutesLater));
        world.Entra.GraphClockDifference = TimeSpan.Zero;

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded, 1), (result.Mode, result.Outcome, result.Disabled));
        Assert.Null(result.ErrorId);
    }

    [Fact]
    public void A_retry_scheduled_in_the_future_is_due_once_the_clock_is_corrected()
    {
        // A creation that fails is tried again after five minutes, counted from a time that was eighteen hours ahead.
        world.Entra.GraphClockDifference = TimeSpan.FromHours(-18);
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountRefused) : null;
        world.Join("bert");
        world.SyncChanges();
        world.PasswordBoss.FaultOn = null;
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Entra.GraphClockDifference = TimeSpan.Zero;

        Assert.Equal(1, world.SyncChanges().Created);
    }

    [Fact]
    public void A_pause_outlives_a_wrong_clock()
    {
        foreach (var person in world.UserGroup.Members.ToList())
            world.Leave(person);
        world.Join("bert");
        world.Sync();
        Assert.NotNull(world.State.Pause);
        world.Entra.GraphClockDifference = TimeSpan.FromMinutes(30);

        Assert.Equal("ClockWrong", world.Sync().ErrorId);
        Assert.NotNull(world.State.Pause);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(-9)]
    public void A_small_difference_is_no_error(int minutesAhead)
    {
        world.Entra.GraphClockDifference = TimeSpan.FromMinutes(minutesAhead);
        world.Leave(anna);

        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Disabled));
    }

    [Fact]
    public void Removals_are_not_held_without_the_Graph_clock()
    {
        world.Entra.GraphClockDifference = null;
        world.Leave(anna);

        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void Stored_times_in_the_future_are_set_back()
    {
        // An earlier run used a clock that was a year ahead, and did not compare it.
        world.Entra.GraphClockDifference = null;
        world.Clock.Advance(TimeSpan.FromDays(365));
        world.Join("bert");
        world.Sync();
        world.Leave(anna);
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(-365));
        world.Entra.GraphClockDifference = TimeSpan.Zero;
        var now = world.Clock.UtcNow;

        var result = world.Sync();

        Assert.Equal(SyncOutcome.NoChange, result.Outcome);
        Assert.InRange(result.StartedAt, now, now.AddMinutes(1));
        Assert.All(world.State.Removals, r => Assert.True(r.At <= world.Clock.UtcNow));
        Assert.All(world.State.Links.Values, l => Assert.True(l.LinkedAt <= world.Clock.UtcNow));
        Assert.All(world.State.Runs, r => Assert.True(r.StartedAt <= world.Clock.UtcNow));
        world.SyncChanges();
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }

    [Fact]
    public void A_preview_does_not_set_stored_times_back()
    {
        world.Entra.GraphClockDifference = null;
        world.Clock.Advance(TimeSpan.FromDays(365));
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(-365));
        world.Entra.GraphClockDifference = TimeSpan.Zero;
        var commits = world.State.Commits;

        world.WhatIf();

        Assert.Equal(commits, world.State.Commits);
    }

    [Fact]
    public void A_restored_database_makes_the_next_run_full()
    {
        world.State.WasRolledBack = true;

        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Contains(world.Listener.Warnings, w => w.Id == "Warning_PutBack");
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }

    [Fact]
    public void A_wrong_clock_takes_precedence_over_a_removal_limit()
    {
        var world = new World(others: 20);
        world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        var sales = world.Entra.Groups.Values.Single(g => g.Name == "Sales");
        foreach (var member in sales.Members.Take(15).ToList())
            sales.Members.Remove(member);
        world.Entra.GraphClockDifference = TimeSpan.FromMinutes(30);

        Assert.Equal((SyncOutcome.Refused, "ClockWrong"), (world.Sync().Outcome, world.Report!.Result.ErrorId));
        Assert.Null(world.State.Pause);
    }
}
