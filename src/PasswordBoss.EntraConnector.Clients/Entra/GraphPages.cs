using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Kiota.Abstractions;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Reads a list page by page (https://learn.microsoft.com/graph/paging). A list ends with a complete page that has no next link; any other end is an error, so that
/// a broken list never passes for a short one. Each page is read while it arrives, object by object.
/// </summary>
/// <typeparam name="T">The result for an object.</typeparam>
internal sealed class GraphPages<T>
{
    private readonly GraphChannel channel;
    private readonly Func<RequestInformation> first;
    private readonly Func<JsonElement, T> read;
    private readonly Func<GraphResponse, Problem> refuse;

    /// <summary>Describes the list; nothing is sent yet.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="first">Describes the first request; its headers are sent for every page, because links do not contain them.</param>
    /// <param name="read">Reads an object, which is valid only during the call.</param>
    /// <param name="permission">The application permission that the list needs.</param>
    public GraphPages(GraphChannel channel, Func<RequestInformation> first, Func<JsonElement, T> read, string permission)
        : this(channel, first, read, response => channel.Errors.FromResponse(response, permission))
    {
    }

    /// <summary>Describes the list; nothing is sent yet.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="first">Describes the first request; its headers are sent for every page, because links do not contain them.</param>
    /// <param name="read">Reads an object, which is valid only during the call.</param>
    /// <param name="refuse">Returns the problem for a response that is not a page.</param>
    public GraphPages(GraphChannel channel, Func<RequestInformation> first, Func<JsonElement, T> read, Func<GraphResponse, Problem> refuse)
    {
        this.channel = channel;
        this.first = first;
        this.read = read;
        this.refuse = refuse;
    }

    /// <summary>Reads the list to its end.</summary>
    /// <param name="onStart">Called before the first page each time the list starts: discard all earlier pages.</param>
    /// <param name="onPage">Processes a page; false to stop.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ConnectorException">A page cannot be read or used.</exception>
    public async Task ReadAsync(Action onStart, Func<IReadOnlyList<T>, bool> onPage, CancellationToken cancellationToken)
    {
        var (followed, limits) = Start(onStart);
        var hasRestarted = false;
        string? link = null;
        while (true)
        {
            GraphItems<T>? items = null;
            using var response = await channel.SendAsync(() => Describe(link), Begin, cancellationToken).ConfigureAwait(false);
            // The link in the response to a retried request may be invalid, and a link can expire. Both only show when the next page is requested
            // (https://learn.microsoft.com/graph/paging, "Error handling"). Then the list starts again, once.
            if (link is not null && !hasRestarted && response.Status is 400 or 410)
            {
                (followed, limits) = Start(onStart);
                hasRestarted = true;
                link = null;
                continue;
            }

            if (!response.IsSuccess || !response.IsObject)
                throw new ConnectorException(refuse(response));
            _ = GraphPage.Values(response); // Throws if the body is not a page.
            link = GraphPage.Link(response, GraphPage.NextLink);
            var page = items!.ToList();
            limits.CountPage(items.Ids);
            if (!onPage(page) || link is null)
                return;
            if (!followed.Add(link))
                throw new ConnectorException(GraphErrors.Invalid(Texts.GraphLinkRepeats));

            JsonArrayBody Begin() => (items = new GraphItems<T>(read, channel.MostObjects)).NewBody();
        }
    }

    private (HashSet<string> Followed, GraphReadLimits Limits) Start(Action onStart)
    {
        onStart();
        return (new HashSet<string>(StringComparer.Ordinal), channel.NewLimits());
    }

    private RequestInformation Describe(string? link)
    {
        var request = first();
        if (link is not null)
            request.URI = GraphPage.AddressOf(link);
        return request;
    }
}
