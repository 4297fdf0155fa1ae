using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>
/// Reads a list page by page (RFC 7644 section 3.4.2.4). Each page is parsed while it arrives. A page that is too large is requested again with a smaller <c>count</c>,
/// down to a single resource, for which only the general size limit of a response applies.
/// </summary>
/// <typeparam name="T">The result for a resource.</typeparam>
internal sealed class ScimListReader<T>
    where T : class
{
    private const int MaxPagesWithoutNewId = 1_000;
    private const int ShrinkBy = 4;

    private readonly ScimChannel channel;
    private readonly int mostResources;
    private readonly string query;
    private readonly bool isFiltered;
    private readonly int largestCount;
    private readonly Func<ScimResource<T>> newResource;

    /// <summary>Prepares to read a list.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="collection"><c>Users</c> or <c>Groups</c>.</param>
    /// <param name="filter">The filter; null for none.</param>
    /// <param name="count">The number of resources to request per page.</param>
    /// <param name="newResource">Reads the resources of a page.</param>
    /// <param name="mostResources">The maximum number of resources in the list.</param>
    public ScimListReader(ScimChannel channel, string collection, string? filter, int count, Func<ScimResource<T>> newResource, int mostResources)
    {
        this.newResource = newResource;
        this.mostResources = mostResources;
        this.channel = channel;
        largestCount = count;
        isFiltered = filter is not null;
        query = collection + "?" + (filter is null ? "" : "filter=" + Uri.EscapeDataString(filter) + "&");
    }

    /// <summary>Reads the list to its end.</summary>
    /// <param name="take">Called for each resource, with its id and its result, once its page is complete; returns whether an earlier page contained it.</param>
    /// <param name="onUnreadable">Called for each unreadable resource, while its page arrives.</param>
    /// <param name="onPage">Called with the announced total after each page.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.AccountServerAnswerInvalid"/>: a page cannot be used, or the list is too long.</exception>
    public async Task<ScimListEnd> ReadAsync(Func<string?, T?, ListedBefore> take, Action<JsonElement>? onUnreadable, Action<int>? onPage, CancellationToken cancellationToken)
    {
        var count = largestCount;
        var received = 0;
        var distinct = 0;
        var largestTotal = 0;
        var shrank = false;
        var pagesWithoutNewId = 0;
        while (true)
        {
            var path = string.Format(CultureInfo.InvariantCulture, "{0}startIndex={1}&count={2}", query, received + 1, count);
            List<(string? Id, T? Item)> resources = [];
            ScimResponse response;
            try
            {
                response = await channel.ReadAsync(path, new BodyReading(Begin, IsListPage: count > 1), cancellationToken).ConfigureAwait(false);
            }
            catch (TransportException e) when (e.Failure == TransportFailure.ResponseTooLarge && count > 1)
            {
                count = Math.Max(1, count / ShrinkBy);
                continue;
            }
            catch (TransportException e)
            {
                throw channel.Errors.FromTransport(e);
            }

            // Not every server returns the scimType invalidFilter, and some return 404 if nothing matches.
            if (isFiltered && received == 0 && response.Status is 400 or 404 or 501 && !response.IsHtml)
                return ScimListEnd.FilterRefused;

            if (!response.IsSuccess)
                throw new ConnectorException(channel.Errors.FromRead(response));

            using var page = response.TryParse() ?? throw new ConnectorException(channel.Errors.Unusable(response));
            if (!ScimJson.HasSchema(page.RootElement, ScimSchemas.ListResponse))
                throw new ConnectorException(channel.Errors.NotScim(Texts.ScimSchemaMissing(ScimSchemas.ListResponse, "/" + query.Split('?')[0])));
            if (ScimJson.Integer(page.RootElement, "totalResults") is not (>= 0 and var total))
                throw new ConnectorException(channel.Errors.Invalid(Texts.ScimAttributeMissing("totalResults")));

            if (total > mostResources)
                throw new ConnectorException(channel.Errors.Invalid(Texts.ScimTooMany(MessageValue.Large(mostResources))));

            var onThisPage = 0;
            var hasNewId = false;
            var newOnThisPage = 0;
            foreach (var (id, item) in resources)
            {
                onThisPage++;
                var before = take(id, item);
                if (before != ListedBefore.Yes)
                    newOnThisPage++;
                hasNewId |= before == ListedBefore.No;
            }

            pagesWithoutNewId = hasNewId ? 0 : pagesWithoutNewId + 1;
            if (pagesWithoutNewId >= MaxPagesWithoutNewId)
                throw new ConnectorException(channel.Errors.Invalid(Texts.ScimNoNews(MessageValue.Large(MaxPagesWithoutNewId))));

            received += onThisPage;
            distinct += newOnThisPage;
            shrank |= total < largestTotal;
            largestTotal = Math.Max(largestTotal, total);
            onPage?.Invoke(total);
            if (received >= total)
                return distinct >= total && !shrank ? ScimListEnd.Complete : ScimListEnd.Incomplete;
            if (newOnThisPage == 0)
                return ScimListEnd.Incomplete;
            // Grow the page again, so that one large resource does not make all others come one by one.
            count = Math.Min(largestCount, count * 2);

            JsonArrayBody Begin()
            {
                var resource = newResource();
                List<(string? Id, T? Item)> begun = [];
                resources = begun;
                return new JsonArrayBody(resource.Resources(
                    element =>
                    {
                        // A list may grow while it is read, but not without a limit.
                        if (received + begun.Count >= mostResources)
                            throw new ConnectorException(channel.Errors.Invalid(Texts.ScimTooMany(MessageValue.Large(mostResources))));
                        var item = resource.Read(element);
                        if (item is null)
                            onUnreadable?.Invoke(element);
                        begun.Add((ScimJson.Id(element, "id"), item));
                    },
                    begun.Clear));
            }
        }
    }
}

/// <summary>How the read of a list ended.</summary>
internal enum ScimListEnd
{
    /// <summary>All announced resources have arrived.</summary>
    Complete,

    /// <summary>
    /// After an empty or repeated page; or the total shrank between two pages: then the remaining resources moved forward by as many positions, and the next page
    /// may have missed some.
    /// </summary>
    Incomplete,

    /// <summary>Nothing was read (RFC 7644 section 3.4.2.2: a server may decline filters on some attributes, and then returns 400).</summary>
    FilterRefused,
}

/// <summary>Whether an earlier page of a list contained a resource.</summary>
internal enum ListedBefore
{
    /// <summary>No earlier page contained its id.</summary>
    No,

    /// <summary>An earlier page contained its id.</summary>
    Yes,

    /// <summary>It has no id.</summary>
    Unknown,
}
