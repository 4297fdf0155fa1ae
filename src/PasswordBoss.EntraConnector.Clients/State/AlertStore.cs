using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The alerts of a store, in its database.</summary>
internal sealed class AlertStore : IAlertStore
{
    private readonly StateDatabase database;
    private readonly StateSession session;
    private readonly ISecretProtector protector;

    /// <summary>Creates the object; nothing is opened.</summary>
    /// <param name="database">The database.</param>
    /// <param name="session">The store's connection to it.</param>
    /// <param name="protector">Encrypts the addresses of receivers.</param>
    public AlertStore(StateDatabase database, StateSession session, ISecretProtector protector)
    {
        this.database = database;
        this.session = session;
        this.protector = protector;
    }

    /// <inheritdoc/>
    public IReadOnlyList<AlertRegistration> List() => database.Exists ? session.Read(AlertRows.Read).Select(alert => alert.Alert).ToList() : [];

    /// <inheritdoc/>
    public void Save(AlertRegistration alert, string address)
    {
        var clear = Encoding.UTF8.GetBytes(address);
        try
        {
            var encrypted = protector.Protect(SecretBinding.Of(alert), clear);
            session.Write(database => database.Run(
                """
                INSERT INTO alerts (id, connection, tag, settings, address) VALUES ($1, (SELECT key FROM connections WHERE id = $2), $3, $4, $5)
                ON CONFLICT (id) DO UPDATE SET settings = $4, address = $5
                """,
                Format(alert.Id),
                alert.Scope.ConnectionId is { } connection ? Format(connection) : null,
                alert.Scope.Tag,
                StoredDocuments.Alert.Write(alert.Settings),
                encrypted));
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
        }
    }

    /// <inheritdoc/>
    public string ReadAddress(AlertRegistration alert)
    {
        var clear = Array.Empty<byte>();
        try
        {
            var found = session.Read(database => database.Query("SELECT address FROM alerts WHERE id = $1", row => row.GetValue(0) as byte[], Format(alert.Id)));
            clear = protector.Unprotect(SecretBinding.Of(alert), found.FirstOrDefault() ?? throw new CryptographicException());
            return Encoding.UTF8.GetString(clear);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // The cause is left out: it may quote what it could not read.
            throw new ConnectorException(Problems.AlertUnreadable(Format(alert.Id), alert.Settings.Host).About(alert.Settings.Host));
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
        }
    }

    /// <inheritdoc/>
    public void Remove(Guid id) => session.Write(database => database.Run("DELETE FROM alerts WHERE id = $1", Format(id)));

    /// <inheritdoc/>
    public IReadOnlyList<PendingAlert> Collect(DateTimeOffset now)
    {
        if (!database.Exists)
            return [];
        var (hasChanged, events) = session.Read(database =>
        {
            var alerts = AlertRows.Read(database);
            if (alerts.Count == 0)
                return (false, []);
            return AlertRows.FindChanges(database, alerts, now).Count > 0 ? (true, []) : (false, AlertRows.ReadEvents(database, alerts));
        });

        // Compared again in the transaction that writes: a run of another process may have reported the same change meanwhile.
        return !hasChanged ? events : session.Write(database =>
        {
            var alerts = AlertRows.Read(database);
            AlertRows.Save(database, AlertRows.FindChanges(database, alerts, now));
            return AlertRows.ReadEvents(database, alerts);
        });
    }

    /// <inheritdoc/>
    public bool TryReserve(Guid id, DateTimeOffset now, DateTimeOffset until) => session.Write(database => database.Run(
        """
        UPDATE alert_events SET attempts = attempts + 1, first_attempt = COALESCE(first_attempt, $2), reserved_until = $3
        WHERE id = $1 AND (reserved_until IS NULL OR reserved_until <= $2 OR reserved_until > $3)
        """,
        id.ToByteArray(),
        now.UtcTicks,
        until.UtcTicks)) > 0;

    /// <inheritdoc/>
    public void Delivered(Guid id, DateTimeOffset now) => session.Write(database =>
    {
        database.Run("UPDATE alerts SET delivered_at = $2, failure = NULL WHERE key = (SELECT alert FROM alert_events WHERE id = $1)", id.ToByteArray(), now.UtcTicks);
        return database.Run("DELETE FROM alert_events WHERE id = $1", id.ToByteArray());
    });

    /// <inheritdoc/>
    public void NotDelivered(Guid id, Message failure) => session.Write(database =>
    {
        database.Run("UPDATE alert_events SET reserved_until = NULL WHERE id = $1", id.ToByteArray());
        return database.Run("UPDATE alerts SET failure = $2 WHERE key = (SELECT alert FROM alert_events WHERE id = $1)", id.ToByteArray(), StoredDocuments.Message.Write(failure));
    });

    /// <inheritdoc/>
    public void Drop(Guid id, DateTimeOffset now) => session.Write(database =>
    {
        database.Run(
            "UPDATE alerts SET dropped = dropped + 1, dropped_at = $2 WHERE key = (SELECT alert FROM alert_events WHERE id = $1)", id.ToByteArray(), now.UtcTicks);
        return database.Run("DELETE FROM alert_events WHERE id = $1", id.ToByteArray());
    });

    private static string Format(Guid id) => id.ToString("D", CultureInfo.InvariantCulture);
}
