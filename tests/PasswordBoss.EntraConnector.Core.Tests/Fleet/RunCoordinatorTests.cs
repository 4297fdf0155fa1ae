using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Fleet;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

public sealed class RunCoordinatorTests
{
    private static readonly FleetOptions All = new();
    private static readonly FleetOptions Due = new() { OnlyDue = true, Timeout = FleetOptions.UsualTimeout };
    private static readonly TimeSpan Five = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(150);

    private readonly SimulatedTime time = new();
    private readonly FakeFleet fleet;

    public RunCoordinatorTests() => fleet = new FakeFleet(time);

    // ── Results ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_worker_that_is_to_end_waits_for_a_full_run_and_runs_what_becomes_due_in_the_meantime()
    {
        var quick = TimeSpan.FromSeconds(1);
        fleet.IsContinuous = true;
        fleet.Add("Full", 1, TimeSpan.FromMinutes(50)).Add("Other", 2, quick);
        fleet["Full"].IsFull = true;
        time.At(TimeSpan.FromMinutes(10), () => fleet.IsContinuous = false);

        fleet.Call(new FleetOptions { RunsAtOnce = 4, OnlyDue = true, Timeout = TimeSpan.Zero });

        Assert.Equal(SyncOutcome.NoChange, fleet.Runs.Single(run => run.Connection == "Full").Outcome);
        Assert.InRange(fleet.Runs.Count(run => run.Connection == "Other000" && run.Started > TimeSpan.FromMinutes(10)), 6, 9);
        // It looks at the connections, and so reports that it is alive, at least each half minute.
        Assert.InRange(fleet.Listed, 99, 150);
        Assert.InRange(time.Passed, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(51));
    }

    /// <summary>Otherwise systemd ends the worker, and with it the full run.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_worker_that_is_to_end_reports_that_it_is_alive_until_the_last_run_has_ended(bool becomesFull)
    {
        fleet.IsContinuous = true;
        // A run of four minutes is incremental to its end. The other one becomes full after it was found slow.
        fleet.Add("A", 1, becomesFull ? TimeSpan.FromMinutes(50) : TimeSpan.FromMinutes(4));
        fleet["A"].BecomesFull = becomesFull ? TimeSpan.FromMinutes(1) : null;
        time.At(TimeSpan.FromSeconds(10), () => fleet.IsContinuous = false);

        fleet.Call(new FleetOptions { RunsAtOnce = 4, OnlyDue = true, Timeout = TimeSpan.Zero });

        Assert.Single(fleet.Runs);
        AssertAliveToTheEnd();
    }

    /// <summary>Two hours after the order to end, no further run starts, but one that is under way may take another hour.</summary>
    [Fact]
    public void A_full_run_at_the_end_of_the_longest_call_is_not_taken_for_a_hang()
    {
        fleet.IsContinuous = true;
        // One begins while the other is under way, so the call goes on until two hours have passed.
        fleet.Add("A", 1, TimeSpan.FromMinutes(55)).Add("B", 1, TimeSpan.FromMinutes(40));
        fleet["A"].IsFull = true;
        fleet["B"].IsFull = true;
        time.At(TimeSpan.FromSeconds(10), () => fleet.IsContinuous = false);

        fleet.Call(new FleetOptions { RunsAtOnce = 8, OnlyDue = true, Timeout = TimeSpan.Zero });

        Assert.InRange(time.Passed, TimeSpan.FromHours(2.5), TimeSpan.FromHours(3));
        AssertAliveToTheEnd();
    }

    private void AssertAliveToTheEnd()
    {
        var beats = fleet.Beats.Append(time.Passed).ToList();
        Assert.All(beats.Zip(beats.Skip(1), (earlier, later) => later - earlier), gap => Assert.InRange(gap, TimeSpan.Zero, TimeSpan.FromSeconds(31)));
    }

