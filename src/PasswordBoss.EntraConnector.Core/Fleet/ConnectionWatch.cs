using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Alerts;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>Runs what is due, and delivers alerts, until it is stopped or the process should be restarted.</summary>
internal sealed class ConnectionWatch
{
    /// <summary>The time after which a resident process ends, so that a slow leak cannot grow for long.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    // Alerts must be delivered within minutes, even if the interval is long.
    private static readonly TimeSpan LongestAlertWait = TimeSpan.FromMinutes(5);

    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly IPlanApprover approver;
    private readonly IWatchProcess process;
    private readonly IWatchObserver observer;

    /// <param name="factory">Opens both sides of a connection.</param>
    /// <param name="store">The connections.</param>
    /// <param name="approver">Approves the plans.</param>
    /// <param name="process">This process.</param>
    /// <param name="observer">Receives what happens.</param>
    public ConnectionWatch(IConnectorFactory factory, IStateStore store, IPlanApprover approver, IWatchProcess process, IWatchObserver observer)
    {
        this.factory = factory;
        this.store = store;
        this.approver = approver;
        this.process = process;
        this.observer = observer;
    }

    /// <summary>Watches. Ends without an exception if the operating system ends the process.</summary>
    /// <param name="selection">The connections.</param>
    /// <param name="watch">How they are watched.</param>
    /// <param name="interval">The time between two runs of a connection.</param>
    /// <param name="cancellationToken">Stops the watch.</param>
    public async Task RunAsync(ConnectionSelection selection, WatchOptions watch, TimeSpan interval, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, process.Terminating);
        var lifetime = watch.IsResident ? factory.Clock.DelayAsync(LongestLife, over.Token) : null;
        var runs = new ConnectionFleet(factory, store, selection, onlyDue: true, new SyncOptions { SpreadsFullRuns = true }, approver, observer);
        var fleet = new WatchedFleet(runs, store, selection, process, lifetime, approver.IsPreview, observer);
        // The timeout of zero applies only when the watch ends: then no further run starts, except while a full run is under way.
        var options = new FleetOptions { RunsAtOnce = watch.RunsAtOnce, OnlyDue = true, Timeout = TimeSpan.Zero };
        // An admin is prompted for one connection at a time.
        var slots = new RunSlots(approver.IsInteractive ? 1 : watch.RunsAtOnce, freesSlots: !approver.IsInteractive);
        var logged = watch.Log is null ? null : new LoggedRuns(observer, watch.Log, factory.Workers);
        var coordinator = new RunCoordinator(fleet, logged ?? (IFleetObserver)observer, factory.Workers, factory.Clock, options, interval, slots);
        var alerts = approver.IsPreview ? Task.CompletedTask : factory.Workers.StartAsync(() => DeliverAlertsAsync(fleet, interval, over));
        try
        {
            await coordinator.RunAsync(over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (process.Terminating.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The runs have ended.
        }
        finally
        {
            over.Cancel();
            await alerts.ConfigureAwait(false);
            if (logged is not null)
                await logged.CompleteAsync().ConfigureAwait(false);
        }
    }

    // In parallel with the runs, because a receiver may hang.
    private async Task DeliverAlertsAsync(WatchedFleet fleet, TimeSpan interval, CancellationTokenSource over)
    {
        try
        {
            while (true)
            {
                await factory.Clock.DelayAsync(interval < LongestAlertWait ? interval : LongestAlertWait, over.Token).ConfigureAwait(false);
                if (fleet.IsReadable)
                    await new AlertDelivery(factory, store.Alerts, observer).RunAsync(over.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The watch has ended.
        }
        finally
        {
            // A failure is a bug and ends the watch.
            over.Cancel();
        }
    }
}
