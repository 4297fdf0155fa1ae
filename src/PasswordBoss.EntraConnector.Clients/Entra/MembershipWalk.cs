using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Kiota.Abstractions;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Finds out how a user is a member of a group: reads the groups of the user, then the groups of these groups, until it reaches the requested one
/// (https://learn.microsoft.com/graph/api/user-list-memberof, https://learn.microsoft.com/graph/api/group-list-memberof). It finds the shortest path. Anything
/// that Graph refuses stays unknown.
/// </summary>
internal sealed class MembershipWalk
{
    private const int LargestPage = 999;

    // Deeper nesting is rare, and each level costs requests.
    private const int MostLevels = 8;
    private const int MostBatches = 10;

    private static readonly string[] Properties = ["id", "displayName"];

    private readonly GraphChannel channel;
    private readonly GraphBatch batch;

    /// <summary>Creates the walk.</summary>
    /// <param name="channel">Describes the requests.</param>
    /// <param name="batch">Sends those about several groups.</param>
    public MembershipWalk(GraphChannel channel, GraphBatch batch)
    {
        this.channel = channel;
        this.batch = batch;
    }

    /// <summary>Reads the groups; see <see cref="Ports.IDirectoryReader.ReadMembershipsAsync"/>.</summary>
    public async Task<UserMemberships> ReadAsync(string userId, string groupId, CancellationToken cancellationToken)
    {
        var direct = new Dictionary<string, GroupReference>(EntraId.Comparer);
        try
        {
            await new GraphPages<GroupReference?>(channel, () => DescribeUser(userId), Read, Permissions.Groups).ReadAsync(direct.Clear, AddPage, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (!ErrorCatalog.MeansNoToken(e.Id))
        {
            return new UserMemberships();
        }

        return new UserMemberships
        {
            Direct = new HashSet<string>(direct.Keys, EntraId.Comparer),
            Path = await FindPathAsync(direct.Values, groupId, cancellationToken).ConfigureAwait(false),
        };

        bool AddPage(IReadOnlyList<GroupReference?> page)
        {
            foreach (var group in page)
            {
                if (group is not null)
                    direct[group.Id] = group;
            }

            return true;
        }
    }

    private async Task<IReadOnlyList<GroupReference>> FindPathAsync(IEnumerable<GroupReference> direct, string groupId, CancellationToken cancellationToken)
    {
        var paths = new Dictionary<string, IReadOnlyList<GroupReference>>(EntraId.Comparer);
        foreach (var group in direct)
            paths[group.Id] = [group];
        var level = paths.Keys.ToList();
        var batches = 0;
        for (var depth = 1; depth < MostLevels && level.Count > 0 && !paths.ContainsKey(groupId); depth++)
        {
            var next = new List<string>();
            foreach (var asked in level.InChunksOf(GraphBatch.MaxRequests))
            {
                if (++batches > MostBatches)
                    return [];
                foreach (var (inner, outer) in await ReadParentsAsync(asked, cancellationToken).ConfigureAwait(false))
                {
                    if (paths.ContainsKey(outer.Id))
                        continue;
                    paths[outer.Id] = [.. paths[inner], outer];
                    next.Add(outer.Id);
                }
            }

            level = next;
        }

        return paths.TryGetValue(groupId, out var path) ? path : [];
    }

    private async Task<IReadOnlyList<(string Inner, GroupReference Outer)>> ReadParentsAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var parents = new List<(string, GroupReference)>();
        try
        {
            var responses = await batch.SendAsync(groups.Select(DescribeGroup).ToList(), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < groups.Count; i++)
            {
                if (responses[i] is not { IsSuccess: true } response || !response.TryGet("value", out var value) || value.ValueKind != JsonValueKind.Array)
                    continue;
                parents.AddRange(value.EnumerateArray().Select(Read).OfType<GroupReference>().Select(outer => (groups[i], outer)));
            }
        }
        catch (ConnectorException e) when (!ErrorCatalog.MeansNoToken(e.Id))
        {
            return [];
        }

        return parents;
    }

    private RequestInformation DescribeUser(string id) => channel.Graph.Users[id].MemberOf.ToGetRequestInformation(r =>
    {
        r.QueryParameters.Select = Properties;
        r.QueryParameters.Top = LargestPage;
    });

    private RequestInformation DescribeGroup(string id) => channel.Graph.Groups[id].MemberOf.ToGetRequestInformation(r =>
    {
        r.QueryParameters.Select = Properties;
        r.QueryParameters.Top = LargestPage;
    });

    // Directory roles and administrative units contain users too.
    private static GroupReference? Read(JsonElement item) =>
        string.Equals(GraphResponse.Text(item, "@odata.type"), DirectoryObjects.GroupType, StringComparison.OrdinalIgnoreCase)
            ? new GroupReference(GraphPage.ObjectIdOf(item), GraphResponse.Text(item, "displayName") is { Length: > 0 } name ? name : GraphPage.ObjectIdOf(item))
            : null;
}