    [Fact]
    public void Each_result_comes_when_its_run_ends()
    {
        fleet.Add("A", 1, TimeSpan.FromSeconds(9)).Add("B", 1, TimeSpan.FromSeconds(2)).Add("C", 1, TimeSpan.FromSeconds(3)).Add("D", 1, TimeSpan.FromSeconds(1));

        fleet.Call(All with { RunsAtOnce = 2 });

        Assert.Equal(["B", "C", "D", "A"], fleet.Runs.Select(run => run.Connection));
        Assert.Equal([(1, 4), (2, 4), (3, 4), (4, 4)], fleet.Progress);
        Assert.Equal(2, fleet.Most);
    }

    [Fact]
    public void A_stop_starts_no_further_run_and_waits_for_those_under_way()
    {
        fleet.Add("A", 1, TimeSpan.FromSeconds(1)).Add("B", 4, TimeSpan.FromSeconds(5));
        using var stop = new CancellationTokenSource();
        fleet["B001"].Begins = stop.Cancel;

        Assert.ThrowsAny<OperationCanceledException>(() => fleet.Call(All with { RunsAtOnce = 2 }, stop: stop.Token));

        Assert.Equal(["A", "B000", "B001"], fleet.Runs.Select(run => run.Connection).Order());
        Assert.Null(fleet["B002"].Turn.LastStart);
        Assert.Equal(0, fleet["B002"].Turn.Failures);
    }

    [Fact]
    public void A_failure_that_is_no_report_is_thrown_after_all_have_run()
    {
        fleet.Add("A", 3, Quick);
        fleet["A000"].Begins = () => throw new InvalidOperationException("A bug.");

        Assert.Equal("A bug.", Assert.Throws<InvalidOperationException>(() => fleet.Call(All)).Message);
        Assert.Equal(["A001", "A002"], fleet.Runs.Select(run => run.Connection));
    }

