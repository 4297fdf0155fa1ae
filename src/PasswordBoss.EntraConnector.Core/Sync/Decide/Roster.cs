using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// All users who are in the user group or linked, each with their link and account, and all accounts with their owners. The readings are joined here once, so
/// that the steps of a plan need not search them again: with a million users, that is most of the work.
/// </summary>
internal sealed class Roster
{
    private readonly GroupReading userGroup;
    private readonly SyncState state;
    private readonly AccountView accounts;
    private readonly UserScope scope;
    private readonly AccountCapabilities capabilities;
    private readonly Dictionary<string, int> places;
    private readonly List<RosterEntry> entries;
    private readonly AccountOwner[] ownersOfListed;
    private readonly List<AccountOwner> ownersOfUnlisted = new();
    private readonly Dictionary<GroupReading, List<int>> placesOfGroups = new();
    private readonly Lazy<Dictionary<string, AccountOwner>> unlisted;
    private readonly Lazy<KeyIndex<Account>> unlinkedWithId;

    public Roster(PlannerInput input)
    {
        userGroup = input.UserGroup;
        state = input.State;
        accounts = input.Accounts;
        scope = input.Scope;
        capabilities = input.Capabilities;
        var capacity = scope.IsEveryone ? Math.Max(userGroup.Users.Count, state.Links.Count) : userGroup.Users.Count;
        places = new Dictionary<string, int>(capacity, EntraId.Comparer);
        entries = new List<RosterEntry>(capacity);
        ownersOfListed = new AccountOwner[accounts.Listed.Count];
        unlisted = new(IndexUnlisted);
        unlinkedWithId = new(IndexUnlinkedWithId);
        foreach (var user in userGroup.Users)
            Add(user);
        foreach (var link in state.Links)
            Add(link, isInScope: scope.Contains(link.EntraId));
    }

    /// <summary>All users: first those in the list of the user group, in its order.</summary>
    public List<RosterEntry> Entries => entries;

    /// <summary>Whether this roster was built from these readings.</summary>
    /// <param name="input">The input of a plan.</param>
    public bool IsOf(PlannerInput input) =>
        ReferenceEquals(userGroup, input.UserGroup) && ReferenceEquals(state, input.State) && ReferenceEquals(accounts, input.Accounts) && ReferenceEquals(scope, input.Scope);

    /// <summary>The place of a user in <see cref="Entries"/>; negative for a user who is neither in the user group nor linked.</summary>
    /// <param name="entraId">The user's object id.</param>
    public int PlaceOf(string entraId) => places.TryGetValue(entraId, out var place) ? place : -1;

    /// <summary>The places of those users of a group who are in the roster. They are searched once, because the nomination and the plan both need them.</summary>
    /// <param name="reading">The group.</param>
    public List<int> PlacesOf(GroupReading reading)
    {
        if (placesOfGroups.TryGetValue(reading, out var known))
            return known;
        var found = new List<int>(reading.Users.Count);
        foreach (var user in reading.Users)
        {
            if (PlaceOf(user.Id) is var place and >= 0)
                found.Add(place);
        }

        placesOfGroups.Add(reading, found);
        return found;
    }

    /// <summary>The present or former owner of an account; null if this connection has never linked it.</summary>
    /// <param name="accountId">The server's id.</param>
    public AccountOwner? OwnerOf(string accountId)
    {
        if (accounts.PlaceOf(accountId) is var place and >= 0)
            return ownersOfListed[place].Link is null ? null : ownersOfListed[place];
        return unlisted.Value.TryGetValue(accountId, out var owner) ? owner : null;
    }

    /// <summary>The listed accounts that have an external ID and that this connection has never linked.</summary>
    /// <param name="externalId">The external ID.</param>
    public IReadOnlyList<Account> UnlinkedWithExternalId(string externalId) => unlinkedWithId.Value[externalId];

    private void Add(DirectoryUser user)
    {
        var entry = RosterEntry.Of(user);
        places[user.Id] = entries.Count;
        if (places.Count > entries.Count)
        {
            entries.Add(entry);
            return;
        }

        // The index did not grow, so the id was in it. Searching for the rare duplicate is cheaper than a lookup per user.
        var earlier = entries.FindIndex(e => EntraId.Same(e.EntraId, user.Id));
        entries[earlier] = entry;
        places[user.Id] = earlier;
    }

