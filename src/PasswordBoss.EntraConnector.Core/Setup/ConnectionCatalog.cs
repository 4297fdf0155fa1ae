using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>Finds the connections that a command refers to. A connection is read when it is used, so that a long-running command sees later changes.</summary>
internal sealed class ConnectionCatalog
{
    private readonly IStateStore store;

    public ConnectionCatalog(IStateStore store) => this.store = store;

    /// <summary>The names of all connections, including the unreadable ones.</summary>
    public IReadOnlyList<string> ListNames() => store.ListNames().OrderBy(n => n, ConnectionName.Comparer).ToList();

    /// <summary>The tags of all readable connections, each once.</summary>
    public IReadOnlyList<string> ListTags() => TagsOf(store.ListConnections());

    /// <summary>The connection with this name. Throws <see cref="ErrorId.ConnectionDamaged"/> if it cannot be read.</summary>
    public ConnectionSettings Get(string name) => GetStored(name).Settings;

    /// <summary>The connection with this name, readable or not.</summary>
    public StoredConnection GetStored(string name) => store.FindConnection(name) ?? throw new ConnectorException(store.FindLoss() ?? NotFound(name, ListNames()));

    /// <summary>The connection with this name; null if there is none. Throws <see cref="ErrorId.ConnectionDamaged"/> if it cannot be read.</summary>
    public ConnectionSettings? Find(string name) => store.FindConnection(name)?.Settings;

    /// <summary>The named connections that have one of the tags; without names, all connections that have one.</summary>
    /// <param name="names">The names; null or empty for none.</param>
    /// <param name="tags">The tags, with wildcards; null for no restriction.</param>
    /// <param name="current">The current connection; null if there is none.</param>
    public SelectedConnections Select(IReadOnlyList<string>? names, IReadOnlyList<string>? tags, string? current)
    {
        if (tags is null)
            return Select(names, current);
        var given = names is null || names.Count == 0 ? new SelectedConnections(ListNames(), []) : Select(names, current);
        var tagged = ListTagged(tags);
        return given with { Names = given.Names.Where(tagged.Contains).ToList() };
    }

    private SelectedConnections Select(IReadOnlyList<string>? names, string? current)
    {
        // If names are given, read only these connections: hundreds of names may arrive one by one through the pipeline.
        var stored = names is null || names.Count == 0 || names.Any(ConnectionName.IsPattern) ? ListNames() : null;
        if (stored is { Count: 0 } && store.FindLoss() is { } loss)
            throw new ConnectorException(loss);
        if (names is null || names.Count == 0)
            return new SelectedConnections([Default(stored ?? [], current)], []);

        var found = new List<string>();
        var missing = new List<Problem>();
        foreach (var name in names)
        {
            if (ConnectionName.IsPattern(name))
                found.AddRange((stored ?? []).Where(ConnectionName.Matcher(name)));
            else if ((stored is null ? store.FindConnection(name)?.Name : stored.FirstOrDefault(n => ConnectionName.Same(n, name))) is { } exact)
                found.Add(exact);
            else
                missing.Add(Missing(name));
        }

        return new SelectedConnections(found.Distinct(ConnectionName.Comparer).ToList(), missing);
    }

    // The loss of the state concerns all names.
    private Problem Missing(string name) => store.FindLoss() is { } loss ? throw new ConnectorException(loss) : NotFound(name, ListNames());

    /// <summary>Throws if no connection is stored, or if the state is gone.</summary>
    public void RequireAny()
    {
        if (store.FindLoss() is { } loss)
            throw new ConnectorException(loss);
        if (ListNames().Count == 0)
            throw new ConnectorException(Problems.NoConnection(OtherStore()));
    }

    private HashSet<string> ListTagged(IReadOnlyList<string> tags)
    {
        var connections = store.ListConnections();
        if (connections.Count == 0 && store.FindLoss() is { } loss)
            throw new ConnectorException(loss);
        var tagged = new HashSet<string>(ConnectionName.Comparer);
        foreach (var tag in tags)
        {
            var matches = ConnectionName.Matcher(tag.Trim());
            var found = connections.Where(c => c.Tags.Any(matches)).Select(c => c.Name).ToList();
            if (found.Count == 0 && !ConnectionName.IsPattern(tag))
                throw new ConnectorException(TagNotFound(tag, connections));
            tagged.UnionWith(found);
        }

        return tagged;
    }

    private static List<string> TagsOf(IReadOnlyList<ConnectionSettings> connections) =>
        connections.SelectMany(c => c.Tags).Distinct(StringComparer.OrdinalIgnoreCase).OrderBy(t => t, StringComparer.OrdinalIgnoreCase).ToList();

    private static Problem TagNotFound(string tag, IReadOnlyList<ConnectionSettings> connections)
    {
        var used = TagsOf(connections);
        return Problems.TagNotFound(tag, used.Count == 0 ? Texts.LinkNone : string.Join(", ", used)).About(tag);
    }

    private string Default(IReadOnlyList<string> stored, string? current)
    {
        if (current is not null && stored.FirstOrDefault(n => ConnectionName.Same(n, current)) is { } chosen)
            return chosen;
        if (stored.Count == 1)
            return stored[0];
        throw stored.Count == 0
            ? new ConnectorException(Problems.NoConnection(OtherStore()))
            : new ConnectorException(Problems.ConnectionAmbiguous(string.Join(", ", stored)));
    }

    private Problem NotFound(string name, IReadOnlyList<string> stored) =>
        Problems.ConnectionNotFound(name, stored.Count == 0 ? Texts.NamesNone(OtherStore()) : Texts.NamesStored(string.Join(", ", stored), OtherStore())).About(name);

    private MessageArgument OtherStore()
    {
        var others = store.ListConnectionsOfOtherStore();
        return others.Count == 0 ? "" : Texts.NamesOtherStore(string.Join(", ", others));
    }
}
