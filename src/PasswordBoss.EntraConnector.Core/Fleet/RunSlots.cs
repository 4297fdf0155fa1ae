using System;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>
/// How many runs may be under way. Connections that failed or were slow last time share a quarter of the slots, so that a few customers whose servers hang do not
/// hold up all others. A run that becomes slow joins them, and its slot is free again.
/// </summary>
internal sealed class RunSlots
{
    private readonly int slots;
    private readonly int quarter;
    private readonly int mostSlow;
    private int quick;
    private int suspects;
    private int slow;
    private int slowSuspects;

    /// <param name="slots">The number of slots.</param>
    /// <param name="freesSlow">Whether a slow run frees its slot. False if an admin is prompted: the answers take long, and two runs must not prompt at once.</param>
    public RunSlots(int slots, bool freesSlow)
    {
        this.slots = slots;
        quarter = Math.Max(1, slots / 4);
        // Bounded, so that the number of runs does not keep growing if the whole network hangs.
        mostSlow = freesSlow ? slots : 0;
    }

    /// <summary>Whether a run may start.</summary>
    /// <param name="isSuspect">Whether its connection failed or was slow last time.</param>
    public bool MayStart(bool isSuspect)
    {
        if (quick + suspects >= slots)
            return false;
        // One such connection may always run, however many other runs became slow.
        return !isSuspect || suspects + slow < quarter || suspects + slowSuspects == 0;
    }

    /// <summary>A run starts.</summary>
    /// <param name="isSuspect">Whether its connection failed or was slow last time.</param>
    public void Start(bool isSuspect) => Count(isSuspect, isSlow: false, 1);

    /// <summary>Frees the slot of a run that has become slow; false if too many have.</summary>
    /// <param name="isSuspect">Whether its connection failed or was slow last time.</param>
    public bool TryFree(bool isSuspect)
    {
        if (slow >= mostSlow)
            return false;
        Count(isSuspect, isSlow: false, -1);
        Count(isSuspect, isSlow: true, 1);
        return true;
    }

    /// <summary>A run has ended.</summary>
    /// <param name="isSuspect">Whether its connection failed or was slow last time.</param>
    /// <param name="isSlow">Whether its slot was freed.</param>
    public void End(bool isSuspect, bool isSlow) => Count(isSuspect, isSlow, -1);

    private void Count(bool isSuspect, bool isSlow, int change)
    {
        if (isSlow)
        {
            slow += change;
            slowSuspects += isSuspect ? change : 0;
        }
        else if (isSuspect)
        {
            suspects += change;
        }
        else
        {
            quick += change;
        }
    }
}
