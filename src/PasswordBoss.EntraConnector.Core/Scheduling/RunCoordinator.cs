using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Scheduling;

/// <summary>
/// Runs many connections, a limited number at a time, and reports each when its run ends. After a stop it starts none of the others and waits until the runs that
/// it stopped have ended.
/// </summary>
internal sealed class RunCoordinator
{
    private readonly IWorkers workers;
    private readonly IFleetObserver observer;
    private readonly Func<string, CancellationToken, Task<SyncReport>> sync;

    /// <param name="workers">Start the runs.</param>
    /// <param name="observer">Receives the reports.</param>
    /// <param name="sync">Runs one connection.</param>
    public RunCoordinator(IWorkers workers, IFleetObserver observer, Func<string, CancellationToken, Task<SyncReport>> sync)
    {
        this.workers = workers;
        this.observer = observer;
        this.sync = sync;
    }

    /// <summary>Runs the connections. A failure that is no report does not stop the other runs; the first one is thrown after all have ended.</summary>
    /// <param name="names">The connections, in their order.</param>
    /// <param name="places">How many run at once.</param>
    /// <param name="cancellationToken">Stops the runs.</param>
    public async Task RunAsync(IReadOnlyList<string> names, int places, CancellationToken cancellationToken)
    {
        var waiting = new Queue<string>(names);
        var running = new List<Run>();
        var ended = 0;
        Exception? failure = null;
        while (true)
        {
            while (waiting.Count > 0 && running.Count < places && !cancellationToken.IsCancellationRequested)
                running.Add(Start(waiting.Dequeue(), cancellationToken));
            if (running.Count == 0)
                break;
            await Task.WhenAny(running.Select(run => run.End)).ConfigureAwait(false);
            foreach (var run in running.Where(run => run.End.IsCompleted).ToList())
            {
                running.Remove(run);
                if (run.Report is { } report)
                    observer.Ended(report, ++ended, names.Count);
                else
                    failure ??= run.End.Exception?.InnerException;
            }
        }

        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure).Throw();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Run Start(string name, CancellationToken cancellationToken)
    {
        var run = new Run();
        run.End = workers.StartAsync(async () => run.Report = await sync(name, cancellationToken).ConfigureAwait(false));
        return run;
    }

    private sealed class Run
    {
        public Task End { get; set; } = Task.CompletedTask;

        public SyncReport? Report { get; set; }
    }
}
