using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>A tenant in memory: its true state, and the state that reads show, which can differ.</summary>
internal sealed class FakeEntra : IDirectoryReader
{
    private readonly Wire wire;
    private readonly FakeChanges changes;

    public FakeEntra(Wire wire)
    {
        this.wire = wire;
        changes = new FakeChanges(this);
    }

    /// <summary>The change tracking of the tenant.</summary>
    public FakeChanges Changes => changes;

    /// <summary>Change tracking is refused.</summary>
    public bool TrackingRefused { get; set; }

    /// <summary>The users that are not deleted, by ID.</summary>
    public Dictionary<string, DirectoryUser> Users { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Users in deleted items.</summary>
    public Dictionary<string, DirectoryUser> DeletedItems { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, Group> Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Groups that cannot be read completely, with the status of their read.</summary>
    public Dictionary<string, ReadingStatus> Broken { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether groups with hidden members show them to this application.</summary>
    public bool HiddenAreShown { get; set; }

    public HashSet<string> GroupsInDeletedItems { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why <see cref="Broken"/> groups cannot be read.</summary>
    public ErrorId Problem { get; set; } = ErrorId.GraphFailed;

    /// <summary>Whether the application may not read users, so that lists contain only IDs.</summary>
    public bool NullProperties { get; set; }

    /// <summary>Users whose lookup by id is refused.</summary>
    public HashSet<string> UnknownLookups { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Users of which Graph returns only the ID.</summary>
    public HashSet<string> WithoutProperties { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every lookup by id is refused.</summary>
    public bool AllLookupsUnknown { get; set; }

    /// <summary><c>checkMemberGroups</c> is refused.</summary>
    public bool MembershipChecksRefused { get; set; }

    /// <summary>(group, user) pairs that the list does not show although they are members.</summary>
    public HashSet<(string Group, string User)> MissingFromLists { get; } = new();

    /// <summary>(group, user) pairs that the list still shows although they are no longer members.</summary>
    public HashSet<(string Group, string User)> StillInLists { get; } = new();

    /// <summary>Users that reads by ID and lists still show as they were, while change tracking reports what has become of them.</summary>
    private readonly Dictionary<string, Earlier> behind = new(StringComparer.OrdinalIgnoreCase);

    public Func<string, string, Fault?>? FaultOn { get; set; }

    /// <summary>From now on reads and lists keep showing the present state of a user.</summary>
    public void ReadsFallBehind(string id) => ReadsGoBack(id, AsNow(id));

    /// <summary>From now on reads and lists show an earlier state of a user, although other reads have already shown a later one.</summary>
    public void ReadsGoBack(string id, Earlier earlier) => behind[id] = earlier;

    /// <summary>The present state of a user and their groups.</summary>
    public Earlier AsNow(string id) => new(Users.GetValueOrDefault(id), GroupsWhere(g => g.Members.Contains(id)), GroupsWhere(g => TransitiveMembers(g.Id).Contains(id)));

    public void ReadsCatchUp() => behind.Clear();

    /// <summary>Whether reads show an old state of a user.</summary>
    public bool IsBehind(string id) => behind.ContainsKey(id);

    /// <summary>Whether reads show an old state of any user.</summary>
    public bool IsAnyUserBehind => behind.Count > 0;

    /// <summary>The call that gets no response and ends only when the run is stopped.</summary>
    public string? HangsOn { get; set; }

    /// <summary>Runs while the call waits for its response.</summary>
    public Action Hung { get; set; } = () => { };

    public Dictionary<string, int> Calls { get; } = new(StringComparer.Ordinal);

    public SignInFacts SignIn { get; set; } = new() { Roles = new[] { "GroupMember.Read.All", "User.Read.All" } };

    /// <summary>The ID of the tenant that a sign-in reaches, by the tenant in the request, if it is not the one in <see cref="SignIn"/>.</summary>
    public Dictionary<string, string> SignInByTenant { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tenant that was opened last, as the caller wrote it.</summary>
    public string OpenedTenant { get; set; } = "";

    public TimeSpan? ClockDifference { get; set; }

    public int RequestCount => Calls.Values.Sum();

    /// <summary>How far this machine's clock is ahead of Graph's.</summary>
    public TimeSpan? GraphClockDifference { get; set; } = TimeSpan.Zero;

    public Task<IReadOnlyList<DirectoryUser>> FindUsersAsync(string idOrAddress, CancellationToken cancellationToken) =>
        Call<IReadOnlyList<DirectoryUser>>(nameof(FindUsersAsync), idOrAddress, () => Users.Values
            .Where(u => new[] { u.Id, u.Mail, u.UserPrincipalName }.Any(v => string.Equals(v, idOrAddress, StringComparison.OrdinalIgnoreCase)))
            .ToList());

    public Task<IReadOnlyList<DirectoryUser>> SearchUsersAsync(string text, CancellationToken cancellationToken) =>
        Call<IReadOnlyList<DirectoryUser>>(nameof(SearchUsersAsync), text, () => Users.Values
            .Where(u => new[] { u.Id, u.Mail, u.UserPrincipalName, u.DisplayName }.Any(v => string.Equals(v, text, StringComparison.OrdinalIgnoreCase)))
            .Select(u => Shown(u.Id))
            .ToList());

    /// <summary>The groups of a user are refused.</summary>
    public bool MembershipsRefused { get; set; }

    public Task<UserMemberships> ReadMembershipsAsync(string userId, string groupId, CancellationToken cancellationToken) =>
        Call(nameof(ReadMembershipsAsync), groupId, () => MembershipsRefused || !Users.ContainsKey(userId) ? new UserMemberships() : new UserMemberships
        {
            Direct = behind.TryGetValue(userId, out var earlier) ? earlier.DirectGroups : GroupsWhere(g => g.Members.Contains(userId)),
            Path = PathTo(groupId, userId),
        });

    private List<GroupReference> PathTo(string groupId, string memberId)
    {
        if (!Groups.TryGetValue(groupId, out var group))
            return [];
        var reference = new GroupReference(group.Id, group.Name);
        if (group.Members.Contains(memberId))
            return [reference];
        return group.Members.Where(Groups.ContainsKey).Select(inner => PathTo(inner, memberId)).Where(path => path.Count > 0).OrderBy(path => path.Count)
            .Select(path => path.Append(reference).ToList()).FirstOrDefault() ?? [];
    }

    public DateTimeOffset? CredentialExpires { get; set; }

    /// <summary>Changes the returned properties of a group.</summary>
    public Func<DirectoryGroup, DirectoryGroup> Describe { get; set; } = g => g;

    /// <summary>All IDs that were looked up, to measure the cost of a run.</summary>
    public List<string> LookedUp { get; } = new();

    public Task<SignInFacts> SignInAsync(CancellationToken cancellationToken) => Call(
        nameof(SignInAsync), "", () => SignInByTenant.TryGetValue(OpenedTenant, out var tenant) ? SignIn with { TenantId = tenant } : SignIn);

    public Task<DateTimeOffset?> FindCredentialExpiryAsync(CancellationToken cancellationToken) => Call(nameof(FindCredentialExpiryAsync), "", () => CredentialExpires);

    public Task<IReadOnlyList<DirectoryGroup>> FindGroupsAsync(string idOrDisplayName, CancellationToken cancellationToken) =>
        Call(nameof(FindGroupsAsync), idOrDisplayName, () => Found(Groups.Values.Where(g =>
            string.Equals(g.Id, idOrDisplayName, StringComparison.OrdinalIgnoreCase) || string.Equals(g.Name, idOrDisplayName, StringComparison.OrdinalIgnoreCase))));

    public Task<IReadOnlyList<DirectoryGroup>> ListGroupsAsync(string displayNamePrefix, int limit, CancellationToken cancellationToken) =>
        Call(nameof(ListGroupsAsync), displayNamePrefix, () => Found(Groups.Values.Where(g => g.Name.StartsWith(displayNamePrefix, StringComparison.OrdinalIgnoreCase)).Take(limit)));

    public Task<int?> CountMembersAsync(string groupId, CancellationToken cancellationToken) =>
        Call<int?>(nameof(CountMembersAsync), groupId, () => Groups[groupId].Members.Count);

    public Task<GroupReading> ReadGroupAsync(string groupId, string lastKnownName, bool includeNested, Action<int>? onProgress, CancellationToken cancellationToken) =>
        HangsOn == nameof(ReadGroupAsync) ? NeverAsync<GroupReading>(cancellationToken) : Call(nameof(ReadGroupAsync), groupId, () =>
        {
            var status = Broken.TryGetValue(groupId, out var broken) ? broken : Groups.ContainsKey(groupId) ? ReadingStatus.Complete : ReadingStatus.NotFound;
            if (status == ReadingStatus.NotFound || !Groups.TryGetValue(groupId, out var group))
                return new GroupReading { GroupId = groupId, DisplayName = lastKnownName, Status = ReadingStatus.NotFound, InDeletedItems = GroupsInDeletedItems.Contains(groupId) };
            if (status == ReadingStatus.Incomplete)
            {
                // Half of the members arrived before the page that failed.
                return new GroupReading
                {
                    GroupId = groupId,
                    DisplayName = group.Name,
                    Status = status,
                    Problem = new Fault(Problem).Error("User.Read.All").Problem,
                    Users = Listed(group, includeNested).Take(1).ToList(),
                };
            }

            var users = status == ReadingStatus.Hidden && !HiddenAreShown ? new List<DirectoryUser>() : Listed(group, includeNested);
            onProgress?.Invoke(users.Count);
            return new GroupReading { GroupId = groupId, DisplayName = group.Name, Status = status, Users = users, NestedGroups = (includeNested ? NestedGroups(groupId) : group.Members.Where(Groups.ContainsKey)).ToList() };
        });

    public Task<IReadOnlyDictionary<string, UserLookup>> LookUpUsersAsync(IReadOnlyCollection<string> userIds, IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken) =>
        HangsOn == nameof(LookUpUsersAsync) ? NeverAsync<IReadOnlyDictionary<string, UserLookup>>(cancellationToken) : Call<IReadOnlyDictionary<string, UserLookup>>(nameof(LookUpUsersAsync), "", () =>
        {
            LookedUp.AddRange(userIds);
            return userIds.ToDictionary(id => id, id => LookUp(id, groupIds), StringComparer.OrdinalIgnoreCase);
        });

    public Task<DeltaLinks> StartTrackingAsync(IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken) =>
        Call(nameof(StartTrackingAsync), "", () => TrackingRefused ? throw new ConnectorException(Problems.ChangesNotTracked("403")) : changes.Begin(groupIds));

    public Task<DirectoryChanges> ReadChangesAsync(DeltaLinks links, CancellationToken cancellationToken) =>
        HangsOn == nameof(ReadChangesAsync) ? NeverAsync<DirectoryChanges>(cancellationToken) : Call(nameof(ReadChangesAsync), "", () => TrackingRefused ? throw new ConnectorException(Problems.ChangesNotTracked("403")) : changes.Since(links));

    public Task<IReadOnlyCollection<string>> FindDeletedUsersAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken) =>
        Call<IReadOnlyCollection<string>>(nameof(FindDeletedUsersAsync), "", () => userIds.Where(DeletedItems.ContainsKey).ToList());

    /// <summary>All users in a group, through other groups too.</summary>
    public HashSet<string> TransitiveMembers(string groupId)
    {
        var members = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (!Groups.TryGetValue(groupId, out var group))
            return members;
        foreach (var id in group.Members)
        {
            if (Groups.ContainsKey(id))
                members.UnionWith(TransitiveMembers(id));
            else
                members.Add(id);
        }

        return members;
    }

    /// <summary>Makes everything readable again.</summary>
    public void ReadWell()
    {
        Broken.Clear();
        NullProperties = AllLookupsUnknown = MembershipChecksRefused = TrackingRefused = false;
        WithoutProperties.Clear();
        UnknownLookups.Clear();
        MissingFromLists.Clear();
        behind.Clear();
        FaultOn = null;
    }

    public void Dispose()
    {
    }

    private HashSet<string> GroupsWhere(Func<Group, bool> holds) => Groups.Values.Where(holds).Select(g => g.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private HashSet<string> NestedGroups(string groupId)
    {
        var nested = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var id in Groups[groupId].Members.Where(Groups.ContainsKey))
        {
            nested.Add(id);
            nested.UnionWith(NestedGroups(id));
        }

        return nested;
    }

    private List<DirectoryUser> Listed(Group group, bool includeNested)
    {
        var ids = includeNested ? TransitiveMembers(group.Id) : group.Members.Where(m => !Groups.ContainsKey(m));
        // An outdated list of direct members shows former direct members. It never shows a user that the group contained only through another group.
        ids = ids.Where(id => !behind.ContainsKey(id))
            .Union(behind.Where(b => (includeNested ? b.Value.Groups : b.Value.DirectGroups).Contains(group.Id)).Select(b => b.Key), StringComparer.OrdinalIgnoreCase);
        return ids.Union(StillInLists.Where(s => s.Group == group.Id).Select(s => s.User), StringComparer.OrdinalIgnoreCase)
            .Where(id => (behind.TryGetValue(id, out var earlier) ? earlier.User is not null : Users.ContainsKey(id)) && !MissingFromLists.Contains((group.Id, id)))
            .Select(Shown)
            .ToList();
    }

    private DirectoryUser Shown(string id) => NullProperties || WithoutProperties.Contains(id) ? new DirectoryUser { Id = id } : behind.TryGetValue(id, out var earlier) ? earlier.User! : Users[id];

    private UserLookup LookUp(string id, IReadOnlyCollection<string> groupIds)
    {
        if (AllLookupsUnknown || UnknownLookups.Contains(id))
            return new UserLookup { Id = id, Existence = UserExistence.Unknown };
        var earlier = behind.GetValueOrDefault(id);
        if ((earlier is not null ? earlier.User : Users.GetValueOrDefault(id)) is not { } user)
            return new UserLookup { Id = id, Existence = UserExistence.Deleted };
        var memberships = groupIds.ToDictionary(
            g => g,
            g => MembershipChecksRefused ? MembershipStatus.Unknown : (earlier?.Groups.Contains(g) ?? TransitiveMembers(g).Contains(id)) ? MembershipStatus.Member : MembershipStatus.NotMember,
            StringComparer.OrdinalIgnoreCase);
        return new UserLookup { Id = id, Existence = UserExistence.Exists, User = Shown(user.Id), Memberships = memberships };
    }

    private IReadOnlyList<DirectoryGroup> Found(IEnumerable<Group> groups) =>
        groups.Select(g => Describe(new DirectoryGroup { Id = g.Id, DisplayName = g.Name, SecurityEnabled = true })).ToList();

    private async Task<T> NeverAsync<T>(CancellationToken cancellationToken)
    {
        Hung();
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("It never answers.");
    }

    private Task<T> Call<T>(string call, string target, Func<T> answer)
    {
        try
        {
            wire.Pass();
            Calls[call] = Calls.GetValueOrDefault(call) + 1;
            if (FaultOn?.Invoke(call, target) is { } fault)
                throw fault.Exception(target);
            return Task.FromResult(answer());
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }

    /// <summary>An earlier state of a user.</summary>
    /// <param name="User">Their properties; null if they did not exist.</param>
    /// <param name="DirectGroups">The groups that contained them directly.</param>
    /// <param name="Groups">The groups that contained them, directly or through other groups.</param>
    internal sealed record Earlier(DirectoryUser? User, HashSet<string> DirectGroups, HashSet<string> Groups);

    internal sealed class Group
    {
        public required string Id { get; init; }

        public required string Name { get; set; }

        /// <summary>Ids of users and of nested groups.</summary>
        public HashSet<string> Members { get; } = new(StringComparer.OrdinalIgnoreCase);
    }
}
