using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>
/// How many requests of a run may be under way at once. Servers exist that are not thread-safe and lose requests: one that fails three times within ten seconds
/// is sent half as many at once for the rest of the run, and half of that when it goes on failing.
/// </summary>
internal sealed class ParallelLimit
{
    private const int FailuresThatHalve = 3;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly IClock clock;
    private readonly Action<int> onHalved;
    private readonly Queue<DateTimeOffset> failures = new();
    private volatile int current;

    /// <param name="most">How many at the beginning.</param>
    /// <param name="clock">The time.</param>
    /// <param name="onHalved">Told how many are left.</param>
    public ParallelLimit(int most, IClock clock, Action<int> onHalved)
    {
        current = most;
        this.clock = clock;
        this.onHalved = onHalved;
    }

    /// <summary>How many may be under way now; at least one.</summary>
    public int Current => current;

    /// <summary>Counts an answer that says that the server failed. May be called by several threads at once.</summary>
    public void CountFailure()
    {
        lock (failures)
        {
            var now = clock.UtcNow;
            failures.Enqueue(now);
            while (now - failures.Peek() > Window)
                failures.Dequeue();
            if (failures.Count < FailuresThatHalve)
                return;
            failures.Clear();
            if (current == 1)
                return;
            current /= 2;
        }

        onHalved(current);
    }
}
