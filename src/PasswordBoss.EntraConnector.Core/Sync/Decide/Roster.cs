using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// Everybody who is in the user group or linked, each with her link and its account, and every account with its owner. What was read is brought together here
/// once, so that the steps of a plan need not search for it again: for a million people that is most of the work.
/// </summary>
internal sealed class Roster
{
    private readonly GroupReading userGroup;
    private readonly SyncState state;
    private readonly AccountView accounts;
    private readonly ISet<string>? focus;
    private readonly AccountCapabilities capabilities;
    private readonly Dictionary<string, int> places;
    private readonly List<RosterEntry> entries;
    private readonly AccountOwner[] ownersOfListed;
    private readonly List<AccountOwner> ownersOfUnlisted = new();
    private readonly Lazy<Dictionary<string, AccountOwner>> unlisted;
    private readonly Lazy<KeyIndex<Account>> strangers;

    public Roster(PlannerInput input)
    {
        userGroup = input.UserGroup;
        state = input.State;
        accounts = input.Accounts;
        focus = input.Focus;
        capabilities = input.Capabilities;
        var capacity = focus is null ? Math.Max(userGroup.Users.Count, state.Links.Count) : userGroup.Users.Count;
        places = new Dictionary<string, int>(capacity, EntraId.Comparer);
        entries = new List<RosterEntry>(capacity);
        ownersOfListed = new AccountOwner[accounts.Listed.Count];
        unlisted = new(IndexUnlisted);
        strangers = new(IndexStrangers);
        foreach (var user in userGroup.Users)
            Add(user);
        foreach (var link in state.Links)
            Add(link, isAbout: input.IsAbout(link.EntraId));
    }

    /// <summary>Everybody; those first whom the list of the user group has, in its order.</summary>
    public List<RosterEntry> Entries => entries;

    /// <summary>Whether this was made from these readings.</summary>
    /// <param name="input">What a plan is to be made from.</param>
    public bool IsOf(PlannerInput input) =>
        ReferenceEquals(userGroup, input.UserGroup) && ReferenceEquals(state, input.State) && ReferenceEquals(accounts, input.Accounts) && ReferenceEquals(focus, input.Focus);

    /// <summary>The place in <see cref="Entries"/> of somebody; negative for one who is neither in the user group nor linked.</summary>
    /// <param name="entraId">Her object id.</param>
    public int PlaceOf(string entraId) => places.TryGetValue(entraId, out var place) ? place : -1;

    /// <summary>Who an account belongs to, or belonged to; null when no connection of ours has ever linked it.</summary>
    /// <param name="accountId">The server's id.</param>
    public AccountOwner? OwnerOf(string accountId)
    {
        if (accounts.PlaceOf(accountId) is var place and >= 0)
            return ownersOfListed[place].Link is null ? null : ownersOfListed[place];
        return unlisted.Value.TryGetValue(accountId, out var owner) ? owner : null;
    }

    /// <summary>The listed accounts that bear an external id and that no connection of ours has ever linked.</summary>
    /// <param name="externalId">The external id.</param>
    public IReadOnlyList<Account> UnlinkedBearing(string externalId) => strangers.Value[externalId];

    private void Add(DirectoryUser user)
    {
        var entry = new RosterEntry(user, null, null);
        places[user.Id] = entries.Count;
        if (places.Count > entries.Count)
        {
            entries.Add(entry);
            return;
        }

        // Readers give everybody once. To ask first, for each of a million people, would cost more than to look for the one who came twice all the same.
        var earlier = entries.FindIndex(e => EntraId.Same(e.EntraId, user.Id));
        entries[earlier] = entry;
        places[user.Id] = earlier;
    }

    private void Add(AccountLink link, bool isAbout)
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
                entries[place] = new RosterEntry(entries[place].Listed, link, account);
            else if (isAbout)
                place = Add(link.EntraId, new RosterEntry(null, link, account));
        }

        if (listedAt >= 0)
            ownersOfListed[listedAt] = new AccountOwner(link, place);
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
        var index = new Dictionary<string, AccountOwner>(ownersOfUnlisted.Count, StringComparer.Ordinal);
        foreach (var owner in ownersOfUnlisted)
            index[owner.Link.AccountId] = owner;
        return index;
    }

    private KeyIndex<Account> IndexStrangers()
    {
        var index = new KeyIndex<Account>(0, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < ownersOfListed.Length; i++)
        {
            if (ownersOfListed[i].Link is null && accounts.Listed[i].ExternalId is { Length: > 0 } externalId)
                index.Add(externalId, accounts.Listed[i]);
        }

        return index;
    }
}

/// <summary>One of the people of a <see cref="Roster"/>.</summary>
/// <param name="Listed">As the list of the user group has her; null when it lacks her.</param>
/// <param name="Link">The link of her account; null when she has none.</param>
/// <param name="Account">The account, listed or read on its own; null when it was not read.</param>
internal readonly record struct RosterEntry(DirectoryUser? Listed, AccountLink? Link, Account? Account)
{
    /// <summary>Her object id.</summary>
    public string EntraId => Listed?.Id ?? Link!.EntraId;
}

/// <summary>Who an account belongs to, or belonged to.</summary>
/// <param name="Link">The account's link, whatever it stands for.</param>
/// <param name="Place">The place in <see cref="Roster.Entries"/> of the person whose account this is today; negative for any other link.</param>
internal readonly record struct AccountOwner(AccountLink Link, int Place);
