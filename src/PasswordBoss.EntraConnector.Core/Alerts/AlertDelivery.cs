using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Alerts;

/// <summary>
/// Detects changes and delivers the events of alerts, after the results of a command and within a time budget of its own. An event that the receiver does not accept
/// is sent again by later commands, with the same id, for a day.
/// </summary>
internal sealed class AlertDelivery
{
    /// <summary>How many receivers get events at a time. One that hangs does not delay the others.</summary>
    public const int ReceiversAtOnce = 16;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);
    // The time limit of a request, and some time to save its result.
    private static readonly TimeSpan Reservation = TimeSpan.FromSeconds(15);

    private readonly IConnectorFactory factory;
    private readonly IAlertStore store;
    private readonly IRunObserver observer;

    public AlertDelivery(IConnectorFactory factory, IAlertStore store, IRunObserver observer)
    {
        this.factory = factory;
        this.store = store;
        this.observer = observer;
    }

    /// <summary>Detects what changed and sends the waiting events. A failure is a warning: it changes no result.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var waiting = store.Collect(factory.Clock.UtcNow);
            if (waiting.Count == 0)
                return;
            using var budget = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            factory.Clock.CancelAfter(budget, Budget);
            await BoundedParallel.ForEachAsync(waiting.GroupBy(w => w.Alert.Id), ReceiversAtOnce, events => DeliverAsync(events.ToList(), budget.Token)).ConfigureAwait(false);
        }
        catch (ConnectorException e)
        {
            observer.Warning(AlertScope.AllName, Texts.WarningAlertsUnchecked(e.Problem.Sentence));
        }
    }

    // A receiver gets its events one after another, oldest first. If it does not accept one, the later ones wait, unless it refuses only this one.
    private async Task DeliverAsync(IReadOnlyList<PendingAlert> events, CancellationToken cancellationToken)
    {
        var alert = events[0].Alert;
        var delivered = 0;
        Message? failure = null;
        var left = DropOld(events);
        if (left.Count == 0)
            return;
        try
        {
            var receiver = factory.OpenAlertReceiver(new Uri(store.ReadAddress(alert)), alert.Settings.Format);
            foreach (var waiting in left)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    failure ??= Texts.AlertAnswerOutOfTime;
                    break;
                }

                var now = factory.Clock.UtcNow;
                if (!store.TryReserve(waiting.Id, now, now + Reservation))
                    continue;
                var response = await SendAsync(receiver, waiting, cancellationToken).ConfigureAwait(false);
                if (response.Failure is null)
                {
                    store.Delivered(waiting.Id, factory.Clock.UtcNow);
                    delivered++;
                    continue;
                }

                failure = response.Failure;
                store.NotDelivered(waiting.Id, failure);
                if (!response.ConcernsOneEvent)
                    break;
            }
        }
        catch (ConnectorException e)
        {
            failure = e.Text;
        }

        if (delivered > 0)
            observer.Detail(alert.Settings.Host, Texts.AlertsDelivered(Number(delivered)));
        if (failure is not null)
            observer.Warning(alert.Settings.Host, Texts.WarningAlertsNotDelivered(failure));
    }

    private static async Task<AlertResponse> SendAsync(IAlertReceiver receiver, PendingAlert waiting, CancellationToken cancellationToken)
    {
        try
        {
            return await receiver.SendAsync(waiting.Id, waiting.Notice, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new AlertResponse(null, Texts.AlertAnswerOutOfTime);
        }
    }

    private List<PendingAlert> DropOld(IReadOnlyList<PendingAlert> events)
    {
        var now = factory.Clock.UtcNow;
        var old = events.Where(e => e.FirstAttempt is { } first && now - first >= KeptFor).ToList();
        foreach (var dropped in old)
            store.Drop(dropped.Id, now);
        if (old.Count > 0)
        {
            observer.Warning(
                events[0].Alert.Settings.Host,
                Texts.WarningAlertsDropped(Number(old.Count), events[0].Alert.Deliveries.Failure ?? Texts.AlertAnswerOutOfTime));
        }

        return events.Except(old).ToList();
    }

    private static string Number(int number) => number.ToString(CultureInfo.CurrentCulture);
}
