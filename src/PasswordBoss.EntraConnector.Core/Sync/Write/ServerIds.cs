using System.Collections.Concurrent;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>The ids that the server gave to accounts and groups: those in the plan, and those of what this run created.</summary>
internal sealed class ServerIds
{
    private readonly ConcurrentDictionary<string, string> accounts = new(EntraId.Comparer);
    private readonly ConcurrentDictionary<string, string> groups = new(EntraId.Comparer);

    /// <summary>Records the account of a user.</summary>
    /// <param name="entraId">The Entra object id of the user.</param>
    /// <param name="accountId">The server's id of the account.</param>
    public void AddAccount(string entraId, string accountId) => accounts[entraId] = accountId;

    /// <summary>Records a new group.</summary>
    /// <param name="groupId">The Entra object id of the group.</param>
    /// <param name="accountGroupId">The server's id of the group.</param>
    public void AddGroup(string groupId, string accountGroupId) => groups[groupId] = accountGroupId;

    /// <summary>The account that a change is about; null if there is none.</summary>
    /// <param name="change">The change.</param>
    public string? AccountOf(PlannedChange change)
    {
        var subject = change.Subject;
        return subject.AccountId ?? (subject.EntraId is { } user && accounts.TryGetValue(user, out var id) ? id : null);
    }

    /// <summary>The Password Boss group that a membership is about; null if it was not created.</summary>
    /// <param name="change">The change.</param>
    public string? GroupOf(PlannedMembershipChange change) => change switch
    {
        RemoveMember removal => removal.AccountGroupId,
        AddMember { KnownAccountGroupId: { } known } => known,
        _ => groups.TryGetValue(change.Group.Id, out var id) ? id : null,
    };
}
