using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>
/// A Password Boss company in memory. Each address has at most one account, and personal accounts are not listed. There is a licence pool, and groups lose a
/// deleted account. It records whether the connector or an admin changed the state of an account last, and reports writes without a read in the same run.
/// </summary>
internal sealed class FakePasswordBoss : IAccountDirectory
{
    private readonly object gate = new();
    private readonly Wire wire;
    private readonly HashSet<string> readInThisRun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Account Account, int Reads)> behind = new(StringComparer.Ordinal);
    private readonly string idPrefix;
    private int nextId = 1;

    /// <param name="wire">The wire that all calls pass.</param>
    /// <param name="company">A part of each ID, so that two companies have no ID in common.</param>
    public FakePasswordBoss(Wire wire, string company = "")
    {
        this.wire = wire;
        idPrefix = company;
    }

    public Dictionary<string, Account> Accounts { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, AccountGroup> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>Accounts whose state was last changed by the connector and not by an admin.</summary>
    public HashSet<string> StateSetByConnector { get; } = new(StringComparer.Ordinal);

    /// <summary>The IDs of accounts that the connector created or adopted, or that a test linked.</summary>
    public HashSet<string> EverOurs { get; } = new(StringComparer.Ordinal);

    /// <summary>Descriptions of calls that a correct connector never makes.</summary>
    public List<string> Violations { get; } = new();

    public bool Extension { get; set; } = true;

    public bool HasGroups { get; set; } = true;

    public bool CanFilter { get; set; } = true;

    /// <summary>Whether the server supports discovery.</summary>
    public bool DescribesItself { get; set; } = true;

    /// <summary>What <c>/Schemas</c> declares of the extension.</summary>
    public ExtensionDescription Schemas { get; set; } = new() { IsDescribed = true };

    /// <summary>Whether the response to a PATCH contains the account (200) or nothing (204).</summary>
    public bool AnswersPatches { get; set; }
    /// <summary>Converts a written name to the form that the server stores; null if it stores names unchanged.</summary>
    public Func<string, string>? NameForm { get; set; }
    /// <summary>How many accounts may be active; null for any number.</summary>
    public int? Licences { get; set; }

    /// <summary>Accounts that the listing and searches do not show yet.</summary>
    public HashSet<string> NotListed { get; } = new(StringComparer.Ordinal);

    /// <summary>The IDs of accounts and groups that are returned without a required attribute.</summary>
    public HashSet<string> Unreadable { get; } = new(StringComparer.Ordinal);

    public bool ListingIncomplete { get; set; }

    public bool GroupListingIncomplete { get; set; }

    /// <summary>Whether groups are shown without their members.</summary>
    public bool HidesMembers { get; set; }

    /// <summary>How many members of a group are shown, from the first on; null for all.</summary>
    public int? ShowsOnlyFirst { get; set; }

    /// <summary>Whether the removal of a member is acknowledged but not applied.</summary>
    public bool KeepsRemovedMembers { get; set; }

    public Func<string, string, Fault?>? FaultOn { get; set; }

    /// <summary>
    /// The error of each deletion; null if the server deletes accounts. As in the client, a read then shows that an account is gone, unless the server did not show
    /// the account before.
    /// </summary>
    public ErrorId? DeletionError { get; set; }

    /// <summary>Selects writes, by call and target, that are acknowledged but not applied.</summary>
    public Func<string, string, bool>? Ignores { get; set; }
    /// <summary>Whether disabled accounts are missing in lists and return 404 by ID. A PATCH of their ID works.</summary>
    public bool HidesDisabled { get; set; }

    /// <summary>Whether the response to a PATCH contains the names as they were sent, although reads return the form that the server stores.</summary>
    public bool EchoesNames { get; set; }
    /// <summary>Whether the server does not return the state of accounts.</summary>
    public bool ShowsNoStates { get; set; }
    /// <summary>The number of reads by ID that still return an account as it was before its last write, because replicas lag.</summary>
    public int ReadsBehind { get; set; }
    /// <summary>From now on reads by ID return the written state.</summary>
    public void ReadsCatchUp()
    {
        ReadsBehind = 0;
        behind.Clear();
    }

    /// <summary>Runs at each call before its effect.</summary>
    public Action<string>? Called { get; set; }

    public Dictionary<string, int> Calls { get; } = new(StringComparer.Ordinal);

    /// <summary>All writes in their order, including those that changed nothing.</summary>
    public List<string> Log { get; } = new();

    /// <summary>The number of writes that changed something.</summary>
    public int Writes { get; private set; }

    public Account At(string address) => Accounts.Values.Single(a => SameAddress(a.UserName, address));

    public Account? FindAt(string address) => Accounts.Values.SingleOrDefault(a => SameAddress(a.UserName, address));

    public AccountGroup GroupNamed(string name) => Groups.Values.Single(g => g.DisplayName == name);

    /// <summary>
    /// Creates an account as an admin does in the portal, or one from before the connector. Its default name (first and last) is that of a user
    /// with this address from <see cref="World.Hire"/>.
    /// </summary>
    public Account AdminCreate(string address, AccountState state = AccountState.Active, ManagedBy managedBy = ManagedBy.PasswordBoss, string? externalId = null, string? name = null)
    {
        var names = (name ?? address.Trim().Split('@')[0] + " Miller").Split(' ', 2);
        var account = new Account
        {
            Id = NextId("acc-"),
            UserName = address,
            ExternalId = externalId,
            GivenName = names[0],
            FamilyName = names[1],
            DisplayName = string.Join(' ', names),
            State = state,
            ManagedBy = managedBy,
        };
        Accounts.Add(account.Id, account);
        return account;
    }

    public void AdminSet(string accountId, AccountState state)
    {
        Accounts[accountId] = Accounts[accountId] with { State = state };
        StateSetByConnector.Remove(accountId);
        if (state == AccountState.Personal)
            LeaveGroups(accountId);
    }

    public void AdminDelete(string accountId)
    {
        Accounts.Remove(accountId);
        LeaveGroups(accountId);
    }

    public void AdminAddMember(string accountGroupId, string accountId) =>
        Groups[accountGroupId] = Groups[accountGroupId] with { MemberIds = Groups[accountGroupId].MemberIds.Append(accountId).Distinct().ToList() };

    public void AdminRemoveMember(string accountGroupId, string accountId) =>
        Groups[accountGroupId] = Groups[accountGroupId] with { MemberIds = Groups[accountGroupId].MemberIds.Where(m => m != accountId).ToList() };

    public void AdminRenameGroup(string accountGroupId, string name) => Groups[accountGroupId] = Groups[accountGroupId] with { DisplayName = name };

    public void AdminDeleteGroup(string accountGroupId) => Groups.Remove(accountGroupId);

    public AccountGroup AdminCreateGroup(string name, params string[] members)
    {
        var group = new AccountGroup { Id = NextId("grp-"), DisplayName = name, ManagedBy = ManagedBy.PasswordBoss, MemberIds = members };
        Groups.Add(group.Id, group);
        return group;
    }

    public Task<AccountCapabilities> DiscoverAsync(CancellationToken cancellationToken) => Call(nameof(DiscoverAsync), "", () =>
    {
        readInThisRun.Clear();
        return new AccountCapabilities { UserExtension = Extension, GroupExtension = Extension, Groups = HasGroups, Filter = CanFilter, IsAssumed = !DescribesItself };
    });

    public Task<ExtensionDescription> DescribeExtensionAsync(CancellationToken cancellationToken) => Call(nameof(DescribeExtensionAsync), "", () => Schemas);

    public Task<AccountListing> ListAccountsAsync(Action<int, int>? onProgress, CancellationToken cancellationToken) => Call(nameof(ListAccountsAsync), "", () =>
    {
        var listed = Visible().ToList();
        readInThisRun.UnionWith(listed.Select(a => a.Id));
        onProgress?.Invoke(listed.Count, listed.Count);
        return new AccountListing { Accounts = listed, IsComplete = !ListingIncomplete, Unreadable = Unreadable.Where(id => !Groups.ContainsKey(id)).ToList() };
    });

    public Task<AccountGroupListing> ListGroupsAsync(CancellationToken cancellationToken) =>
        Call(nameof(ListGroupsAsync), "", () =>
        {
            readInThisRun.UnionWith(Groups.Keys);
            return new AccountGroupListing
            {
                Groups = Groups.Values.Where(g => !Unreadable.Contains(g.Id)).Select(Shown).ToList(),
                IsComplete = !GroupListingIncomplete,
                Unreadable = Unreadable.Where(id => !Accounts.ContainsKey(id)).ToList(),
            };
        });

    public Task<AccountGroup?> GetGroupAsync(string accountGroupId, CancellationToken cancellationToken) =>
        Call(nameof(GetGroupAsync), accountGroupId, () =>
        {
            readInThisRun.Add(accountGroupId);
            RefuseUnreadable(accountGroupId);
            return Groups.TryGetValue(accountGroupId, out var group) ? Shown(group) : null;
        });

    public Task<Account?> GetAccountAsync(string accountId, CancellationToken cancellationToken) => Call(nameof(GetAccountAsync), accountId, () =>
    {
        // A response of "not found" counts as a read, too.
        readInThisRun.Add(accountId);
        RefuseUnreadable(accountId);
        if (NotListed.Contains(accountId) || !Accounts.TryGetValue(accountId, out var account))
            return null;
        if (IsHidden(account))
            return null;
        if (behind.TryGetValue(accountId, out var earlier) && earlier.Reads > 0)
        {
            behind[accountId] = (earlier.Account, earlier.Reads - 1);
            return Shown(earlier.Account);
        }

        return Shown(account);
    });

    public Task<IReadOnlyList<Account>> FindByExternalIdAsync(string externalId, CancellationToken cancellationToken) => Call(nameof(FindByExternalIdAsync), externalId, () =>
        Read(a => EntraId.Same(a.ExternalId, externalId)));

    public Task<IReadOnlyList<Account>> FindByUserNameAsync(string userName, CancellationToken cancellationToken) => Call(nameof(FindByUserNameAsync), userName, () =>
        Read(a => SameAddress(a.UserName, userName)));

    private void RefuseUnreadable(string id)
    {
        if (Unreadable.Contains(id))
            throw new ConnectorException(Problems.AccountServerAnswerInvalid("scim.example.com", "an attribute is missing."));
    }

    private IReadOnlyList<Account> Read(Func<Account, bool> wanted)
    {
        var found = Visible().Where(wanted).ToList();
        readInThisRun.UnionWith(found.Select(a => a.Id));
        return found;
    }

    public Task<CreationResult> CreateAccountAsync(AccountDraft draft, CancellationToken cancellationToken) => Call(nameof(CreateAccountAsync), draft.UserName, () =>
    {
        Log.Add("POST " + draft.UserName);
        if (Accounts.Values.FirstOrDefault(a => SameAddress(a.UserName, draft.UserName)) is { } existing)
        {
            // RFC 7644 section 3.3: 409 uniqueness. The existing account may come from an earlier request of the same client whose response was lost.
            return existing.State != AccountState.Personal && !IsHidden(existing) && string.Equals(existing.ExternalId, draft.ExternalId, StringComparison.Ordinal)
                ? new CreationResult(existing.Id, NamesOf(existing), existing.State, FoundAgain: true)
                : throw new ConnectorException(Problems.AccountExists(draft.UserName));
        }

        if (!draft.Pending && Licences is { } pool && Accounts.Values.Count(a => a.State == AccountState.Active) >= pool)
            throw new ConnectorException(Problems.LicenseLimit(draft.UserName));
        if (draft.Pending && !Extension)
            throw new ConnectorException(Problems.AccountRefused(draft.UserName, "400"));
        var account = new Account
        {
            Id = NextId("acc-"),
            UserName = draft.UserName,
            ExternalId = draft.ExternalId,
            GivenName = Kept(draft.GivenName),
            FamilyName = Kept(draft.FamilyName),
            DisplayName = Kept(draft.DisplayName),
            State = draft.Pending ? AccountState.Pending : AccountState.Active,
            ManagedBy = ManagedBy.AzureAD,
        };
        Accounts.Add(account.Id, account);
        StateSetByConnector.Add(account.Id);
        EverOurs.Add(account.Id);
        readInThisRun.Add(account.Id);
        Writes++;
        return new CreationResult(account.Id, NamesOf(account), account.State);
    });

    public event Action? ServerFailed;

    public int RequestCount => Calls.Values.Sum();

    /// <summary>Reports a response with a server failure.</summary>
    public void Fail() => ServerFailed?.Invoke();

    /// <summary>The properties of <see cref="AccountPatch"/> that the server refuses to change. It accepts the other attributes of the request.</summary>
    public HashSet<string> RefusedAttributes { get; } = new(StringComparer.Ordinal);

    public Task<PatchedAccount> PatchAccountAsync(string accountId, AccountPatch patch, CancellationToken cancellationToken) => Call<PatchedAccount>(nameof(PatchAccountAsync), Target(accountId), () =>
    {
        Log.Add("PATCH " + Target(accountId) + (patch.State is { } wanted ? " " + wanted : ""));
        RequireRead("PATCH", accountId);
        if (!Accounts.TryGetValue(accountId, out var account))
            throw new ConnectorException(Problems.AccountNotFound(accountId));
        if (account.State == AccountState.Personal)
            throw new ConnectorException(Problems.AccountRefused(account.UserName, "403"));
        var refusal = RefusalOf(accountId, patch);
        patch = Taken(patch);
        if (patch.ExternalId is not null && !string.IsNullOrEmpty(account.ExternalId) && patch.ExternalId != account.ExternalId)
            Violations.Add("gave the vault of " + account.UserName + " to another user");
        if (patch.ExternalId is not null)
            EverOurs.Add(accountId);
        if (patch.State is AccountState.Disabled or AccountState.Personal && !EverOurs.Contains(accountId))
            Violations.Add("took away " + account.UserName + ", which was never ours");
        var changed = account with
        {
            GivenName = patch.GivenName is { } givenName ? Kept(givenName) : account.GivenName,
            FamilyName = patch.FamilyName is { } familyName ? Kept(familyName) : account.FamilyName,
            DisplayName = patch.DisplayName is { } displayName ? Kept(displayName) : account.DisplayName,
            ExternalId = patch.ExternalId ?? account.ExternalId,
            State = patch.State ?? account.State,
            ManagedBy = patch.ManagedBy ?? account.ManagedBy,
        };
        if (Ignores?.Invoke(nameof(PatchAccountAsync), account.UserName) == true)
            return new PatchedAccount(AnswersPatches ? Shown(account) : null, refusal);
        behind[accountId] = (account, ReadsBehind);
        if (patch.State is not null)
            StateSetByConnector.Add(accountId);
        if (changed != account)
            Writes++;
        Accounts[accountId] = changed;
        if (changed.State == AccountState.Personal)
            LeaveGroups(accountId);
        if (EchoesNames)
            return new PatchedAccount(Shown(changed) with { GivenName = patch.GivenName ?? account.GivenName, FamilyName = patch.FamilyName ?? account.FamilyName, DisplayName = patch.DisplayName ?? account.DisplayName }, refusal);
        return new PatchedAccount(AnswersPatches ? Shown(changed) : null, refusal);
    });

    private AccountPatch Taken(AccountPatch patch) => Part(patch, attribute => !RefusedAttributes.Contains(attribute));

    private PatchRefusal? RefusalOf(string accountId, AccountPatch patch)
    {
        var refused = Part(patch, RefusedAttributes.Contains);
        if (refused == new AccountPatch())
            return null;
        if (Taken(patch) == new AccountPatch())
            throw new ConnectorException(Problems.AccountRefused(accountId, "501"));
        return new PatchRefusal(refused, Problems.AccountRefused(accountId, string.Join(", ", RefusedAttributes)));
    }

    private static AccountPatch Part(AccountPatch patch, Predicate<string> isWanted) => new()
    {
        GivenName = isWanted(nameof(patch.GivenName)) ? patch.GivenName : null,
        FamilyName = isWanted(nameof(patch.FamilyName)) ? patch.FamilyName : null,
        DisplayName = isWanted(nameof(patch.DisplayName)) ? patch.DisplayName : null,
        ExternalId = isWanted(nameof(patch.ExternalId)) ? patch.ExternalId : null,
        State = isWanted(nameof(patch.State)) ? patch.State : null,
        ManagedBy = isWanted(nameof(patch.ManagedBy)) ? patch.ManagedBy : null,
    };

    public Task DeleteAccountAsync(string accountId, bool isHidden, CancellationToken cancellationToken) => Call(nameof(DeleteAccountAsync), Target(accountId), () =>
    {
        Log.Add("DELETE " + Target(accountId));
        RequireRead("DELETE", accountId);
        if (!EverOurs.Contains(accountId))
            Violations.Add("deleted " + accountId + ", which was never ours");
        if (Ignores?.Invoke(nameof(DeleteAccountAsync), Target(accountId)) == true)
            return true;
        if (DeletionError is { } error)
            return !isHidden && !(Accounts.TryGetValue(accountId, out var found) && !IsHidden(found)) ? true : throw new Fault(error).Exception(accountId);
        if (Accounts.Remove(accountId))
            Writes++;
        LeaveGroups(accountId);
        return true;
    });

    public Task<string> CreateGroupAsync(string displayName, string externalId, CancellationToken cancellationToken) => Call(nameof(CreateGroupAsync), displayName, () =>
    {
        Log.Add("POST group " + displayName);
        if (Groups.Values.FirstOrDefault(g => string.Equals(g.DisplayName, displayName, StringComparison.OrdinalIgnoreCase)) is { } existing)
            return existing.ExternalId == externalId ? existing.Id : throw new ConnectorException(Problems.AccountExists(displayName));
        var group = new AccountGroup { Id = NextId("grp-"), DisplayName = displayName, ExternalId = externalId, ManagedBy = Extension ? ManagedBy.AzureAD : ManagedBy.Unspecified };
        Groups.Add(group.Id, group);
        readInThisRun.Add(group.Id);
        Writes++;
        return group.Id;
    });

    public Task PatchGroupAsync(string accountGroupId, AccountGroupPatch patch, CancellationToken cancellationToken) => Call(nameof(PatchGroupAsync), TargetGroup(accountGroupId), () =>
    {
        Log.Add("PATCH group " + TargetGroup(accountGroupId));
        RequireRead("PATCH", accountGroupId);
        if (!Groups.TryGetValue(accountGroupId, out var group))
            throw new ConnectorException(Problems.AccountNotFound(accountGroupId));
        var changed = group with { DisplayName = patch.DisplayName ?? group.DisplayName, ExternalId = patch.ExternalId ?? group.ExternalId, ManagedBy = patch.ManagedBy ?? group.ManagedBy };
        if (changed != group)
            Writes++;
        Groups[accountGroupId] = changed;
        return true;
    });

    public Task AddMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken) => Call(nameof(AddMembersAsync), TargetGroup(accountGroupId), () =>
    {
        Log.Add("ADD to " + TargetGroup(accountGroupId) + ": " + string.Join(", ", accountIds.Select(Target)));
        RequireRead("ADD", accountIds.Prepend(accountGroupId).ToArray());
        if (!Groups.TryGetValue(accountGroupId, out var group))
            throw new ConnectorException(Problems.AccountNotFound(accountGroupId));
        if (accountIds.FirstOrDefault(id => !Accounts.TryGetValue(id, out var a) || a.State == AccountState.Personal) is { } bad)
            throw new ConnectorException(Problems.AccountRefused(bad, "400 invalidValue"));
        foreach (var id in accountIds.Where(id => !EverOurs.Contains(id)))
            Violations.Add("put " + Target(id) + ", which was never ours, into a group");
        SetMembers(group, group.MemberIds.Union(accountIds, StringComparer.Ordinal));
        return true;
    });

    public Task RemoveMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken) => Call(nameof(RemoveMembersAsync), TargetGroup(accountGroupId), () =>
    {
        Log.Add("REMOVE from " + TargetGroup(accountGroupId) + ": " + string.Join(", ", accountIds.Select(Target)));
        RequireRead("REMOVE", accountGroupId);
        if (!Groups.TryGetValue(accountGroupId, out var group))
            throw new ConnectorException(Problems.AccountNotFound(accountGroupId));
        if (!KeepsRemovedMembers)
            SetMembers(group, group.MemberIds.Except(accountIds.Where(id => Ignores?.Invoke(nameof(RemoveMembersAsync), Target(id)) != true), StringComparer.Ordinal));
        return true;
    });

    public Task DeleteGroupAsync(string accountGroupId, CancellationToken cancellationToken) => Call(nameof(DeleteGroupAsync), TargetGroup(accountGroupId), () =>
    {
        Log.Add("DELETE group " + TargetGroup(accountGroupId));
        RequireRead("DELETE", accountGroupId);
        if (Groups.Remove(accountGroupId))
            Writes++;
        return true;
    });

    public void Dispose()
    {
    }

    private string Kept(string name) => NameForm is null ? name : NameForm(name);

    private static AccountNames NamesOf(Account account) => new(account.GivenName, account.FamilyName, account.DisplayName);

    private string NextId(string kind) => kind + idPrefix + nextId++;

    private void RequireRead(string write, params string[] ids)
    {
        foreach (var id in ids.Where(id => !readInThisRun.Contains(id)))
            Violations.Add(write + " of " + id + " without a read in the same run");
    }

    private IEnumerable<Account> Visible() => Accounts.Values.Where(a => a.State != AccountState.Personal && !NotListed.Contains(a.Id) && !Unreadable.Contains(a.Id) && !IsHidden(a)).Select(Shown);

    private bool IsHidden(Account account) => HidesDisabled && account.State == AccountState.Disabled;

    private Account Shown(Account account)
    {
        account = Extension ? account : account with { ManagedBy = ManagedBy.Unspecified };
        return ShowsNoStates ? account with { State = AccountState.Unknown, StateText = null } : account;
    }


    private AccountGroup Shown(AccountGroup group) =>
        HidesMembers || ShowsOnlyFirst is not null ? group with { MemberIds = group.MemberIds.Take(HidesMembers ? 0 : ShowsOnlyFirst!.Value).ToList() } : group;

    private void SetMembers(AccountGroup group, IEnumerable<string> members)
    {
        var changed = members.ToList();
        if (changed.Count != group.MemberIds.Count)
            Writes++;
        Groups[group.Id] = group with { MemberIds = changed };
    }

    private void LeaveGroups(string accountId)
    {
        foreach (var group in Groups.Values.Where(g => g.MemberIds.Contains(accountId)).ToList())
            Groups[group.Id] = group with { MemberIds = group.MemberIds.Where(m => m != accountId).ToList() };
    }

    private string Target(string accountId) => Accounts.TryGetValue(accountId, out var account) ? account.UserName : accountId;

    private string TargetGroup(string accountGroupId) => Groups.TryGetValue(accountGroupId, out var group) ? group.DisplayName : accountGroupId;

    private static bool SameAddress(string left, string right) => string.Equals(left.Trim(), right.Trim(), StringComparison.OrdinalIgnoreCase);

    private Task<T> Call<T>(string call, string target, Func<T> effect)
    {
        try
        {
            Called?.Invoke(call);
            lock (gate)
            {
                wire.Pass();
                Calls[call] = Calls.GetValueOrDefault(call) + 1;
                var fault = FaultOn?.Invoke(call, target);
                if (fault is { AnswerLost: false })
                    throw fault.Exception(target);
                var answer = effect();
                wire.Pass();
                return fault is null ? Task.FromResult(answer) : throw fault.Exception(target);
            }
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }
}
