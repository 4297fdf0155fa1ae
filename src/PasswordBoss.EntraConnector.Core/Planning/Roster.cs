using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>
/// Everybody who is in the user group or linked, each with her link and its account, and every account with its link. What was read is brought together here
/// once, so that the steps of a plan need not search for it again: for a million people that is most of the work.
/// </summary>
internal sealed class Roster
{
    private readonly GroupReading userGroup;
    private readonly SyncState state;
    private readonly AccountView accounts;
    private readonly ISet<string>? focus;
    private readonly Dictionary<string, int> places;
    private readonly List<RosterEntry> entries;
    private readonly AccountLink?[] linksOfListed;
    private readonly List<AccountLink> linksOfUnlisted = new();
    private readonly Lazy<Dictionary<string, AccountLink>> linkOfUnlisted;
    private readonly Lazy<KeyIndex<Account>> strangers;

    public Roster(PlannerInput input)
    {
        userGroup = input.UserGroup;
        state = input.State;
        accounts = input.Accounts;
        focus = input.Focus;
        var capacity = focus is null ? Math.Max(userGroup.Users.Count, state.Links.Count) : userGroup.Users.Count;
        places = new Dictionary<string, int>(capacity, StringComparer.OrdinalIgnoreCase);
        entries = new List<RosterEntry>(capacity);
        linksOfListed = new AccountLink?[accounts.Listed.Count];
        linkOfUnlisted = new(IndexUnlisted);
        strangers = new(IndexStrangers);
        foreach (var user in userGroup.Users)
            Put(user.Id, new RosterEntry(user, null, null));
        foreach (var link in state.Links)
        {
            var account = NoteLink(link);
            if (link.Kind == LinkKind.Current && places.TryGetValue(link.EntraId, out var place))
                entries[place] = new RosterEntry(entries[place].Listed, link, account);
            else if (link.Kind == LinkKind.Current && input.IsAbout(link.EntraId))
                Put(link.EntraId, new RosterEntry(null, link, account));
        }
    }

    /// <summary>Everybody; those first whom the list of the user group has, in its order.</summary>
    public List<RosterEntry> Entries => entries;

    /// <summary>The place in <see cref="Entries"/> of somebody; negative for one who is neither in the user group nor linked.</summary>
    /// <param name="entraId">Her object id.</param>
    public int PlaceOf(string entraId) => places.TryGetValue(entraId, out var place) ? place : -1;

    /// <summary>Whether this was made from these readings.</summary>
    /// <param name="input">What a plan is to be made from.</param>
    public bool IsOf(PlannerInput input) =>
        ReferenceEquals(userGroup, input.UserGroup) && ReferenceEquals(state, input.State) && ReferenceEquals(accounts, input.Accounts) && ReferenceEquals(focus, input.Focus);

    /// <summary>Finds somebody.</summary>
    /// <param name="entraId">Her object id.</param>
    /// <param name="entry">What is known of her.</param>
    /// <returns>False for somebody who is neither in the user group nor linked.</returns>
    public bool TryFind(string entraId, out RosterEntry entry)
    {
        if (places.TryGetValue(entraId, out var place))
        {
            entry = entries[place];
            return true;
        }

        entry = default;
        return false;
    }

    /// <summary>The link of an account, whatever it stands for; null when no connection of ours has ever linked it.</summary>
    /// <param name="accountId">The server's id.</param>
    public AccountLink? LinkOf(string accountId)
    {
        if (accounts.PlaceOf(accountId) is var place and >= 0)
            return linksOfListed[place];
        return linkOfUnlisted.Value.TryGetValue(accountId, out var link) ? link : null;
    }

    /// <summary>The listed accounts that bear an external id and that no connection of ours has ever linked.</summary>
    /// <param name="externalId">The external id.</param>
    public IReadOnlyList<Account> UnlinkedBearing(string externalId) => strangers.Value[externalId];

    private void Put(string entraId, RosterEntry entry)
    {
        if (places.TryGetValue(entraId, out var place))
        {
            entries[place] = entry;
            return;
        }

        places.Add(entraId, entries.Count);
        entries.Add(entry);
    }

    private Account? NoteLink(AccountLink link)
    {
        if (accounts.PlaceOf(link.AccountId) is var place and >= 0)
        {
            linksOfListed[place] = link;
            return accounts.Listed[place];
        }

        linksOfUnlisted.Add(link);
        return accounts.Find(link.AccountId);
    }

    private Dictionary<string, AccountLink> IndexUnlisted()
    {
        var index = new Dictionary<string, AccountLink>(linksOfUnlisted.Count, StringComparer.Ordinal);
        foreach (var link in linksOfUnlisted)
            index[link.AccountId] = link;
        return index;
    }

    private KeyIndex<Account> IndexStrangers()
    {
        var index = new KeyIndex<Account>(0, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < linksOfListed.Length; i++)
        {
            if (linksOfListed[i] is null && accounts.Listed[i].ExternalId is { Length: > 0 } externalId)
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
