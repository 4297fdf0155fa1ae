using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Scheduling;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>
/// Runs the connections of one call, a limited number at a time, and reports each when its run ends. No run waits for the server of another connection.
/// </summary>
internal sealed class RunCoordinator
{
    /// <summary>A run that takes longer than this, or did so last time, is slow.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(30);

    // The longest and the shortest time between two checks for due connections during a call. The longest one is short enough to see new connections and changed
    // settings soon.
    private static readonly TimeSpan LongestRefreshWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestRefreshWait = TimeSpan.FromSeconds(1);

    // Full runs that follow each other must not prolong a call until the scheduler kills it.
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(2);

    private readonly IFleet fleet;
    private readonly IFleetObserver observer;
    private readonly IWorkers workers;
    private readonly IClock clock;
    private readonly FleetOptions options;
    private readonly TimeSpan interval;
    private readonly RunSlots slots;
    private readonly SlotTime slotTime = new();

    private readonly List<Run> running = new();
    private readonly Dictionary<string, DateTimeOffset> tries = new(ConnectionName.Comparer);
    private readonly HashSet<string> ended = new(ConnectionName.Comparer);
    private List<RunTurn> listed = new();
    private List<RunTurn> queue = new();
    private int reports;
    private Exception? failure;

    /// <param name="fleet">The connections.</param>
    /// <param name="observer">Receives the reports.</param>
    /// <param name="workers">Start the runs.</param>
    /// <param name="clock">The time.</param>
    /// <param name="options">How the call syncs.</param>
    /// <param name="interval">The time between two runs of a connection.</param>
    /// <param name="slots">Bounds the runs that are under way.</param>
    public RunCoordinator(IFleet fleet, IFleetObserver observer, IWorkers workers, IClock clock, FleetOptions options, TimeSpan interval, RunSlots slots)
    {
        this.fleet = fleet;
        this.observer = observer;
        this.workers = workers;
        this.clock = clock;
        this.options = options;
        this.interval = interval;
        this.slots = slots;
    }

    // Incremental runs, and runs whose mode is not decided yet, end at their limit. Only a full run lets the call continue.
    private bool IsFullUnderWay => running.Exists(run => run.Work.IsFull);

    /// <summary>
    /// Runs the connections. An exception of a run does not stop the other runs; the first one is thrown after all have ended. After a stop, starts no
    /// further run, and waits for those that it stopped.
    /// </summary>
    /// <param name="cancellationToken">Stops the runs.</param>
    /// <returns>The connections that did not run.</returns>
    public async Task<WaitingConnections> RunAsync(CancellationToken cancellationToken)
    {
        // The call is timed by delays, not by the time of day: a clock that is set back or forward must not end or prolong it.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begun = clock.UtcNow;
        var lastStart = options.Timeout is { } timeout ? clock.DelayAsync(timeout > Slow ? timeout - Slow : TimeSpan.Zero, over.Token) : new TaskCompletionSource<bool>().Task;
        Task? longest = null;
        fleet.ReportAlive();
        RefreshQueue(halfAnIntervalEarly: !fleet.IsContinuous);
        slotTime.Expect(listed.Where(turn => turn.LastStart is not null).Select(turn => turn.LastDuration));
        Task? nextRefresh = null;
        while (true)
        {
            if (!fleet.IsContinuous)
                longest ??= clock.DelayAsync(LongestCall, over.Token);
            // A failure without a report is a bug. It ends a watch, which would otherwise hide it.
            var continues = !cancellationToken.IsCancellationRequested
                && (fleet.IsContinuous ? failure is null : options.OnlyDue && IsFullUnderWay && longest is { IsCompleted: false });
            while (!cancellationToken.IsCancellationRequested && (continues || !lastStart.IsCompleted) && TakeNext() is { } turn)
                Start(turn, continues ? null : LimitOf(begun), cancellationToken, over.Token);
            if (running.Count == 0 && !continues)
                break;
            // Also while the call only waits for its last runs: an incremental run can still become a full one, which may take an hour.
            nextRefresh = options.OnlyDue && !cancellationToken.IsCancellationRequested ? nextRefresh ?? clock.DelayAsync(continues ? UntilNextRefresh() : LongestRefreshWait, over.Token) : null;
            // After a stop, all checks are complete. They would end each wait at once, so none is included.
            var checks = running.Where(run => !run.IsSlow && !cancellationToken.IsCancellationRequested).Select(run => run.NextCheck);
            var waits = checks.Append(nextRefresh).Append(lastStart.IsCompleted ? null : lastStart).OfType<Task>();
            await Task.WhenAny(running.Select(run => run.End).Concat(waits)).ConfigureAwait(false);
            foreach (var run in running.Where(run => run.End.IsCompleted).ToList())
                End(run);
            foreach (var run in running.Where(run => run.NextCheck.Status == TaskStatus.RanToCompletion && !run.IsSlow))
                Age(run);
            FreeSlots();
            if (nextRefresh is { IsCompleted: true } && !cancellationToken.IsCancellationRequested)
            {
                nextRefresh = null;
                fleet.ReportAlive();
                if (continues)
                    RefreshQueue(halfAnIntervalEarly: false);
            }
        }

        over.Cancel();
        if (failure is not null)
            ExceptionDispatchInfo.Capture(failure).Throw();
        cancellationToken.ThrowIfCancellationRequested();
        if (!options.OnlyDue)
            ReportUnreached();
        return Waiting();
    }

