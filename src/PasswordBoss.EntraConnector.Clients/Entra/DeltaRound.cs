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
/// One round of change tracking, page by page: from <c>$deltatoken=latest</c> or the delta link of an earlier round to the delta link of the next round
/// (https://learn.microsoft.com/graph/delta-query-overview). An incomplete round is an error; it never counts as a short one.
/// </summary>
/// <typeparam name="T">The result for an object.</typeparam>
internal sealed class DeltaRound<T>
{
    private const string DeltaLink = "@odata.deltaLink";
    private readonly GraphChannel channel;
    private readonly Func<RequestInformation> first;
    private readonly string? link;
    private readonly string permission;
    private readonly Func<JsonElement, T> read;

    /// <summary>A first round, which reports no changes and returns a link.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="first">Describes the request for the latest link.</param>
    /// <param name="read">Reads an object, which is valid only during the call.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public DeltaRound(GraphChannel channel, Func<RequestInformation> first, Func<JsonElement, T> read, string permission)
    {
        this.read = read;
        this.channel = channel;
        this.first = first;
        this.permission = permission;
    }

    /// <summary>A round that starts at a link.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="link">The link of the last round.</param>
    /// <param name="read">Reads an object, which is valid only during the call.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public DeltaRound(GraphChannel channel, string link, Func<JsonElement, T> read, string permission)
        : this(channel, () => Follow(link), read, permission) => this.link = link;

    /// <summary>Follows the round to its end.</summary>
    /// <param name="onStart">Called each time the round starts: discard all earlier objects.</param>
    /// <param name="onObject">Processes an object, once its page is complete.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <returns>The link of the next round.</returns>
    /// <exception cref="ConnectorException">
    /// <see cref="ErrorId.ChangesLost"/>, <see cref="ErrorId.ChangesNotTracked"/>; or a page cannot be read or used.
    /// </exception>
    public async Task<string> ReadAsync(Action onStart, Action<T> onObject, CancellationToken cancellationToken)
    {
        var progress = Start(onStart);
        var hasRestarted = false;
        string? next = null;
        while (true)
        {
            GraphItems<T>? items = null;
            using var response = await channel.SendAsync(next is { } page ? () => Follow(page) : first, Begin, cancellationToken).ConfigureAwait(false);
            // The link in the response to a retried request may be invalid, which only shows on the next page (https://learn.microsoft.com/graph/paging).
            if (next is not null && !hasRestarted && IsRefusal(response) && !IsDead(response))
            {
                progress = Start(onStart);
                hasRestarted = true;
                next = null;
                continue;
            }

            if (!response.IsSuccess || !response.IsObject)
                throw new ConnectorException(ErrorOf(response));
            AddPage(response, items!, progress.Limits, onObject);

            next = LinkOf(response, GraphPage.NextLink);
            if (next is null)
                return LinkOf(response, DeltaLink) ?? throw new ConnectorException(GraphErrors.Invalid(Texts.GraphRoundWithoutEnd));
            if (!progress.Followed.Add(next))
                throw new ConnectorException(GraphErrors.Invalid(Texts.GraphLinkRepeats));

            JsonArrayBody Begin() => (items = new GraphItems<T>(read, channel.MostObjects)).NewBody();
        }
    }

    private (HashSet<string> Followed, GraphReadLimits Limits) Start(Action onStart)
    {
        onStart();
        var followed = new HashSet<string>(StringComparer.Ordinal);
        if (link is not null)
            followed.Add(link);
        return (followed, channel.NewLimits());
    }

    private static void AddPage(GraphResponse page, GraphItems<T> items, GraphReadLimits limits, Action<T> onObject)
    {
        _ = GraphPage.Values(page); // Throws if the body is not a page.
        var objects = items.ToList();
        limits.CountPage(items.Ids);
        foreach (var item in objects)
            onObject(item);
    }

    // Checked before it is stored: a link to another host would fail in the next run instead of this one.
    private string? LinkOf(GraphResponse response, string name)
    {
        var found = GraphPage.Link(response, name);
        if (found is not null)
            channel.Errors.RefuseForeign(found);
        return found;
    }

    private static RequestInformation Follow(string link)
    {
        var request = new RequestInformation { HttpMethod = Method.GET, URI = GraphPage.AddressOf(link) };
        request.Headers.TryAdd("Accept", "application/json");
        return request;
    }

    private Problem ErrorOf(GraphResponse response)
    {
        if (IsDead(response))
            return channel.Errors.Lost(response);
        if (response.Status == 403 && response.ErrorCode is not null)
            return channel.Errors.NotTracked(response, permission);
        // If a link is refused for any reason, discard it: otherwise every run would fail on it. The Location of a 410 is not followed, because it restarts with a
        // list of the whole tenant.
        if (link is not null && IsRefusal(response))
            return channel.Errors.Lost(response);
        // Only Graph itself can report that there is no first link; the page of a proxy does not count.
        return response.Status == 501 || (IsRefusal(response) && response.ErrorCode is not null)
            ? channel.Errors.NotTracked(response, permission)
            : channel.Errors.FromResponse(response, permission);
    }

    private bool IsDead(GraphResponse response) => link is not null && response.Status is >= 400 and < 500 && response.HasErrorCode("syncStateNotFound", "resyncRequired");

    private static bool IsRefusal(GraphResponse response) => response.Status is 501 or (>= 400 and < 500 and not (401 or 403 or 407 or 408 or 429));
}
