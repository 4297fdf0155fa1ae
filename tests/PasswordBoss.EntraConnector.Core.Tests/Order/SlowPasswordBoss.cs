using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Order;

/// <summary>
/// Password Boss behind a network: each request and each response arrives when the schedule chooses it. Checks the order that the journal promises: the intent
/// of a write is committed before the write arrives. It is closed after the response, and after the read if only a read shows the effect.
/// </summary>
internal sealed class SlowPasswordBoss : IAccountDirectory
{
    private static readonly SyncAction[] ReadAfterwards =
    {
        SyncAction.Disable, SyncAction.ConvertToPersonal, SyncAction.Delete, SyncAction.AddMember, SyncAction.RemoveMember,
    };

    private readonly IAccountDirectory inner;
    private readonly Schedule schedule;
    private readonly FakeStore.Committed state;
    private readonly ConcurrentDictionary<Guid, Progress> writes = new();
    private int underWay;
    private int mostWrites;

    public SlowPasswordBoss(IAccountDirectory inner, Schedule schedule, FakeStore store, FakeStore.Committed state)
    {
        this.inner = inner;
        this.schedule = schedule;
        this.state = state;
        store.Closing = Closing;
    }

    private enum Progress
    {
        Sent,
        Answered,
        Settled,
    }

    /// <summary>Descriptions of everything out of order.</summary>
    public List<string> Violations { get; } = new();

    /// <summary>Writes whose intent was closed before the read that shows their effect. This is allowed if the run was stopped.</summary>
    public List<string> ClosedUnread { get; } = new();

    /// <summary>The largest number of writes at the same time.</summary>
    public int MostWrites => mostWrites;

    public int RequestCount => inner.RequestCount;

    public event Action? ServerFailed
    {
        add => inner.ServerFailed += value;
        remove => inner.ServerFailed -= value;
    }

    public Task<AccountCapabilities> DiscoverAsync(CancellationToken cancellationToken) => ReadAsync(nameof(DiscoverAsync), () => inner.DiscoverAsync(cancellationToken), _ => false, cancellationToken);

    public Task<ExtensionDescription> DescribeExtensionAsync(CancellationToken cancellationToken) =>
        ReadAsync(nameof(DescribeExtensionAsync), () => inner.DescribeExtensionAsync(cancellationToken), _ => false, cancellationToken);

    public Task<AccountListing> ListAccountsAsync(Action<int, int>? onProgress, CancellationToken cancellationToken) =>
        ReadAsync(nameof(ListAccountsAsync), () => inner.ListAccountsAsync(onProgress, cancellationToken), _ => false, cancellationToken);

    public Task<AccountGroupListing> ListGroupsAsync(CancellationToken cancellationToken) => ReadAsync(nameof(ListGroupsAsync), () => inner.ListGroupsAsync(cancellationToken), _ => false, cancellationToken);

    public Task<AccountGroup?> GetGroupAsync(string accountGroupId, CancellationToken cancellationToken) =>
        ReadAsync(nameof(GetGroupAsync) + " " + accountGroupId, () => inner.GetGroupAsync(accountGroupId, cancellationToken), i => IsOfMembers(i) && i.AccountGroupId == accountGroupId, cancellationToken);

    public Task<Account?> GetAccountAsync(string accountId, CancellationToken cancellationToken) =>
        ReadAsync(nameof(GetAccountAsync) + " " + accountId, () => inner.GetAccountAsync(accountId, cancellationToken), i => i.AccountId == accountId, cancellationToken);

    public Task<IReadOnlyList<Account>> FindByExternalIdAsync(string externalId, CancellationToken cancellationToken) =>
        ReadAsync(nameof(FindByExternalIdAsync) + " " + externalId, () => inner.FindByExternalIdAsync(externalId, cancellationToken), _ => false, cancellationToken);

    public Task<IReadOnlyList<Account>> FindByUserNameAsync(string userName, CancellationToken cancellationToken) =>
        ReadAsync(nameof(FindByUserNameAsync) + " " + userName, () => inner.FindByUserNameAsync(userName, cancellationToken), _ => false, cancellationToken);

    public Task<CreationResult> CreateAccountAsync(AccountDraft draft, CancellationToken cancellationToken) => WriteAsync(
        "POST " + draft.UserName,
        i => i.Action is SyncAction.Create or SyncAction.CreatePending && i.EntraId == draft.ExternalId,
        () => inner.CreateAccountAsync(draft, cancellationToken),
        cancellationToken);

    public Task<PatchedAccount> PatchAccountAsync(string accountId, AccountPatch patch, CancellationToken cancellationToken) =>
        WriteAsync("PATCH " + accountId, i => i.AccountId == accountId, () => inner.PatchAccountAsync(accountId, patch, cancellationToken), cancellationToken);

