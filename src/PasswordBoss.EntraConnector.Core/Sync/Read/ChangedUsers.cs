using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// The nominated users, and the members who share an address with one of them: their properties and memberships, read by id, and the groups that they affect.
/// </summary>
internal sealed class ChangedUsers
{
    private readonly ConnectionSettings connection;
    private readonly IDirectoryReader directory;
    private readonly ISyncJournal journal;
    private readonly MembershipHints hints;
    private readonly TrackedGroup userGroup;
    private readonly List<string> insideUserGroup;
    private readonly List<TrackedGroup> additional;
    private readonly Dictionary<string, UserLookup> lookups = new(EntraId.Comparer);
    private readonly Dictionary<(string Group, string Person), KnownMember> members = new(MemberComparer.Instance);
    private readonly HashSet<string> ids = new(EntraId.Comparer);

    private ChangedUsers(RunSources run, SyncProgress progress, MembershipHints hints)
    {
        connection = run.Connection;
        directory = run.Directory;
        journal = run.Journal;
        this.hints = hints;
        userGroup = progress.Groups.First(g => EntraId.Same(g.GroupId, run.UserGroup.Id));
        insideUserGroup = progress.Groups.Where(g => g.IsUserGroup).Select(g => g.GroupId).ToList();
        additional = connection.AdditionalGroups.Select(g => progress.Groups.First(t => EntraId.Same(t.GroupId, g.Id))).Where(g => g.WasRead).ToList();
    }

    private ChangedUsers(ChangedUsers all, IEnumerable<string> ids)
    {
        connection = all.connection;
        directory = all.directory;
        journal = all.journal;
        hints = all.hints;
        userGroup = all.userGroup;
        insideUserGroup = all.insideUserGroup;
        additional = all.additional;
        lookups = all.lookups;
        members = all.members;
        this.ids.UnionWith(ids);
    }

