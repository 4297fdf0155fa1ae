using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>What happened to the people of a company.</summary>
internal enum PlannerMix
{
    Ordinary,
    Unchanged,
    New,
    Upgraded,
}

/// <summary>
/// A company on an ordinary day, always the same for the same number. Of each hundred people 93 are unchanged, two are new, and one each has left the group, was
/// disabled, was deleted, was renamed and has another address. Ten additional groups have a tenth of the people each; of each hundred memberships one is
/// new and one has ended. The links and the known members are those that the last run stored. In the mix "upgraded", an earlier version stored less about them, so each
/// of them changes once. The other mixes have no groups, and all their people are unchanged, or all are new.
/// </summary>
internal sealed class PlannerInputs
{
    private const string UserGroupId = "f10d1194-0000-4000-9000-000000000001";
    private const int Teams = 10;
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly List<DirectoryUser> users = [];
    private readonly List<Account> accounts = [];
    private readonly List<AccountLink> links = [];
    private readonly Dictionary<string, UserLookup> lookups = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<DirectoryUser>[] entraTeams = new List<DirectoryUser>[Teams];
    private readonly List<string>[] standingTeams = new List<string>[Teams];
    private readonly KnownMemberSet knownMembers;

    private readonly PlannerMix mix;

    private PlannerInputs(int people, PlannerMix mix)
    {
        this.mix = mix;
        for (var team = 0; team < Teams; team++)
        {
            entraTeams[team] = [];
            standingTeams[team] = [];
        }

        for (var i = 0; i < people; i++)
            Add(i);
        knownMembers = mix == PlannerMix.Upgraded ? KnownMemberSet.None : new KnownMemberSet(standingTeams.SelectMany(MembersOf));
    }

    public static PlannerInputs Create(int people, PlannerMix mix) => new(people, mix);

    /// <summary>The input, with a new account view, because planning adds an index to the view.</summary>
    public PlannerInput ToInput()
    {
        var additional = new List<GroupReading>(Teams);
        var groups = new List<AccountGroup>(Teams);
        var groupLinks = new List<GroupLink>(Teams);
        for (var team = 0; team < Teams && HasTeams; team++)
        {
            var number = team.ToString(CultureInfo.InvariantCulture);
            var id = Id(2, team);
            additional.Add(new GroupReading { GroupId = id, DisplayName = "Team " + number, Status = ReadingStatus.Complete, Users = entraTeams[team] });
            groups.Add(new AccountGroup { Id = "pbg-" + number, DisplayName = "Team " + number, ExternalId = id, ManagedBy = ManagedBy.AzureAD, MemberIds = standingTeams[team] });
            groupLinks.Add(new GroupLink { GroupId = id, AccountGroupId = "pbg-" + number, DisplayName = "Team " + number });
        }

        return new PlannerInput
        {
            Rules = SyncRules.Default,
            UserGroup = new GroupReading { GroupId = UserGroupId, DisplayName = "Password Boss Users", Status = ReadingStatus.Complete, Users = users },
            AdditionalGroups = additional,
            Lookups = lookups,
            Accounts = new AccountView(accounts),
            AccountGroups = groups,
            Capabilities = new AccountCapabilities { UserExtension = true, GroupExtension = true, Groups = true, Filter = true },
            State = new SyncState { Links = links, GroupLinks = groupLinks, GroupMembers = knownMembers, Health = ConnectionHealth.New with { Relinked = true } },
            Now = Now,
        };
    }

    private void Add(int i)
    {
        var number = i.ToString(CultureInfo.InvariantCulture);
        var entraId = Id(1, i);
        var accountId = "pba-" + number;
        var address = "person" + number + "@fjordlight.example";
        var kind = mix switch { PlannerMix.Unchanged => 99, PlannerMix.New => 0, _ => i % 100 };
        var user = new DirectoryUser
        {
            Id = entraId,
            DisplayName = "Person " + number,
            GivenName = "Person",
            Surname = kind == 5 ? "Renamed" : "Number" + number,
            Mail = kind == 6 ? "moved" + address : address,
            UserPrincipalName = address,
            AccountEnabled = kind != 3,
            UserType = "Member",
        };
        var isListed = kind is not (2 or 4);
        if (isListed)
            users.Add(user);
        if (kind is 2 or 3 or 4)
            lookups.Add(entraId, kind == 4 ? new UserLookup { Id = entraId, Existence = UserExistence.Deleted } : LookUp(user, kind == 3));
        if (HasTeams)
            AddMembership(i, user, accountId, isListed);
        if (kind is 0 or 1)
            return;

        // New string objects, as from another server.
        accounts.Add(new Account
        {
            Id = accountId,
            UserName = "person" + number + "@fjordlight.example",
            ExternalId = Id(1, i),
            GivenName = "Person",
            FamilyName = "Number" + number,
            DisplayName = "Person " + number,
            State = AccountState.Active,
            StateText = "active",
            ManagedBy = ManagedBy.AzureAD,
        });
        links.Add(new AccountLink
        {
            EntraId = Id(1, i),
            AccountId = "pba-" + number,
            Email = "person" + number + "@fjordlight.example",
            DisplayName = "Person " + number,
            LinkedAt = Now.AddDays(-30),
            KnownState = mix == PlannerMix.Upgraded ? AccountState.Unknown : AccountState.Active,
            SeenActive = mix != PlannerMix.Upgraded,
        });
    }

    // New string objects, as from the store.
    private static IEnumerable<GroupMember> MembersOf(List<string> accountIds, int team) =>
        accountIds.Select(accountId => new GroupMember(Id(2, team), new string(accountId), GroupMemberMark.Shown));

    private bool HasTeams => mix is PlannerMix.Ordinary or PlannerMix.Upgraded;

    private void AddMembership(int i, DirectoryUser user, string accountId, bool isListed)
    {
        var team = i / 100 % Teams;
        var joined = i % 100 is 0 or 50;
        var left = i % 100 == 51;
        if (isListed && !left)
            entraTeams[team].Add(user);
        if (i % 100 > 1 && !joined)
            standingTeams[team].Add(accountId);
        if (left)
            lookups.Add(user.Id, LookUp(user, true, (Id(2, team), MembershipStatus.NotMember)));
    }

    private static UserLookup LookUp(DirectoryUser user, bool isMember, params (string GroupId, MembershipStatus Answer)[] others)
    {
        var memberships = new Dictionary<string, MembershipStatus>(StringComparer.OrdinalIgnoreCase) { [UserGroupId] = isMember ? MembershipStatus.Member : MembershipStatus.NotMember };
        foreach (var (groupId, answer) in others)
            memberships[groupId] = answer;
        return new UserLookup { Id = user.Id, Existence = UserExistence.Exists, User = user, Memberships = memberships };
    }

    // Entra's ids are random. These are scattered too, but the same each time.
    private static string Id(int kind, int number) =>
        ((uint)number * 2654435761u).ToString("x8", CultureInfo.InvariantCulture) + "-0000-4000-8000-" + ((long)kind << 32 | (uint)number).ToString("x12", CultureInfo.InvariantCulture);
}
