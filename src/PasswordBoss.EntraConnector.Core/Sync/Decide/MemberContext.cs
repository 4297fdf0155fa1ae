using System.Collections.Generic;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>What the decisions about the members of all groups share: the users, their accounts, and which accounts this run retires, creates or adopts.</summary>
internal sealed class MemberContext
{
    private readonly PersonStates states;

    public MemberContext(PlannerInput input, PersonStates states, RosterSet inUserGroup, AccountOutcomes outcomes, GroupPlan plan)
    {
        this.states = states;
        Input = input;
        InUserGroup = inUserGroup;
        Outcomes = outcomes;
        Plan = plan;
        Listed = new RosterSet(Roster.Entries.Count);
        Wanted = new RosterSet(Roster.Entries.Count);
        Shown = new RosterSet(Roster.Entries.Count);
    }

    public PlannerInput Input { get; }

    public Roster Roster => Input.Roster;

    public AccountOutcomes Outcomes { get; }

    public GroupPlan Plan { get; }

    /// <summary>The members of the user group.</summary>
    public RosterSet InUserGroup { get; }

    /// <summary>
    /// The users that Entra lists in the group that is decided now. This set and the three collections below grow with the number of users, so they are reused for the
    /// next group.
    /// </summary>
    public RosterSet Listed { get; }

    /// <summary>The listed users who belong in the group.</summary>
    public RosterSet Wanted { get; }

    /// <summary>The users whose accounts the server shows in the group.</summary>
    public RosterSet Shown { get; }

    /// <summary>The ids of all accounts that the server shows in the group.</summary>
    public HashSet<string> ShownIds { get; } = new(AccountId.Comparer);

    /// <summary>The decisions about one group. They must be complete before the next group is decided.</summary>
    /// <param name="reading">The group.</param>
    public MemberDecisions Of(GroupReading reading)
    {
        Listed.Clear();
        Wanted.Clear();
        Shown.Clear();
        ShownIds.Clear();
        return new MemberDecisions(this, reading);
    }

    public Person PersonAt(int place) => states.PersonAt(place);

    /// <summary>The server's id of a user's account after this run; null for an account that is yet to be created, and for a user without an account.</summary>
    public string? AccountOf(int place) => Outcomes.GetsAccount(place) ? Outcomes.AdoptedAccountOf(place) : Roster.Entries[place].Link?.AccountId;

    /// <summary>Whether the account has left the company. An account that the connector disabled may merely be hidden.</summary>
    public bool IsOut(AccountLink member) =>
        member.AppliedRule == LeaverRule.ConvertToPersonal
        || Input.Accounts.Find(member.AccountId)?.State == AccountState.Personal
        || (member.AppliedRule == LeaverRule.None && Input.Accounts.IsGone(member.AccountId));

    /// <summary>Whether the user has another account now, or gets one in this run. That account replaces this one in the group.</summary>
    public bool IsReplaced(AccountLink member, int place) => member.Kind == LinkKind.Predecessor
        || (Outcomes.GetsAccount(place) && !AccountId.Same(Outcomes.AdoptedAccountOf(place), member.AccountId));

    /// <summary>The reason for the removal of an account that was replaced by another one.</summary>
    public Message ReplacedBy(AccountLink member) =>
        Texts.ReasonPredecessorRetired(UserOf(member.EntraId) is { } user ? AddressOf(user) ?? "" : "");

    /// <summary>Whether a removal follows from an account that this run retires.</summary>
    public bool IsLeaving(RemoveMember removal) =>
        removal.User.EntraId is { } entraId && Roster.PlaceOf(entraId) is var place and >= 0 && Outcomes.IsLeaving(place);

    /// <summary>The subject of a change that is about a member.</summary>
    /// <param name="place">The user's place in the roster.</param>
    /// <param name="link">The link of the account that is a member; null if this run makes the account.</param>
    public UserSubject SubjectOf(int place, AccountLink? link) => SubjectOf(Roster.Entries[place].EntraId, PersonAt(place).User, link);

    /// <summary>The subject of a change that is about a member.</summary>
    /// <param name="link">The link of the account that is a member.</param>
    public UserSubject SubjectOf(AccountLink link) => SubjectOf(link.EntraId, UserOf(link.EntraId), link);

    private UserSubject SubjectOf(string entraId, DirectoryUser? user, AccountLink? link) =>
        new(entraId, link?.Email ?? (user is null ? null : AddressOf(user)), user is null ? link?.DisplayName : AddressClaims.NameOf(user));

    private DirectoryUser? UserOf(string entraId) => Roster.PlaceOf(entraId) is var place and >= 0 ? PersonAt(place).User : null;

    private string? AddressOf(DirectoryUser user) => EmailAddress.Choose(user, Input.Rules.EmailSource);
}
