using System;
using System.Collections.Generic;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>The objects of one page, read while the page arrives. They count once the page is whole: a try whose body breaks off is forgotten.</summary>
/// <typeparam name="T">What is read of an object.</typeparam>
internal sealed class GraphItems<T>
{
    private readonly Func<JsonElement, T> read;
    private readonly List<T> items = [];
    private ConnectorException? failure;

    /// <summary>Prepares to read a page.</summary>
    /// <param name="read">Reads an object.</param>
    /// <param name="mostObjects">The most objects that a list may hold.</param>
    public GraphItems(Func<JsonElement, T> read, int mostObjects)
    {
        this.read = read;
        Ids = new GraphPageIds(mostObjects);
    }

    /// <summary>Whom the page names.</summary>
    public GraphPageIds Ids { get; private set; }

    /// <summary>Reads the body of the page.</summary>
    public JsonArrayBody NewBody() => new(new StreamedArray("value", ignoresCase: false, Take, Clear));

    /// <summary>The objects.</summary>
    /// <exception cref="ConnectorException"><see cref="ErrorId.GraphAnswerInvalid"/>: one of them cannot be used.</exception>
    public IReadOnlyList<T> ToList() => failure is null ? items : throw failure;

    private void Take(JsonElement item)
    {
        // What is no page at all is reported before this, and that is known at its end only.
        if (failure is not null)
            return;
        try
        {
            Ids.Add(item);
            items.Add(read(item));
        }
        catch (ConnectorException e)
        {
            failure = e;
        }
    }

    private void Clear()
    {
        items.Clear();
        Ids = Ids.New();
        failure = null;
    }
}
