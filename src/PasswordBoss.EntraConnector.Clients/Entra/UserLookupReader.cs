using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Graph.Models;
using Microsoft.Graph.Users.Item.CheckMemberGroups;
using Microsoft.Kiota.Abstractions;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Reads users by id, in batches. Anything without a clear response stays unknown, because the result decides whether a user has left.
/// </summary>
internal sealed class UserLookupReader
{
    // https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups
    private const int GroupsPerCheck = 20;
    private const int BatchesAtOnce = 4;

    private readonly GraphChannel channel;
    private readonly GraphBatch batch;

    /// <summary>Creates the reader.</summary>
    /// <param name="channel">Describes the requests.</param>
    /// <param name="batch">Sends them.</param>
    public UserLookupReader(GraphChannel channel, GraphBatch batch)
    {
        this.channel = channel;
        this.batch = batch;
    }

    /// <summary>Reads users and their memberships; see <see cref="Ports.IDirectoryReader.LookUpUsersAsync"/>.</summary>
    public async Task<IReadOnlyDictionary<string, UserLookup>> LookUpAsync(IEnumerable<string> userIds, IEnumerable<string> groupIds, CancellationToken cancellationToken)
    {
        var groups = groupIds.Where(IsUsable).Distinct(EntraId.Comparer).ToList();
        var checks = groups.InChunksOf(GroupsPerCheck).ToList();
        var people = userIds.Distinct(EntraId.Comparer).Select(id => new Person(id)).ToList();

        // A user and their memberships are read in the same batch if possible, so that both show the same moment.
        await AskAsync(
            people.Where(p => IsUsable(p.Id)).SelectMany(p => checks
                .Select(c => new Question(() => DescribeCheck(p.Id, c), a => p.ReadMemberships(a, c)))
                .Prepend(new Question(() => DescribeUser(p.Id), p.ReadUser))),
            cancellationToken).ConfigureAwait(false);
        return people.ToDictionary(p => p.Id, p => p.ToLookup(), EntraId.Comparer);
    }

    /// <summary>Searches deleted items; see <see cref="Ports.IDirectoryReader.FindDeletedUsersAsync"/>.</summary>
    public async Task<IReadOnlyCollection<string>> FindDeletedAsync(IEnumerable<string> userIds, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, bool>(EntraId.Comparer);
        await AskAsync(
            userIds.Where(IsUsable).Distinct(EntraId.Comparer).Select(id => new Question(
                () => channel.Graph.Directory.DeletedItems[id].ToGetRequestInformation(r => r.QueryParameters.Select = ["id"]),
                response =>
                {
                    if (response.IsSuccess && response.As(DirectoryObject.CreateFromDiscriminatorValue) is { } item
                        && EntraId.Same(item.Id, id) && item.OdataType is null or DirectoryObjects.UserType)
                    {
                        found[id] = true;
                    }
                })),
            cancellationToken).ConfigureAwait(false);
        return found.Keys.ToList();
    }

    private async Task AskAsync(IEnumerable<Question> questions, CancellationToken cancellationToken)
    {
        var givenUp = false;
        await BoundedParallel.ForEachAsync(questions.TakeWhile(_ => !Volatile.Read(ref givenUp)).InChunksOf(GraphBatch.MaxRequests), BatchesAtOnce, async chunk =>
        {
            try
            {
                var responses = await batch.SendAsync(chunk.ConvertAll(static q => q.Describe()), cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < chunk.Count; i++)
                {
                    if (responses[i] is { } response)
                        chunk[i].Read(response);
                }
            }
            catch (ConnectorException e)
            {
                // The retries are used up. The remaining users stay unknown: more requests would only add load while Graph fails.
                Volatile.Write(ref givenUp, true);
                if (ErrorCatalog.MeansNoToken(e.Id) || e.Id == ErrorId.GraphUnauthorized)
                    throw;
            }
        }).ConfigureAwait(false);
    }

    private RequestInformation DescribeUser(string id) =>
        channel.Graph.Users[id].ToGetRequestInformation(r => r.QueryParameters.Select = DirectoryObjects.UserProperties);

    private RequestInformation DescribeCheck(string id, List<string> groups) =>
        channel.Graph.Users[id].CheckMemberGroups.ToPostRequestInformation(new CheckMemberGroupsPostRequestBody { GroupIds = groups });

    // An empty id or a dot segment would change the address.
    private static bool IsUsable(string id) => id.Trim().Length > 0 && id is not ("." or "..");

    private sealed record Question(Func<RequestInformation> Describe, Action<GraphResponse> Read);

    private sealed class Person
    {
        private readonly ConcurrentDictionary<string, MembershipStatus> memberships = new(EntraId.Comparer);
        private volatile DirectoryUser? user;
        private volatile bool isDeleted;

        public Person(string id) => Id = id;

        public string Id { get; }

        public void ReadUser(GraphResponse response)
        {
            // An error without a code does not come from Graph.
            if (response.Status == 404 && response.ErrorCode is not null)
                isDeleted = true;
            else if (response.IsSuccess && response.IsObject)
                user = DirectoryObjects.TryReadUser(Id, response.Body);
        }

        public void ReadMemberships(GraphResponse response, List<string> groups)
        {
            if (!response.IsSuccess || !response.TryGet("value", out var value) || value.ValueKind != JsonValueKind.Array
                || value.EnumerateArray().Any(static i => i.ValueKind != JsonValueKind.String))
            {
                return;
            }

            var returned = new HashSet<string>(value.EnumerateArray().Select(static i => i.GetString()!), EntraId.Comparer);
            foreach (var group in groups)
                memberships[group] = returned.Contains(group) ? MembershipStatus.Member : MembershipStatus.NotMember;
        }

        public UserLookup ToLookup() => new()
        {
            Id = Id,
            Existence = user is not null ? UserExistence.Exists : isDeleted ? UserExistence.Deleted : UserExistence.Unknown,
            User = user,
            Memberships = memberships,
        };
    }
}
