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
    /// <summary>
    /// The accounts that were left out because they lack an id or a userName: by their ids, or by their places in the list, as <c>#3</c>. Each may be anybody's.
    /// </summary>
    public IReadOnlyList<string> Unreadable { get; init; } = Array.Empty<string>();
}

/// <summary>All groups that the server listed, and whether the list is whole.</summary>
public sealed record AccountGroupListing
{
    /// <summary>The groups with their members, each id once.</summary>
    public IReadOnlyList<AccountGroup> Groups { get; init; } = Array.Empty<AccountGroup>();
    /// <summary>False when the numbers of the pages contradict each other.</summary>
    public bool IsComplete { get; init; } = true;
    /// <summary>The groups that were left out because they lack an id or a displayName: by their ids, or by their places in the list, as <c>#3</c>.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = Array.Empty<string>();
}
