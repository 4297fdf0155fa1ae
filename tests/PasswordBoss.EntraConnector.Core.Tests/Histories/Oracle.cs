using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>
/// A second, minimal implementation of the decision table: the expected result of a run in which every read and write succeeds. It keeps its own record of
/// earlier runs, and never reads the connector's state.
/// </summary>
internal sealed class Oracle
{
    private sealed record Link(string Person, string? Account, string Address, bool Created, DateTimeOffset At)
    {
        public LeaverRule Done { get; init; }

        public AccountState Prior { get; init; }

        public LeavingEvent Handled { get; init; }

        /// <summary>The event that a second run must read before the account is converted.</summary>
        public LeavingEvent Waiting { get; init; }

        /// <summary>The state of the account at the last read or write.</summary>
        public AccountState Known { get; init; }

        public bool SeenActive { get; init; }
    }

    private readonly World world;
    private readonly Dictionary<string, Link> links = new();
    private readonly Dictionary<string, string> everLinked = new();
    // Former accounts of users who adopted another account. They wait for a second read of the new address.
    private List<(string Account, bool Created)> predecessors = new();
    private HashSet<string> members = new();
    private HashSet<string> linkedGroups = new();
    // Linked groups that one run did not find in Entra.
    private readonly HashSet<string> missingGroups = new();
    private Dictionary<string, Account> before = new();
    private Dictionary<string, Account> after = new();

    public Oracle(World world) => this.world = world;

    /// <summary>The expected content of Password Boss after a run that starts now.</summary>
    public string Expect()
    {
        before = world.PasswordBoss.Accounts.ToDictionary(a => a.Key, a => a.Value);
        after = new Dictionary<string, Account>(before);
        members = world.Entra.TransitiveMembers(world.UserGroup.Id);
        foreach (var link in links.Values.ToList())
            links[link.Person] = Observed(link);
        var waiting = predecessors;
        predecessors = new();
        var listed = members.Where(world.Entra.Users.ContainsKey).ToList();
        var linked = links.Keys.ToHashSet();
        foreach (var person in listed.Union(linked).ToList())
        {
            var user = world.Entra.Users.GetValueOrDefault(person);
            var inGroup = listed.Contains(person);
            if (inGroup && user!.AccountEnabled == true)
                Present(user, listed, linked);
            else if (linked.Contains(person))
                Leaver(person, user is null ? LeavingEvent.Deleted : inGroup ? LeavingEvent.Disabled : LeavingEvent.Removed, user?.AccountEnabled == false);
        }

        foreach (var (id, created) in waiting)
        {
            if (before.TryGetValue(id, out var account))
                RetirePredecessor(account, created, hasWaited: true);
        }

        var groups = world.Connection.AdditionalGroups.Where(g => world.Entra.Groups.ContainsKey(g.Id)).Select(g => world.Entra.Groups[g.Id]).ToList();
        var givenUp = linkedGroups.Where(IsGivenUp).ToHashSet();
        var kept = world.PasswordBoss.Groups.Values.Where(g =>
            groups.All(s => s.Id != g.ExternalId) && !(givenUp.Contains(g.ExternalId!) && world.Rules.RemovedGroup == RemovedGroupRule.Delete)).ToList();
        linkedGroups = groups.Select(g => g.Id).Union(linkedGroups.Except(givenUp)).ToHashSet();
        return Snapshot.Of(after.Values, groups.Select(g => Line(g.Name, MembersOf(g, listed))).Concat(kept.Select(g => Line(g.DisplayName, StillIn(g)))).ToList());

        static string Line(string name, IEnumerable<string> addresses) => name + ": " + string.Join(", ", addresses);
    }

    /// <summary>Records the IDs of the accounts that the run created.</summary>
    public void Learn()
    {
        foreach (var link in links.Values.Where(l => l.Account is null).ToList())
            links[link.Person] = link with { Account = world.PasswordBoss.At(link.Address).Id };
        foreach (var link in links.Values)
            everLinked[link.Account!] = link.Person;
    }

    public IEnumerable<string> Linked() => links.Values.Select(l => l.Person + " " + l.Address).OrderBy(l => l, StringComparer.Ordinal);

