using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>
/// The Password Boss company: its accounts and groups, and indexes for lookups without a scan. An address belongs to one account as long
/// as the account exists, even if it is personal.
/// </summary>
internal sealed class PasswordBossCompany
{
    private static readonly IReadOnlyList<string> None = Array.Empty<string>();
    private readonly Dictionary<string, CompanyAccount> accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> accountByUserName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SortedIds> accountsByExternalId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedIds> groupsOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CompanyGroup> groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> groupByName = new(StringComparer.OrdinalIgnoreCase);
    private int active;

    public PasswordBossCompany(IEnumerable<CompanyAccount> accounts, IEnumerable<CompanyGroup> groups, int accountsMade, int groupsMade)
    {
        foreach (var account in accounts)
            Index(account);
        foreach (var group in groups)
            AddGroup(group);
        AccountsMade = accountsMade;
        GroupsMade = groupsMade;
    }

    /// <summary>The number of accounts ever created; the source of ids, which are never reused.</summary>
    public int AccountsMade { get; private set; }

    /// <summary>The number of groups ever created.</summary>
    public int GroupsMade { get; private set; }

    /// <summary>The maximum number of active accounts; null for no limit.</summary>
    public int? LicensePool { get; set; }

    /// <summary>Whether the SCIM server supports the extension of this project.</summary>
    public bool OffersExtension { get; set; } = true;

    /// <summary>The accounts in a listing: all except personal ones, in the order in which they were created.</summary>
    public SortedIds Listed { get; } = new();

    public SortedIds GroupIds { get; } = new();

    public IReadOnlyCollection<CompanyAccount> Accounts => accounts.Values;

    public IReadOnlyCollection<CompanyGroup> Groups => groups.Values;

    public string NewAccountId() => "pba-" + (++AccountsMade).ToString("D9", CultureInfo.InvariantCulture);

    public string NewGroupId() => "pbg-" + (++GroupsMade).ToString("D9", CultureInfo.InvariantCulture);

    public CompanyAccount? FindAccount(string id) => accounts.TryGetValue(id, out var account) ? account : null;

    public CompanyAccount? FindAccountByUserName(string userName) => accountByUserName.TryGetValue(userName, out var id) ? accounts[id] : null;

    public IReadOnlyList<string> FindAccountsByExternalId(string externalId) =>
        accountsByExternalId.TryGetValue(externalId, out var ids) ? ids.All : None;

    public CompanyGroup? FindGroup(string id) => groups.TryGetValue(id, out var group) ? group : null;

    public CompanyGroup? FindGroupByName(string name) => groupByName.TryGetValue(name, out var id) ? groups[id] : null;

    public IReadOnlyList<string> GroupsOf(string accountId) => groupsOf.TryGetValue(accountId, out var ids) ? ids.All : None;

    /// <summary>Whether another account can become active.</summary>
    public bool HasFreeLicense => LicensePool is not int pool || active < pool;

    public void AddAccount(CompanyAccount account) => Index(account);

    /// <summary>Replaces an account with its new version; an account that becomes personal leaves the groups of the company.</summary>
    public void ReplaceAccount(CompanyAccount account)
    {
        Unindex(accounts[account.Id]);
        Index(account);
        if (account.State == AccountState.Personal)
            LeaveAllGroups(account.Id, account.LastModified);
    }

    public void RemoveAccount(CompanyAccount account, DateTimeOffset now)
    {
        LeaveAllGroups(account.Id, now);
        Unindex(account);
    }

    public void AddGroup(CompanyGroup group)
    {
        groups.Add(group.Id, group);
        groupByName.Add(group.DisplayName, group.Id);
        GroupIds.Add(group.Id);
        foreach (var member in group.MemberIds)
            IndexMember(group.Id, member);
    }

    public void RenameGroup(CompanyGroup group, string displayName)
    {
        groupByName.Remove(group.DisplayName);
        group.DisplayName = displayName;
        groupByName.Add(displayName, group.Id);
    }

    public void RemoveGroup(CompanyGroup group)
    {
        foreach (var member in group.MemberIds)
            groupsOf[member].Remove(group.Id);
        groups.Remove(group.Id);
        groupByName.Remove(group.DisplayName);
        GroupIds.Remove(group.Id);
    }

    public void AddMember(CompanyGroup group, string accountId)
    {
        if (group.Members.Add(accountId))
            IndexMember(group.Id, accountId);
    }

    public void RemoveMember(CompanyGroup group, string accountId)
    {
        if (group.Members.Remove(accountId))
            groupsOf[accountId].Remove(group.Id);
    }

    private void LeaveAllGroups(string accountId, DateTimeOffset now)
    {
        foreach (var groupId in GroupsOf(accountId).ToList())
        {
            RemoveMember(groups[groupId], accountId);
            groups[groupId].LastModified = now;
        }

        groupsOf.Remove(accountId);
    }

    private void Index(CompanyAccount account)
    {
        accounts.Add(account.Id, account);
        accountByUserName.Add(account.UserName, account.Id);
        if (account.ExternalId is not null)
        {
            if (!accountsByExternalId.TryGetValue(account.ExternalId, out var ids))
                accountsByExternalId.Add(account.ExternalId, ids = new SortedIds());
            ids.Add(account.Id);
        }

        if (account.State != AccountState.Personal)
            Listed.Add(account.Id);
        if (account.State == AccountState.Active)
            active++;
    }

    private void Unindex(CompanyAccount account)
    {
        accounts.Remove(account.Id);
        accountByUserName.Remove(account.UserName);
        if (account.ExternalId is not null)
            accountsByExternalId[account.ExternalId].Remove(account.Id);
        Listed.Remove(account.Id);
        if (account.State == AccountState.Active)
            active--;
    }

    private void IndexMember(string groupId, string accountId)
    {
        if (!groupsOf.TryGetValue(accountId, out var ids))
            groupsOf.Add(accountId, ids = new SortedIds());
        ids.Add(groupId);
    }
}
