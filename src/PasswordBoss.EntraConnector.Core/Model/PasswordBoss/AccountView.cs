using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a targeted read found of an account that the listing lacks.</summary>
public sealed record TargetedRead
{
    /// <summary>The account, read by id, such as a personal one.</summary>
    public Account? Account { get; init; }
    /// <summary>The server answered 404 for the id.</summary>
    public bool Missing { get; init; }
    /// <summary>Missing, not found by any search, and not made within the last hour.</summary>
    public bool Gone { get; init; }
    /// <summary>Missing and not found by any search, while the connector has disabled it: the server may hide disabled accounts.</summary>
    public bool Hidden { get; init; }
    /// <summary>Why it is neither read nor gone.</summary>
    public Message? Doubt { get; init; }
}

/// <summary>The accounts of Password Boss as one run read them.</summary>
public sealed class AccountView
{
    private readonly Dictionary<string, int> places;
    private readonly IReadOnlyDictionary<string, TargetedRead> targeted;
    private readonly Lazy<KeyIndex<Account>> byExternalId;

    /// <summary>Creates the view.</summary>
    /// <param name="listed">The accounts of a complete listing.</param>
    /// <param name="targeted">What targeted reads found, by account id.</param>
    public AccountView(IReadOnlyList<Account> listed, IReadOnlyDictionary<string, TargetedRead>? targeted = null)
    {
        Listed = listed;
        this.targeted = targeted ?? new Dictionary<string, TargetedRead>(StringComparer.Ordinal);
        places = new Dictionary<string, int>(listed.Count, StringComparer.Ordinal);
        for (var i = 0; i < listed.Count; i++)
            places[listed[i].Id] = i;
        byExternalId = new(IndexExternalIds);
    }

    private AccountView(AccountView view, IReadOnlyDictionary<string, TargetedRead> targeted, bool searchStopped)
    {
        SearchStopped = searchStopped;
        Unreadable = view.Unreadable;
        Listed = view.Listed;
        this.targeted = targeted;
        places = view.places;
        byExternalId = view.byExternalId;
    }

    /// <summary>What was made this recently may not have reached every replica of the server: that it is not found proves nothing.</summary>
    public static TimeSpan SettlingTime { get; } = TimeSpan.FromHours(1);

    /// <summary>The accounts of the listing.</summary>
    public IReadOnlyList<Account> Listed { get; }

    /// <summary>The accounts that were listed and could not be read, as messages name them. Each may be anybody's, so that no missing account counts as gone.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = Array.Empty<string>();

    /// <summary>The account with this id, listed or read on its own; null when it was not read.</summary>
    /// <param name="accountId">The server's id.</param>
    public Account? Find(string accountId)
    {
        if (places.TryGetValue(accountId, out var place))
            return Listed[place];
        return targeted.TryGetValue(accountId, out var read) ? read.Account : null;
    }

    /// <summary>The same listing together with targeted reads.</summary>
    /// <param name="reads">What targeted reads found, by account id.</param>
    /// <param name="searchStopped">Whether not every missing account was searched for.</param>
    public AccountView With(IReadOnlyDictionary<string, TargetedRead> reads, bool searchStopped = false) => new(this, reads, searchStopped);

    /// <summary>Whether the account is gone for certain.</summary>
    /// <param name="accountId">The server's id.</param>
    public bool IsGone(string accountId) => targeted.TryGetValue(accountId, out var read) && read.Gone;

    /// <summary>Whether the server does not show the account although it may be there.</summary>
    /// <param name="accountId">The server's id.</param>
    public bool IsHidden(string accountId) => targeted.TryGetValue(accountId, out var read) && read.Hidden;

    /// <summary>Whether the search for missing accounts stopped before its end, because too many were missing already.</summary>
    public bool SearchStopped { get; }

    /// <summary>Whether the server answered 404 for the id.</summary>
    /// <param name="accountId">The server's id.</param>
    public bool IsMissing(string accountId) => targeted.TryGetValue(accountId, out var read) && read.Missing;

    /// <summary>Why nothing certain is known of the account; null when something is.</summary>
    /// <param name="accountId">The server's id.</param>
    public Message? DoubtAbout(string accountId) => targeted.TryGetValue(accountId, out var read) ? read.Doubt : null;

    /// <summary>The listed accounts that bear an external id.</summary>
    /// <param name="externalId">The external id.</param>
    public IReadOnlyList<Account> BearingExternalId(string externalId) => byExternalId.Value[externalId];

    /// <summary>The place of an account in the listing; negative for one that was not listed.</summary>
    /// <param name="accountId">The server's id.</param>
    internal int PlaceOf(string accountId) => places.TryGetValue(accountId, out var place) ? place : -1;

    private KeyIndex<Account> IndexExternalIds()
    {
        var index = new KeyIndex<Account>(Listed.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var account in Listed)
        {
            if (account.ExternalId is { Length: > 0 } key)
                index.Add(key, account);
        }

        return index;
    }
}
