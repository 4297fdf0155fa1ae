using System;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>
/// How many runs may be under way. Connections that failed or were slow last time share a quarter of the slots, so that a few customers whose servers hang do not
/// hold up all others. A run that takes longer than others frees its slot and continues without one. If it becomes slow, it joins the quarter.
/// </summary>
internal sealed class RunSlots
{
    private readonly int slots;
    private readonly int quarter;
    private readonly int mostFreed;
    private int held;
    private int freed;
    private int suspects;
    private int slow;

    /// <param name="slots">The number of slots.</param>
    /// <param name="freesSlots">Whether a long run frees its slot. False if an admin is prompted: the answers take long, and two runs must not prompt at once.</param>
    public RunSlots(int slots, bool freesSlots)
    {
        this.slots = slots;
        quarter = Math.Max(1, slots / 4);
        // Bounded, so that the number of runs does not keep growing if the whole network hangs.
        mostFreed = freesSlots ? slots : 0;
    }

    /// <summary>Whether a run may start.</summary>
    /// <param name="isSuspect">Whether its connection failed or was slow last time.</param>
    public bool MayStart(bool isSuspect)
    {
        if (held >= slots)
            return false;
        // One such connection may always run, however many other runs became slow.
        return !isSuspect || suspects + slow < quarter || suspects == 0;
    }

    /// <summary>A run starts.</summary>
    /// <param name="isSuspect">Whether its connection failed or was slow last time.</param>
    public void Start(bool isSuspect)
    {
        held++;
        if (isSuspect)
            suspects++;
    }

    /// <summary>Frees the slot of a run that takes long; false if too many have been freed.</summary>
    public bool TryFree()
    {
        if (freed >= mostFreed)
            return false;
        held--;
        freed++;
        return true;
    }

    /// <summary>A run has become slow.</summary>
    /// <param name="isSuspect">Whether its connection failed or was slow last time, so that it is in the quarter already.</param>
    public void BecomeSlow(bool isSuspect)
    {
        if (!isSuspect)
            slow++;
    }

    /// <summary>A run has ended.</summary>
    /// <param name="isSuspect">Whether its connection failed or was slow last time.</param>
    /// <param name="isFreed">Whether its slot was freed.</param>
    /// <param name="isSlow">Whether it became slow.</param>
    public void End(bool isSuspect, bool isFreed, bool isSlow)
    {
        if (isFreed)
            freed--;
        else
            held--;
        if (isSuspect)
            suspects--;
        else if (isSlow)
            slow--;
    }
}
