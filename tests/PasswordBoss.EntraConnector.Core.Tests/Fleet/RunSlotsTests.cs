using PasswordBoss.EntraConnector.Fleet;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

/// <summary>How many runs may be under way, and of which kind.</summary>
public sealed class RunSlotsTests
{
    [Theory]
    [InlineData(16, 4)]
    [InlineData(8, 2)]
    [InlineData(3, 1)]
    [InlineData(1, 1)]
    public void Connections_that_failed_get_a_quarter_of_the_slots_and_at_least_one(int slots, int expected)
    {
        var bound = new RunSlots(slots, freesSlow: true);

        var started = 0;
        for (; bound.MayStart(isSuspect: true); started++)
            bound.Start(isSuspect: true);

        Assert.Equal(expected, started);
        Assert.Equal(slots > expected, bound.MayStart(isSuspect: false));
    }

    [Fact]
    public void A_run_that_becomes_slow_moves_to_the_quarter_and_its_slot_is_filled_again()
    {
        var bound = new RunSlots(16, freesSlow: true);
        for (var i = 0; i < 16; i++)
            bound.Start(isSuspect: false);
        Assert.False(bound.MayStart(isSuspect: false));

        for (var i = 0; i < 3; i++)
            Assert.True(bound.TryFree(isSuspect: false));
        Assert.True(bound.MayStart(isSuspect: true));
        Assert.True(bound.TryFree(isSuspect: false));

        // The four slow runs are the quarter. One connection that failed may run beside them, and no second one.
        Assert.True(bound.MayStart(isSuspect: false));
        Assert.True(bound.MayStart(isSuspect: true));
        bound.Start(isSuspect: true);
        Assert.False(bound.MayStart(isSuspect: true));
        Assert.True(bound.MayStart(isSuspect: false));
    }

    [Fact]
    public void At_most_as_many_runs_as_there_are_slots_free_theirs()
    {
        var bound = new RunSlots(2, freesSlow: true);
        for (var i = 0; i < 2; i++)
        {
            bound.Start(isSuspect: false);
            Assert.True(bound.TryFree(isSuspect: false));
        }

        bound.Start(isSuspect: false);

        Assert.False(bound.TryFree(isSuspect: false));
        Assert.False(new RunSlots(2, freesSlow: false).TryFree(isSuspect: false));
    }
}