    /// <summary>Reads the users, and every member whose address equals a current or known address of one of them.</summary>
    /// <param name="run">What the run reads from.</param>
    /// <param name="progress">The tracked groups.</param>
    /// <param name="hints">The reported changes of memberships.</param>
    /// <param name="nominated">The object ids of the users.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public static async Task<ChangedUsers> ReadAsync(
        RunSources run, SyncProgress progress, MembershipHints hints, IReadOnlyCollection<string> nominated, CancellationToken cancellationToken)
    {
        var users = new ChangedUsers(run, progress, hints);
        await users.ReadAsync(nominated, cancellationToken).ConfigureAwait(false);
        return users;
    }

    /// <summary>The object ids of the users.</summary>
    public ISet<string> Ids => ids;

    /// <summary>All users that were read by id, including those that do not matter to the run.</summary>
    public IReadOnlyDictionary<string, UserLookup> Lookups => lookups;

    /// <summary>Whether users exist but no property of any of them is readable: a permission is missing.</summary>
    public bool NothingIsReadable => lookups.Values.Any(l => l.User is not null) && lookups.Values.All(l => l.User is not { IsReadable: true });

    /// <summary>
    /// Whether only a full read can show where a user is a member. This is so if <c>checkMemberGroups</c> was refused. It is also so if only direct members count,
    /// which <c>checkMemberGroups</c> cannot show, and either one round reported the user both as joined and as left, or no membership is stored (a restored user).
    /// </summary>
    /// <param name="state">The stored state.</param>
    public bool IsUnclear(SyncState state)
    {
        var linked = PersonStates.CurrentLinks(state);
        return ids.Any(id => lookups[id].Existence == UserExistence.Exists && (additional.Append(userGroup).Any(g => IsUnclear(g, id)) || IsUnknownMember(id)));

        bool IsUnclear(TrackedGroup group, string id) => MembershipIn(group, id) == MembershipStatus.Unknown
            || (IsTransitiveOnly(group, id) && hints.Of(group.GroupId, id) == MembershipHint.Unclear);

        bool IsUnknownMember(string id) => MembershipIn(userGroup, id) == MembershipStatus.Member && IsForgotten(userGroup, id)
            && ((!linked.ContainsKey(id) && IsTransitiveOnly(userGroup, id)) || additional.Any(g => IsTransitiveOnly(g, id) && IsForgotten(g, id)));

        bool IsForgotten(TrackedGroup group, string id) => hints.Of(group.GroupId, id) == MembershipHint.None && !members.ContainsKey((group.GroupId, id));
    }

    private bool IsTransitiveOnly(TrackedGroup group, string id) => !connection.IncludeNested && group.HoldsGroups && MembershipIn(group, id) == MembershipStatus.Member;

    /// <summary>Whether a known member is no longer in the user group.</summary>
    public bool MemberLeft => ids.Any(id => WasMember(id) && !IsListed(userGroup, id));

    /// <summary>Whether any of the users is in the user group.</summary>
    public bool MemberIsListed => ids.Any(id => IsListed(userGroup, id));

    /// <summary>The user group, limited to these users.</summary>
    public GroupReading UserGroup => ReadingOf(userGroup);

    private async Task ReadAsync(IReadOnlyCollection<string> nominated, CancellationToken cancellationToken)
    {
        var groupIds = additional.Select(g => g.GroupId).Prepend(userGroup.GroupId).ToList();
        var asked = new HashSet<string>(EmailAddress.Comparer);
        var next = nominated;
        while (next.Count > 0)
        {
            foreach (var lookup in (await directory.LookUpUsersAsync(next, groupIds, cancellationToken).ConfigureAwait(false)).Values)
                lookups[lookup.Id] = lookup;
            foreach (var member in journal.FindMembers(next))
                members[(member.GroupId, member.EntraId)] = member;
            ids.UnionWith(next);

            var addresses = next.SelectMany(AddressesOf).Where(asked.Add).ToList();
            next = addresses.Count == 0
                ? Array.Empty<string>()
                : journal.FindMembersAt(addresses).Select(m => m.EntraId).Where(id => !ids.Contains(id)).Distinct(EntraId.Comparer).ToList();
        }
    }

    /// <summary>The users that matter to the run: they are linked, in the user group or known members, or have a due retry.</summary>
    /// <param name="state">The stored state.</param>
    /// <param name="due">The users with a retry that is due.</param>
    public ChangedUsers Concerned(SyncState state, IEnumerable<string> due)
    {
        var concerned = new HashSet<string>(state.Links.Where(l => l.Kind != LinkKind.Retired).Select(l => l.EntraId), EntraId.Comparer);
        concerned.UnionWith(due);
        return new ChangedUsers(this, ids.Where(id => concerned.Contains(id) || IsListed(userGroup, id) || WasMember(id)));
    }

    /// <summary>One of the users.</summary>
    /// <param name="id">The object id of the user.</param>
    public ChangedUsers Only(string id) => new(this, ids.Where(other => EntraId.Same(other, id)));

    /// <summary>The users who could not be read and do not matter to the run otherwise.</summary>
    /// <param name="concerned">The users that matter to the run.</param>
    public IReadOnlyList<string> UnreadableWithout(ChangedUsers concerned) =>
        ids.Where(id => !concerned.ids.Contains(id) && lookups[id].Existence == UserExistence.Unknown).ToList();

    /// <summary>Whether the user is a known member of the user group.</summary>
    /// <param name="id">The object id of the user.</param>
    public bool WasMember(string id) => members.ContainsKey((userGroup.GroupId, id));

    /// <summary>The members of the user group to store: all read users who are in it now.</summary>
    public IEnumerable<KnownMember> MembersToStore() => ids.Where(id => IsListed(userGroup, id)).Select(id => new KnownMember(
        userGroup.GroupId,
        id,
        lookups[id].User is { } user ? EmailAddress.Choose(user, connection.Rules.EmailSource) : members.TryGetValue((userGroup.GroupId, id), out var member) ? member.Address : null));

    /// <summary>
    /// The members of the user group to forget. A user in deleted items stays known, because a restore brings the memberships back
    /// (https://learn.microsoft.com/graph/delta-query-groups).
    /// </summary>
    public IEnumerable<KnownMember> MembersToForget() => ids
        .Where(id => WasMember(id) && !IsListed(userGroup, id) && (lookups[id].Existence == UserExistence.Exists || HintOf(userGroup, id) == MembershipHint.Left))
        .Select(id => members[(userGroup.GroupId, id)]);

    /// <summary>The additional groups that the users affect, each limited to these users.</summary>
    /// <param name="people">The users.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="open">The users to check again: retries and deletions that are due, earlier failed reads, earlier doubts.</param>
    public IReadOnlyList<GroupReading> GroupsConcerned(IReadOnlyDictionary<string, Person> people, SyncState state, ISet<string> open)
    {
        var links = PersonStates.CurrentLinks(state);
        var linkedGroups = new HashSet<string>(state.GroupLinks.Select(l => l.GroupId), EntraId.Comparer);
        var movers = people.Values.Where(p => open.Contains(p.EntraId) || IsMover(p, links)).Select(p => p.EntraId).ToList();
        return additional
            .Where(g => movers.Any(id => MembershipIn(g, id) != MembershipStatus.NotMember || connection.IncludeNested || open.Contains(id)) || people.Keys.Any(id => HintOf(g, id) != MembershipHint.None))
            .Where(g => linkedGroups.Contains(g.GroupId) || people.Values.Any(p => p.InUserGroup && IsListed(g, p.EntraId)))
            .Select(ReadingOf)
            .ToList();
    }

    /// <summary>
    /// Whether a group may have been deleted: reads by id show that a member is no longer in it, change tracking has not reported that they left, and no read shows that
    /// someone else is in it. Change tracking may report the deletion later than reads.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="formerMembers">The object ids of users who were in it.</param>
    public bool MayBeDeleted(GroupReading group, IEnumerable<string> formerMembers) =>
        formerMembers.Any(id => ids.Contains(id) && lookups[id].MembershipOf(group.GroupId) == MembershipStatus.NotMember && hints.Of(group.GroupId, id) != MembershipHint.Left)
        && !lookups.Values.Any(l => l.MembershipOf(group.GroupId) == MembershipStatus.Member);

    // A user whose membership and address are unchanged cannot affect any group, unless a change of that group mentions them.
    private bool IsMover(Person person, Dictionary<string, AccountLink> links) =>
        person.Presence != PersonPresence.Present
        || !links.TryGetValue(person.EntraId, out var link)
        || link.AppliedRule != LeaverRule.None
        || link.HandledEvent != LeavingEvent.None
        || person.User is not { } user
        || !EmailAddress.Same(EmailAddress.Choose(user, connection.Rules.EmailSource), link.Email)
        || (connection.IncludeNested && hints.Mentions(person.EntraId));

    private GroupReading ReadingOf(TrackedGroup group) => new()
    {
        GroupId = group.GroupId,
        DisplayName = group.DisplayName ?? group.GroupId,
        Status = ReadingStatus.Complete,
        Users = ids.Where(id => IsListed(group, id)).Select(id => lookups[id].User ?? new DirectoryUser { Id = id }).ToList(),
    };

    /// <summary>
    /// Whether a list of the group would contain the user. If only direct members count and the group holds groups, <c>checkMemberGroups</c> cannot show that, so
    /// the reported changes of this and earlier runs decide.
    /// </summary>
    private bool IsListed(TrackedGroup group, string id)
    {
        if (lookups[id].Existence == UserExistence.Deleted)
            return false;
        var hint = HintOf(group, id);
        if (hint == MembershipHint.Joined)
            return true;
        var wasMember = members.ContainsKey((group.GroupId, id));
        var membership = MembershipIn(group, id);
        if (membership != MembershipStatus.Member)
            return hint == MembershipHint.None && wasMember && (!connection.IncludeNested || membership == MembershipStatus.Unknown);
        return connection.IncludeNested || !group.HoldsGroups || (hint == MembershipHint.None && wasMember);
    }

    // With nesting, a user who joined a group inside the user group joined the user group. A user who left an inner group may still be in another.
    private MembershipHint HintOf(TrackedGroup group, string id) =>
        connection.IncludeNested && ReferenceEquals(group, userGroup) && insideUserGroup.Any(g => hints.Of(g, id) == MembershipHint.Joined)
            ? MembershipHint.Joined
            : hints.Of(group.GroupId, id);

    private MembershipStatus MembershipIn(TrackedGroup group, string id) => lookups[id].MembershipOf(group.GroupId);

    private IEnumerable<string> AddressesOf(string id)
    {
        if (lookups[id].User is { } user && EmailAddress.Choose(user, connection.Rules.EmailSource) is { } address)
            yield return address;
        if (members.TryGetValue((userGroup.GroupId, id), out var member) && member.Address is { } earlier)
            yield return earlier;
    }

    private sealed class MemberComparer : IEqualityComparer<(string Group, string Person)>
    {
        public static readonly MemberComparer Instance = new();

        public bool Equals((string Group, string Person) x, (string Group, string Person) y) => EntraId.Same(x.Group, y.Group) && EntraId.Same(x.Person, y.Person);

        public int GetHashCode((string Group, string Person) obj) =>
            EntraId.Comparer.GetHashCode(obj.Group) ^ EntraId.Comparer.GetHashCode(obj.Person);
    }
}