    public Task DeleteAccountAsync(string accountId, bool isHidden, CancellationToken cancellationToken) => WriteAsync(
        "DELETE " + accountId, i => i.Action == SyncAction.Delete && i.AccountId == accountId, () => Done(inner.DeleteAccountAsync(accountId, isHidden, cancellationToken)), cancellationToken);

    public Task<string> CreateGroupAsync(string displayName, string externalId, CancellationToken cancellationToken) => WriteAsync(
        "POST group " + displayName,
        i => i.Action == SyncAction.CreateGroup && i.GroupId == externalId,
        () => inner.CreateGroupAsync(displayName, externalId, cancellationToken),
        cancellationToken);

    public Task PatchGroupAsync(string accountGroupId, AccountGroupPatch patch, CancellationToken cancellationToken) => WriteAsync(
        "PATCH group " + accountGroupId,
        i => !IsOfMembers(i) && i.AccountGroupId == accountGroupId,
        () => Done(inner.PatchGroupAsync(accountGroupId, patch, cancellationToken)),
        cancellationToken);

    public Task DeleteGroupAsync(string accountGroupId, CancellationToken cancellationToken) => WriteAsync(
        "DELETE group " + accountGroupId,
        i => i.Action == SyncAction.DeleteGroup && i.AccountGroupId == accountGroupId,
        () => Done(inner.DeleteGroupAsync(accountGroupId, cancellationToken)),
        cancellationToken);

    public Task AddMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken) => WriteAsync(
        "ADD to " + accountGroupId,
        i => i.Action == SyncAction.AddMember && i.AccountGroupId == accountGroupId,
        () => Done(inner.AddMembersAsync(accountGroupId, accountIds, cancellationToken)),
        cancellationToken);

    public Task RemoveMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken) => WriteAsync(
        "REMOVE from " + accountGroupId,
        i => i.Action == SyncAction.RemoveMember && i.AccountGroupId == accountGroupId,
        () => Done(inner.RemoveMembersAsync(accountGroupId, accountIds, cancellationToken)),
        cancellationToken);

    public void Dispose() => inner.Dispose();

    private static bool IsOfMembers(Intent intent) => intent.Action is SyncAction.AddMember or SyncAction.RemoveMember;

    private static async Task<bool> Done(Task work)
    {
        await work.ConfigureAwait(false);
        return true;
    }

    private async Task<T> ReadAsync<T>(string what, Func<Task<T>> read, Func<Intent, bool> shows, CancellationToken cancellationToken)
    {
        await schedule.TurnAsync(what, cancellationToken).ConfigureAwait(false);
        var shown = OpenIntents(i => writes.TryGetValue(i.Id, out var progress) && progress == Progress.Answered && shows(i));
        var answer = await read().ConfigureAwait(false);
        await schedule.TurnAsync(what, cancellationToken).ConfigureAwait(false);
        foreach (var intent in shown)
            writes[intent] = Progress.Settled;
        return answer;
    }

    private async Task<T> WriteAsync<T>(string what, Func<Intent, bool> isOf, Func<Task<T>> write, CancellationToken cancellationToken)
    {
        var now = Interlocked.Increment(ref underWay);
        try
        {
            return await SendAsync(what, isOf, write, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
            mostWrites = Math.Max(mostWrites, now);
        }
    }

    private async Task<T> SendAsync<T>(string what, Func<Intent, bool> isOf, Func<Task<T>> write, CancellationToken cancellationToken)
    {
        await schedule.TurnAsync(what, cancellationToken).ConfigureAwait(false);
        // Two requests for one group look the same, so a request is matched to any intent without a request.
        var intent = OpenIntents(i => isOf(i) && !writes.ContainsKey(i.Id)).Concat(OpenIntents(isOf)).FirstOrDefault();
        if (intent == Guid.Empty)
            Violations.Add(what + " was sent before its intent was committed.");
        writes[intent] = Progress.Sent;
        try
        {
            var answer = await write().ConfigureAwait(false);
            await schedule.TurnAsync(what, cancellationToken).ConfigureAwait(false);
            writes[intent] = Progress.Answered;
            return answer;
        }
        catch
        {
            // A refused write has no effect to read, and a write with a lost response stays open.
            writes[intent] = Progress.Settled;
            throw;
        }
    }

    private List<Guid> OpenIntents(Func<Intent, bool> isWanted) => state.IntentRows.Values.Where(i => i.Action != SyncAction.Skip && isWanted(i)).Select(i => i.Id).ToList();

    private void Closing(Guid id)
    {
        if (!writes.TryGetValue(id, out var progress) || !state.IntentRows.TryGetValue(id, out var intent))
            return;
        if (progress == Progress.Sent)
            Violations.Add(intent.Action + " was closed before it was answered.");
        else if (progress == Progress.Answered && ReadAfterwards.Contains(intent.Action))
            ClosedUnread.Add(intent.Action + " was closed before its effect was read.");
    }
}
