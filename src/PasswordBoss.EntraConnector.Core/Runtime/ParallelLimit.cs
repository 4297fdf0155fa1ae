using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;
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
    private readonly IRunObserver observer;
    private readonly string connection;
    private readonly Queue<DateTimeOffset> failures = new();
    private volatile int current;

    /// <param name="most">The initial number.</param>
    /// <param name="clock">The time.</param>
    /// <param name="observer">Receives a message when the number is halved.</param>
    /// <param name="connection">The name of the connection.</param>
    public ParallelLimit(int most, IClock clock, IRunObserver observer, string connection)
    {
        current = most;
        this.clock = clock;
        this.observer = observer;
        this.connection = connection;
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

        observer.Detail(connection, Texts.DetailFewerWrites(MessageValue.Of(current)));
    }
}
