using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Alerts;

/// <summary>Registers, finds and tests alerts.</summary>
internal sealed class AlertSetup
{
    private readonly IAlertStore store;
    private readonly IConnectorFactory factory;

    public AlertSetup(IAlertStore store, IConnectorFactory factory)
    {
        this.store = store;
        this.factory = factory;
    }

    /// <summary>Registers an alert, or changes the existing one with the same scope and address. Nothing is sent.</summary>
    public AlertRegistration Register(AlertScope scope, string address, AlertSettings settings)
    {
        var target = WebhookAddress.Validate(address);
        var known = store.List().FirstOrDefault(a => a.Scope.IsSame(scope) && AddressOf(a) == target);
        var alert = new AlertRegistration
        {
            Id = known?.Id ?? Guid.NewGuid(),
            Scope = scope,
            Settings = settings with { Host = target.IdnHost, CreatedAt = known?.Settings.CreatedAt ?? factory.Clock.UtcNow },
            Deliveries = known?.Deliveries ?? new AlertDeliveries(),
        };
        store.Save(alert, target.AbsoluteUri);
        return alert;
    }

    /// <summary>The alert with this id. Throws <see cref="ErrorId.AlertNotFound"/>.</summary>
    public AlertRegistration Get(Guid id) => store.List().FirstOrDefault(a => a.Id == id) ?? throw NotFound(id.ToString("D"));

    /// <summary>The alerts that are about exactly these connections. Throws <see cref="ErrorId.AlertNotFound"/> if there is none.</summary>
    public IReadOnlyList<AlertRegistration> Get(AlertScope scope) =>
        store.List().Where(a => a.Scope.IsSame(scope)).ToList() is { Count: > 0 } found ? found : throw NotFound(scope.ToString());

    /// <summary>Sends a test event, once.</summary>
    public async Task<AlertResponse> TestAsync(AlertRegistration alert, CancellationToken cancellationToken)
    {
        var notice = new AlertNotice
        {
            Source = AlertNotice.SourceOf(alert.Id),
            Connection = alert.Scope.Connection ?? AlertScope.AllName,
            Tag = alert.Scope.Tag,
            Time = factory.Clock.UtcNow,
        };
        var receiver = factory.OpenAlertReceiver(new Uri(store.ReadAddress(alert)), alert.Settings.Format);
        return await receiver.SendAsync(Guid.NewGuid(), notice, cancellationToken).ConfigureAwait(false);
    }

    // Normalized, because an older version may have stored another form. Null if the address cannot be decrypted: such an alert does not count as the same one.
    private Uri? AddressOf(AlertRegistration alert)
    {
        try
        {
            return WebhookAddress.Validate(store.ReadAddress(alert));
        }
        catch (ConnectorException e) when (e.Id is ErrorId.AlertUnreadable or ErrorId.WebhookInvalid)
        {
            return null;
        }
    }

    private static ConnectorException NotFound(string alert) => new(Problems.AlertNotFound(alert).About(alert));
}
