using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>Alerts in memory. The test adds the events.</summary>
internal sealed class FakeAlerts : IAlertStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, (AlertRegistration Alert, string Address)> alerts = [];
    private readonly Dictionary<Guid, DateTimeOffset> reserved = [];

    /// <summary>The events that are waiting.</summary>
    public List<PendingAlert> Waiting { get; } = [];

    /// <summary>The error that <see cref="Collect"/> throws; null for none.</summary>
    public Problem? Fault { get; set; }

    /// <summary>The number of writes.</summary>
    public int Writes { get; private set; }

    public IReadOnlyList<AlertRegistration> List() => alerts.Values.Select(a => a.Alert).ToList();

    public void Save(AlertRegistration alert, string address) => Write(() => alerts[alert.Id] = (alert, address));

    public string ReadAddress(AlertRegistration alert) => alerts[alert.Id].Address is { Length: > 0 } address
        ? address
        : throw new ConnectorException(Problems.AlertUnreadable(alert.Id.ToString(), alert.Settings.Host));

    public void Remove(Guid id) => Write(() => alerts.Remove(id));

    public IReadOnlyList<PendingAlert> Collect(DateTimeOffset now) => Fault is { } fault ? throw new ConnectorException(fault) : Waiting.ToList();

    public bool TryReserve(Guid id, DateTimeOffset now, DateTimeOffset until) => Write(() =>
    {
        if (reserved.TryGetValue(id, out var end) && end > now)
            return false;
        reserved[id] = until;
        var index = Waiting.FindIndex(w => w.Id == id);
        Waiting[index] = Waiting[index] with { FirstAttempt = Waiting[index].FirstAttempt ?? now };
        return true;
    });

    public void Delivered(Guid id, DateTimeOffset now) => Write(() => Waiting.RemoveAll(w => w.Id == id));

    public void NotDelivered(Guid id, Message failure) => Write(() =>
    {
        reserved.Remove(id);
        for (var i = 0; i < Waiting.Count; i++)
            Waiting[i] = Waiting[i] with { Alert = Waiting[i].Alert with { Deliveries = Waiting[i].Alert.Deliveries with { Failure = failure } } };
        return true;
    });

    public void Drop(Guid id, DateTimeOffset now) => Write(() => Waiting.RemoveAll(w => w.Id == id));

    private T Write<T>(Func<T> work)
    {
        lock (gate)
        {
            Writes++;
            return work();
        }
    }
}

/// <summary>A receiver that records what arrives and responds as the test defines.</summary>
internal sealed class FakeReceiver : IAlertReceiver
{
    /// <summary>Responds to an event. The default is success.</summary>
    public Func<AlertNotice, CancellationToken, Task<AlertResponse>> Answer { get; set; } = (_, _) => Task.FromResult(new AlertResponse(204, null));

    /// <summary>The received events.</summary>
    public List<(Guid Id, AlertNotice Notice)> Arrived { get; } = [];

    public async Task<AlertResponse> SendAsync(Guid id, AlertNotice notice, CancellationToken cancellationToken)
    {
        Arrived.Add((id, notice));
        return await Answer(notice, cancellationToken);
    }
}
