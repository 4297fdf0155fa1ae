using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// The claims to each address: by users in the user group, by listed accounts that have the address, and by links of accounts that have or may have it. It contains
/// only addresses that a decision needs: those that differ from the user's own account, and those of users who were looked up.
/// </summary>
internal sealed class AddressClaims
{
    private readonly PlannerInput input;
    private readonly PersonStates states;
    private readonly Roster roster;
    // Claims by comparable address, so that an ordinary string comparer is enough.
    private readonly Dictionary<string, int> claimOf;
    private readonly AddressClaim[] claims;
    // If an address is added twice, its first number stays unused. That is cheaper than a check of each address.
    private int claimCount;

    public AddressClaims(PlannerInput input, PersonStates states)
    {
        this.input = input;
        this.states = states;
        roster = input.Roster;
        claimOf = new Dictionary<string, int>(roster.Entries.Count(e => e.Link is null) + input.Lookups.Count, StringComparer.OrdinalIgnoreCase);
        AddAddresses();
        claims = new AddressClaim[claimCount];
        AddClaimants();
        AddAccounts();
        AddLinks();
    }

    /// <summary>The claims to an address. Throws for an address that the class does not contain.</summary>
    /// <param name="address">The address of a user of the roster, other than the address of their own account.</param>
    public ref readonly AddressClaim At(string address) => ref claims[claimOf[EmailAddress.Comparable(address)]];

    /// <summary>The names of the other users with this address; empty if there are none.</summary>
    public static IReadOnlyList<string> Rivals(string entraId, in AddressClaim claim) => claim.Claimants.Count < 2
        ? Array.Empty<string>()
        : claim.Claimants.All.Where(u => !EntraId.Same(u.Id, entraId)).Select(NameOf).ToList();

    /// <summary>Whether another user with this address is linked, and so keeps the address.</summary>
    public bool HasLinkedRival(string entraId, in AddressClaim claim) =>
        claim.Claimants.All.Any(u => !EntraId.Same(u.Id, entraId) && roster.PlaceOf(u.Id) is var place and >= 0 && roster.Entries[place].Link is not null);

    /// <summary>The link of another user whose account has, or may have, this address; null if there is none.</summary>
    public static AccountLink? LinkOfAnotherUser(string entraId, in AddressClaim claim) =>
        claim.Links.Count == 0 ? null : claim.Links.All.FirstOrDefault(l => !EntraId.Same(l.EntraId, entraId));

    public static string NameOf(in Person person) => person.User is { } user ? NameOf(user) : person.EntraId;

    public static string NameOf(DirectoryUser user) => user.DisplayName ?? user.UserPrincipalName ?? user.Mail ?? user.Id;

    private void AddAddresses()
    {
        foreach (var entry in roster.Entries)
        {
            if (entry.Listed is { } user && AddressOf(user) is { } address && !EmailAddress.Same(address, entry.Account?.UserName))
                AddAddress(address);
        }

        // A user who was looked up may have a newer address than in the list.
        foreach (var lookup in input.Lookups.Values)
        {
            if (lookup.User is { } user && AddressOf(user) is { } address)
                AddAddress(address);
        }
    }

    private void AddAddress(string address)
    {
        claimOf[address] = claimCount++;
    }

    private void AddClaimants()
    {
        for (var place = 0; place < roster.Entries.Count; place++)
        {
            var person = states.PersonAt(place);
            if (ClaimantOf(person, roster.Entries[place].Link is not null) is { } user && AddressOf(user) is { } address && claimOf.TryGetValue(address, out var claim))
                claims[claim].Claimants.Add(user);
        }
    }

    private void AddAccounts()
    {
        foreach (var account in input.Accounts.Listed)
        {
            if (claimOf.TryGetValue(EmailAddress.Comparable(account.UserName), out var claim))
                claims[claim].Accounts.Add(account);
        }
    }

    private void AddLinks()
    {
        foreach (var link in input.State.Links)
        {
            // For a replaced account that was retired, the listing and the server's uniqueness check are more reliable than the link.
            var holdsAddress = link.Kind == LinkKind.Current || (link.Kind == LinkKind.Predecessor && link.HandledEvent == LeavingEvent.None);
            if (holdsAddress && claimOf.TryGetValue(EmailAddress.Comparable(link.Email), out var claim) && !input.Accounts.IsGone(link.AccountId))
                claims[claim].Links.Add(link);
        }
    }

    private string? AddressOf(DirectoryUser user) => EmailAddress.Choose(user, input.Rules.EmailSource);

    // The user, if they claim their address; otherwise null.
    private DirectoryUser? ClaimantOf(in Person person, bool isLinked)
    {
        // A user whose state is unclear may be the rightful owner. A disabled user without an account gets none, so they claim no address.
        var isEntitled = person.Presence != PersonPresence.Leaver || (person.InUserGroup && isLinked);
        if (!isEntitled || person.User is not { } user || (!person.InUserGroup && person.Presence != PersonPresence.Unknown))
            return null;
        return isLinked || !user.IsGuest || input.Rules.GuestUser != GuestUserRule.Skip ? user : null;
    }
}

/// <summary>All claims to one address. A struct that is changed in place in its array: a first run has as many claims as users, and must not allocate an object for each.</summary>
internal struct AddressClaim
{
    /// <summary>The users who have the address.</summary>
    public FewItems<DirectoryUser> Claimants;
    /// <summary>The listed accounts that have the address.</summary>
    public FewItems<Account> Accounts;
    /// <summary>The links of accounts that have, or may have, the address.</summary>
    public FewItems<AccountLink> Links;
}
