using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>Who lays claim to which address: people who are in the user group, and accounts that belong to people who left.</summary>
internal sealed class AddressClaims
{
    private readonly KeyIndex<Person> claimants;
    private readonly Dictionary<string, AccountLink> formerOwners;
    private readonly IReadOnlyDictionary<string, AccountLink> currentLinks;

    public AddressClaims(PlannerInput input, IReadOnlyDictionary<string, Person> people, IReadOnlyDictionary<string, AccountLink> currentLinks)
    {
        this.currentLinks = currentLinks;
        claimants = new KeyIndex<Person>(people.Count, EmailAddress.Comparer);
        formerOwners = new Dictionary<string, AccountLink>(input.State.Links.Count, EmailAddress.Comparer);
        foreach (var person in people.Values)
        {
            // Somebody of whom nothing certain is known may be the rightful owner; somebody who is disabled and has no account is not getting one.
            var claims = person.Presence != PersonPresence.Leaver || (person.InUserGroup && currentLinks.ContainsKey(person.EntraId));
            if (!claims || person.User is null || !person.InUserGroup && person.Presence != PersonPresence.Unknown)
                continue;
            if (person.User.IsGuest && input.Rules.GuestUser == GuestUserRule.Skip && !currentLinks.ContainsKey(person.EntraId))
                continue;
            var address = EmailAddress.Choose(person.User, input.Rules.EmailSource);
            if (address is not null)
                claimants.Add(address, person);
        }

        foreach (var link in input.State.Links)
        {
            if (link.Kind != LinkKind.Retired && !input.Accounts.IsGone(link.AccountId))
                formerOwners[link.Email] = link;
        }
    }

    /// <summary>The other people with this address, by name; empty when the person is the only one.</summary>
    public IReadOnlyList<string> Rivals(Person person, string address) =>
        claimants[address] is { Count: > 1 } list
            ? list.Where(p => !string.Equals(p.EntraId, person.EntraId, StringComparison.OrdinalIgnoreCase)).Select(NameOf).ToList()
            : Array.Empty<string>();

    /// <summary>Whether somebody else with this address is linked, and so keeps it.</summary>
    public bool HasLinkedRival(Person person, string address) =>
        claimants[address].Any(p => !string.Equals(p.EntraId, person.EntraId, StringComparison.OrdinalIgnoreCase) && currentLinks.ContainsKey(p.EntraId));

    /// <summary>The link of somebody else whose account stands, or may stand, at this address; null when there is none.</summary>
    public AccountLink? LinkOfSomebodyElse(string entraId, string address) =>
        formerOwners.TryGetValue(address, out var link) && !string.Equals(link.EntraId, entraId, StringComparison.OrdinalIgnoreCase) ? link : null;

    public static string NameOf(Person person) => NameOf(person.User) ?? person.EntraId;

    public static string? NameOf(DirectoryUser? user) => user?.DisplayName ?? user?.UserPrincipalName ?? user?.Mail ?? user?.Id;
}
