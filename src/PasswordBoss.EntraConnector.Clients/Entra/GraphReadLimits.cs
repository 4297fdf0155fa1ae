using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;

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
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    // Object ids take a fifth of the room as numbers.
    private readonly HashSet<Guid> knownIds = [];
    private int objects;
    private int pagesWithoutNews;

    /// <summary>Begins with a list.</summary>
    /// <param name="mostObjects">The most objects that it may hold.</param>
    public GraphReadLimits(int mostObjects = MostObjects) => this.mostObjects = mostObjects;

    /// <summary>Takes a page.</summary>
    /// <param name="values">Its objects, each of which has an id.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the list leads nowhere, or is too long.</exception>
    public void Take(JsonElement values)
    {
        var hasNews = false;
        foreach (var item in values.EnumerateArray())
        {
            hasNews |= IsNew(item);
            // A large group comes in many parts of one id (https://learn.microsoft.com/graph/delta-query-groups).
            hasNews |= HasNewMember(item, "members@delta") | HasNewMember(item, "members");
        }

        pagesWithoutNews = hasNews ? 0 : pagesWithoutNews + 1;
        if (pagesWithoutNews >= PagesWithoutNews)
            throw GraphErrors.Invalid(GraphErrors.Say("Graph_NoNews", Number(PagesWithoutNews)));
    }

    private bool HasNewMember(JsonElement item, string name)
    {
        var hasNew = false;
        if (item.TryGetProperty(name, out var members) && members.ValueKind == JsonValueKind.Array)
        {
            foreach (var member in members.EnumerateArray())
                hasNew |= IsNew(member);
        }

        return hasNew;
    }

    private bool IsNew(JsonElement item)
    {
        if (++objects > mostObjects)
            throw GraphErrors.Invalid(GraphErrors.Say("Graph_TooMany", Number(mostObjects)));
        var id = GraphPage.IdOf(item);
        return Guid.TryParseExact(id, "D", out var objectId) ? knownIds.Add(objectId) : known.Add(id);
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
