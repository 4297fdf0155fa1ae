using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>What a targeted read found of an account that the listing lacks.</summary>
public sealed record TargetedRead
{
    /// <summary>The account, read by id, such as a personal one.</summary>
    public Account? Account { get; init; }
    /// <summary>The server answered 404 for the id.</summary>
    public bool Missing { get; init; }
    /// <summary>Missing, not found by any search, and not made within the last hour.</summary>
    public bool Gone { get; init; }
    /// <summary>Why it is neither read nor gone.</summary>
    public Message? Doubt { get; init; }
}

/// <summary>The accounts of Password Boss as one run read them.</summary>
public sealed class AccountView
{
    private readonly Dictionary<string, Account> byId;
    private readonly IReadOnlyDictionary<string, TargetedRead> targeted;
    private readonly Lazy<KeyIndex<Account>> byAddress;
    private readonly Lazy<KeyIndex<Account>> byExternalId;

    /// <summary>Creates the view.</summary>
    /// <param name="listed">The accounts of a complete listing.</param>
    /// <param name="targeted">What targeted reads found, by account id.</param>
    public AccountView(IReadOnlyList<Account> listed, IReadOnlyDictionary<string, TargetedRead>? targeted = null)
    {
        Listed = listed;
        this.targeted = targeted ?? new Dictionary<string, TargetedRead>(StringComparer.Ordinal);
        byId = new Dictionary<string, Account>(listed.Count, StringComparer.Ordinal);
        foreach (var account in listed)
            byId[account.Id] = account;
        byAddress = new(() => IndexOf(a => a.UserName, EmailAddress.Comparer));
        byExternalId = new(() => IndexOf(a => a.ExternalId, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>What was made this recently may not have reached every replica of the server: that it is not found proves nothing.</summary>
    public static TimeSpan SettlingTime { get; } = TimeSpan.FromHours(1);

    /// <summary>The accounts of the listing.</summary>
    public IReadOnlyList<Account> Listed { get; }

    /// <summary>How many linked accounts the server no longer knows by id.</summary>
    public int MissingCount => targeted.Values.Count(t => t.Missing);

    /// <summary>The account with this id, listed or read on its own; null when it was not read.</summary>
    /// <param name="accountId">The server's id.</param>
    public Account? Find(string accountId)
    {
        if (byId.TryGetValue(accountId, out var account))
            return account;
        return targeted.TryGetValue(accountId, out var read) ? read.Account : null;
    }

    /// <summary>Whether the account is gone for certain.</summary>
    /// <param name="accountId">The server's id.</param>
    public bool IsGone(string accountId) => targeted.TryGetValue(accountId, out var read) && read.Gone;

    /// <summary>Whether the server answered 404 for the id.</summary>
    /// <param name="accountId">The server's id.</param>
    public bool IsMissing(string accountId) => targeted.TryGetValue(accountId, out var read) && read.Missing;

    /// <summary>Why nothing certain is known of the account; null when something is.</summary>
    /// <param name="accountId">The server's id.</param>
    public Message? DoubtAbout(string accountId) => targeted.TryGetValue(accountId, out var read) ? read.Doubt : null;

    /// <summary>The listed accounts at an address.</summary>
    /// <param name="address">The address.</param>
    public IReadOnlyList<Account> AtAddress(string address) => byAddress.Value[address];

    /// <summary>The listed accounts that bear an external id.</summary>
    /// <param name="externalId">The external id.</param>
    public IReadOnlyList<Account> BearingExternalId(string externalId) => byExternalId.Value[externalId];

    private KeyIndex<Account> IndexOf(Func<Account, string?> keyOf, IEqualityComparer<string> comparer)
    {
        var index = new KeyIndex<Account>(Listed.Count, comparer);
        foreach (var account in Listed)
        {
            if (keyOf(account) is { Length: > 0 } key)
                index.Add(key, account);
        }

        return index;
    }
}
