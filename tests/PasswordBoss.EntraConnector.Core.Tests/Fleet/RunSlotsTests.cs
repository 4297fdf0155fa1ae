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
        var bound = new RunSlots(slots, freesSlots: true);

        var started = 0;
        for (; bound.MayStart(isSuspect: true); started++)
            bound.Start(isSuspect: true);

        Assert.Equal(expected, started);
        Assert.Equal(slots > expected, bound.MayStart(isSuspect: false));
    }

    [Fact]
    public void A_run_that_becomes_slow_moves_to_the_quarter_and_its_slot_is_filled_again()
    {
        var bound = new RunSlots(16, freesSlots: true);
        for (var i = 0; i < 16; i++)
            bound.Start(isSuspect: false);
        Assert.False(bound.MayStart(isSuspect: false));

        for (var i = 0; i < 3; i++)
            BecomeSlow(bound);
        Assert.True(bound.MayStart(isSuspect: true));
        BecomeSlow(bound);

        // The four slow runs are the quarter. One connection that failed may run beside them, and no second one.
        Assert.True(bound.MayStart(isSuspect: false));
        Assert.True(bound.MayStart(isSuspect: true));
        bound.Start(isSuspect: true);
        Assert.False(bound.MayStart(isSuspect: true));
        Assert.True(bound.MayStart(isSuspect: false));

        bound.End(isSuspect: false, isFreed: true, isSlow: true);
        Assert.False(bound.MayStart(isSuspect: true));
        bound.End(isSuspect: false, isFreed: true, isSlow: true);
        Assert.True(bound.MayStart(isSuspect: true));
    }

    [Fact]
    public void A_run_that_frees_its_slot_before_it_is_slow_takes_none_of_the_quarter()
    {
        var bound = new RunSlots(4, freesSlots: true);
        bound.Start(isSuspect: false);
        Assert.True(bound.TryFree());

        Assert.True(bound.MayStart(isSuspect: true));
        bound.BecomeSlow(isSuspect: false);
        bound.Start(isSuspect: true);

        Assert.False(bound.MayStart(isSuspect: true));
    }

    [Fact]
    public void A_connection_that_failed_stays_in_the_quarter_when_its_run_frees_its_slot()
    {
        var bound = new RunSlots(8, freesSlots: true);
        for (var i = 0; i < 2; i++)
        {
            bound.Start(isSuspect: true);
            Assert.True(bound.TryFree());
        }

        Assert.False(bound.MayStart(isSuspect: true));
        // It counts once, also when it is slow.
        bound.BecomeSlow(isSuspect: true);
        bound.End(isSuspect: true, isFreed: true, isSlow: true);
        Assert.True(bound.MayStart(isSuspect: true));
        for (var i = 0; i < 8; i++)
        {
            Assert.True(bound.MayStart(isSuspect: false));
            bound.Start(isSuspect: false);
        }

        Assert.False(bound.MayStart(isSuspect: false));
    }

    [Fact]
    public void At_most_as_many_runs_as_there_are_slots_continue_without_one()
    {
        var bound = new RunSlots(2, freesSlots: true);
        for (var i = 0; i < 2; i++)
        {
            bound.Start(isSuspect: false);
            Assert.True(bound.TryFree());
        }

        bound.Start(isSuspect: false);
        bound.Start(isSuspect: false);

        Assert.False(bound.TryFree());
        // If one of them ends, it leaves no slot, but another run can free its slot.
        bound.End(isSuspect: false, isFreed: true, isSlow: false);
        Assert.False(bound.MayStart(isSuspect: false));
        Assert.True(bound.TryFree());
        Assert.True(bound.MayStart(isSuspect: false));
        Assert.False(new RunSlots(2, freesSlots: false).TryFree());
    }

    private static void BecomeSlow(RunSlots bound)
    {
        bound.BecomeSlow(isSuspect: false);
        Assert.True(bound.TryFree());
    }
}