    private void Present(DirectoryUser user, List<string> listed, HashSet<string> linked)
    {
        var link = links.GetValueOrDefault(user.Id);
        if (link is null)
        {
            NewAccount(user, null, listed, linked);
            return;
        }

        var account = before.GetValueOrDefault(link.Account!);
        var cleared = WithoutLeaver(link);
        if (link.Done == LeaverRule.ConvertToPersonal)
        {
            if (account is null || !Same(account.UserName, user.Mail!))
                NewAccount(user, link, listed, linked);
        }
        else if (account is null && link.Done == LeaverRule.Disable)
        {
            // The server may only hide it. The write to its ID shows whether it is gone.
            links[user.Id] = cleared;
        }
        else if (account is null)
        {
            if (IsGone(link))
                NewAccount(user, link, listed, linked);
        }
        else if (account.State is AccountState.Personal || (account.State is AccountState.Disabled && link.Done == LeaverRule.None))
        {
            links[user.Id] = cleared;
        }
        else if (!Same(account.UserName, user.Mail!) && Rivals(user, listed, linked).Count == 0 && Adoptable(user) is { } successor)
        {
            Adopt(user, successor);
            RetirePredecessor(account, link.Created, hasWaited: false);
        }
        else if (account.State is AccountState.Disabled)
        {
            var state = link.Prior == AccountState.Pending ? AccountState.Pending : AccountState.Active;
            links[user.Id] = cleared with { Known = state, SeenActive = true };
            after[account.Id] = Named(account, user) with { State = state };
        }
        else
        {
            links[user.Id] = cleared;
            after[account.Id] = Named(account, user);
        }
    }

    private void Leaver(string person, LeavingEvent leaving, bool disabledToo)
    {
        var link = links[person];
        var account = before.GetValueOrDefault(link.Account!);
        if (leaving == LeavingEvent.Removed && world.Rules.RemovedUser == LeaverRule.None && disabledToo && world.Rules.DisabledUser != LeaverRule.None)
            leaving = LeavingEvent.Disabled;
        var isInGroup = members.Contains(person);
        // If a deleted user's account was removed, the user is not looked up again until the group contains them.
        if (link is { Handled: LeavingEvent.Deleted, Done: not LeaverRule.None } && !isInGroup)
            leaving = LeavingEvent.Deleted;
        var rule = world.Rules.For(leaving);
        // The account was in use at the last read, and was disabled after its user left. Another installation did that, so it counts as our change.
        if (account?.State == AccountState.Disabled && link is { Done: LeaverRule.None, SeenActive: true, Handled: LeavingEvent.None, Prior: AccountState.Active or AccountState.Pending })
            link = link with { Done = LeaverRule.Disable };
        var seen = link with { Handled = leaving };
        if (link.Done == LeaverRule.ConvertToPersonal || account?.State == AccountState.Personal)
            Remember(seen, forget: leaving == LeavingEvent.Deleted);
        else if (account is null && link is { Done: LeaverRule.Disable, Created: true } && link.Handled != leaving && rule == LeaverRule.Delete)
            Remember(seen, forget: true);
        else if (account is null && link.Done == LeaverRule.Disable)
            Remember(seen, forget: leaving == LeavingEvent.Deleted && !world.Entra.DeletedItems.ContainsKey(person) && !world.Entra.Users.ContainsKey(person));
        else if (account is null && IsGone(link))
            Remember(seen, forget: true);
        else if (account is not null)
            Leaver(link, account, seen, leaving, rule, isAdmins: link is { Done: LeaverRule.None, SeenActive: true } && leaving == LeavingEvent.Disabled);
    }

