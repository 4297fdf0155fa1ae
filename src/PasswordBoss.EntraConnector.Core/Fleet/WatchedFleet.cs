using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>
/// The connections that are watched: those that match the selection when they are listed. While they cannot be read, none is due, because a run could not be
/// recorded either.
/// </summary>
internal sealed class WatchedFleet : IFleet
{
    private readonly ConnectionFleet runs;
    private readonly IStateStore store;
    private readonly IReadOnlyList<Func<string, bool>> names;
    private readonly IReadOnlyList<Func<string, bool>>? tags;
    private readonly IWatchProcess process;
    private readonly Task? lifetime;
    private readonly bool isPreview;
    private readonly IWatchObserver observer;
    private volatile Problem? reported;

    /// <param name="runs">Prepares the runs.</param>
    /// <param name="store">The connections.</param>
    /// <param name="selection">Which of them.</param>
    /// <param name="process">This process.</param>
    /// <param name="lifetime">Completes when the process should be restarted because of its age; null if it runs until it is stopped.</param>
    /// <param name="isPreview">Whether nothing is written.</param>
    /// <param name="observer">Receives problems of the store.</param>
    public WatchedFleet(
        ConnectionFleet runs, IStateStore store, ConnectionSelection selection, IWatchProcess process, Task? lifetime, bool isPreview, IWatchObserver observer)
    {
        this.runs = runs;
        this.store = store;
        names = (selection.IsOpen ? selection.Patterns ?? new[] { TaskTarget.All } : selection.Names).Select(ConnectionName.Matcher).ToList();
        tags = selection.IsOpen ? selection.Tags?.Select(tag => ConnectionName.Matcher(tag.Trim())).ToList() : null;
        this.process = process;
        this.lifetime = lifetime;
        this.isPreview = isPreview;
        this.observer = observer;
    }

    /// <inheritdoc/>
    public bool IsContinuous { get; private set; } = true;

    /// <summary>Whether the connections could be read when they were last listed.</summary>
    public bool IsReadable => reported is null;

    /// <inheritdoc/>
    public void ReportAlive() => process.ReportAlive();

    /// <inheritdoc/>
    public IReadOnlyList<RunTurn> ListTurns()
    {
        if (IsContinuous && lifetime is not null && (process.FindReasonToEnd() ?? (lifetime.IsCompleted ? Texts.WatchDayOver : null)) is { } reason)
        {
            IsContinuous = false;
            observer.Warning(TaskTarget.All, reason);
        }

        try
        {
            var turns = Read();
            reported = null;
            return turns;
        }
        catch (ConnectorException e)
        {
            Report(e.Problem);
            return Array.Empty<RunTurn>();
        }
    }

    /// <inheritdoc/>
    public bool TryTakeTurn(RunTurn turn)
    {
        if (isPreview)
            return true;
        try
        {
            return store.TryTakeTurn(turn);
        }
        catch (ConnectorException e)
        {
            Report(e.Problem);
            return false;
        }
    }

    /// <inheritdoc/>
    public IFleetRun Prepare(string connection, TimeSpan? limit) => runs.Prepare(connection, limit);

    private List<RunTurn> Read()
    {
        var all = store.ListTurns();
        if (all.Count == 0 && store.FindLoss() is { } loss)
            throw new ConnectorException(loss);
        var tagged = tags is null ? null : new HashSet<string>(store.ListConnections().Where(c => c.Tags.Any(tag => Matches(tags, tag))).Select(c => c.Name), ConnectionName.Comparer);
        // A preview takes no turns, so a connection that is due at once would stay due and run again and again.
        return all.Where(turn => Matches(names, turn.Connection) && tagged?.Contains(turn.Connection) != false)
            .GroupBy(turn => turn.Connection, ConnectionName.Comparer).Select(turns => turns.Last())
            .Select(turn => isPreview ? turn with { IsDueAtOnce = false } : turn).ToList();
    }

    private static bool Matches(IReadOnlyList<Func<string, bool>> matchers, string text) => matchers.Any(matches => matches(text));

    private void Report(Problem problem)
    {
        if (problem == reported)
            return;
        reported = problem;
        observer.StoreFailed(problem);
    }
}
