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

/// <summary>
/// Reads one group and all pages of its members. Members are read without an OData cast, because casts use an index that lags behind
/// (https://learn.microsoft.com/graph/aad-advanced-queries). Their type is checked here instead.
/// </summary>
internal sealed class GroupMembersReader
{
    private const int LargestPage = 999;
    private readonly GraphChannel channel;

    /// <summary>Creates the reader.</summary>
    /// <param name="channel">Sends the requests.</param>
    public GroupMembersReader(GraphChannel channel) => this.channel = channel;

    /// <summary>Reads a group; see <see cref="Ports.IDirectoryReader.ReadGroupAsync"/>.</summary>
    public async Task<GroupReading> ReadAsync(string groupId, string lastKnownName, bool includeNested, Action<int>? onProgress, CancellationToken cancellationToken)
    {
        DirectoryGroup? group;
        using (var response = await channel.SendAsync(
            () => channel.Graph.Groups[groupId].ToGetRequestInformation(r => r.QueryParameters.Select = DirectoryObjects.GroupProperties), cancellationToken).ConfigureAwait(false))
        {
            group = TryReadGroup(response, groupId, lastKnownName);
            if (group is null)
                return await ReadMissingAsync(response, new GroupReading { GroupId = groupId, DisplayName = lastKnownName, Status = ReadingStatus.Incomplete }, cancellationToken).ConfigureAwait(false);
        }

        var reading = new GroupReading { GroupId = groupId, DisplayName = group.DisplayName, Status = group.HiddenMembership ? ReadingStatus.Hidden : ReadingStatus.Complete };
        var members = new Members(onProgress);
        try
        {
            var permission = group.HiddenMembership ? Permissions.HiddenMembers : Permissions.Groups;
            await new GraphPages<Member>(channel, () => Describe(groupId, includeNested), Read, permission).ReadAsync(members.Begin, members.AddPage, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (!ErrorCatalog.MeansNoToken(e.Id))
        {
            reading = reading with { Status = ReadingStatus.Incomplete, Problem = e.Problem };
        }

        // Graph may also hide members, or their properties, without an error.
        if (reading.Status != ReadingStatus.Complete || members.Users.Exists(static u => !u.IsReadable))
            channel.StopKeepingToken();
        return reading with { Users = members.Users, NestedGroups = members.Groups };
    }

    private static DirectoryGroup? TryReadGroup(GraphResponse response, string groupId, string lastKnownName) =>
        response.IsSuccess && response.As(Group.CreateFromDiscriminatorValue) is { } group && EntraId.Same(group.Id, groupId) ? DirectoryObjects.ReadGroup(group, lastKnownName) : null;

    private async Task<GroupReading> ReadMissingAsync(GraphResponse response, GroupReading unread, CancellationToken cancellationToken)
    {
        if (response.Status == 404 && response.ErrorCode is not null)
            return await ReadDeletedAsync(unread, cancellationToken).ConfigureAwait(false);
        var problem = channel.Errors.FromResponse(response, Permissions.Groups);
        return problem.Id == ErrorId.PermissionMissing ? unread with { Problem = problem } : throw new ConnectorException(problem);
    }

    // Only report a group as gone for good if deleted items could be read, because the consequences cannot be undone.
    private async Task<GroupReading> ReadDeletedAsync(GroupReading unread, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await channel.SendAsync(
                () => channel.Graph.Directory.DeletedItems[unread.GroupId].ToGetRequestInformation(r => r.QueryParameters.Select = ["id"]), cancellationToken).ConfigureAwait(false);
            if (response.IsSuccess && response.As(DirectoryObject.CreateFromDiscriminatorValue) is { } item && EntraId.Same(item.Id, unread.GroupId))
                return unread with { Status = ReadingStatus.NotFound, InDeletedItems = true };
            return response.Status == 404 && response.ErrorCode is not null
                ? unread with { Status = ReadingStatus.NotFound }
                : unread with { Problem = channel.Errors.FromResponse(response, Permissions.DeletedGroups) };
        }
        catch (ConnectorException e) when (!ErrorCatalog.MeansNoToken(e.Id))
        {
            return unread with { Problem = e.Problem };
        }
    }

    private RequestInformation Describe(string groupId, bool includeNested) => includeNested
        ? channel.Graph.Groups[groupId].TransitiveMembers.ToGetRequestInformation(r =>
        {
            r.QueryParameters.Select = DirectoryObjects.UserProperties;
            r.QueryParameters.Top = LargestPage;
        })
        : channel.Graph.Groups[groupId].Members.ToGetRequestInformation(r =>
        {
            r.QueryParameters.Select = DirectoryObjects.UserProperties;
            r.QueryParameters.Top = LargestPage;
        });

    private static Member Read(JsonElement member)
    {
        // Without a type it is unknown whether the member is a user, and a missed user would look like one that left.
        var type = GraphResponse.Text(member, "@odata.type") ?? throw new ConnectorException(GraphErrors.Invalid(Texts.GraphMemberWithoutType));
        var id = GraphPage.ObjectIdOf(member);
        var isUser = string.Equals(type, DirectoryObjects.UserType, StringComparison.OrdinalIgnoreCase);
        return new Member(id, isUser ? DirectoryObjects.ReadUser(id, member) : null, string.Equals(type, DirectoryObjects.GroupType, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A member of a group.</summary>
    /// <param name="Id">Its object id.</param>
    /// <param name="User">The user; null for any other member.</param>
    /// <param name="IsGroup">Whether it is a group.</param>
    private readonly record struct Member(string Id, DirectoryUser? User, bool IsGroup);

    /// <summary>
    /// The members so far. They are read without the SDK's models, which create a table of all possible properties for each user.
    /// </summary>
    private sealed class Members
    {
        private readonly HashSet<string> known = new(EntraId.Comparer);
        private readonly Action<int>? onProgress;

        public Members(Action<int>? onProgress) => this.onProgress = onProgress;

        public List<DirectoryUser> Users { get; } = [];

        public List<string> Groups { get; } = [];

        public void Begin()
        {
            known.Clear();
            Users.Clear();
            Groups.Clear();
        }

        public bool AddPage(IReadOnlyList<Member> page)
        {
            foreach (var member in page)
                Add(member);
            onProgress?.Invoke(Users.Count);
            return true;
        }

        private void Add(Member member)
        {
            if (!known.Add(member.Id))
                return;
            if (member.User is { } user)
                Users.Add(user);
            else if (member.IsGroup)
                Groups.Add(member.Id);
        }
    }
}
