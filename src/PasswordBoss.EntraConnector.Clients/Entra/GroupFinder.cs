using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>Finds groups by an object id or a display name (https://learn.microsoft.com/graph/api/group-get, https://learn.microsoft.com/graph/api/group-list).</summary>
internal sealed class GroupFinder
{
    private const int LargestPage = 999;
    private readonly GraphChannel channel;
    private readonly Func<GraphResponse, string, Problem> refuse;

    /// <summary>Creates the finder.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="refuse">Returns the problem for an unusable response; its second argument names the group.</param>
    public GroupFinder(GraphChannel channel, Func<GraphResponse, string, Problem> refuse)
    {
        this.channel = channel;
        this.refuse = refuse;
    }

    /// <summary>The group with this id; null if there is none.</summary>
    /// <param name="id">The object id.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<DirectoryGroup?> FindByIdAsync(Guid id, CancellationToken cancellationToken)
    {
        var wanted = id.ToString("D");
        using var response = await channel.SendAsync(
            () => channel.Graph.Groups[wanted].ToGetRequestInformation(r => r.QueryParameters.Select = DirectoryObjects.GroupProperties), cancellationToken).ConfigureAwait(false);
        if (response.IsSuccess && response.As(Group.CreateFromDiscriminatorValue) is { } group && EntraId.Same(group.Id, wanted))
            return DirectoryObjects.ReadGroup(group, wanted);
        return response.Status == 404 && response.ErrorCode is not null ? null : throw new ConnectorException(refuse(response, wanted));
    }

    /// <summary>All groups with exactly this display name (Graph ignores case).</summary>
    /// <param name="displayName">The name.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public Task<IReadOnlyList<DirectoryGroup>> FindByNameAsync(string displayName, CancellationToken cancellationToken) =>
        ListAsync("displayName eq " + DirectoryObjects.Quote(displayName), null, int.MaxValue, displayName, cancellationToken);

    /// <summary>Groups whose display name starts with a prefix; all groups if it is empty.</summary>
    /// <param name="displayNamePrefix">The start of the name.</param>
    /// <param name="limit">The maximum number of groups, at least 1.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public Task<IReadOnlyList<DirectoryGroup>> ListAsync(string displayNamePrefix, int limit, CancellationToken cancellationToken)
    {
        var filter = displayNamePrefix.Length == 0 ? null : $"startsWith(displayName,{DirectoryObjects.Quote(displayNamePrefix)})";
        return ListAsync(filter, Math.Min(limit, LargestPage), limit, displayNamePrefix, cancellationToken);
    }

    private async Task<IReadOnlyList<DirectoryGroup>> ListAsync(string? filter, int? pageSize, int limit, string subject, CancellationToken cancellationToken)
    {
        var groups = new List<DirectoryGroup>();
        await new GraphPages<DirectoryGroup>(channel, Describe, Read, response => refuse(response, subject)).ReadAsync(groups.Clear, AddPage, cancellationToken).ConfigureAwait(false);
        return groups;

        RequestInformation Describe() => channel.Graph.Groups.ToGetRequestInformation(r =>
        {
            r.QueryParameters.Select = DirectoryObjects.GroupProperties;
            r.QueryParameters.Filter = filter;
            r.QueryParameters.Top = pageSize;
        });

        static DirectoryGroup Read(JsonElement item) => GraphResponse.As(item, Group.CreateFromDiscriminatorValue) is { Id: { } id } group
            ? DirectoryObjects.ReadGroup(group, id)
            : throw new ConnectorException(GraphErrors.Invalid(Texts.GraphPageWithoutValue));

        bool AddPage(IReadOnlyList<DirectoryGroup> page)
        {
            foreach (var group in page)
            {
                if (groups.Count < limit)
                    groups.Add(group);
            }

            return groups.Count < limit;
        }
    }
}
