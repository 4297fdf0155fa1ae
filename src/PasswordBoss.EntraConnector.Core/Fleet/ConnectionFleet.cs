using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Setup;
using PasswordBoss.EntraConnector.Sync;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>The connections of a store that a call names. Patterns and tags are resolved each time, so that a long call sees new connections.</summary>
internal sealed class ConnectionFleet : IFleet
{
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly ConnectionSelection selection;
    private readonly bool onlyDue;
    private readonly SyncOptions options;
    private readonly IPlanApprover approver;
    private readonly IRunObserver observer;
    private IReadOnlyList<RunTurn> last = Array.Empty<RunTurn>();

    /// <param name="factory">Opens both sides of a connection.</param>
    /// <param name="store">The connections.</param>
    /// <param name="selection">Which of them.</param>
    /// <param name="onlyDue">Whether connections that are never due are left out: those that were restored and are not activated.</param>
    /// <param name="options">The options of each run.</param>
    /// <param name="approver">Approves the plans.</param>
    /// <param name="observer">Receives progress, warnings and details.</param>
    public ConnectionFleet(
        IConnectorFactory factory, IStateStore store, ConnectionSelection selection, bool onlyDue, SyncOptions options, IPlanApprover approver, IRunObserver observer)
    {
        this.factory = factory;
        this.store = store;
        this.selection = selection;
        this.onlyDue = onlyDue;
        this.options = options;
        this.approver = approver;
        this.observer = observer;
    }

    /// <inheritdoc/>
    public bool IsContinuous => false;

    /// <inheritdoc/>
    public void ReportAlive()
    {
        // No service manager watches a call that ends by itself.
    }

    /// <inheritdoc/>
    public IReadOnlyList<RunTurn> ListTurns()
    {
        var names = Resolve();
        try
        {
            var turns = new Dictionary<string, RunTurn>(ConnectionName.Comparer);
            // In a database that was edited by hand, two rows may have the same name.
            foreach (var turn in store.ListTurns())
                turns[turn.Connection] = turn;
            // If the whole state is lost, each run reports that.
            var leavesOut = onlyDue && (turns.Count > 0 || store.FindLoss() is null);
            last = names.Select(name => turns.TryGetValue(name, out var turn) ? turn : leavesOut ? null : new RunTurn { Connection = name }).OfType<RunTurn>().ToList();
        }
        catch (ConnectorException) when (last.Count == 0)
        {
            // If the store cannot be read, each run reports that itself.
            last = names.Select(name => new RunTurn { Connection = name }).ToList();
        }
        catch (ConnectorException)
        {
            // Later in a call, the store may be busy for a moment. Then use what was read before.
        }

        return last;
    }

    /// <inheritdoc/>
    public bool TryTakeTurn(RunTurn turn)
    {
        // A run of one user does not count as the connection's turn.
        if (turn.Key == 0 || approver.IsPreview || options.User is not null)
            return true;
        try
        {
            return store.TryTakeTurn(turn);
        }
        catch (ConnectorException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    public IFleetRun Prepare(string connection, TimeSpan? limit) =>
        new ConnectionRun(this, connection, limit < options.IncrementalDeadline ? options with { IncrementalDeadline = limit.Value } : options);

    private IReadOnlyList<string> Resolve()
    {
        if (!selection.IsOpen || last.Count == 0)
            return selection.Names;
        try
        {
            return new ConnectionCatalog(store).Select(selection.Patterns, selection.Tags, null).Names;
        }
        catch (ConnectorException)
        {
            return last.Select(turn => turn.Connection).ToList();
        }
    }

    private sealed class ConnectionRun : IFleetRun
    {
        private readonly ConnectionFleet fleet;
        private readonly string name;
        private readonly SyncOptions options;
        private volatile SyncRun? run;

        public ConnectionRun(ConnectionFleet fleet, string name, SyncOptions options)
        {
            this.fleet = fleet;
            this.name = name;
            this.options = options;
        }

        public bool IsFull => run is { IsFull: true };

        public async Task<SyncReport> RunAsync(CancellationToken cancellationToken)
        {
            try
            {
                run = new SyncRun(new ConnectionCatalog(fleet.store).Get(name), options, fleet.factory, fleet.store, fleet.approver, fleet.observer);
                return await run.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ConnectorException e)
            {
                // Another process removed the connection after the command began, or the store cannot be read. The other connections of the command continue.
                return SyncReports.NotStarted(name, e.Problem, fleet.factory.Clock.UtcNow);
            }
        }
    }
}
