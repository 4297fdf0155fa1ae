using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Fleet;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

[Trait("Speed", "Slow")]
public sealed class WeekTests
{
    private static readonly FleetOptions Due = new() { OnlyDue = true, Timeout = FleetOptions.UsualTimeout };
    private static readonly TimeSpan Five = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(150);

    private readonly SimulatedTime time = new();
    private readonly FakeFleet fleet;

    public WeekTests() => fleet = new FakeFleet(time);

    [Fact]
    public void A_week_of_five_minute_calls_over_50_tenants_of_which_ten_are_broken_in_ten_ways()
    {
        fleet.Add("Good", 40, Quick)
            .Add("Hangs", 1, TimeSpan.FromHours(9), SyncOutcome.Failed).Add("Throttled", 1, TimeSpan.FromSeconds(110), SyncOutcome.Failed)
            .Add("Unreachable", 1, TimeSpan.FromSeconds(21), SyncOutcome.Failed).Add("Not authorized", 1, Quick, SyncOutcome.Failed)
            .Add("Paused", 1, TimeSpan.FromSeconds(3), SyncOutcome.Refused).Add("Conflicts", 1, Quick, SyncOutcome.Partial)
            .Add("Slow", 1, TimeSpan.FromSeconds(100)).Add("Comes and goes", 1, Quick)
            .Add("Large", 1, TimeSpan.FromMinutes(40)).Add("Removed", 1, Quick);
        var isUp = true;
        fleet["Comes and goes"].Begins = () => fleet["Comes and goes"].Outcome = (isUp = !isUp) ? SyncOutcome.NoChange : SyncOutcome.Failed;
        // A full run each day.
        var fullAt = TimeSpan.Zero;
        fleet["Large"].Begins = () =>
        {
            fleet["Large"].IsFull = time.Passed >= fullAt;
            fleet["Large"].Takes = fleet["Large"].IsFull ? TimeSpan.FromMinutes(40) : Quick;
            if (fleet["Large"].IsFull)
                fullAt = time.Passed + TimeSpan.FromDays(1);
        };

        var week = TimeSpan.FromDays(7);
        var jumps = new Queue<(TimeSpan At, TimeSpan By)>([(TimeSpan.FromDays(2), TimeSpan.FromHours(-1)), (TimeSpan.FromDays(4), TimeSpan.FromHours(1)), (TimeSpan.FromDays(5), TimeSpan.FromMinutes(-7))]);
        while (time.Passed < week)
        {
            if (jumps.Count > 0 && jumps.Peek().At <= time.Passed)
                time.Shift(jumps.Dequeue().By);
            if (time.Passed > TimeSpan.FromDays(3) && fleet.ListTurns().Any(turn => turn.Connection == "Removed"))
                fleet.Remove("Removed");
            fleet.Call(Due);
            // The scheduler starts the next call at the next full five minutes.
            fleet.Wait(Five - TimeSpan.FromTicks(time.Passed.Ticks % Five.Ticks));
        }

        var starts = fleet.Runs.GroupBy(run => run.Connection).ToDictionary(runs => runs.Key, runs => runs.Select(run => run.Started).Order().ToList());
        foreach (var (name, times) in starts.Where(pair => pair.Key.StartsWith("Good", StringComparison.Ordinal) || pair.Key is "Paused" or "Conflicts"))
        {
            // 2,016 slots, and none is missed for longer than until the call after one with a full run.
            Assert.InRange(times.Count, 1980, 2050);
            Assert.True(LongestGap(times) <= TimeSpan.FromMinutes(10), name + " waited " + LongestGap(times));
        }

        foreach (var name in new[] { "Hangs", "Throttled", "Unreachable", "Not authorized" })
        {
            Assert.InRange(starts[name].Count, 7 * 20, 7 * 26);
            Assert.True(LongestGap(starts[name]) <= TimeSpan.FromMinutes(70), name + " waited " + LongestGap(starts[name]));
        }

        Assert.Equal(7, fleet.Runs.Count(run => run.Connection == "Large" && run.Ended - run.Started > TimeSpan.FromMinutes(30)));
        Assert.InRange(starts["Comes and goes"].Count, 1300, 1450);
        Assert.True(starts["Removed"].Max() < TimeSpan.FromDays(3.1));
    }

    private static TimeSpan LongestGap(List<TimeSpan> times) => times.Zip(times.Skip(1), (earlier, later) => later - earlier).Max();
}
