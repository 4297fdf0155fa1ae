using System;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Scheduling;

/// <summary>The scheduled tasks for the connections of a store. Each connection may have its own task, and one task may sync them all.</summary>
internal sealed class SyncTasks
{
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly IClock clock;
    private readonly Lazy<ITaskScheduler> scheduler;
    private readonly Lazy<PBSyncTask?> forAll;

    public SyncTasks(IConnectorFactory factory, IStateStore store)
    {
        this.factory = factory;
        this.store = store;
        clock = factory.Clock;
        scheduler = new Lazy<ITaskScheduler>(factory.OpenScheduler);
        // Cached, so that a command over hundreds of connections queries this task only once.
        forAll = new Lazy<PBSyncTask?>(() => Find(TaskTarget.AllOf(store.Location)));
    }

    /// <summary>The task for all connections; null if there is none.</summary>
    public PBSyncTask? FindForAll() => forAll.Value;

    /// <summary>The connection's own task; null if there is none.</summary>
    public PBSyncTask? FindOwn(ConnectionSettings connection) => Find(TaskTarget.Of(connection));

    /// <summary>The task that syncs a connection: its own, otherwise the one for all.</summary>
    public PBSyncTask? FindFor(ConnectionSettings connection) => FindOwn(connection) ?? FindForAll();

    /// <summary>Whether the task should have synced a connection since its last run, and no run is under way.</summary>
    /// <param name="task">The task.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="health">Its health.</param>
    public bool IsMissed(PBSyncTask task, ConnectionSettings connection, ConnectionHealth health) =>
        TaskInterval.IsMissed(task, health, clock.UtcNow) && !TaskInterval.IsUnderWay(factory.FindHolder(connection), clock.UtcNow);

    /// <summary>The interval of the task that syncs a connection, or all; null if there is none, or the scheduler cannot be queried.</summary>
    /// <param name="connection">The connection; null for all.</param>
    public TimeSpan? FindInterval(ConnectionSettings? connection)
    {
        try
        {
            var task = (connection is null ? null : scheduler.Value.Find(TaskTarget.Of(connection))) ?? scheduler.Value.Find(TaskTarget.AllOf(store.Location));
            return task is { IsEnabled: true } && task.Interval > TimeSpan.Zero ? task.Interval : null;
        }
        catch (ConnectorException e) when (e.Id is ErrorId.SchedulerUnavailable or ErrorId.SchedulerRefused)
        {
            return null;
        }
    }

    /// <summary>Registers a task, or changes the existing one.</summary>
    public PBSyncTask Register(TaskTarget target, TimeSpan interval, TaskProgram program, IRunObserver observer)
    {
        scheduler.Value.Register(target, interval, program);
        var task = FindRegistered(target);
        if (task.NeedsSignIn)
            observer.Warning(target.Connection, Texts.TaskNeedsSignIn(task.Account));
        return Render(target, task);
    }

    /// <summary>Removes a task. Throws <see cref="ErrorId.TaskNotFound"/> if there is none.</summary>
    public void Remove(TaskTarget target)
    {
        if (!TryRemove(target))
            throw new ConnectorException(Problems.TaskNotFound(target.Connection, scheduler.Value.Name));
    }

    /// <summary>Removes a task, if there is one.</summary>
    public bool TryRemove(TaskTarget target) => scheduler.Value.Remove(target);

    /// <summary>The health of a connection after its last run.</summary>
    public ConnectionHealth HealthOf(ConnectionSettings connection)
    {
        using var journal = store.OpenJournal(connection.Id);
        return journal.Summarize().Health;
    }

    // The task is registered by now. The scheduler's own errors claim that nothing has changed, which would be wrong here.
    private ScheduledTask FindRegistered(TaskTarget target)
    {
        MessageArgument reason;
        try
        {
            if (scheduler.Value.Find(target) is { } task)
                return task;
            reason = Texts.SchedulerNotThere;
        }
        catch (ConnectorException e) when (e.Id is ErrorId.SchedulerRefused or ErrorId.SchedulerUnavailable)
        {
            reason = e.Problem.Reason ?? e.Problem.Sentence;
        }

        throw new ConnectorException(Problems.TaskNotShown(scheduler.Value.Name, target.Connection, reason).About(target.Connection));
    }

    private PBSyncTask? Find(TaskTarget target) => scheduler.Value.Find(target) is { } task ? Render(target, task) : null;

    private PBSyncTask Render(TaskTarget target, ScheduledTask task)
    {
        var lastRun = LastRun(target);
        DateTimeOffset? nextRun = task.IsEnabled && task.Interval > TimeSpan.Zero ? Next(task.CountsFrom ?? lastRun ?? clock.UtcNow, task.Interval) : null;
        return TaskViews.Render(target, task, nextRun, lastRun, scheduler.Value.Name);
    }

    private DateTimeOffset Next(DateTimeOffset countsFrom, TimeSpan interval)
    {
        var passed = clock.UtcNow - countsFrom;
        var steps = passed < TimeSpan.Zero ? 0 : passed.Ticks / interval.Ticks + 1;
        return countsFrom.ToUniversalTime() + TimeSpan.FromTicks(steps * interval.Ticks);
    }

    private DateTimeOffset? LastRun(TaskTarget target)
    {
        if (target.Connection == TaskTarget.All)
            return store.ReadSummaries().Values.Max(summary => summary.Health.LastSync);
        return store.FindConnection(target.Connection) is { Damage: null } found ? TryFindLastRun(found.Settings) : null;
    }

    // If the state of a connection cannot be read, its last run is unknown; the task is still shown.
    private DateTimeOffset? TryFindLastRun(ConnectionSettings connection)
    {
        try
        {
            return HealthOf(connection).LastSync;
        }
        catch (ConnectorException e) when (e.Id == ErrorId.StoredTextDamaged)
        {
            return null;
        }
    }
}
