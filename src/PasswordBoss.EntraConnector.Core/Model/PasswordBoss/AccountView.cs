using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The result of a targeted read for an account that is not in the listing. The kinds are closed: only those nested here exist.</summary>
public abstract record TargetedRead
{
    private TargetedRead()
    {
    }

    /// <summary>Whether the server returned 404 for the id.</summary>
    public bool IsMissing => this is Gone or Hidden or NotFound;

    /// <summary>The account was read by id; for example a personal one.</summary>
    /// <param name="Account">The account.</param>
    public sealed record Found(Account Account) : TargetedRead;

    /// <summary>
    /// The account no longer exists: no search by id, external ID or address finds it, and it was linked more than an hour ago. A converted account is gone as
    /// soon as the server returns 404 for its id.
    /// </summary>
    public sealed record Gone : TargetedRead;

    /// <summary>
    /// The server returned 404 for the id of an account that the connector disabled. It is not searched for, because the server may hide disabled accounts.
    /// </summary>
    public sealed record Hidden : TargetedRead;

    /// <summary>The server returned 404 for the id, and yet the account may exist.</summary>
    /// <param name="Doubt">Why.</param>
    public sealed record NotFound(Message Doubt) : TargetedRead;

    /// <summary>The account was not read.</summary>
    /// <param name="Doubt">Why.</param>
    public sealed record NotRead(Message Doubt) : TargetedRead;
}

/// <summary>The accounts of Password Boss as read by one run.</summary>
public sealed class AccountView
{
    private readonly Dictionary<string, int> places;
    private readonly IReadOnlyDictionary<string, TargetedRead> targeted;
    private readonly Lazy<KeyIndex<Account>> byExternalId;

    /// <summary>Creates the view.</summary>
    /// <param name="listed">The accounts of a complete listing.</param>
    /// <param name="targeted">The results of targeted reads, by account id.</param>
    public AccountView(IReadOnlyList<Account> listed, IReadOnlyDictionary<string, TargetedRead>? targeted = null)
    {
        Listed = listed;
        this.targeted = targeted ?? new Dictionary<string, TargetedRead>(AccountId.Comparer);
        places = new Dictionary<string, int>(listed.Count, AccountId.Comparer);
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

    /// <summary>An account that was created or linked more recently may not have reached every replica of the server, so a failed search for it proves nothing.</summary>
    public static TimeSpan SettlingTime { get; } = TimeSpan.FromHours(1);

    /// <summary>The listed accounts.</summary>
    public IReadOnlyList<Account> Listed { get; }

    /// <summary>
    /// The listed accounts that could not be read, as messages name them. Each may belong to any user, so no missing account counts as gone.
    /// </summary>
    public IReadOnlyList<string> Unreadable { get; init; } = Array.Empty<string>();

    /// <summary>The account with this id, from the listing or a targeted read; null if it was not read.</summary>
    /// <param name="accountId">The server's id.</param>
    public Account? Find(string accountId)
    {
        if (places.TryGetValue(accountId, out var place))
            return Listed[place];
        return ReadOf(accountId) is TargetedRead.Found { Account: var account } ? account : null;
    }

    /// <summary>The same listing with targeted reads.</summary>
    /// <param name="reads">The results of targeted reads, by account id.</param>
    /// <param name="searchStopped">Whether the search skipped some of the missing accounts.</param>
    public AccountView With(IReadOnlyDictionary<string, TargetedRead> reads, bool searchStopped = false) => new(this, reads, searchStopped);

    /// <summary>Whether the account is certainly gone.</summary>
    /// <param name="accountId">The server's id.</param>
    public bool IsGone(string accountId) => ReadOf(accountId) is TargetedRead.Gone;

    /// <summary>Whether the server may hide the account although it exists.</summary>
    /// <param name="accountId">The server's id.</param>
    public bool IsHidden(string accountId) => ReadOf(accountId) is TargetedRead.Hidden;

    /// <summary>Whether the search for missing accounts stopped early, because too many were missing.</summary>
    public bool SearchStopped { get; }

    /// <summary>Whether the server returned 404 for the id.</summary>
    /// <param name="accountId">The server's id.</param>
    public bool IsMissing(string accountId) => ReadOf(accountId) is { IsMissing: true };

    /// <summary>Why it is uncertain whether the account exists; null if there is no doubt.</summary>
    /// <param name="accountId">The server's id.</param>
    public Message? DoubtAbout(string accountId) => ReadOf(accountId) switch
    {
        TargetedRead.NotFound { Doubt: var doubt } => doubt,
        TargetedRead.NotRead { Doubt: var doubt } => doubt,
        _ => null,
    };

    /// <summary>The listed accounts with an external ID.</summary>
    /// <param name="externalId">The external ID.</param>
    public IReadOnlyList<Account> WithExternalId(string externalId) => byExternalId.Value[externalId];

    /// <summary>The position of an account in the listing; negative if it is not listed.</summary>
    /// <param name="accountId">The server's id.</param>
    internal int PlaceOf(string accountId) => places.TryGetValue(accountId, out var place) ? place : -1;

    private TargetedRead? ReadOf(string accountId) => targeted.TryGetValue(accountId, out var read) ? read : null;

    private KeyIndex<Account> IndexExternalIds()
    {
        var index = new KeyIndex<Account>(Listed.Count, EntraId.Comparer);
        foreach (var account in Listed)
        {
            if (account.ExternalId is { Length: > 0 } key)
                index.Add(key, account);
        }

        return index;
    }
}
