using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>
/// How many requests of a run may be in progress at once. Some servers are not thread-safe and lose requests. If a server fails three times within ten seconds,
/// the number is halved for the rest of the run, and halved again if the failures continue.
/// </summary>
internal sealed class ParallelLimit
{
    private const int FailuresThatHalve = 3;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly IClock clock;
    private readonly Action<int> onHalved;
    private readonly Queue<DateTimeOffset> failures = new();
    private volatile int current;

    /// <param name="most">The initial number.</param>
    /// <param name="clock">The time.</param>
    /// <param name="onHalved">Receives the new number.</param>
    public ParallelLimit(int most, IClock clock, Action<int> onHalved)
    {
        current = most;
        this.clock = clock;
        this.onHalved = onHalved;
    }

    /// <summary>The current number; at least one.</summary>
    public int Current => current;

    /// <summary>Counts a response that reports a failure of the server. Thread-safe.</summary>
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
