using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Connections;

/// <summary>Finds the connections that a command means.</summary>
internal sealed class ConnectionCatalog
{
    private readonly IStateStore store;

    public ConnectionCatalog(IStateStore store) => this.store = store;

    public ConnectionSettings Get(string name) => Find(name) ?? throw store.FindLoss() ?? NotFound(name, store.ListConnections());

    public ConnectionSettings? Find(string name) => store.ListConnections().FirstOrDefault(c => string.Equals(c.Name, name.Trim(), StringComparison.OrdinalIgnoreCase));

    public IReadOnlyList<string> Resolve(IReadOnlyList<string>? names, string? current)
    {
        var stored = store.ListConnections();
        if (stored.Count == 0 && store.FindLoss() is { } loss)
            throw loss;
        if (names is null || names.Count == 0)
            return new[] { Default(stored, current) };

        var resolved = new List<string>();
        foreach (var name in names)
        {
            if (ConnectionName.IsPattern(name))
            {
                var matches = ConnectionName.Matcher(name);
                resolved.AddRange(stored.Select(c => c.Name).Where(matches));
            }
            else
            {
                var found = stored.FirstOrDefault(c => string.Equals(c.Name, name.Trim(), StringComparison.OrdinalIgnoreCase)) ?? throw NotFound(name, stored);
                resolved.Add(found.Name);
            }
        }

        return resolved.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
    }

    private string Default(IReadOnlyList<ConnectionSettings> stored, string? current)
    {
        if (current is not null && stored.FirstOrDefault(c => string.Equals(c.Name, current, StringComparison.OrdinalIgnoreCase)) is { } chosen)
            return chosen.Name;
        if (stored.Count == 1)
            return stored[0].Name;
        throw stored.Count == 0
            ? new ConnectorException(ErrorId.NoConnection, OtherStore())
            : new ConnectorException(ErrorId.ConnectionAmbiguous, Names(stored));
    }

    private ConnectorException NotFound(string name, IReadOnlyList<ConnectionSettings> stored) =>
        new(ErrorId.ConnectionNotFound, name, stored.Count == 0 ? new Model.Message("Names_None", OtherStore()).Render() : (Names(stored) + ". " + OtherStore()).TrimEnd()) { Target = name };

    private string OtherStore()
    {
        var others = store.ListConnectionsOfOtherStore();
        return others.Count == 0 ? "" : new Model.Message("Names_OtherStore", string.Join(", ", others)).Render();
    }

    private static string Names(IReadOnlyList<ConnectionSettings> stored) => string.Join(", ", stored.Select(c => c.Name));
}
