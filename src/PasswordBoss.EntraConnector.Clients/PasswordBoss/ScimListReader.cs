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
    /// <summary>The most resources that a list may have: twenty times what the connector is made for.</summary>
    public const int MostResources = 2_000_000;

    private const int PagesWithoutNews = 1_000;

    private readonly ScimChannel channel;
    private readonly int mostResources;
    private readonly string query;
    private readonly bool isFiltered;
    private readonly int count;

    /// <summary>Prepares the reading of a list.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="collection"><c>Users</c> or <c>Groups</c>.</param>
    /// <param name="filter">The filter; null for none.</param>
    /// <param name="count">How many resources are wanted per page.</param>
    /// <param name="mostResources">The most resources that the list may have.</param>
    public ScimListReader(ScimChannel channel, string collection, string? filter, int count, int mostResources = MostResources)
    {
        this.mostResources = mostResources;
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
    /// <param name="take">Given each resource; says whether an earlier page held it.</param>
    /// <param name="onPage">Told the announced total after each page.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>
    /// Whether everything that the server announced has arrived. False after an empty or repeated page, and when the total shrank between two pages: then
    /// the rest has moved forward by as many places, past the page that was asked for.
    /// </returns>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.AccountServerAnswerInvalid"/>: a page cannot be used, or the list does not end.</exception>
    public async Task<bool> ReadAsync(Func<JsonElement, ScimNews> take, Action<int>? onPage, CancellationToken cancellationToken)
    {
        var received = 0;
        var distinct = 0;
        var largestTotal = 0;
        var shrank = false;
        var pagesWithoutNews = 0;
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

            if (total > mostResources)
                throw channel.Errors.Invalid(ScimErrors.Say("Scim_TooMany", Number(mostResources)));

            var onThisPage = 0;
            var hasNewId = false;
            var newOnThisPage = 0;
            foreach (var resource in ScimJson.Values(page.RootElement, "Resources"))
            {
                onThisPage++;
                var news = take(resource);
                if (news != ScimNews.Known)
                    newOnThisPage++;
                hasNewId |= news == ScimNews.NewId;
                // A list grows while it is read, and must not do so without end.
                if (received + onThisPage > mostResources)
                    throw channel.Errors.Invalid(ScimErrors.Say("Scim_TooMany", Number(mostResources)));
            }

            pagesWithoutNews = hasNewId ? 0 : pagesWithoutNews + 1;
            if (pagesWithoutNews >= PagesWithoutNews)
                throw channel.Errors.Invalid(ScimErrors.Say("Scim_NoNews", Number(PagesWithoutNews)));

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

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>What a resource of a list brings.</summary>
internal enum ScimNews
{
    /// <summary>An earlier page held it.</summary>
    Known,

    /// <summary>No earlier page held its id.</summary>
    NewId,

    /// <summary>It has no id, so that nobody can say whether it was there before.</summary>
    Nameless,
}
