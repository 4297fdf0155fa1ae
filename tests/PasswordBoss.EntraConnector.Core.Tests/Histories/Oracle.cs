using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>
/// The decision table once more, as short as it can be said: what a run in which everything can be read and written makes of a company. It remembers by
/// itself what it has done, and never looks at the connector's state.
/// </summary>
internal sealed class Oracle
{
    private sealed record Link(string Person, string? Account, string Address, LeaverRule Done, AccountState Prior, LeavingEvent Handled, DateTimeOffset At);

    private readonly World world;
    private readonly Dictionary<string, Link> links = new();
    private readonly Dictionary<string, string> everLinked = new();
    private HashSet<string> members = new();
    private Dictionary<string, Account> before = new();
    private Dictionary<string, Account> after = new();

    public Oracle(World world) => this.world = world;

    /// <summary>What should stand in Password Boss after a run that starts now.</summary>
    public string Expect()
    {
        before = world.PasswordBoss.Accounts.ToDictionary(a => a.Key, a => a.Value);
        after = new Dictionary<string, Account>(before);
        members = world.Entra.TransitiveMembers(world.UserGroup.Id);
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

        var groups = world.Connection.AdditionalGroups.Select(g => world.Entra.Groups[g.Id]).Select(g =>
            g.Name + ": " + string.Join(", ", world.Entra.TransitiveMembers(g.Id).Where(listed.Contains).Select(AddressOfMember).OfType<string>().OrderBy(a => a, StringComparer.Ordinal)));
        return Snapshot.Of(after.Values, groups);
    }

    /// <summary>The run is over: what was created has an id now.</summary>
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
        var cleared = link with { Done = LeaverRule.None, Handled = LeavingEvent.None };
        if (link.Done == LeaverRule.ConvertToPersonal)
        {
            if (account is null || !Same(account.UserName, user.Mail!))
                NewAccount(user, link, listed, linked);
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
            Retire(account, world.Rules.RemovedUser);
        }
        else if (account.State is AccountState.Disabled)
        {
            if (!Same(account.UserName, user.Mail!))
                return;
            links[user.Id] = cleared;
            after[account.Id] = Named(account, user) with { State = link.Prior == AccountState.Pending ? AccountState.Pending : AccountState.Active };
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
        var standsInGroup = members.Contains(person);
        // Whose account was taken away because she was deleted is not asked about again until she stands in the group.
        if (link is { Handled: LeavingEvent.Deleted, Done: not LeaverRule.None } && !standsInGroup)
            leaving = LeavingEvent.Deleted;
        var rule = world.Rules.For(leaving);
        var seen = link with { Handled = leaving };
        if (link.Done == LeaverRule.ConvertToPersonal || account?.State == AccountState.Personal)
        {
            Remember(seen, forget: leaving == LeavingEvent.Deleted);
        }
        else if (account is null)
        {
            if (IsGone(link))
                Remember(seen, forget: true);
        }
        else if (account.State is AccountState.Active or AccountState.Pending && link.Done != LeaverRule.None)
        {
            Remember(seen, forget: false);
        }
        else if (account.State == AccountState.Disabled && link.Done == LeaverRule.None && leaving == LeavingEvent.Disabled && standsInGroup)
        {
            Remember(seen, forget: false);
        }
        else if (link.Handled != leaving)
        {
            var done = account.State == AccountState.Disabled ? LeaverRule.Disable : LeaverRule.None;
            if (rule > done)
            {
                seen = seen with { Done = rule, Prior = account.State == AccountState.Disabled ? link.Prior : account.State };
                Retire(account, rule);
            }

            Remember(seen, forget: rule == LeaverRule.Delete);
        }
    }

    private void NewAccount(DirectoryUser user, Link? former, List<string> listed, HashSet<string> linked)
    {
        var rivals = Rivals(user, listed, linked);
        if (rivals.Count > 0 && (former is null || rivals.Any(linked.Contains)))
            return;
        if (before.Values.Any(a => a.State != AccountState.Personal && Same(a.UserName, user.Mail!)))
        {
            if (Adoptable(user) is { } standing)
                Adopt(user, standing);
            return;
        }

        // A personal account holds its address; so does an account that may still be there. Of a personal account the server's word is enough.
        var held = before.Values.Any(a => Same(a.UserName, user.Mail!))
            || links.Values.Any(l => l.Person != user.Id && Same(l.Address, user.Mail!) && l.Done != LeaverRule.ConvertToPersonal && l.Account is not null && !before.ContainsKey(l.Account) && !IsGone(l));
        if (held)
            return;
        var account = Named(new Account { Id = "new " + user.Mail, UserName = user.Mail!, ExternalId = user.Id, ManagedBy = ManagedBy.AzureAD }, user) with
        {
            State = world.Rules.NewUser == NewUserRule.CreatePending ? AccountState.Pending : AccountState.Active,
        };
        after.Add(account.Id, account);
        links[user.Id] = new Link(user.Id, null, account.UserName, LeaverRule.None, AccountState.Unknown, LeavingEvent.None, world.Clock.UtcNow);
    }

    private List<string> Rivals(DirectoryUser user, List<string> listed, HashSet<string> linked) => listed.Where(id =>
        id != user.Id && Same(world.Entra.Users[id].Mail!, user.Mail!) && (world.Entra.Users[id].AccountEnabled == true || linked.Contains(id))).ToList();

    private Account? Adoptable(DirectoryUser user) => before.Values.SingleOrDefault(a =>
        Same(a.UserName, user.Mail!) && !everLinked.ContainsKey(a.Id) && a.ExternalId is null && a.ManagedBy == ManagedBy.PasswordBoss && a.State != AccountState.Personal
        && world.Rules.ExistingAccount switch { ExistingAccountRule.Adopt => a.GivenName == user.GivenName && a.FamilyName == user.Surname, ExistingAccountRule.AdoptAny => true, _ => false });

    private void Adopt(DirectoryUser user, Account account)
    {
        after[account.Id] = Named(account, user) with { ExternalId = user.Id, ManagedBy = ManagedBy.AzureAD };
        links[user.Id] = new Link(user.Id, account.Id, account.UserName, LeaverRule.None, AccountState.Unknown, LeavingEvent.None, world.Clock.UtcNow);
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

    private bool IsGone(Link link) => !before.ContainsKey(link.Account!) && world.Clock.UtcNow - link.At > TimeSpan.FromHours(1)
        && !before.Values.Any(a => a.State != AccountState.Personal && (Same(a.UserName, link.Address) || a.ExternalId == link.Person)
            && everLinked.GetValueOrDefault(a.Id, link.Person) == link.Person);

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