    // The account exists and belongs to the company.
    private void Leaver(Link link, Account account, Link seen, LeavingEvent leaving, LeaverRule rule, bool isAdmins)
    {
        var isDisabled = account.State == AccountState.Disabled;
        var isHandled = link.Handled == leaving || (isDisabled ? isAdmins : link.Done != LeaverRule.None);
        if (isHandled || rule <= (isDisabled ? LeaverRule.Disable : LeaverRule.None))
        {
            Remember(seen, forget: false);
        }
        else if (rule == LeaverRule.ConvertToPersonal && link.Waiting != leaving)
        {
            Remember(link with { Waiting = leaving }, forget: false);
        }
        else
        {
            if (rule == LeaverRule.Delete && !link.Created)
                rule = LeaverRule.Disable;
            if (isDisabled && rule == LeaverRule.Disable)
            {
                Remember(seen, forget: false);
                return;
            }

            Retire(account, rule);
            Remember(
                seen with { Done = rule, Prior = isDisabled ? link.Prior : account.State, Known = after.GetValueOrDefault(account.Id)?.State ?? AccountState.Unknown, Waiting = LeavingEvent.None },
                forget: rule == LeaverRule.Delete);
        }
    }

    private Link Observed(Link link)
    {
        if (!before.TryGetValue(link.Account!, out var account))
            return link;
        if (account.State != link.Known)
        {
            var wasTaken = account.State == AccountState.Disabled && link is { Done: LeaverRule.None, Known: AccountState.Active or AccountState.Pending };
            link = link with { Known = account.State, Prior = wasTaken ? link.Known : link.Prior };
        }

        return link.Done == LeaverRule.None && account.State is AccountState.Active or AccountState.Pending ? link with { SeenActive = true } : link;
    }

    private static Link WithoutLeaver(Link link) =>
        link with { Done = LeaverRule.None, Handled = LeavingEvent.None, Prior = AccountState.Unknown, Waiting = LeavingEvent.None };

    private void RetirePredecessor(Account account, bool created, bool hasWaited)
    {
        var rule = world.Rules.RemovedUser;
        if (rule == LeaverRule.ConvertToPersonal && account.State != AccountState.Personal && !hasWaited)
            predecessors.Add((account.Id, created));
        else
            Retire(account, rule == LeaverRule.Delete && !created ? LeaverRule.Disable : rule);
    }

    private void NewAccount(DirectoryUser user, Link? former, List<string> listed, HashSet<string> linked)
    {
        var rivals = Rivals(user, listed, linked);
        if (rivals.Count > 0 && (former is null || rivals.Any(linked.Contains)))
            return;
        if (before.Values.Any(a => a.State != AccountState.Personal && Same(a.UserName, user.Mail!)))
        {
            if (Adoptable(user) is { } existing)
                Adopt(user, existing);
            return;
        }

        // A personal account keeps its address, and so does a missing account that may still exist. A converted account that is missing is really gone.
        var held = before.Values.Any(a => Same(a.UserName, user.Mail!))
            || links.Values.Any(l => l.Person != user.Id && Same(l.Address, user.Mail!) && l.Done != LeaverRule.ConvertToPersonal && l.Account is not null && !before.ContainsKey(l.Account) && !IsGone(l));
        if (held)
            return;
        var account = Named(new Account { Id = "new " + user.Mail, UserName = user.Mail!, ExternalId = user.Id, ManagedBy = ManagedBy.AzureAD }, user) with
        {
            State = world.Rules.NewUser == NewUserRule.CreatePending ? AccountState.Pending : AccountState.Active,
        };
        after.Add(account.Id, account);
        links[user.Id] = new Link(user.Id, null, account.UserName, Created: true, world.Clock.UtcNow) { Known = account.State, SeenActive = true };
    }

    private List<string> Rivals(DirectoryUser user, List<string> listed, HashSet<string> linked) => listed.Where(id =>
        id != user.Id && Same(world.Entra.Users[id].Mail!, user.Mail!) && (world.Entra.Users[id].AccountEnabled == true || linked.Contains(id))).ToList();

    private Account? Adoptable(DirectoryUser user) => before.Values.SingleOrDefault(a =>
        Same(a.UserName, user.Mail!) && !everLinked.ContainsKey(a.Id) && a.ExternalId is null && a.ManagedBy == ManagedBy.PasswordBoss && a.State != AccountState.Personal
        && world.Rules.ExistingAccount switch { ExistingAccountRule.Adopt => a.GivenName == user.GivenName && a.FamilyName == user.Surname, ExistingAccountRule.AdoptAny => true, _ => false });

