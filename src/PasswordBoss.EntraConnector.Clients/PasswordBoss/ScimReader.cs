using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Lists, gets and finds the resources of a server.</summary>
internal sealed class ScimReader
{
    private readonly ScimChannel channel;
    private readonly int mostResources;

    /// <summary>Creates the reader; nothing is sent yet.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="mostResources">The maximum number of resources in a list.</param>
    public ScimReader(ScimChannel channel, int mostResources)
    {
        this.channel = channel;
        this.mostResources = mostResources;
    }

    /// <summary>Reads a whole collection.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="onProgress">Called with the number of resources read and announced; null for no progress reports.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <typeparam name="T">The result for a resource.</typeparam>
    public Task<ScimList<T>> ListAsync<T>(ScimCollection<T> collection, Action<int, int>? onProgress, CancellationToken cancellationToken)
        where T : class => ListAsync(collection, null, null, onProgress, cancellationToken);

    /// <summary>Reads one resource; null if it does not exist.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <typeparam name="T">The result for the resource.</typeparam>
    public async Task<T?> GetAsync<T>(ScimCollection<T> collection, string id, CancellationToken cancellationToken)
        where T : class
    {
        var resource = collection.NewResource();
        ScimResponse response;
        try
        {
            response = await channel.ReadAsync(
                channel.PathOf(collection.Name, id), new BodyReading(() => new JsonArrayBody(resource.Members()), IsListPage: false), cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException e)
        {
            throw channel.Errors.FromTransport(e);
        }

        if (response.IsNotThere)
            return null;
        if (!response.IsSuccess)
            throw new ConnectorException(channel.Errors.FromRead(response));
        using var document = response.TryParse() ?? throw new ConnectorException(channel.Errors.Unusable(response));
        var item = resource.Read(document.RootElement) ?? throw new ConnectorException(channel.Errors.Invalid(Texts.ScimAttributeMissing(collection.RequiredAttributes)));
        return AccountId.Same(collection.IdOf(item), id) ? item : throw new ConnectorException(channel.Errors.Invalid(Texts.ScimOtherResource(id)));
    }

    /// <summary>Finds resources by an attribute.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="attribute">The attribute.</param>
    /// <param name="value">The value to find.</param>
    /// <param name="matches">Whether a resource has the value, because some servers ignore filters.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <typeparam name="T">The result for a resource.</typeparam>
    public async Task<IReadOnlyList<T>> FindAsync<T>(ScimCollection<T> collection, string attribute, string value, Predicate<T> matches, CancellationToken cancellationToken)
        where T : class
    {
        var filter = collection.Server.Capabilities.Filter ? ScimFilter.Equal(attribute, value) : null;
        var isUnreadable = false;
        // If the server ignores the filter, the list may also contain unreadable resources that do not match.
        var list = await ListAsync(
            collection, filter, r => isUnreadable |= string.Equals(ScimJson.Text(r, attribute), value, StringComparison.OrdinalIgnoreCase), null, cancellationToken).ConfigureAwait(false);
        var found = list.Items.FindAll(matches);
        // "None" is only a valid result if all announced resources were checked.
        if (found.Count == 0 && (!list.IsComplete || isUnreadable))
            throw new ConnectorException(channel.Errors.Invalid(Texts.ScimSearchIncomplete));
        return found;
    }

    /// <summary>Finds accounts by the external ID.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="externalId">The external ID.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public Task<IReadOnlyList<Account>> FindByExternalIdAsync(AccountCollection accounts, string externalId, CancellationToken cancellationToken) =>
        FindAsync(accounts, "externalId", externalId, a => string.Equals(a.ExternalId, externalId, StringComparison.Ordinal), cancellationToken);

    /// <summary>Finds accounts by the user name.</summary>
    /// <param name="accounts">The accounts.</param>
    /// <param name="userName">The user name.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public Task<IReadOnlyList<Account>> FindByUserNameAsync(AccountCollection accounts, string userName, CancellationToken cancellationToken) =>
        FindAsync(accounts, "userName", userName, a => EmailAddress.Same(a.UserName, userName), cancellationToken);

    private async Task<ScimList<T>> ListAsync<T>(
        ScimCollection<T> collection, string? filter, Action<JsonElement>? onUnreadable, Action<int, int>? onProgress, CancellationToken cancellationToken)
        where T : class
    {
        var list = new ScimList<T>();
        var pageSize = Math.Min(collection.PageSize, collection.Server.LargestPage ?? collection.PageSize);
        var reader = new ScimListReader<T>(channel, collection.Name, filter, pageSize, collection.NewResource, mostResources);
        var end = await reader.ReadAsync(
            list.Add,
            onUnreadable,
            onProgress is null ? null : total => onProgress(list.Items.Count, total),
            cancellationToken).ConfigureAwait(false);
        if (end == ScimListEnd.FilterRefused)
            return await ListAsync(collection, null, onUnreadable, onProgress, cancellationToken).ConfigureAwait(false);
        list.IsComplete = end == ScimListEnd.Complete;
        return list;
    }
}
