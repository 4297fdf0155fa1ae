using System;
using System.Collections.Generic;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>The objects of one page, read while the page arrives. They count once the page is complete: if a body breaks off, the data of that try is discarded.</summary>
/// <typeparam name="T">The result for an object.</typeparam>
internal sealed class GraphItems<T>
{
    private readonly Func<JsonElement, T> read;
    private readonly List<T> items = [];
    private ConnectorException? failure;

    /// <summary>Prepares to read a page.</summary>
    /// <param name="read">Reads an object.</param>
    /// <param name="mostObjects">The maximum number of objects in a list.</param>
    public GraphItems(Func<JsonElement, T> read, int mostObjects)
    {
        this.read = read;
        Ids = new GraphPageIds(mostObjects);
    }

    /// <summary>The ids in the page.</summary>
    public GraphPageIds Ids { get; private set; }

    /// <summary>Creates a reader for the body of the page.</summary>
    public JsonArrayBody NewBody() => new(new StreamedArray("value", ignoresCase: false, Add, Clear));

    /// <summary>The objects.</summary>
    /// <exception cref="ConnectorException"><see cref="ErrorId.GraphAnswerInvalid"/>: an object cannot be used.</exception>
    public IReadOnlyList<T> ToList() => failure is null ? items : throw failure;

    private void Add(JsonElement item)
    {
        // The failure waits until the page is complete: if the body is not a page at all, that is the error to report.
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
