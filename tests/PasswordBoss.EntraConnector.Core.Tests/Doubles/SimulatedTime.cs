using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>
/// Time that passes only when all work is waiting. Then the wait with the earliest end completes at once, and its continuations run within that step. Work starts
/// on the caller's thread, so the same work always runs in the same order.
/// </summary>
internal sealed class SimulatedTime : IClock, IWorkers
{
    private readonly PriorityQueue<TaskCompletionSource, (TimeSpan At, long Number)> waits = new();
    private TimeSpan passed;
    private TimeSpan shift;
    private long number;

    public static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    /// <summary>The elapsed time, which does not depend on the clock.</summary>
    public TimeSpan Passed => passed;

    public DateTimeOffset UtcNow => Start + passed + shift;

    /// <summary>Moves the clock forward or back. This does not affect waits.</summary>
    public void Shift(TimeSpan time) => shift += time;

    /// <summary>Lets time pass until the work has ended.</summary>
    public T Run<T>(Func<Task<T>> work)
    {
        // With the synchronization context of a test framework, a continuation would not run within the step that completes its task.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var task = work();
            while (!task.IsCompleted)
            {
                if (!waits.TryDequeue(out var next, out var at))
                    throw new InvalidOperationException("Nothing can go on, and the work has not ended.");
                if (next.Task.IsCompleted)
                    continue;
                passed = at.At;
                next.TrySetResult();
            }

            return task.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public Task StartAsync(Func<Task> work) => work();

    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var wait = new TaskCompletionSource();
        waits.Enqueue(wait, (passed + time, number++));
        cancellationToken.Register(() => wait.TrySetCanceled(cancellationToken));
        return wait.Task;
    }

    public void CancelAfter(CancellationTokenSource source, TimeSpan time) => _ = CancelAsync(source, DelayAsync(time, CancellationToken.None));

    private static async Task CancelAsync(CancellationTokenSource source, Task wait)
    {
        await wait.ConfigureAwait(false);
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The work with this deadline has ended.
        }
    }
}
