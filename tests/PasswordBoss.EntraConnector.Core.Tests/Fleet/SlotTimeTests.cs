using System;
using System.Linq;
using PasswordBoss.EntraConnector.Fleet;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

/// <summary>How long a run keeps its slot.</summary>
public sealed class SlotTimeTests
{
    [Theory]
    [InlineData(new int[0], 30000)]
    [InlineData(new[] { 100 }, 1000)]
    [InlineData(new[] { 250 }, 1000)]
    [InlineData(new[] { 500 }, 2000)]
    [InlineData(new[] { 2000, 2000, 100, 60000 }, 8000)]
    [InlineData(new[] { 100, 100, 100, 60000, 60000 }, 1000)]
    [InlineData(new[] { 7499 }, 29996)]
    [InlineData(new[] { 7500 }, 30000)]
    [InlineData(new[] { 40000 }, 30000)]
    // The clock was set back, or forward.
    [InlineData(new[] { -3600000 }, 1000)]
    [InlineData(new[] { int.MaxValue }, 30000)]
    public void It_is_four_times_the_median_from_one_second_to_half_a_minute(int[] milliseconds, int expected)
    {
        var time = new SlotTime();
        foreach (var duration in milliseconds)
            time.Add(TimeSpan.FromMilliseconds(duration));

        Assert.Equal(TimeSpan.FromMilliseconds(expected), time.LimitOf(isFull: false));
    }

    [Fact]
    public void Before_the_first_end_runs_are_compared_with_the_last_runs_of_the_connections()
    {
        var time = new SlotTime();
        time.Expect([]);
        Assert.Equal(RunCoordinator.Slow, time.LimitOf(isFull: false));

        time.Expect(Enumerable.Repeat(TimeSpan.FromMilliseconds(500), 100).Append(TimeSpan.FromMinutes(4)));
        Assert.Equal(TimeSpan.FromSeconds(2), time.LimitOf(isFull: false));

        // The first run of the call outweighs them.
        time.Add(TimeSpan.FromSeconds(40));
        Assert.Equal(RunCoordinator.Slow, time.LimitOf(isFull: false));
    }

    [Fact]
    public void A_full_run_is_compared_only_after_some_runs_have_ended()
    {
        var time = new SlotTime();
        time.Expect([TimeSpan.FromMilliseconds(100)]);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal((SlotTime.Shortest, RunCoordinator.Slow), (time.LimitOf(isFull: false), time.LimitOf(isFull: true)));
            time.Add(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(SlotTime.Shortest, time.LimitOf(isFull: true));
    }

    [Fact]
    public void A_clock_that_was_set_forward_by_centuries_does_not_overflow_it()
    {
        var time = new SlotTime();
        time.Add(TimeSpan.MaxValue);

        Assert.Equal(RunCoordinator.Slow, time.LimitOf(isFull: false));
    }

    [Fact]
    public void It_follows_the_last_runs()
    {
        var time = new SlotTime();
        foreach (var _ in Enumerable.Range(0, 10_000))
            time.Add(TimeSpan.FromMilliseconds(100));
        Assert.Equal(SlotTime.Shortest, time.LimitOf(isFull: false));

        foreach (var _ in Enumerable.Range(0, 32))
            time.Add(TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromSeconds(20), time.LimitOf(isFull: true));
    }
}
