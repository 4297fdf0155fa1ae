using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Kiota.Abstractions;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Reads changes from Graph (https://learn.microsoft.com/graph/api/group-delta, https://learn.microsoft.com/graph/api/user-delta). Users are tracked in addition
/// to groups, because a user in deleted items stays a member: only the users' changes show the deletion.
/// </summary>
internal sealed class DeltaReader
{
    // The maximum that a filter accepts.
    private const int GroupsPerLink = 50;
    private const int RoundsAtOnce = 4;
    private readonly GraphChannel channel;

    /// <summary>Creates the reader.</summary>
    /// <param name="channel">Sends the requests.</param>
    public DeltaReader(GraphChannel channel) => this.channel = channel;

    /// <summary>Gets the first links; see <see cref="Ports.IDirectoryReader.StartTrackingAsync"/>.</summary>
    public async Task<DeltaLinks> StartAsync(IEnumerable<string> groupIds, CancellationToken cancellationToken)
    {
        var parts = groupIds.Distinct(EntraId.Comparer).InChunksOf(GroupsPerLink).ToList();
        var rounds = parts
            .ConvertAll(part => new DeltaRound<bool>(channel, () => Latest("groups", DirectoryObjects.TrackedGroupProperties, part), static _ => true, Permissions.Groups))
            .Append(new DeltaRound<bool>(channel, () => Latest("users", DirectoryObjects.UserProperties, null), static _ => true, Permissions.Users))
            .Select(round => new Func<CancellationToken, Task<string>>(token => round.ReadAsync(static () => { }, static _ => { }, token)));
        var links = await TogetherAsync(rounds, cancellationToken).ConfigureAwait(false);
        return new DeltaLinks { Groups = links.Take(parts.Count).ToList(), Users = links[parts.Count] };
    }

    /// <summary>Reads what changed; see <see cref="Ports.IDirectoryReader.ReadChangesAsync"/>.</summary>
    public async Task<DirectoryChanges> ReadAsync(DeltaLinks links, CancellationToken cancellationToken)
    {
        var groups = links.Groups.Select(_ => new GroupChanges()).ToList();
        var users = new UserChanges();
        var rounds = links.Groups
            .Select((link, i) => new Func<CancellationToken, Task<string>>(
                token => new DeltaRound<GroupPart>(channel, link, GroupChanges.Read, Permissions.Groups).ReadAsync(groups[i].Begin, groups[i].Add, token)))
            .Append(token => new DeltaRound<UserPart>(channel, links.Users, UserChanges.Read, Permissions.Users).ReadAsync(users.Begin, users.Add, token));
        var next = await TogetherAsync(rounds, cancellationToken).ConfigureAwait(false);
        return new DirectoryChanges
        {
            Links = new DeltaLinks { Groups = next.Take(groups.Count).ToList(), Users = next[groups.Count] },
            Groups = groups.SelectMany(g => g.Groups).ToList(),
            Memberships = groups.Count == 1 ? groups[0].Memberships : groups.SelectMany(g => g.Memberships).ToList(),
            Users = users.Users,
        };
    }

    // The SDK's builders for delta do not support $deltatoken, and write the function name with parentheses, which Graph's documentation does not.
    private RequestInformation Latest(string collection, string[] properties, IEnumerable<string>? ids)
    {
        var request = new RequestInformation(
            Method.GET,
            "{+baseurl}/{collection}/delta{?%24deltatoken,%24select,%24filter}",
            new Dictionary<string, object>(StringComparer.Ordinal) { ["baseurl"] = channel.Root, ["collection"] = collection });
        request.QueryParameters["%24deltatoken"] = "latest";
        request.QueryParameters["%24select"] = properties;
        if (ids is not null)
            request.QueryParameters["%24filter"] = string.Join(" or ", ids.Select(id => "id eq " + DirectoryObjects.Quote(id)));
        request.Headers.TryAdd("Accept", "application/json");
        return request;
    }

    /// <summary>Reads several rounds at once. The first failure stops all of them, because the other results would not be used.</summary>
    private static async Task<string[]> TogetherAsync(IEnumerable<Func<CancellationToken, Task<string>>> rounds, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return await BoundedParallel.SelectAsync(rounds.ToList(), RoundsAtOnce, RunAsync).ConfigureAwait(false);

        async Task<string> RunAsync(Func<CancellationToken, Task<string>> round)
        {
            stop.Token.ThrowIfCancellationRequested();
            try
            {
                return await round(stop.Token).ConfigureAwait(false);
            }
            catch (ConnectorException)
            {
                stop.Cancel();
                throw;
            }
        }
    }
}
