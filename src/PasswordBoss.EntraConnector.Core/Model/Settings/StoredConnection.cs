using System;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A connection in the store: readable, or damaged.</summary>
public sealed class StoredConnection
{
    private readonly ConnectionSettings? settings;

    /// <summary>A readable connection.</summary>
    /// <param name="settings">Its settings.</param>
    public StoredConnection(ConnectionSettings settings)
    {
        this.settings = settings;
        Name = settings.Name;
    }

    /// <summary>A connection whose settings cannot be read.</summary>
    /// <param name="damage">What is known about it.</param>
    public StoredConnection(DamagedConnection damage)
    {
        Damage = damage;
        Name = damage.Name;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Why it cannot be read; null if it can.</summary>
    public DamagedConnection? Damage { get; }

    /// <summary>Its settings. Throws <see cref="ErrorId.ConnectionDamaged"/> if they cannot be read.</summary>
    public ConnectionSettings Settings => settings
        ?? throw new ConnectorException(Damage?.ToError() ?? throw new InvalidOperationException(nameof(StoredConnection)));
}
