using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>All listed accounts, and whether the list is complete.</summary>
public sealed record AccountListing
{
    /// <summary>The accounts, each id once. Personal accounts are not listed.</summary>
    public IReadOnlyList<Account> Accounts { get; init; } = Array.Empty<Account>();
    /// <summary>False if the counts of the pages contradict each other. A missing account then proves nothing.</summary>
    public bool IsComplete { get; init; } = true;
    /// <summary>
    /// The accounts that were left out because they have no id or no userName: their ids, or their positions in the list, such as <c>#3</c>. Each may belong to
    /// any user.
    /// </summary>
    public IReadOnlyList<string> Unreadable { get; init; } = Array.Empty<string>();
}

/// <summary>All listed groups, and whether the list is complete.</summary>
public sealed record AccountGroupListing
{
    /// <summary>The groups with their members, each id once.</summary>
    public IReadOnlyList<AccountGroup> Groups { get; init; } = Array.Empty<AccountGroup>();
    /// <summary>False if the counts of the pages contradict each other.</summary>
    public bool IsComplete { get; init; } = true;
    /// <summary>
    /// The groups that were left out because they have no id or no displayName: their ids, or their positions in the list, such as <c>#3</c>.
    /// </summary>
    public IReadOnlyList<string> Unreadable { get; init; } = Array.Empty<string>();
}
