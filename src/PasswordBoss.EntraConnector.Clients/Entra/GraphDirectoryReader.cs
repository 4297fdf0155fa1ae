using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>One Entra tenant, read through Microsoft Graph v1.0. No request of this class changes anything.</summary>
internal sealed class GraphDirectoryReader : IDirectoryReader
{
    private readonly EntraEndpoints endpoints;
    private readonly EntraSignIn signIn;
    private readonly GraphChannel channel;
    private readonly GroupFinder groups;
    private readonly GroupMembersReader members;
    private readonly UserLookupReader lookups;
    private readonly UserFinder users;
    private readonly MembershipWalk memberships;
    private readonly DeltaReader changes;
    private readonly ClientSecretExpiry secretExpiry;

    /// <summary>Opens the tenant; nothing is sent yet.</summary>
    /// <param name="endpoints">The hosts of the tenant.</param>
    /// <param name="tenant">The tenant, and how to sign in to it.</param>
    /// <param name="secrets">Its secrets.</param>
    /// <param name="cache">The tokens of earlier sign-ins.</param>
    /// <param name="mostObjects">The maximum number of objects in a list.</param>
    public GraphDirectoryReader(EntraEndpoints endpoints, EntraTenant tenant, ConnectionSecrets secrets, TokenCache cache, int mostObjects = GraphReadLimits.MostObjects)
    {
        this.endpoints = endpoints;
        signIn = new EntraSignIn(endpoints.SignIn, tenant, secrets, cache);
        channel = new GraphChannel(endpoints.Graph, signIn) { MostObjects = mostObjects };
        groups = new GroupFinder(channel, (response, _) => channel.Errors.FromResponse(response, Permissions.Groups));
        members = new GroupMembersReader(channel);
        secretExpiry = new ClientSecretExpiry(channel, tenant, secrets);
        var batch = new GraphBatch(channel);
        lookups = new UserLookupReader(channel, batch);
        memberships = new MembershipWalk(channel, batch);
        users = new UserFinder(channel);
        changes = new DeltaReader(channel);
    }

    /// <inheritdoc/>
    public async Task<SignInFacts> SignInAsync(CancellationToken cancellationToken)
    {
        var token = await signIn.SignInAsync(cancellationToken).ConfigureAwait(false);
        return AccessTokenFacts.Read(token.Token, token.ExpiresOn) with { CertificateExpires = signIn.CertificateExpires };
    }

    /// <inheritdoc/>
    public int RequestCount => endpoints.SignIn.RequestCount + endpoints.Graph.RequestCount;

    /// <inheritdoc/>
    public TimeSpan? ClockDifference => signIn.ClockDifference;

    /// <inheritdoc/>
    public TimeSpan? GraphClockDifference => channel.ClockDifference;

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> FindCredentialExpiryAsync(CancellationToken cancellationToken)
    {
        var facts = await SignInAsync(cancellationToken).ConfigureAwait(false);
        return facts.CertificateExpires ?? await secretExpiry.FindExpiryAsync(facts, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DirectoryGroup>> FindGroupsAsync(string idOrDisplayName, CancellationToken cancellationToken)
    {
        var wanted = idOrDisplayName.Trim();
        if (wanted.Length == 0)
            return [];
        if (Guid.TryParse(wanted, out var id) && await groups.FindByIdAsync(id, cancellationToken).ConfigureAwait(false) is { } group)
            return [group];
        return await groups.FindByNameAsync(wanted, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DirectoryGroup>> ListGroupsAsync(string displayNamePrefix, int limit, CancellationToken cancellationToken) =>
        limit <= 0 ? [] : await groups.ListAsync(displayNamePrefix, limit, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<int?> CountMembersAsync(string groupId, CancellationToken cancellationToken)
    {
        // $count is an advanced query (https://learn.microsoft.com/graph/aad-advanced-queries).
        using var response = await channel.SendAsync(
            () => channel.Graph.Groups[groupId].Members.Count.ToGetRequestInformation(r => r.Headers.TryAdd("ConsistencyLevel", "eventual")), cancellationToken).ConfigureAwait(false);
        if (response.IsSuccess)
            return response.AsNumber();
        return response.Status is 400 or 403 or 404 or 501 ? null : throw new ConnectorException(channel.Errors.FromResponse(response, Permissions.Groups));
    }

    /// <inheritdoc/>
    public Task<GroupReading> ReadGroupAsync(string groupId, string lastKnownName, bool includeNested, Action<int>? onProgress, CancellationToken cancellationToken) =>
        members.ReadAsync(groupId, lastKnownName, includeNested, onProgress, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, UserLookup>> LookUpUsersAsync(
        IReadOnlyCollection<string> userIds, IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken) =>
        lookups.LookUpAsync(userIds, groupIds, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DirectoryUser>> FindUsersAsync(string idOrAddress, CancellationToken cancellationToken) => users.FindAsync(idOrAddress, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DirectoryUser>> SearchUsersAsync(string text, CancellationToken cancellationToken) => users.SearchAsync(text, cancellationToken);

    /// <inheritdoc/>
    public Task<UserMemberships> ReadMembershipsAsync(string userId, string groupId, CancellationToken cancellationToken) =>
        memberships.ReadAsync(userId, groupId, cancellationToken);

    /// <inheritdoc/>
    public Task<DeltaLinks> StartTrackingAsync(IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken) =>
        changes.StartAsync(groupIds, cancellationToken);

    /// <inheritdoc/>
    public Task<DirectoryChanges> ReadChangesAsync(DeltaLinks links, CancellationToken cancellationToken) => changes.ReadAsync(links, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<string>> FindDeletedUsersAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken) =>
        lookups.FindDeletedAsync(userIds, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose();
        signIn.Dispose();
    }
}
