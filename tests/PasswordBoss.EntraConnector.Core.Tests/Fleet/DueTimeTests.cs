using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Scheduling;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

public sealed class DueTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Five = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(5, 0, 5)]
    [InlineData(5, 1, 10)]
    [InlineData(5, 2, 20)]
    [InlineData(5, 3, 40)]
    [InlineData(5, 4, 60)]
    [InlineData(5, 1000, 60)]
    [InlineData(1, 6, 60)]
    [InlineData(1, 5, 32)]
    [InlineData(90, 0, 90)]
    [InlineData(90, 3, 90)]
    [InlineData(1440, 6, 1440)]
    public void The_wait_doubles_with_each_failure_up_to_an_hour(int interval, int failures, int minutes)
    {
        var last = Now.AddMinutes(-3);
        var due = DueTime.Of(Turn(last) with { Failures = failures }, null, TimeSpan.FromMinutes(interval), Now);

        Assert.InRange(due - last, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes + (interval / 10.0)));
    }

    [Fact]
    public void Connections_of_one_start_are_due_over_a_tenth_of_the_interval()
    {
        var due = Enumerable.Range(0, 500).Select(i => DueTime.Of(Turn(Now) with { Connection = "Tenant " + i }, null, Five, Now) - Now - Five).ToList();

        Assert.All(due, late => Assert.InRange(late, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
        Assert.All(due.GroupBy(late => (int)late.TotalSeconds / 6), part => Assert.InRange(part.Count(), 60, 140));
    }

    [Fact]
    public void Without_a_run_and_after_a_change_by_an_admin_a_connection_is_due_at_once()
    {
        Assert.Equal(DateTimeOffset.MinValue, DueTime.Of(Turn(null), null, Five, Now));
        Assert.Equal(DateTimeOffset.MinValue, DueTime.Of(Turn(Now) with { IsDueAtOnce = true, Failures = 6 }, null, Five, Now));
        // Even if the store cannot forget that.
        Assert.InRange(DueTime.Of(Turn(Now) with { IsDueAtOnce = true }, Now, Five, Now), Now.AddSeconds(1), Now.AddMinutes(1));
    }

    [Fact]
    public void A_start_in_the_future_proves_nothing_and_the_own_one_counts()
    {
        Assert.Equal(DateTimeOffset.MinValue, DueTime.Of(Turn(Now.AddHours(1)), null, Five, Now));
        Assert.Equal(DateTimeOffset.MinValue, DueTime.Of(Turn(Now.AddHours(1)), Now.AddHours(1), Five, Now));
        Assert.InRange(DueTime.Of(Turn(Now.AddHours(1)), Now.AddMinutes(-1), Five, Now), Now.AddMinutes(4), Now.AddMinutes(5));
        // A run that could not be recorded, and one by another process.
        Assert.InRange(DueTime.Of(Turn(Now.AddHours(-1)), Now.AddMinutes(-1), Five, Now), Now.AddMinutes(4), Now.AddMinutes(5));
        Assert.InRange(DueTime.Of(Turn(Now.AddMinutes(-1)), Now.AddHours(-1), Five, Now), Now.AddMinutes(4), Now.AddMinutes(5));
    }

    [Fact]
    public void Regular_full_runs_are_spread_over_the_day_and_never_late()
    {
        var perHour = new int[24 * 6];
        for (var i = 0; i < 500; i++)
        {
            var connection = World.NewConnection("Tenant " + i) with { Rules = SyncRules.Default };
            var lastFull = Now;
            // All have their first full run at the same time, and a run every five minutes from then on.
            for (var now = Now; now < Now.AddDays(6); now += Five)
            {
                var start = new RunStart { Progress = new SyncProgress { LastFullAt = lastFull, Links = AnyLinks, Scope = FullSyncPolicy.ScopeOf(connection) } };
                if (FullSyncPolicy.FullSyncReason(connection, new SyncOptions { SpreadsFullRuns = true }, start, now) is null)
                    continue;
                Assert.InRange(now - lastFull, TimeSpan.FromHours(12), TimeSpan.FromHours(24));
                lastFull = now;
                perHour[(int)(now - Now).TotalHours]++;
            }
        }

        Assert.All(perHour.Skip(48), count => Assert.InRange(count, 5, 45));
    }

    [Theory]
    [InlineData(23.9, false)]
    [InlineData(24, true)]
    [InlineData(-1, true)]
    public void A_command_without_due_keeps_the_time_of_the_rule(double hours, bool isFull)
    {
        for (var i = 0; i < 50; i++)
        {
            var connection = World.NewConnection("Tenant " + i) with { Rules = SyncRules.Default };
            var start = new RunStart { Progress = new SyncProgress { LastFullAt = Now.AddHours(-hours), Links = AnyLinks, Scope = FullSyncPolicy.ScopeOf(connection) } };

            Assert.Equal(isFull, FullSyncPolicy.FullSyncReason(connection, new SyncOptions(), start, Now) is not null);
        }
    }

    private static DeltaLinks AnyLinks => new() { Groups = ["g"], Users = "u" };

    private static RunTurn Turn(DateTimeOffset? last) => new() { Key = 1, Connection = "Contoso", LastStart = last };
}
