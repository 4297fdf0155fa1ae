using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Changes and deletes the resources of a server. Its requests have the same effect when they are sent twice.</summary>
internal sealed class ScimWriter
{
    private readonly ScimChannel channel;

    /// <summary>Creates the writer.</summary>
    /// <param name="channel">Sends the requests.</param>
    public ScimWriter(ScimChannel channel) => this.channel = channel;

    /// <summary>
    /// Changes attributes. A server may refuse a whole change because of one attribute that it does not store; then each attribute is sent alone, once. If all
    /// attributes are refused, the error is thrown.
    /// </summary>
    /// <param name="collection">The path of the collection.</param>
    /// <param name="id">The server's id of the resource.</param>
    /// <param name="patch">The attributes.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task<PatchOutcome> PatchAsync(string collection, string id, ScimPatch patch, CancellationToken cancellationToken)
    {
        if (patch.IsEmpty)
            return new PatchOutcome.NothingSent();
        var whole = await SendPatchAsync(collection, id, patch, cancellationToken).ConfigureAwait(false);
        if (patch.Paths.Count == 1 || RequiresVersion(whole) || !channel.Errors.IsRefusal(whole, id))
        {
            CheckPatched(whole, id);
            return new PatchOutcome.Accepted(whole);
        }

        ScimResponse? taken = null;
        var refusals = new List<(string Path, ScimResponse Response)>();
        for (var i = 0; i < patch.Paths.Count; i++)
        {
            var response = await SendPatchAsync(collection, id, patch.Alone(i), cancellationToken).ConfigureAwait(false);
            if (channel.Errors.IsRefusal(response, id))
            {
                refusals.Add((patch.Paths[i], response));
                continue;
            }

            CheckPatched(response, id);
            taken = response;
        }

        if (taken is null)
            throw new ConnectorException(channel.Errors.FromAttributes(refusals, id, isPart: false));
        return refusals.Count == 0
            ? new PatchOutcome.Accepted(taken)
            : new PatchOutcome.PartlyAccepted(taken, new HashSet<string>(refusals.Select(r => r.Path), StringComparer.Ordinal), channel.Errors.FromAttributes(refusals, id, isPart: true));
    }

    /// <summary>Deletes a resource; a missing resource counts as deleted.</summary>
    /// <param name="collection">The path of the collection.</param>
    /// <param name="id">The server's id of the resource.</param>
    /// <param name="isHidden">Whether the server did not show the resource before: then a read after a failed deletion proves nothing.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task DeleteAsync(string collection, string id, bool isHidden, CancellationToken cancellationToken)
    {
        var response = await SendAsync(HttpMethod.Delete, collection, id, null, cancellationToken).ConfigureAwait(false);
        if (response.IsNotThere)
            return;
        // Some servers fail if the resource does not exist. It may be missing because a first try, whose response was lost, deleted it.
        if (!isHidden && response.Status is 400 or >= 500 && await IsNotThereAsync(collection, id, cancellationToken).ConfigureAwait(false))
            return;
        CheckPatched(response, id);
    }

    /// <summary>Adds accounts to a group.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="accountIds">The accounts.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public Task AddMembersAsync(string groupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken) =>
        accountIds.Count == 0 ? Task.CompletedTask : PatchAsync(GroupCollection.Path, groupId, new ScimPatch().AddMembers(accountIds), cancellationToken);

    /// <summary>Removes accounts from a group in one request.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="accountIds">The accounts.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<RemovalOutcome> RemoveMembersAsync(string groupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken)
    {
        var patch = new ScimPatch();
        foreach (var accountId in accountIds)
            patch.RemoveMember(accountId);
        var response = await SendPatchAsync(GroupCollection.Path, groupId, patch, cancellationToken).ConfigureAwait(false);
        return MeansNotThere(response) ? new RemovalOutcome.NotFound() : OutcomeOf(response, groupId);
    }

    /// <summary>Removes an account from a group. If the server reports that it was not a member, it counts as removed.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AccountNotFound"/>: the member or the group was not found.</exception>
    public async Task<RemovalOutcome> RemoveMemberAsync(string groupId, string accountId, CancellationToken cancellationToken)
    {
        var response = await SendPatchAsync(GroupCollection.Path, groupId, new ScimPatch().RemoveMember(accountId), cancellationToken).ConfigureAwait(false);
        return !response.IsNotThere && MeansNotThere(response) ? new RemovalOutcome.Done() : OutcomeOf(response, groupId);
    }

    /// <summary>Removes accounts from a group by their values, without a filter in the path.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="accountIds">The accounts.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<RemovalOutcome> RemoveMembersByValueAsync(string groupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken) =>
        OutcomeOf(await SendPatchAsync(GroupCollection.Path, groupId, new ScimPatch().RemoveMembersByValue(accountIds), cancellationToken).ConfigureAwait(false), groupId);

    // RFC 7644 section 3.12 returns 400 for a path or a syntax that the server does not support.
    private RemovalOutcome OutcomeOf(ScimResponse response, string groupId)
    {
        if (response.Status is 400 or 422 && channel.Errors.IsRefusal(response, groupId))
            return new RemovalOutcome.FormRefused(channel.Errors.FromWrite(response, groupId));
        CheckPatched(response, groupId);
        return new RemovalOutcome.Done();
    }

    private Task<ScimResponse> SendPatchAsync(string collection, string id, ScimPatch patch, CancellationToken cancellationToken) =>
        SendAsync(ScimChannel.Patch, collection, id, patch.ToBody(), cancellationToken);

    private async Task<ScimResponse> SendAsync(HttpMethod method, string collection, string id, byte[]? body, CancellationToken cancellationToken)
    {
        var path = channel.PathOf(collection, id);
        var response = await channel.SendRepeatableAsync(method, path, body, cancellationToken).ConfigureAwait(false);
        if (!RequiresVersion(response))
            return response;
        // This server changes only a version that the client names (RFC 7644 section 3.14, RFC 6585 section 3). Each write names the values that it changes, so it
        // is right for any version.
        var read = await channel.SendRepeatableAsync(HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
        return read.IsSuccess && read.Version is { } version
            ? await channel.SendRepeatableAsync(method, path, body, version, cancellationToken).ConfigureAwait(false)
            : response;
    }

    private void CheckPatched(ScimResponse response, string id)
    {
        if (!response.IsSuccess)
            throw new ConnectorException(channel.Errors.FromWrite(response, id));
        // A sign-in page with status 200 has changed nothing.
        if (response.IsHtml)
            throw new ConnectorException(channel.Errors.Unusable(response));
    }

    private async Task<bool> IsNotThereAsync(string collection, string id, CancellationToken cancellationToken)
    {
        try
        {
            var response = await channel.SendAsync(HttpMethod.Get, channel.PathOf(collection, id), null, cancellationToken).ConfigureAwait(false);
            return response.IsNotThere;
        }
        catch (TransportException)
        {
            // Report the failure of the deletion, not of this read.
            return false;
        }
    }

    private static bool RequiresVersion(ScimResponse response) => response.Status is 412 or 428;

    private static bool MeansNotThere(ScimResponse response) =>
        response.IsNotThere || (response.Status == 400 && ScimErrors.IsOfType(response, "noTarget"));
}
