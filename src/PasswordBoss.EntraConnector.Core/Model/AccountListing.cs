using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>All accounts that the server listed, and whether the list is whole.</summary>
public sealed record AccountListing
{
    /// <summary>The accounts, each id once. Personal accounts are not listed.</summary>
    public IReadOnlyList<Account> Accounts { get; init; } = Array.Empty<Account>();
    /// <summary>False when the numbers of the pages contradict each other: absences then prove nothing.</summary>
    public bool IsComplete { get; init; } = true;
}

/// <summary>All groups that the server listed, and whether the list is whole.</summary>
public sealed record AccountGroupListing
{
    /// <summary>The groups with their members, each id once.</summary>
    public IReadOnlyList<AccountGroup> Groups { get; init; } = Array.Empty<AccountGroup>();
    /// <summary>False when the numbers of the pages contradict each other.</summary>
    public bool IsComplete { get; init; } = true;
}
