using System;
using System.Collections.Generic;
using System.Text.Json;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Stops a list that never ends. Links are opaque, so only the content of the pages shows whether the list makes progress. The limit is a number of consecutive
/// pages without a new object. A single page may be empty, and change tracking may report the same object again
/// (https://learn.microsoft.com/graph/paging, https://learn.microsoft.com/graph/delta-query-overview).
/// </summary>
internal sealed class GraphReadLimits
{
    /// <summary>The number of consecutive pages without a new id that stops a read.</summary>
    public const int PagesWithoutNews = 1_000;

    /// <summary>The maximum number of objects in a list: twenty times the size that the connector is designed for.</summary>
    public const int MostObjects = 2_000_000;

    private readonly int mostObjects;
    private readonly HashSet<string> known = new(EntraId.Comparer);
    // As numbers, object ids need a fifth of the memory.
    private readonly HashSet<Guid> knownIds = [];
    private long objects;
    private int pagesWithoutNews;

    /// <summary>Starts the count for a list.</summary>
    /// <param name="mostObjects">The maximum number of objects in the list.</param>
    public GraphReadLimits(int mostObjects = MostObjects) => this.mostObjects = mostObjects;

    /// <summary>The ids of a new page; they count once the page is complete.</summary>
    public GraphPageIds NewPage() => new(mostObjects);

    /// <summary>Counts the ids of a complete page.</summary>
    /// <param name="page">The ids in the page.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the list makes no progress, or is too long.</exception>
    public void CountPage(GraphPageIds page)
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
            throw new ConnectorException(GraphErrors.Invalid(Texts.GraphNoNews(MessageValue.Large(PagesWithoutNews))));
    }
}

/// <summary>The ids in one page, before they are counted.</summary>
internal sealed class GraphPageIds
{
    private readonly int mostObjects;
    private readonly List<Guid> objectIds = [];
    private readonly List<string> otherIds = [];

    /// <summary>Starts a page.</summary>
    /// <param name="mostObjects">The maximum number of objects in the page.</param>
    public GraphPageIds(int mostObjects) => this.mostObjects = mostObjects;

    /// <summary>The number of ids, repeated ones included.</summary>
    public int Count => objectIds.Count + otherIds.Count;

    /// <summary>The ids that are GUIDs.</summary>
    public IReadOnlyList<Guid> ObjectIds => objectIds;

    /// <summary>All other ids.</summary>
    public IReadOnlyList<string> OtherIds => otherIds;

    /// <summary>Creates an empty one with the same limit.</summary>
    public GraphPageIds New() => new(mostObjects);

    /// <summary>Adds an object of the page and the members in it.</summary>
    /// <param name="item">The object.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: an object has no id, or there are too many.</exception>
    public void Add(JsonElement item)
    {
        AddOne(item);
        // A large group comes in many parts with the same id (https://learn.microsoft.com/graph/delta-query-groups).
        AddMembers(item, "members@delta");
        AddMembers(item, "members");
    }

    /// <summary>The error for a list that is too long.</summary>
    /// <param name="mostObjects">The maximum number of objects in the list.</param>
    public static Errors.Problem TooMany(int mostObjects) =>
        GraphErrors.Invalid(Texts.GraphTooMany(MessageValue.Large(mostObjects)));

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
