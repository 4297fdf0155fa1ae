using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Ends a list that does not end by itself. Links are opaque, so that only what the pages hold tells whether a chain of them leads anywhere: this many pages in a
/// row without an object that no earlier page named lead nowhere. A page may be empty, and change tracking may tell the same again
/// (https://learn.microsoft.com/graph/paging, https://learn.microsoft.com/graph/delta-query-overview).
/// </summary>
internal sealed class GraphReadLimits
{
    /// <summary>The pages in a row without a new id that end a read.</summary>
    public const int PagesWithoutNews = 1_000;

    /// <summary>The most objects that a list may hold: twenty times what the connector is made for.</summary>
    public const int MostObjects = 2_000_000;

    private readonly int mostObjects;
    private readonly HashSet<string> known = new(EntraId.Comparer);
    // Object ids take a fifth of the room as numbers.
    private readonly HashSet<Guid> knownIds = [];
    private long objects;
    private int pagesWithoutNews;

    /// <summary>Begins with a list.</summary>
    /// <param name="mostObjects">The most objects that it may hold.</param>
    public GraphReadLimits(int mostObjects = MostObjects) => this.mostObjects = mostObjects;

    /// <summary>Whom a page names; counted when the page is taken.</summary>
    public GraphPageIds NewPage() => new(mostObjects);

    /// <summary>Takes a page.</summary>
    /// <param name="page">Whom it names.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the list leads nowhere, or is too long.</exception>
    public void Take(GraphPageIds page)
    {
        objects += page.Count;
        if (objects > mostObjects)
            throw new ConnectorException(GraphPageIds.TooMany(mostObjects));
        var hasNews = false;
        foreach (var id in page.ObjectIds)
            hasNews |= knownIds.Add(id);
        foreach (var id in page.OtherIds)
            hasNews |= known.Add(id);

        pagesWithoutNews = hasNews ? 0 : pagesWithoutNews + 1;
        if (pagesWithoutNews >= PagesWithoutNews)
            throw new ConnectorException(GraphErrors.Invalid(Texts.GraphNoNews(Number(PagesWithoutNews)).Render()));
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>Whom one page names, before it counts.</summary>
internal sealed class GraphPageIds
{
    private readonly int mostObjects;
    private readonly List<Guid> objectIds = [];
    private readonly List<string> otherIds = [];

    /// <summary>Begins with a page.</summary>
    /// <param name="mostObjects">The most objects that it may name.</param>
    public GraphPageIds(int mostObjects) => this.mostObjects = mostObjects;

    /// <summary>How many objects were named, each time that they were.</summary>
    public int Count => objectIds.Count + otherIds.Count;

    /// <summary>Those whose id is a GUID.</summary>
    public IReadOnlyList<Guid> ObjectIds => objectIds;

    /// <summary>All others.</summary>
    public IReadOnlyList<string> OtherIds => otherIds;

    /// <summary>The same for another page.</summary>
    public GraphPageIds New() => new(mostObjects);

    /// <summary>Takes an object of the page and the members that it names.</summary>
    /// <param name="item">The object.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: one has no id, or there are too many.</exception>
    public void Add(JsonElement item)
    {
        AddOne(item);
        // A large group comes in many parts of one id (https://learn.microsoft.com/graph/delta-query-groups).
        AddMembers(item, "members@delta");
        AddMembers(item, "members");
    }

    /// <summary>The error for a list that is too long.</summary>
    /// <param name="mostObjects">The most objects that it may hold.</param>
    public static Errors.Problem TooMany(int mostObjects) =>
        GraphErrors.Invalid(Texts.GraphTooMany(mostObjects.ToString("N0", CultureInfo.InvariantCulture)).Render());

    private void AddMembers(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var members) || members.ValueKind != JsonValueKind.Array)
            return;
        foreach (var member in members.EnumerateArray())
            AddOne(member);
    }

    private void AddOne(JsonElement item)
    {
        if (Count >= mostObjects)
            throw new ConnectorException(TooMany(mostObjects));
        var id = GraphPage.IdOf(item);
        if (Guid.TryParseExact(id, "D", out var objectId))
            objectIds.Add(objectId);
        else
            otherIds.Add(id);
    }
}
