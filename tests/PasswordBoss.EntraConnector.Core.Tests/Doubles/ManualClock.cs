using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>A clock that the test moves. Waiting takes no real time, and a deadline passes when the clock reaches it.</summary>
internal sealed class ManualClock : IClock
{
    private readonly object gate = new();
    private readonly List<(DateTimeOffset Due, CancellationTokenSource Source)> deadlines = new();
    private DateTimeOffset now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    public DateTimeOffset UtcNow
    {
        get
        {
            lock (gate)
                return now;
        }
    }

    /// <summary>Whether waiting does not move the clock.</summary>
    public bool StandsStill { get; set; }

    public void Advance(TimeSpan time)
    {
        List<CancellationTokenSource> passed;
        lock (gate)
        {
            now += time;
            passed = deadlines.Where(d => d.Due <= now).Select(d => d.Source).ToList();
            deadlines.RemoveAll(d => d.Due <= now);
        }

        foreach (var source in passed.Where(IsInUse))
            source.Cancel();
    }

    /// <summary>Moves the clock to the first deadline that has not passed.</summary>
    public void AdvanceToDeadline()
    {
        DateTimeOffset due;
        lock (gate)
        {
            deadlines.RemoveAll(d => !IsInUse(d.Source));
            due = deadlines.Count > 0 ? deadlines.Min(d => d.Due) : throw new InvalidOperationException("There is no deadline.");
        }

        Advance(due - UtcNow);
    }

    /// <summary>Waiting takes no real time. It moves the clock unless the clock stands still.</summary>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StandsStill)
            Advance(time);
        return Task.CompletedTask;
    }

    public void CancelAfter(CancellationTokenSource source, TimeSpan time)
    {
        lock (gate)
        {
            deadlines.RemoveAll(d => !IsInUse(d.Source));
            deadlines.Add((now + time, source));
        }

        Advance(TimeSpan.Zero);
    }

    private static bool IsInUse(CancellationTokenSource source)
    {
        try
        {
            _ = source.Token;
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
