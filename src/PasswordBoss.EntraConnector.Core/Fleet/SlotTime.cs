using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>
/// How long a run keeps its slot: several times as long as other runs took, from one second to <see cref="RunCoordinator.Slow"/>. So a server that hangs is noticed
/// soon if other runs are short, and runs keep their slots if all of them take long.
/// </summary>
internal sealed class SlotTime
{
    /// <summary>The shortest time.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private const int Factor = 4;

    // Enough that a few bad connections do not change the median, and few enough that it follows when all servers become slower.
    private const int MostRuns = 64;

    // Full runs take longer than the last runs of the connections, which were mostly incremental, and often all runs of a call are full. So a full run is compared only
    // after some runs of this call have ended.
    private const int TooFewForFull = 4;

    private readonly Queue<TimeSpan> durations = new();

    /// <summary>The call begins. Until a run has ended, runs are compared with the last runs of the connections.</summary>
    /// <param name="last">How long the last runs took.</param>
    public void Expect(IEnumerable<TimeSpan> last)
    {
        // A single value, so that the runs of this call soon outweigh it.
        var known = last.ToList();
        if (known.Count > 0)
            Add(MedianOf(known));
    }

    /// <summary>A run has ended.</summary>
    /// <param name="duration">How long it took, by the clock.</param>
    public void Add(TimeSpan duration)
    {
        durations.Enqueue(duration);
        if (durations.Count > MostRuns)
            durations.Dequeue();
    }

    /// <summary>How long a run keeps its slot.</summary>
    /// <param name="isFull">Whether it is a full run.</param>
    public TimeSpan LimitOf(bool isFull)
    {
        if (durations.Count <= (isFull ? TooFewForFull : 0))
            return RunCoordinator.Slow;
        var median = MedianOf(durations);
        // Compared before the multiplication, which would overflow if the clock was set forward far enough.
        var time = median < RunCoordinator.Slow ? TimeSpan.FromTicks(median.Ticks * Factor) : RunCoordinator.Slow;
        return time < Shortest ? Shortest : time < RunCoordinator.Slow ? time : RunCoordinator.Slow;
    }

    private static TimeSpan MedianOf(IReadOnlyCollection<TimeSpan> values) => values.OrderBy(value => value).ElementAt(values.Count / 2);
}