    private void RefreshQueue(bool halfAnIntervalEarly)
    {
        var now = clock.UtcNow;
        listed = fleet.ListTurns().ToList();
        foreach (var old in tries.Where(tried => DueTime.CanForget(tried.Value, interval, now)).Select(tried => tried.Key).ToList())
            tries.Remove(old);
        var until = halfAnIntervalEarly ? now + TimeSpan.FromTicks(interval.Ticks / 2) : now;
        queue = !options.OnlyDue
            ? listed
            : listed.Where(turn => !running.Exists(run => ConnectionName.Same(run.Turn.Connection, turn.Connection)))
                .Select(turn => (Turn: turn, Due: DueOf(turn, now)))
                .Where(item => item.Due <= until).OrderBy(item => item.Due).Select(item => item.Turn).ToList();
    }

    private DateTimeOffset DueOf(RunTurn turn, DateTimeOffset now) => DueTime.Of(turn, tries.TryGetValue(turn.Connection, out var tried) ? tried : null, interval, now);

    private TimeSpan UntilNextRefresh()
    {
        var now = clock.UtcNow;
        var next = listed.Select(turn => DueOf(turn, now) - now).Where(wait => wait > TimeSpan.Zero).DefaultIfEmpty(LongestRefreshWait).Min();
        return next < ShortestRefreshWait ? ShortestRefreshWait : next > LongestRefreshWait ? LongestRefreshWait : next;
    }

    private RunTurn? TakeNext()
    {
        while (queue.FindIndex(turn => slots.MayStart(IsSuspect(turn))) is >= 0 and var index)
        {
            var turn = queue[index];
            queue.RemoveAt(index);
            // Without -Due, each listed connection runs, even if it has run since.
            if (fleet.TryTakeTurn(turn) || !options.OnlyDue)
                return turn;
        }

        return null;
    }

    private static bool IsSuspect(RunTurn turn) => turn.LastOutcome == SyncOutcome.Failed || turn.LastDuration > Slow;

    // The time that is left for an incremental run, but at least as much as a quick run needs.
    private TimeSpan? LimitOf(DateTimeOffset begun)
    {
        if (options.Timeout is not { } timeout)
            return null;
        var left = timeout - (clock.UtcNow - begun);
        return left > Slow ? left : Slow;
    }

    private void Start(RunTurn turn, TimeSpan? limit, CancellationToken cancellationToken, CancellationToken over)
    {
        var now = clock.UtcNow;
        tries[turn.Connection] = now;
        var run = new Run(turn, IsSuspect(turn), now, fleet.Prepare(turn.Connection, limit), CancellationTokenSource.CreateLinkedTokenSource(over));
        slots.Start(run.IsSuspect);
        run.NextCheck = clock.DelayAsync(SlotTime.Shortest, run.Ended.Token);
        run.End = workers.StartAsync(async () => run.Report = await run.Work.RunAsync(cancellationToken).ConfigureAwait(false));
        running.Add(run);
    }

    // The age of a run is counted by delays, like the time of the call.
    private void Age(Run run)
    {
        run.Age += SlotTime.Shortest;
        if (run.IsSlow)
            slots.BecomeSlow(run.IsSuspect);
        else
            run.NextCheck = clock.DelayAsync(SlotTime.Shortest, run.Ended.Token);
    }

    // The oldest runs first.
    private void FreeSlots()
    {
        foreach (var run in running.Where(run => !run.IsFreed && run.Age >= SlotTime.Shortest && run.Age >= slotTime.LimitOf(run.Work.IsFull)))
            run.IsFreed = slots.TryFree();
    }

    private void End(Run run)
    {
        running.Remove(run);
        slots.End(run.IsSuspect, run.IsFreed, run.IsSlow);
        slotTime.Add(clock.UtcNow - run.Started);
        run.Ended.Cancel();
        run.Ended.Dispose();
        if (!fleet.IsContinuous)
            ended.Add(run.Turn.Connection);
        if (run.Report is { } report)
            observer.Ended(report, ++reports, reports + running.Count + queue.Count);
        else
            failure ??= run.End.Exception?.InnerException;
    }

    // Without -Due, each connection gets a result, even if it was not reached.
    private void ReportUnreached()
    {
        var minutes = MessageValue.Rounded((options.Timeout ?? TimeSpan.Zero).TotalMinutes);
        while (queue.Count > 0)
        {
            var turn = queue[0];
            queue.RemoveAt(0);
            observer.Ended(SyncReports.NotStarted(turn.Connection, new Problem(ErrorId.DeadlineExceeded, Texts.CallTimeOver(minutes), Texts.AdviceCallTimeOver), clock.UtcNow), ++reports, reports + queue.Count);
        }
    }

    private WaitingConnections Waiting()
    {
        var waiting = options.OnlyDue ? listed.Where(turn => !ended.Contains(turn.Connection)).ToList() : new List<RunTurn>();
        return new WaitingConnections
        {
            Count = waiting.Count,
            Failed = waiting.Count(turn => turn.LastOutcome == SyncOutcome.Failed),
            Refused = waiting.Count(turn => turn.LastOutcome == SyncOutcome.Refused),
            Partial = waiting.Count(turn => turn.LastOutcome == SyncOutcome.Partial),
            Unreached = queue.Count,
        };
    }

    private sealed class Run
    {
        public Run(RunTurn turn, bool isSuspect, DateTimeOffset started, IFleetRun work, CancellationTokenSource ended)
        {
            Turn = turn;
            IsSuspect = isSuspect;
            Started = started;
            Work = work;
            Ended = ended;
        }

        public RunTurn Turn { get; }

        public bool IsSuspect { get; }

        public DateTimeOffset Started { get; }

        public IFleetRun Work { get; }

        public CancellationTokenSource Ended { get; }

        public Task End { get; set; } = Task.CompletedTask;

        public TimeSpan Age { get; set; }

        public Task NextCheck { get; set; } = Task.CompletedTask;

        public bool IsFreed { get; set; }

        public bool IsSlow => Age >= Slow;

        public SyncReport? Report { get; set; }
    }
}