    // ── Fairness ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void Twenty_bad_tenants_of_500_do_not_hold_up_the_other_480()
    {
        fleet.Add("Good", 480, Quick);
        fleet.Call(Due with { RunsAtOnce = 16 });
        var alone = LastEnd("Good");
        fleet.Add("Hangs", 5, TimeSpan.FromHours(1), SyncOutcome.Failed).Add("Throttled", 5, TimeSpan.FromSeconds(110), SyncOutcome.Failed)
            .Add("Refuses", 5, TimeSpan.FromSeconds(2), SyncOutcome.Failed).Add("Answers slowly", 5, TimeSpan.FromSeconds(45));

        var took = new List<TimeSpan>();
        for (var call = 0; call < 12; call++)
        {
            fleet.Wait(TimeSpan.FromMinutes((5 * (call + 1)) - time.Passed.TotalMinutes));
            fleet.Runs.Clear();
            var begun = time.Passed;
            fleet.Call(Due with { RunsAtOnce = 16 });
            took.Add(LastEnd("Good") - begun);
            Assert.Equal(480, fleet.Runs.Count(run => run.Connection.StartsWith("Good", StringComparison.Ordinal)));
            // No call takes longer than it has, and the next one does not wait for it.
            Assert.InRange(time.Passed - begun, TimeSpan.Zero, Five);
        }

        // In the first call they are not known yet, and come first.
        Assert.All(took, time => Assert.InRange(time, alone, alone * 2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(480)]
    public void Twenty_tenants_that_go_bad_at_once_do_not_hold_up_the_other_480(int first)
    {
        fleet.Add("T", 500, Quick);
        fleet.Call(Due with { RunsAtOnce = 16 });
        // The twenty are first, last, or spread.
        var isSpread = first == 25;
        var bad = Enumerable.Range(0, 20).Select(i => $"T{(isSpread ? i * 25 : first + i):D3}").ToHashSet();
        var begun = time.Passed;
        fleet.Call(All with { RunsAtOnce = 16 });
        var alone = time.Passed - begun;
        foreach (var (name, i) in bad.Select((name, i) => (name, i)))
        {
            fleet[name].Takes = TimeSpan.FromSeconds(new[] { 3600, 110, 45, 8 }[i % 4]);
            fleet[name].Outcome = i % 4 == 2 ? SyncOutcome.NoChange : SyncOutcome.Failed;
        }

        fleet.Runs.Clear();
        begun = time.Passed;
        fleet.Call(All with { RunsAtOnce = 16, Timeout = FleetOptions.UsualTimeout });

        Assert.Equal(500, fleet.Runs.Count);
        Assert.InRange(fleet.Runs.Where(run => !bad.Contains(run.Connection)).Max(run => run.Ended) - begun, TimeSpan.Zero, alone * 2);
        Assert.InRange(fleet.Most, 16, 32);
    }

    /// <summary>The last runs were quick ones, and do not predict a call in which every run is full.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void If_all_runs_are_full_and_slow_none_frees_its_slot_for_half_a_minute(int refused)
    {
        fleet.Add("Full", 100, Quick);
        fleet.Call(All with { RunsAtOnce = 16 });
        foreach (var name in Enumerable.Range(0, 100).Select(i => $"Full{i:D3}"))
        {
            fleet[name].IsFull = true;
            fleet[name].Takes = TimeSpan.FromSeconds(40);
        }

        // A few that fail at once are nothing to compare with.
        foreach (var name in Enumerable.Range(0, refused).Select(i => $"Full{i:D3}"))
            fleet[name].Takes = Quick;
        fleet.Runs.Clear();
        var begun = time.Passed;
        fleet.Call(All with { RunsAtOnce = 16 });

        Assert.Equal((100, 32), (fleet.Runs.Count, fleet.Most));
        Assert.Equal([16, 16, 32, 32], new[] { 0.5, 29.9, 30.5, 39.9 }.Select(second => UnderWay(begun + TimeSpan.FromSeconds(second))));
    }

    /// <summary>Incremental runs that are slow for the first time free their slots early, but no more of them than there are slots.</summary>
    [Fact]
    public void If_all_servers_hang_at_once_no_more_than_twice_as_many_runs_as_slots_are_under_way()
    {
        fleet.Add("T", 500, Quick);
        fleet.Call(Due with { RunsAtOnce = 16 });
        foreach (var name in Enumerable.Range(0, 500).Select(i => $"T{i:D3}"))
            fleet[name].Takes = TimeSpan.FromHours(1);

        fleet.Runs.Clear();
        var begun = time.Passed;
        fleet.Call(All with { RunsAtOnce = 16, Timeout = FleetOptions.UsualTimeout });

        Assert.Equal((32, 32), (fleet.Runs.Count, fleet.Most));
        Assert.Equal(FleetOptions.UsualTimeout, time.Passed - begun);
    }

    /// <summary>A call in which all runs take the same time has no use for freed slots.</summary>
    [Theory]
    [InlineData(900)]
    [InlineData(3000)]
    [InlineData(7000)]
    [InlineData(29900)]
    public void Runs_that_take_as_long_as_others_keep_their_slots(int milliseconds)
    {
        fleet.Add("T", 100, TimeSpan.FromMilliseconds(milliseconds));

        fleet.Call(All with { RunsAtOnce = 16 });

        Assert.Equal(16, fleet.Most);
        // Also in the next call, which knows how long they took.
        fleet.Call(All with { RunsAtOnce = 16 });
        Assert.Equal(16, fleet.Most);
    }

    [Fact]
    public void A_run_that_freed_its_slot_and_ends_makes_no_place_for_another()
    {
        fleet.Add("Long", 1, TimeSpan.FromSeconds(5)).Add("Quick", 200, TimeSpan.FromMilliseconds(200));

        fleet.Call(All with { RunsAtOnce = 2 });

        // One more from the first second to the end of the long run.
        Assert.Equal([2, 3, 3, 2, 2], new[] { 0.9, 1.1, 4.9, 5.1, 9.9 }.Select(second => UnderWay(TimeSpan.FromSeconds(second))));
        Assert.Equal((201, 3), (fleet.Runs.Count, fleet.Most));
        Assert.Equal(fleet.Runs.Select(run => run.Connection).Where(name => name != "Long").Order(), fleet.Runs.Select(run => run.Connection).Where(name => name != "Long"));
    }

    [Fact]
    public void A_stop_also_ends_runs_that_freed_their_slots()
    {
        fleet.Add("Hangs", 3, TimeSpan.FromHours(1)).Add("Quick", 200, TimeSpan.FromMilliseconds(200));
        using var stop = new CancellationTokenSource();
        time.At(TimeSpan.FromSeconds(5.1), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => fleet.Call(All with { RunsAtOnce = 4 }, stop: stop.Token));

        Assert.Equal(TimeSpan.FromSeconds(5.1), time.Passed);
        Assert.Equal(3, fleet.Runs.Count(run => run.Connection.StartsWith("Hangs", StringComparison.Ordinal) && run.Outcome == SyncOutcome.Failed));
        Assert.InRange(fleet.Runs.Count, 50, 110);
        Assert.Null(fleet["Quick199"].Turn.LastStart);
    }

    [Fact]
    public void A_run_that_freed_its_slot_ends_at_the_limit_of_the_call()
    {
        fleet.Add("First", 1, Quick).Add("Hangs", 1, TimeSpan.FromHours(1), SyncOutcome.Failed).Add("Quick", 20, Quick);

        fleet.Call(Due with { RunsAtOnce = 1, Timeout = TimeSpan.FromMinutes(3) });

        Assert.Equal((22, TimeSpan.FromMinutes(3)), (fleet.Runs.Count, time.Passed));
        Assert.Equal(("Hangs", TimeSpan.FromMinutes(3)), (fleet.Runs[^1].Connection, fleet.Runs[^1].Ended));
        Assert.True(fleet.Runs[^2].Ended < TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public void A_clock_that_jumps_frees_no_slot_early_and_keeps_none(int minutes)
    {
        fleet.Add("Long", 1, TimeSpan.FromSeconds(50)).Add("Quick", 100, Quick);
        time.At(TimeSpan.FromSeconds(0.5), () => time.Shift(TimeSpan.FromMinutes(minutes)));

        fleet.Call(All with { RunsAtOnce = 2 });

        Assert.Equal([2, 3], new[] { 0.99, 1.01 }.Select(second => UnderWay(TimeSpan.FromSeconds(second))));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(16, 4)]
    public void Connections_that_failed_share_a_quarter_of_the_slots_and_have_at_least_one(int slots, int quarter)
    {
        fleet.Add("Failed", 20, TimeSpan.FromSeconds(20), SyncOutcome.Failed);
        foreach (var name in Enumerable.Range(0, 20).Select(i => $"Failed{i:D3}"))
            fleet[name].Turn = fleet[name].Turn with { LastOutcome = SyncOutcome.Failed };

        fleet.Call(All with { RunsAtOnce = slots });

        Assert.Equal((20, quarter), (fleet.Runs.Count, fleet.Most));
    }

    [Theory]
    [InlineData(true, 8)]
    // If an admin is prompted, no more runs than slots are under way, however long they take.
    [InlineData(false, 4)]
    public void A_slow_run_frees_its_slot_but_no_more_than_there_are_places(bool freesSlots, int most)
    {
        fleet.Add("Slow", 20, TimeSpan.FromMinutes(3));

        fleet.Call(All with { RunsAtOnce = 4 }, freesSlots: freesSlots);

        Assert.Equal((20, most), (fleet.Runs.Count, fleet.Most));
    }

    [Fact]
    public void A_failed_connection_gets_its_slot_while_full_runs_take_an_hour()
    {
        fleet.Add("Full", 3, TimeSpan.FromHours(1)).Add("Failed", 1, Quick, SyncOutcome.Failed);
        foreach (var name in new[] { "Full000", "Full001", "Full002" })
            fleet[name].IsFull = true;
        fleet["Failed"].Turn = fleet["Failed"].Turn with { LastOutcome = SyncOutcome.Failed };

        fleet.Call(Due);

        Assert.InRange(fleet.Runs.First(run => run.Connection == "Failed").Started, TimeSpan.Zero, TimeSpan.FromSeconds(31));
    }

    // ── Due ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void Only_what_is_due_runs_and_the_rest_waits_with_the_outcome_of_its_last_run()
    {
        fleet.Add("Good", 3, Quick).Add("Failed", 1, Quick, SyncOutcome.Failed).Add("Refused", 1, Quick, SyncOutcome.Refused).Add("Partial", 1, Quick, SyncOutcome.Partial);
        fleet.Call(Due);
        fleet.Runs.Clear();
        // Refused and partial runs are repeated as usual; a failed one waits longer.
        fleet.Wait(Five);

        Assert.Equal((1, 1, 0, 0, 0), Counts(fleet.Call(Due)));
        Assert.Equal(5, fleet.Runs.Count);
        Assert.Equal((6, 1, 1, 1, 0), Counts(fleet.Call(Due)));
        Assert.Equal(5, fleet.Runs.Count);
        fleet["Good001"].Turn = fleet["Good001"].Turn with { IsDueAtOnce = true };
        Assert.Equal((5, 1, 1, 1, 0), Counts(fleet.Call(Due)));
        Assert.Equal("Good001", fleet.Runs[^1].Connection);
        Assert.False(fleet["Good001"].Turn.IsDueAtOnce);
    }

    [Theory]
    [InlineData(true, new[] { "A" })]
    [InlineData(false, new[] { "A", "B" })]
    public void A_connection_that_another_process_ran_in_the_meantime_is_not_due_any_more(bool onlyDue, string[] expected)
    {
        fleet.Add("A", 1, Quick).Add("B", 1, Quick);
        fleet["A"].Begins = () => fleet["B"].Turn = fleet["B"].Turn with { LastStart = time.UtcNow };

        fleet.Call(Due with { RunsAtOnce = 1, OnlyDue = onlyDue });

        Assert.Equal(expected, fleet.Runs.Select(run => run.Connection));
    }

    [Fact]
    public void What_the_time_of_a_call_does_not_reach_is_first_in_the_next()
    {
        fleet.Add("T", 20, TimeSpan.FromSeconds(29));

        var waiting = fleet.Call(Due with { RunsAtOnce = 1, Timeout = TimeSpan.FromMinutes(2) });

        // None starts in the last half minute, and each has at least that.
        Assert.Equal((4, 16, 16), (fleet.Runs.Count, waiting.Count, waiting.Unreached));
        Assert.True(time.Passed <= TimeSpan.FromMinutes(2));
        fleet.Wait(TimeSpan.FromMinutes(4));
        fleet.Call(Due with { RunsAtOnce = 1, Timeout = TimeSpan.FromMinutes(2) });
        Assert.Equal(["T004", "T005", "T006", "T007"], fleet.Runs.Skip(4).Select(run => run.Connection));
    }

    [Fact]
    public void A_call_for_all_its_connections_reports_those_that_its_time_does_not_reach()
    {
        fleet.Add("T", 20, TimeSpan.FromSeconds(29));

        fleet.Call(All with { RunsAtOnce = 1, Timeout = TimeSpan.FromMinutes(2) });

        Assert.Equal((4, 20), (fleet.Runs.Count, fleet.Progress.Count));
        Assert.Equal((20, 20), fleet.Progress[^1]);
    }

    [Fact]
    public void An_incremental_run_ends_with_the_call_and_a_full_run_keeps_its_limit()
    {
        fleet.Add("Hangs", 1, TimeSpan.FromHours(2), SyncOutcome.Failed).Add("Full", 1, TimeSpan.FromMinutes(50));
        fleet["Full"].IsFull = true;

        fleet.Call(Due with { Timeout = TimeSpan.FromMinutes(3) });

        Assert.Equal(TimeSpan.FromMinutes(3), fleet.Limits[0]);
        Assert.Equal(TimeSpan.FromMinutes(3), fleet.Runs.First(run => run.Connection == "Hangs").Ended);
        Assert.Equal((TimeSpan.FromMinutes(50), SyncOutcome.NoChange), fleet.Runs.Where(run => run.Connection == "Full").Select(run => (run.Ended, run.Outcome)).Single());
    }

    [Fact]
    public void While_a_full_run_is_under_way_the_call_takes_what_becomes_due()
    {
        fleet.Add("Full", 1, TimeSpan.FromMinutes(50)).Add("Good", 10, Quick);
        fleet["Full"].IsFull = true;
        fleet["Good004"].Begins = () =>
        {
            if (time.Passed > TimeSpan.FromMinutes(20) && fleet.ListTurns().All(turn => turn.Connection != "New"))
                fleet.Add("New", 1, Quick);
        };

        fleet.Call(Due);

        Assert.Equal(TimeSpan.FromMinutes(50), time.Passed);
        foreach (var runs in fleet.Runs.Where(run => run.Connection.StartsWith("Good", StringComparison.Ordinal)).GroupBy(run => run.Connection))
        {
            // At the exact interval, apart from the spread: nothing runs early any more.
            var starts = runs.Select(run => run.Started).ToList();
            Assert.InRange(starts.Count, 9, 10);
            Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, Five, Five + TimeSpan.FromSeconds(32)));
        }

        Assert.InRange(fleet.Runs.First(run => run.Connection == "New").Started, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(27));
    }

    [Fact]
    public void Full_runs_that_follow_each_other_do_not_prolong_a_call_without_end()
    {
        fleet.Add("Full", 10, TimeSpan.FromMinutes(55));
        foreach (var i in Enumerable.Range(0, 10))
            fleet[$"Full{i:D3}"].IsFull = true;

        fleet.Call(Due with { RunsAtOnce = 1 });

        Assert.InRange(time.Passed, TimeSpan.FromHours(1), TimeSpan.FromHours(3));
    }

    // ── The clock ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData(-60)]
    [InlineData(-7)]
    [InlineData(60)]
    [InlineData(60 * 24 * 30)]
    public void A_clock_that_jumps_during_a_call_starts_no_run_again_and_again(int minutes)
    {
        fleet.Add("Full", 1, TimeSpan.FromMinutes(55)).Add("Good", 20, Quick);
        fleet["Full"].IsFull = true;
        var isSet = false;
        fleet["Good010"].Begins = () =>
        {
            if (time.Passed < TimeSpan.FromMinutes(20) || isSet)
                return;
            isSet = true;
            time.Shift(TimeSpan.FromMinutes(minutes));
        };

        fleet.Call(Due);

        Assert.True(isSet);
        Assert.Equal(TimeSpan.FromMinutes(55), time.Passed);
        // Eleven as usual, and one more at once where the jump made it due.
        Assert.All(
            fleet.Runs.Where(run => run.Connection != "Full").GroupBy(run => run.Connection),
            runs => Assert.InRange(runs.Count(), 10, 12));
    }

    private int UnderWay(TimeSpan at) => fleet.Runs.Count(run => run.Started <= at && run.Ended > at);

    private TimeSpan LastEnd(string prefix) => fleet.Runs.Where(run => run.Connection.StartsWith(prefix, StringComparison.Ordinal)).Max(run => run.Ended);

    private static (int All, int Failed, int Refused, int Partial, int Unreached) Counts(Output.WaitingConnections waiting) =>
        (waiting.Count, waiting.Failed, waiting.Refused, waiting.Partial, waiting.Unreached);
}
