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
/// One round of change tracking: from <c>$deltatoken=latest</c> or a link of an earlier round, page by page, to the link of the next one
/// (https://learn.microsoft.com/graph/delta-query-overview). A round that breaks off is an error, never a short one.
/// </summary>
/// <typeparam name="T">What is read of an object.</typeparam>
internal sealed class DeltaRound<T>
{
    private const string DeltaLink = "@odata.deltaLink";
    private readonly GraphChannel channel;
    private readonly Func<RequestInformation> first;
    private readonly string? link;
    private readonly string permission;
    private readonly Func<JsonElement, T> read;

    /// <summary>A first round, which tells nothing and gives a link.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="first">Describes the request for the latest link.</param>
    /// <param name="read">Reads an object, which lives for as long as the call.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public DeltaRound(GraphChannel channel, Func<RequestInformation> first, Func<JsonElement, T> read, string permission)
    {
        this.read = read;
        this.channel = channel;
        this.first = first;
        this.permission = permission;
    }

    /// <summary>A round from a link on.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="link">The link that the last round gave.</param>
    /// <param name="read">Reads an object, which lives for as long as the call.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public DeltaRound(GraphChannel channel, string link, Func<JsonElement, T> read, string permission)
        : this(channel, () => Follow(link), read, permission) => this.link = link;

    /// <summary>Follows the round to its end.</summary>
    /// <param name="onStart">Called each time the round is begun: what came before no longer counts.</param>
    /// <param name="onObject">Takes what was read of an object, once its page is whole.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <returns>The link of the next round.</returns>
    /// <exception cref="ConnectorException">
    /// <see cref="ErrorId.ChangesLost"/>, <see cref="ErrorId.ChangesNotTracked"/>; or a page could not be read, or cannot be used.
    /// </exception>
    public async Task<string> ReadAsync(Action onStart, Action<T> onObject, CancellationToken cancellationToken) =>
        // The link in the answer to a repeated request may be invalid, which the page after tells (https://learn.microsoft.com/graph/paging).
        await TryReadAsync(onStart, onObject, mayRestart: true, cancellationToken).ConfigureAwait(false)
        ?? await TryReadAsync(onStart, onObject, mayRestart: false, cancellationToken).ConfigureAwait(false)
        ?? throw new InvalidOperationException();

    private async Task<string?> TryReadAsync(Action onStart, Action<T> onObject, bool mayRestart, CancellationToken cancellationToken)
    {
        onStart();
        var followed = new HashSet<string>(StringComparer.Ordinal);
        var limits = channel.NewLimits();
        if (link is not null)
            followed.Add(link);
        string? next = null;
        while (true)
        {
            GraphItems<T>? items = null;
            using var answer = await channel.SendAsync(next is { } page ? () => Follow(page) : first, Begin, cancellationToken).ConfigureAwait(false);
            if (next is not null && mayRestart && IsRefusal(answer) && !IsDead(answer))
                return null;
            if (!answer.IsSuccess || !answer.IsObject)
                throw new ConnectorException(ErrorOf(answer));
            Take(answer, items!, limits, onObject);

            next = LinkOf(answer, GraphPage.NextLink);
            if (next is null)
                return LinkOf(answer, DeltaLink) ?? throw new ConnectorException(GraphErrors.Invalid(Texts.GraphRoundWithoutEnd.Render()));
            if (!followed.Add(next))
                throw new ConnectorException(GraphErrors.Invalid(Texts.GraphLinkRepeats.Render()));

            JsonArrayBody Begin() => (items = new GraphItems<T>(read, channel.MostObjects)).NewBody();
        }
    }

    private static void Take(GraphAnswer page, GraphItems<T> items, GraphReadLimits limits, Action<T> onObject)
    {
        _ = GraphPage.Values(page); // Refuses what is no page.
        var objects = items.ToList();
        limits.Take(items.Ids);
        foreach (var item in objects)
            onObject(item);
    }

    // Looked at before it is kept: a link to a stranger would fail the next run instead of this one.
    private string? LinkOf(GraphAnswer answer, string name)
    {
        var found = GraphPage.Link(answer, name);
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

    private Problem ErrorOf(GraphAnswer answer)
    {
        if (IsDead(answer))
            return channel.Errors.Lost(answer);
        if (answer.Status == 403 && answer.ErrorCode is not null)
            return channel.Errors.NotTracked(answer, permission);
        // A link that is refused for whatever reason is given up, or every run would fail by it. A 410 says by its Location where to begin anew: at a list
        // of the whole tenant, which is not wanted.
        if (link is not null && IsRefusal(answer))
            return channel.Errors.Lost(answer);
        // That there is no first link to have only Graph can say, and not the page of a proxy.
        return answer.Status == 501 || (IsRefusal(answer) && answer.ErrorCode is not null)
            ? channel.Errors.NotTracked(answer, permission)
            : channel.Errors.FromAnswer(answer, permission);
    }

    private bool IsDead(GraphAnswer answer) => link is not null && answer.Status is >= 400 and < 500 && answer.HasErrorCode("syncStateNotFound", "resyncRequired");

    private static bool IsRefusal(GraphAnswer answer) => answer.Status is 501 or (>= 400 and < 500 and not (401 or 403 or 407 or 408 or 429));
}
