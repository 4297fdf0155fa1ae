using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>
/// Who lays claim to which address: people who are in the user group, accounts that stand there, and accounts that belong to people who left. Only addresses
/// are asked about at which the asking person's own account does not stand; nothing is kept of all others.
/// </summary>
internal sealed class AddressClaims
{
    private readonly PlannerInput input;
    private readonly KeyIndex<Person> claimants;
    private readonly KeyIndex<Account> standing;
    private readonly Dictionary<string, AccountLink> formerOwners = new(EmailAddress.Comparer);

    public AddressClaims(PlannerInput input)
    {
        this.input = input;
        var asked = new HashSet<string>(EmailAddress.Comparer);
        // Whoever was looked up may have another address by now than in the list.
        foreach (var entry in input.Roster.Entries)
        {
            if (entry.Listed is { } user && AddressOf(user) is { } address && !EmailAddress.Same(address, entry.Account?.UserName))
                asked.Add(address);
        }

        foreach (var lookup in input.Lookups.Values)
        {
            if (lookup.User is { } user && AddressOf(user) is { } address)
                asked.Add(address);
        }

        claimants = new KeyIndex<Person>(asked.Count, EmailAddress.Comparer);
        standing = new KeyIndex<Account>(Math.Min(asked.Count, input.Accounts.Listed.Count), EmailAddress.Comparer);
        foreach (var entry in input.Roster.Entries)
        {
            var person = DesiredState.PersonOf(entry, input);
            if (Claims(person, entry.Link is not null) && AddressOf(person.User!) is { } address && asked.Contains(address))
                claimants.Add(address, person);
        }

        foreach (var account in input.Accounts.Listed)
        {
            if (asked.Contains(account.UserName))
                standing.Add(account.UserName, account);
        }

        foreach (var link in input.State.Links)
        {
            // Of a replaced account that has been retired, the listing and the server's own uniqueness know more than its link.
            var stands = link.Kind == LinkKind.Current || (link.Kind == LinkKind.Predecessor && link.HandledEvent == LeavingEvent.None);
            if (stands && asked.Contains(link.Email) && !input.Accounts.IsGone(link.AccountId))
                formerOwners[link.Email] = link;
        }
    }

    /// <summary>The other people with this address, by name; empty when the person is the only one.</summary>
    public IReadOnlyList<string> Rivals(Person person, string address) =>
        claimants[address] is { Count: > 1 } list
            ? list.Where(p => !string.Equals(p.EntraId, person.EntraId, StringComparison.OrdinalIgnoreCase)).Select(NameOf).ToList()
            : Array.Empty<string>();

    /// <summary>Whether somebody else with this address is linked, and so keeps it.</summary>
    public bool HasLinkedRival(Person person, string address) => claimants[address].Any(p =>
        !string.Equals(p.EntraId, person.EntraId, StringComparison.OrdinalIgnoreCase) && input.Roster.PlaceOf(p.EntraId) is var place and >= 0 && input.Roster.Entries[place].Link is not null);

    /// <summary>The listed accounts at this address.</summary>
    public IReadOnlyList<Account> AccountsAt(string address) => standing[address];

    /// <summary>The link of somebody else whose account stands, or may stand, at this address; null when there is none.</summary>
    public AccountLink? LinkOfSomebodyElse(string entraId, string address) =>
        formerOwners.TryGetValue(address, out var link) && !string.Equals(link.EntraId, entraId, StringComparison.OrdinalIgnoreCase) ? link : null;

    public static string NameOf(Person person) => NameOf(person.User) ?? person.EntraId;

    public static string? NameOf(DirectoryUser? user) => user?.DisplayName ?? user?.UserPrincipalName ?? user?.Mail ?? user?.Id;

    private string? AddressOf(DirectoryUser user) => EmailAddress.Choose(user, input.Rules.EmailSource);

    private bool Claims(Person person, bool isLinked)
    {
        // Somebody of whom nothing certain is known may be the rightful owner; somebody who is disabled and has no account is not getting one.
        var claims = person.Presence != PersonPresence.Leaver || (person.InUserGroup && isLinked);
        if (!claims || person.User is null || (!person.InUserGroup && person.Presence != PersonPresence.Unknown))
            return false;
        return isLinked || !person.User.IsGuest || input.Rules.GuestUser != GuestUserRule.Skip;
    }
}