    private void Adopt(DirectoryUser user, Account account)
    {
        after[account.Id] = Named(account, user) with { ExternalId = user.Id, ManagedBy = ManagedBy.AzureAD };
        links[user.Id] = new Link(user.Id, account.Id, account.UserName, Created: false, world.Clock.UtcNow)
        {
            Known = account.State,
            SeenActive = account.State is AccountState.Active or AccountState.Pending,
        };
    }

    private void Retire(Account account, LeaverRule rule)
    {
        if (rule == LeaverRule.Delete)
            after.Remove(account.Id);
        else if (rule == LeaverRule.ConvertToPersonal && account.State != AccountState.Personal)
            after[account.Id] = account with { State = AccountState.Personal };
        else if (rule == LeaverRule.Disable && account.State is AccountState.Active or AccountState.Pending)
            after[account.Id] = account with { State = AccountState.Disabled };
    }

    private void Remember(Link link, bool forget)
    {
        if (forget)
            links.Remove(link.Person);
        else
            links[link.Person] = link;
    }

    private bool IsGone(Link link) => link.Done != LeaverRule.Disable && !before.ContainsKey(link.Account!) && world.Clock.UtcNow - link.At > TimeSpan.FromHours(1)
        && !before.Values.Any(a => a.State != AccountState.Personal && (Same(a.UserName, link.Address) || a.ExternalId == link.Person)
            && everLinked.GetValueOrDefault(a.Id, link.Person) == link.Person);

    // A linked group is given up if it is deselected, or if two runs did not find it in Entra.
    private bool IsGivenUp(string groupId)
    {
        var isSelected = world.Connection.AdditionalGroups.Any(g => g.Id == groupId);
        if (isSelected && world.Entra.GroupsInDeletedItems.Contains(groupId))
            return false;
        var wasMissing = missingGroups.Remove(groupId);
        if (isSelected && !world.Entra.Groups.ContainsKey(groupId) && !wasMissing)
            missingGroups.Add(groupId);
        return !isSelected || (wasMissing && !world.Entra.Groups.ContainsKey(groupId));
    }

    // The members of a group that is no longer synced. Deleted and converted accounts leave all groups.
    private IEnumerable<string> StillIn(AccountGroup group) =>
        group.MemberIds.Where(m => after.TryGetValue(m, out var account) && account.State != AccountState.Personal).Select(m => after[m].UserName).OrderBy(a => a, StringComparer.Ordinal);

    // A leaver whose conversion waits for a second read keeps the memberships until then.
    private IEnumerable<string> MembersOf(FakeEntra.Group group, List<string> listed)
    {
        var existing = world.PasswordBoss.Groups.Values.SingleOrDefault(g => g.ExternalId == group.Id)?.MemberIds ?? Array.Empty<string>();
        var waiting = links.Values.Where(l => l is { Waiting: not LeavingEvent.None, Handled: LeavingEvent.None } && !listed.Contains(l.Person) && existing.Contains(l.Account)).Select(l => l.Person);
        // A member without a link is reported, or removed by rule, unless it is adopted in this run.
        var strangers = existing.Where(m => after.ContainsKey(m) && !everLinked.ContainsKey(m))
            .Where(m => world.Rules.UnknownMember == UnknownMemberRule.Report || links.Values.Any(l => l.Account == m)).Select(m => after[m].UserName);
        return world.Entra.TransitiveMembers(group.Id).Where(listed.Contains).Concat(waiting).Select(AddressOfMember).OfType<string>()
            .Union(strangers).OrderBy(a => a, StringComparer.Ordinal);
    }

    private string? AddressOfMember(string person)
    {
        if (!links.TryGetValue(person, out var link))
            return null;
        var account = link.Account is null ? after["new " + link.Address] : after.GetValueOrDefault(link.Account);
        return account is null || account.State == AccountState.Personal ? null : account.UserName;
    }

    private static Account Named(Account account, DirectoryUser user) =>
        account with { GivenName = user.GivenName, FamilyName = user.Surname, DisplayName = user.DisplayName };

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
