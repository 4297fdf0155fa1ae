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
/// The people whom changes nominated, and those whose addresses meet theirs, read by id and asked about, and what follows for the groups that they are in.
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
    private readonly Dictionary<string, UserLookup> lookups = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Group, string Person), KnownMember> members = new(MemberComparer.Instance);
    private readonly HashSet<string> ids = new(StringComparer.OrdinalIgnoreCase);

    public ChangedUsers(ConnectionSettings connection, IDirectoryReader directory, ISyncJournal journal, SyncProgress progress, MembershipHints hints)
    {
        this.connection = connection;
        this.directory = directory;
        this.journal = journal;
        this.hints = hints;
        userGroup = progress.Groups.First(g => IsSame(g.GroupId, connection.UserGroup!.Id));
        insideUserGroup = progress.Groups.Where(g => g.IsUserGroup).Select(g => g.GroupId).ToList();
        additional = connection.AdditionalGroups.Select(g => progress.Groups.First(t => IsSame(t.GroupId, g.Id))).Where(g => g.WasRead).ToList();
    }

    /// <summary>The people.</summary>
    public ISet<string> Ids => ids;

    /// <summary>What was read of them.</summary>
    public IReadOnlyDictionary<string, UserLookup> Lookups => lookups;

    /// <summary>Whether people exist and no property of any can be read: a permission is missing.</summary>
    public bool NothingIsReadable => lookups.Values.Any(l => l.User is not null) && lookups.Values.All(l => l.User is not { IsReadable: true });

    /// <summary>
    /// Whether only a complete read can show where a user is a member: <c>checkMemberGroups</c> was refused; or it does not show who is a direct member, and one
    /// round reported both that the user joined and that they left, or nothing is remembered of them, as of a restored user.
    /// </summary>
    /// <param name="state">What is known.</param>
    public bool IsUnclear(SyncState state)
    {
        var linked = PersonStates.CurrentLinks(state);
        return ids.Any(id => lookups[id].Existence == UserExistence.Exists && (additional.Append(userGroup).Any(g => IsUnclear(g, id)) || IsUnknownMember(id)));

        bool IsUnclear(TrackedGroup group, string id) => Answer(group, id) == MembershipAnswer.Unknown
            || (IsTransitiveOnly(group, id) && hints.Of(group.GroupId, id) == MembershipHint.Unclear);

        bool IsUnknownMember(string id) => Answer(userGroup, id) == MembershipAnswer.Member && IsForgotten(userGroup, id)
            && ((!linked.ContainsKey(id) && IsTransitiveOnly(userGroup, id)) || additional.Any(g => IsTransitiveOnly(g, id) && IsForgotten(g, id)));

        bool IsForgotten(TrackedGroup group, string id) => hints.Of(group.GroupId, id) == MembershipHint.None && !members.ContainsKey((group.GroupId, id));
    }

    private bool IsTransitiveOnly(TrackedGroup group, string id) => !connection.IncludeNested && group.HoldsGroups && Answer(group, id) == MembershipAnswer.Member;

    /// <summary>Whether a list of the user group no longer shows a user whom it showed.</summary>
    public bool SomebodyLeft => ids.Any(id => WasMember(id) && !IsListed(userGroup, id));

    /// <summary>Whether a list of the user group shows any of these people.</summary>
    public bool SomebodyIsListed => ids.Any(id => IsListed(userGroup, id));

    /// <summary>The user group, as far as it is about these people.</summary>
    public GroupReading UserGroup => ReadingOf(userGroup);

    /// <summary>Reads the people, and everybody whose address meets that of one of them, now or before.</summary>
    /// <param name="nominated">Object ids.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task ReadAsync(IReadOnlyCollection<string> nominated, CancellationToken cancellationToken)
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
                : journal.FindMembersAt(addresses).Select(m => m.EntraId).Where(id => !ids.Contains(id)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        }
    }

    /// <summary>Leaves out whom nothing concerns: neither linked, nor in the user group, nor open. Answers those of them who could not be read.</summary>
    /// <param name="state">What is known.</param>
    /// <param name="due">The people about whom something is open and due.</param>
    public IReadOnlyList<string> ForgetStrangers(SyncState state, IEnumerable<string> due)
    {
        var concerned = new HashSet<string>(state.Links.Where(l => l.Kind != LinkKind.Retired).Select(l => l.EntraId), StringComparer.OrdinalIgnoreCase);
        concerned.UnionWith(due);
        var strangers = ids.Where(id => !concerned.Contains(id) && !IsListed(userGroup, id) && !WasMember(id)).ToList();
        ids.ExceptWith(strangers);
        return strangers.Where(id => lookups[id].Existence == UserExistence.Unknown).ToList();
    }

    /// <summary>Whether the person was known as a member of the user group.</summary>
    /// <param name="id">The object id of the person.</param>
    public bool WasMember(string id) => members.ContainsKey((userGroup.GroupId, id));

    /// <summary>Who is to be remembered as a member of the user group.</summary>
    public IEnumerable<KnownMember> Joined() => ids.Where(id => IsListed(userGroup, id)).Select(id => new KnownMember(
        userGroup.GroupId,
        id,
        lookups[id].User is { } user ? EmailAddress.Choose(user, connection.Rules.EmailSource) : members.TryGetValue((userGroup.GroupId, id), out var member) ? member.Address : null));

    /// <summary>
    /// Who is to be forgotten as a member of the user group. A user in deleted items is not: their memberships come back with them
    /// (https://learn.microsoft.com/graph/delta-query-groups).
    /// </summary>
    public IEnumerable<KnownMember> Left() => ids
        .Where(id => WasMember(id) && !IsListed(userGroup, id) && (lookups[id].Existence == UserExistence.Exists || HintOf(userGroup, id) == MembershipHint.Left))
        .Select(id => members[(userGroup.GroupId, id)]);

    /// <summary>The additional groups that a change of these people concerns, each with those of them who are in it.</summary>
    /// <param name="people">The people.</param>
    /// <param name="state">What is known.</param>
    /// <param name="open">The people about whom something is open and due.</param>
    public IReadOnlyList<GroupReading> GroupsConcerned(IReadOnlyDictionary<string, Person> people, SyncState state, ISet<string> open)
    {
        var links = PersonStates.CurrentLinks(state);
        var linkedGroups = new HashSet<string>(state.GroupLinks.Select(l => l.GroupId), StringComparer.OrdinalIgnoreCase);
        var movers = people.Values.Where(p => open.Contains(p.EntraId) || IsMover(p, links)).Select(p => p.EntraId).ToList();
        return additional
            .Where(g => movers.Any(id => Answer(g, id) != MembershipAnswer.NotMember || connection.IncludeNested || open.Contains(id)) || people.Keys.Any(id => HintOf(g, id) != MembershipHint.None))
            .Where(g => linkedGroups.Contains(g.GroupId) || people.Values.Any(p => p.InUserGroup && IsListed(g, p.EntraId)))
            .Select(ReadingOf)
            .ToList();
    }

    // A user whose memberships and identity did not change changes no group, unless a group names them.
    private bool IsMover(Person person, Dictionary<string, AccountLink> links) =>
        person.Presence != PersonPresence.Present
        || !links.TryGetValue(person.EntraId, out var link)
        || link.Done != LeaverRule.None
        || link.HandledEvent != LeavingEvent.None
        || !EmailAddress.Same(EmailAddress.Choose(person.User!, connection.Rules.EmailSource), link.Email)
        || (connection.IncludeNested && hints.Name(person.EntraId));

    private GroupReading ReadingOf(TrackedGroup group) => new()
    {
        GroupId = group.GroupId,
        DisplayName = group.DisplayName ?? group.GroupId,
        Status = ReadingStatus.Complete,
        Users = ids.Where(id => IsListed(group, id)).Select(id => lookups[id].User ?? new DirectoryUser { Id = id }).ToList(),
    };

    /// <summary>
    /// Whether a list of the group would show the person. Where only direct members count and the group holds groups, <c>checkMemberGroups</c> cannot tell, and
    /// what changes said before and now does.
    /// </summary>
    private bool IsListed(TrackedGroup group, string id)
    {
        if (lookups[id].Existence == UserExistence.Deleted)
            return false;
        var hint = HintOf(group, id);
        if (hint == MembershipHint.Joined)
            return true;
        var wasMember = members.ContainsKey((group.GroupId, id));
        var answer = Answer(group, id);
        if (answer != MembershipAnswer.Member)
            return hint == MembershipHint.None && wasMember && (!connection.IncludeNested || answer == MembershipAnswer.Unknown);
        return connection.IncludeNested || !group.HoldsGroups || (hint == MembershipHint.None && wasMember);
    }

    // With nesting, who came to a group inside the user group came to the user group; who went from one may still be in another.
    private MembershipHint HintOf(TrackedGroup group, string id) =>
        connection.IncludeNested && ReferenceEquals(group, userGroup) && insideUserGroup.Any(g => hints.Of(g, id) == MembershipHint.Joined)
            ? MembershipHint.Joined
            : hints.Of(group.GroupId, id);

    private MembershipAnswer Answer(TrackedGroup group, string id) => lookups[id].MembershipOf(group.GroupId);

    private IEnumerable<string> AddressesOf(string id)
    {
        if (lookups[id].User is { } user && EmailAddress.Choose(user, connection.Rules.EmailSource) is { } address)
            yield return address;
        if (members.TryGetValue((userGroup.GroupId, id), out var member) && member.Address is { } earlier)
            yield return earlier;
    }

    private static bool IsSame(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private sealed class MemberComparer : IEqualityComparer<(string Group, string Person)>
    {
        public static readonly MemberComparer Instance = new();

        public bool Equals((string Group, string Person) x, (string Group, string Person) y) => IsSame(x.Group, y.Group) && IsSame(x.Person, y.Person);

        public int GetHashCode((string Group, string Person) obj) =>
            StringComparer.OrdinalIgnoreCase.GetHashCode(obj.Group) ^ StringComparer.OrdinalIgnoreCase.GetHashCode(obj.Person);
    }
}
