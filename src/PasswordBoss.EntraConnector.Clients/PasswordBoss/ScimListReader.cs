using System;
using System.Globalization;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Reads a list page by page (RFC 7644 section 3.4.2.4). Each page is parsed and forgotten before the next is asked for.</summary>
internal sealed class ScimListReader
{
    private readonly ScimChannel channel;
    private readonly string query;
    private readonly bool isFiltered;
    private readonly int count;

    /// <summary>Prepares the reading of a list.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="collection"><c>Users</c> or <c>Groups</c>.</param>
    /// <param name="filter">The filter; null for none.</param>
    /// <param name="count">How many resources are wanted per page.</param>
    public ScimListReader(ScimChannel channel, string collection, string? filter, int count)
    {
        this.channel = channel;
        this.count = count;
        isFiltered = filter is not null;
        query = collection + "?" + (filter is null ? "" : "filter=" + Uri.EscapeDataString(filter) + "&");
    }

    /// <summary>
    /// Whether the server refused the filter (RFC 7644 section 3.4.2.2: it may decline filters on attributes of its choice, and then answers 400), so that
    /// nothing was read.
    /// </summary>
    public bool IsFilterRefused { get; private set; }

    /// <summary>Reads to the end.</summary>
    /// <param name="take">Given each resource; returns whether it is one that no earlier page held.</param>
    /// <param name="onPage">Told the announced total after each page.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>
    /// Whether everything that the server announced has arrived. False after an empty or repeated page, and when the total shrank between two pages: then
    /// the rest has moved forward by as many places, past the page that was asked for.
    /// </returns>
    public async Task<bool> ReadAsync(Func<JsonElement, bool> take, Action<int>? onPage, CancellationToken cancellationToken)
    {
        var received = 0;
        var distinct = 0;
        var largestTotal = 0;
        var shrank = false;
        while (true)
        {
            var path = string.Format(CultureInfo.InvariantCulture, "{0}startIndex={1}&count={2}", query, received + 1, count);
            var answer = await channel.SendRepeatableAsync(HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            // Not every server says invalidFilter.
            if (isFiltered && received == 0 && answer.Status is 400 or 501 && !answer.IsPage)
            {
                IsFilterRefused = true;
                return false;
            }

            if (!answer.IsSuccess)
                throw channel.Errors.FromRead(answer);

            using var page = answer.TryParse() ?? throw channel.Errors.Unusable(answer);
            if (!ScimJson.HasSchema(page.RootElement, ScimSchemas.ListResponse))
                throw channel.Errors.NotScim(ScimErrors.Say("Scim_SchemaMissing", ScimSchemas.ListResponse, "/" + query.Split('?')[0]));
            if (ScimJson.Integer(page.RootElement, "totalResults") is not (>= 0 and var total))
                throw channel.Errors.Invalid(ScimErrors.Say("Scim_AttributeMissing", "totalResults"));

            var onThisPage = 0;
            var newOnThisPage = 0;
            foreach (var resource in ScimJson.Values(page.RootElement, "Resources"))
            {
                onThisPage++;
                if (take(resource))
                    newOnThisPage++;
            }

            received += onThisPage;
            distinct += newOnThisPage;
            shrank |= total < largestTotal;
            largestTotal = Math.Max(largestTotal, total);
            onPage?.Invoke(total);
            if (received >= total)
                return distinct >= total && !shrank;
            if (newOnThisPage == 0)
                return false;
        }
    }
}
