using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// Who lays claim to which address: people who are in the user group, accounts that stand there, and accounts that belong to people who left. Only addresses
/// are asked about at which the asking person's own account does not stand; nothing is kept of all others.
/// </summary>
internal sealed class AddressClaims
{
    private readonly PlannerInput input;
    private readonly PersonStates desired;
    private readonly Roster roster;
    // Claims by comparable address, so that an ordinary string comparer is enough.
    private readonly Dictionary<string, int> asked;
    private readonly AddressClaim[] claims;
    // Who asks for an address that somebody asked for before takes over the question: one operation for each instead of two.
    private int questions;

    public AddressClaims(PlannerInput input, PersonStates desired)
    {
        this.input = input;
        this.desired = desired;
        roster = input.Roster;
        asked = new Dictionary<string, int>(roster.Entries.Count(e => e.Link is null) + input.Lookups.Count, StringComparer.OrdinalIgnoreCase);
        Ask();
        claims = new AddressClaim[questions];
        AddClaimants();
        AddAccounts();
        AddLinks();
    }

    /// <summary>Who claims an address that somebody asks for.</summary>
    /// <param name="address">The address of a person of the roster at which her own account does not stand.</param>
    public ref readonly AddressClaim At(string address) => ref claims[asked[EmailAddress.Comparable(address)]];

    /// <summary>The people with this address but for one, by name; empty when she is the only one.</summary>
    public static IReadOnlyList<string> Rivals(string entraId, in AddressClaim claim) => claim.Claimants.Count < 2
        ? Array.Empty<string>()
        : claim.Claimants.All.Where(u => !EntraId.Same(u.Id, entraId)).Select(u => NameOf(u)!).ToList();

    /// <summary>Whether somebody else with this address is linked, and so keeps it.</summary>
    public bool HasLinkedRival(string entraId, in AddressClaim claim) =>
        claim.Claimants.All.Any(u => !EntraId.Same(u.Id, entraId) && roster.PlaceOf(u.Id) is var place and >= 0 && roster.Entries[place].Link is not null);

    /// <summary>The link of somebody else whose account stands, or may stand, at this address; null when there is none.</summary>
    public static AccountLink? LinkOfSomebodyElse(string entraId, in AddressClaim claim) =>
        claim.Links.Count == 0 ? null : claim.Links.All.FirstOrDefault(l => !EntraId.Same(l.EntraId, entraId));

    public static string NameOf(in Person person) => NameOf(person.User) ?? person.EntraId;

    public static string? NameOf(DirectoryUser? user) => user?.DisplayName ?? user?.UserPrincipalName ?? user?.Mail ?? user?.Id;

    private void Ask()
    {
        foreach (var entry in roster.Entries)
        {
            if (entry.Listed is { } user && AddressOf(user) is { } address && !EmailAddress.Same(address, entry.Account?.UserName))
                Ask(address);
        }

        // A user who was looked up may have another address by now than in the list.
        foreach (var lookup in input.Lookups.Values)
        {
            if (lookup.User is { } user && AddressOf(user) is { } address)
                Ask(address);
        }
    }

    private void Ask(string address)
    {
        asked[address] = questions++;
    }

    private void AddClaimants()
    {
        for (var place = 0; place < roster.Entries.Count; place++)
        {
            var person = desired.PersonAt(place);
            if (Claims(person, roster.Entries[place].Link is not null) && AddressOf(person.User!) is { } address && asked.TryGetValue(address, out var claim))
                claims[claim].Claimants.Add(person.User!);
        }
    }

    private void AddAccounts()
    {
        foreach (var account in input.Accounts.Listed)
        {
            if (asked.TryGetValue(EmailAddress.Comparable(account.UserName), out var claim))
                claims[claim].Accounts.Add(account);
        }
    }

    private void AddLinks()
    {
        foreach (var link in input.State.Links)
        {
            // Of a replaced account that has been retired, the listing and the server's own uniqueness know more than its link.
            var stands = link.Kind == LinkKind.Current || (link.Kind == LinkKind.Predecessor && link.HandledEvent == LeavingEvent.None);
            if (stands && asked.TryGetValue(EmailAddress.Comparable(link.Email), out var claim) && !input.Accounts.IsGone(link.AccountId))
                claims[claim].Links.Add(link);
        }
    }

    private string? AddressOf(DirectoryUser user) => EmailAddress.Choose(user, input.Rules.EmailSource);

    private bool Claims(in Person person, bool isLinked)
    {
        // Somebody of whom nothing certain is known may be the rightful owner; somebody who is disabled and has no account is not getting one.
        var isEntitled = person.Presence != PersonPresence.Leaver || (person.InUserGroup && isLinked);
        if (!isEntitled || person.User is null || (!person.InUserGroup && person.Presence != PersonPresence.Unknown))
            return false;
        return isLinked || !person.User.IsGuest || input.Rules.GuestUser != GuestUserRule.Skip;
    }
}

/// <summary>Everything that claims one address.</summary>
internal struct AddressClaim
{
    /// <summary>The people who have the address.</summary>
    public OneOrMore<DirectoryUser> Claimants;
    /// <summary>The listed accounts that stand there.</summary>
    public OneOrMore<Account> Accounts;
    /// <summary>The links of accounts that stand, or may stand, there.</summary>
    public OneOrMore<AccountLink> Links;
}