    private void Add(AccountLink link, bool isInScope)
    {
        var listedAt = accounts.PlaceOf(link.AccountId);
        var place = -1;
        if (link.Kind == LinkKind.Current)
        {
            var account = listedAt >= 0 ? accounts.Listed[listedAt] : accounts.Find(link.AccountId);
            if (account is { State: AccountState.Unknown })
                account = LinkedAccounts.Assumed(link, account, capabilities);
            place = PlaceOf(link.EntraId);
            if (place >= 0)
                entries[place] = entries[place].LinkedTo(link, account);
            else if (isInScope)
                place = Add(link.EntraId, RosterEntry.Of(link, account));
        }

        if (listedAt >= 0)
            SetOwner(ref ownersOfListed[listedAt], new AccountOwner(link, place));
        else
            ownersOfUnlisted.Add(new AccountOwner(link, place));
    }

    private int Add(string entraId, RosterEntry entry)
    {
        places.Add(entraId, entries.Count);
        entries.Add(entry);
        return entries.Count - 1;
    }

    private Dictionary<string, AccountOwner> IndexUnlisted()
    {
        var index = new Dictionary<string, AccountOwner>(ownersOfUnlisted.Count, AccountId.Comparer);
        foreach (var owner in ownersOfUnlisted)
        {
            index.TryGetValue(owner.Link.AccountId, out var known);
            SetOwner(ref known, owner);
            index[owner.Link.AccountId] = known;
        }

        return index;
    }

    // Of two links whose ids are one GUID in two cases, the one that is not retired counts, as in SyncState.LinksByAccountId.
    private static void SetOwner(ref AccountOwner known, AccountOwner owner)
    {
        if (known.Link is null || known.Link.Kind == LinkKind.Retired || owner.Link.Kind != LinkKind.Retired)
            known = owner;
    }

    private KeyIndex<Account> IndexUnlinkedWithId()
    {
        var index = new KeyIndex<Account>(0, EntraId.Comparer);
        for (var i = 0; i < ownersOfListed.Length; i++)
        {
            if (ownersOfListed[i].Link is null && accounts.Listed[i].ExternalId is { Length: > 0 } externalId)
                index.Add(externalId, accounts.Listed[i]);
        }

        return index;
    }
}

/// <summary>A user of a <see cref="Roster"/>: listed in the user group, linked, or both. A struct, because there are as many entries as users.</summary>
internal readonly record struct RosterEntry
{
    private RosterEntry(DirectoryUser? listed, AccountLink? link, Account? account)
    {
        Listed = listed;
        Link = link;
        Account = account;
    }

    /// <summary>The user as listed in the user group; null if the list does not contain them.</summary>
    public DirectoryUser? Listed { get; }

    /// <summary>The link of the user's account; null if there is none.</summary>
    public AccountLink? Link { get; }

    /// <summary>The account, listed or read individually; null if it was not read.</summary>
    public Account? Account { get; }

    /// <summary>The user's object id.</summary>
    public string EntraId => Listed?.Id ?? LinkOfUnlisted.EntraId;

    /// <summary>The link of a user who is not in the list. Such a user is in the roster only because of the link.</summary>
    public AccountLink LinkOfUnlisted => Link ?? NoLink();

    /// <summary>A listed user, without a link.</summary>
    /// <param name="user">The user.</param>
    public static RosterEntry Of(DirectoryUser user) => new(user, null, null);

    /// <summary>A linked user who is not in the list.</summary>
    /// <param name="link">The link.</param>
    /// <param name="account">The account; null if it was not read.</param>
    public static RosterEntry Of(AccountLink link, Account? account) => new(null, link, account);

    /// <summary>The same user with a link.</summary>
    /// <param name="link">The link.</param>
    /// <param name="account">The account; null if it was not read.</param>
    public RosterEntry LinkedTo(AccountLink link, Account? account) => new(Listed, link, account);

    // A method of its own, so that the runtime inlines the properties: the planner reads them several times for each user.
    private static AccountLink NoLink() => throw new InvalidOperationException("The entry has neither a listed user nor a link.");
}

/// <summary>The present or former owner of an account.</summary>
/// <param name="Link">The account's link, of any kind.</param>
/// <param name="Place">The place in <see cref="Roster.Entries"/> of the user who owns the account now; negative for any other link.</param>
internal readonly record struct AccountOwner(AccountLink Link, int Place);
