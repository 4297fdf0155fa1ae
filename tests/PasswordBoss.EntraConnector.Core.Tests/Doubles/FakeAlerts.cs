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

/// <summary>Alerts in memory, whose events the test writes.</summary>
internal sealed class FakeAlerts : IAlertStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, (AlertRegistration Alert, string Address)> alerts = [];
    private readonly Dictionary<Guid, DateTimeOffset> reserved = [];

    /// <summary>The events that wait.</summary>
    public List<PendingAlert> Waiting { get; } = [];

    /// <summary>What <see cref="Collect"/> throws; null for nothing.</summary>
    public Problem? Fault { get; set; }

    /// <summary>How often something was written.</summary>
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

/// <summary>A receiver that keeps what arrives and answers what the test says.</summary>
internal sealed class FakeReceiver : IAlertReceiver
{
    /// <summary>Answers an event; success by default.</summary>
    public Func<AlertNotice, CancellationToken, Task<AlertAnswer>> Answer { get; set; } = (_, _) => Task.FromResult(new AlertAnswer(204, null));

    /// <summary>What arrived.</summary>
    public List<(Guid Id, AlertNotice Notice)> Arrived { get; } = [];

    public async Task<AlertAnswer> SendAsync(Guid id, AlertNotice notice, CancellationToken cancellationToken)
    {
        Arrived.Add((id, notice));
        return await Answer(notice, cancellationToken);
    }

    public void Dispose()
    {
    }
}
