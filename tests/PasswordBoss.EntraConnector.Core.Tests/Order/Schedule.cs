using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Order;

/// <summary>
/// Runs one step at a time, chosen by a seed: a started piece of work, a request or response in transit, a wait, or a short deadline. The step runs until
/// it waits again.
/// </summary>
internal sealed class Schedule : IWorkers, IClock
{
    // A longer deadline limits the whole run and is not part of the order.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly Random random;
    private readonly ManualClock clock;
    private readonly object gate = new();
    private readonly List<(string What, TaskCompletionSource Turn)> turns = new();
    private readonly List<CancellationTokenSource> deadlines = new();
    private bool mayResumeElsewhere;
    private int started;

    public Schedule(int seed, ManualClock clock)
    {
        random = new Random(seed);
        this.clock = clock;
    }

    /// <summary>An action that runs once, after a number of steps.</summary>
    public (int Step, Action What)? Interruption { get; set; }

    /// <summary>The number of steps so far.</summary>
    public int Steps { get; private set; }

    public DateTimeOffset UtcNow => clock.UtcNow;

    /// <summary>Runs the work to its end. Throws if no step is left and the work has not ended.</summary>
    public T Run<T>(Func<Task<T>> work)
    {
        // On its own thread, because continuations would leave a thread of the test framework.
        Task<T>? running = null;
        Exception? failure = null;
        var runner = new Thread(() =>
        {
            try
            {
                running = work();
                _ = running.ContinueWith(_ => Pulse(), TaskScheduler.Default);
                while (!running.IsCompleted)
                    Step(running);
                Assert.Empty(turns);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        runner.Start();
        runner.Join();
        return failure is null && running is not null ? running.GetAwaiter().GetResult() : throw new InvalidOperationException("The schedule has failed.", failure);
    }

    /// <summary>Completes when the schedule chooses this step.</summary>
    /// <param name="what">The name of the step.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task TurnAsync(string what, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        // Its continuations run synchronously, within the step.
        var turn = new TaskCompletionSource();
        lock (gate)
        {
            turns.Add((what, turn));
            Monitor.PulseAll(gate);
        }

        cancellationToken.Register(() =>
        {
            lock (gate)
            {
                if (turns.RemoveAll(t => t.Turn == turn) == 0)
                    return;
            }

            turn.SetCanceled(cancellationToken);
        });
        return turn.Task;
    }

    public async Task StartAsync(Func<Task> work)
    {
        await TurnAsync("start " + Interlocked.Increment(ref started), default).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            mayResumeElsewhere = true;
        }
    }

    public async Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await TurnAsync("wait", cancellationToken).ConfigureAwait(false);
        clock.Advance(time);
    }

    public void CancelAfter(CancellationTokenSource source, TimeSpan time)
    {
        if (time > LongestDeadline)
            clock.CancelAfter(source, time);
        else
            lock (gate)
                deadlines.Add(source);
    }

    private void Step(Task running)
    {
        if (Interruption is { } interruption && Steps == interruption.Step)
            interruption.What();
        if (mayResumeElsewhere)
            Settle();
        TaskCompletionSource? turn = null;
        CancellationTokenSource? deadline = null;
        lock (gate)
        {
            while (turns.Count + deadlines.Count == 0)
            {
                if (running.IsCompleted)
                    return;
                if (!Monitor.Wait(gate, TimeLimit))
                    throw new InvalidOperationException("No step is left, and the work has not ended.");
            }

            // Ordered by name, so the order of arrival does not matter.
            var next = random.Next(turns.Count + deadlines.Count);
            if (next < turns.Count)
            {
                var chosen = turns.OrderBy(t => t.What, StringComparer.Ordinal).ElementAt(next);
                turns.Remove(chosen);
                turn = chosen.Turn;
            }
            else
            {
                deadline = deadlines[next - turns.Count];
                deadlines.Remove(deadline);
            }
        }

        Steps++;
        turn?.SetResult();
        if (deadline is not null)
            clock.CancelAfter(deadline, TimeSpan.Zero);
    }

    // If several callers wait for one task, a commit of intents, the runtime resumes all but one on the pool. When these items run, earlier ones have started.
    private void Settle()
    {
        mayResumeElsewhere = false;
        for (var i = 0; i < 20; i++)
        {
            using var passed = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(_ => passed.Set(), null);
            passed.Wait();
        }
    }

    private void Pulse()
    {
        lock (gate)
            Monitor.PulseAll(gate);
    }
}
