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
/// a broken list never passes for a short one.
/// </summary>
/// <typeparam name="TPage">The result for a page: the SDK's model, or the response itself.</typeparam>
internal sealed class GraphPages<TPage>
    where TPage : class
{
    private readonly GraphChannel channel;
    private readonly Func<RequestInformation> first;
    private readonly Func<GraphAnswer, TPage?> read;
    private readonly Func<GraphAnswer, Problem> refuse;
    // For a page that is read while it arrives: creates the reader for one try, and returns the ids in the page.
    private readonly Func<JsonArrayBody>? begin;
    private readonly Func<GraphPageIds>? idsOf;

    /// <summary>Describes the list; nothing is sent yet.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="first">Describes the first request; its headers are sent for every page, because links do not contain them.</param>
    /// <param name="read">Makes a page from a response; null if the response is not a page. The response is disposed after the page was processed.</param>
    /// <param name="permission">The application permission that the list needs.</param>
    public GraphPages(GraphChannel channel, Func<RequestInformation> first, Func<GraphAnswer, TPage?> read, string permission)
        : this(channel, first, read, answer => channel.Errors.FromAnswer(answer, permission))
    {
    }

    /// <summary>Describes the list; nothing is sent yet.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="first">Describes the first request.</param>
    /// <param name="read">Makes a page from a response; null if the response is not a page. The response is disposed after the page was processed.</param>
    /// <param name="refuse">Returns the problem for a response that is not a page.</param>
    public GraphPages(GraphChannel channel, Func<RequestInformation> first, Func<GraphAnswer, TPage?> read, Func<GraphAnswer, Problem> refuse)
    {
        this.channel = channel;
        this.first = first;
        this.read = read;
        this.refuse = refuse;
    }

    private GraphPages(
        GraphChannel channel, Func<RequestInformation> first, Func<GraphAnswer, TPage?> read, Func<JsonArrayBody> begin, Func<GraphPageIds> idsOf, string permission)
        : this(channel, first, read, permission)
    {
        this.begin = begin;
        this.idsOf = idsOf;
    }

    /// <summary>Describes a list whose pages are read while they arrive, object by object; nothing is sent yet.</summary>
    /// <typeparam name="TItem">The result for an object.</typeparam>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="first">Describes the first request; its headers are sent for every page, because links do not contain them.</param>
    /// <param name="read">Reads an object, which is valid only during the call.</param>
    /// <param name="permission">The application permission that the list needs.</param>
    public static GraphPages<IReadOnlyList<TItem>> Streamed<TItem>(GraphChannel channel, Func<RequestInformation> first, Func<JsonElement, TItem> read, string permission)
    {
        GraphItems<TItem>? items = null;
        return new GraphPages<IReadOnlyList<TItem>>(
            channel, first, _ => items!.ToList(), () => (items = new GraphItems<TItem>(read, channel.MostObjects)).NewBody(), () => items!.Ids, permission);
    }

    /// <summary>Reads the list to its end.</summary>
    /// <param name="onStart">Called before the first page each time the list starts: discard all earlier pages.</param>
    /// <param name="onPage">Processes a page; false to stop.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ConnectorException">A page cannot be read or used.</exception>
    public async Task ReadAsync(Action onStart, Func<TPage, bool> onPage, CancellationToken cancellationToken)
    {
        // The link in the response to a retried request may be invalid, and a link can expire. Both only show when the next page is requested
        // (https://learn.microsoft.com/graph/paging, "Error handling"). Then the list starts again, once.
        if (!await TryReadAsync(onStart, onPage, mayRestart: true, cancellationToken).ConfigureAwait(false))
            await TryReadAsync(onStart, onPage, mayRestart: false, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> TryReadAsync(Action onStart, Func<TPage, bool> onPage, bool mayRestart, CancellationToken cancellationToken)
    {
        var followed = new HashSet<string>(StringComparer.Ordinal);
        var limits = channel.NewLimits();
        onStart();
        string? link = null;
        do
        {
            using var answer = await channel.SendAsync(() => Describe(link), begin, cancellationToken).ConfigureAwait(false);
            if (link is not null && mayRestart && answer.Status is 400 or 410)
                return false;
            if (!answer.IsSuccess || !answer.IsObject)
                throw new ConnectorException(refuse(answer));
            var page = Take(answer, limits, out link);
            if (!onPage(page))
                return true;
            if (link is not null && !followed.Add(link))
                throw new ConnectorException(GraphErrors.Invalid(Texts.GraphLinkRepeats.Render()));
        }
        while (link is not null);
        return true;
    }

    private RequestInformation Describe(string? link)
    {
        var request = first();
        if (link is not null)
            request.URI = GraphPage.AddressOf(link);
        return request;
    }

    private TPage Take(GraphAnswer answer, GraphReadLimits limits, out string? link)
    {
        var values = GraphPage.Values(answer);
        link = GraphPage.Link(answer, GraphPage.NextLink);
        var page = read(answer);
        limits.Take(idsOf is null ? IdsOf(values, limits) : idsOf());
        return page ?? throw new ConnectorException(GraphErrors.Invalid(Texts.GraphPageWithoutValue.Render()));
    }

    private static GraphPageIds IdsOf(JsonElement values, GraphReadLimits limits)
    {
        var ids = limits.NewPage();
        foreach (var item in values.EnumerateArray())
            ids.Add(item);
        return ids;
    }
}
