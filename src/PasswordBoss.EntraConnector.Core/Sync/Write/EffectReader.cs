using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>
/// Reads what became of writes: an account by its id, a group once for all its changes. What does not show its effect is read again, because replicas lag; a read
/// that fails proves nothing, and is left to the next run.
/// </summary>
internal sealed class EffectReader
{
    private static readonly TimeSpan[] Waits = { TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8) };

    private readonly IAccountDirectory accounts;
    private readonly IClock clock;
    private readonly Func<int, Func<int, Task>, Task> inParallel;
    private readonly ConcurrentDictionary<PlannedAction, Effect> effects = new(ByReference.Instance);

    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="clock">Waits between two reads.</param>
    /// <param name="inParallel">Does a number of things, several at a time.</param>
    public EffectReader(IAccountDirectory accounts, IClock clock, Func<int, Func<int, Task>, Task> inParallel)
    {
        this.accounts = accounts;
        this.clock = clock;
        this.inParallel = inParallel;
    }

    /// <summary>Reads the effects. Never throws for a failed read, nor when the run is to stop.</summary>
    /// <param name="written">The accounts that were written to.</param>
    /// <param name="groups">The changed memberships, by the server's id of the group.</param>
    /// <param name="cancellationToken">Stops the reads: what was not seen until then counts as not read.</param>
    public async Task<IReadOnlyDictionary<PlannedAction, Effect>> ReadAsync(
        IReadOnlyCollection<PlannedAction> written, IReadOnlyDictionary<string, List<PlannedAction>> groups, CancellationToken cancellationToken)
    {
        var open = written.Select(a => new[] { a }).Concat(groups.Values.Select(g => g.ToArray())).ToList();
        try
        {
            foreach (var wait in Waits)
            {
                if (wait > TimeSpan.Zero)
                    await clock.DelayAsync(wait, cancellationToken).ConfigureAwait(false);
                await inParallel(open.Count, i => ReadOneAsync(open[i], cancellationToken)).ConfigureAwait(false);
                // Of a new member one more look is enough: nothing depends on it but a note.
                open = open.Where(actions => actions.Any(a => effects[a].Status == EffectStatus.NotSeen
                    || (a.Action == SyncAction.AddMember && effects[a].Status == EffectStatus.NotShown && wait == TimeSpan.Zero))).ToList();
                if (open.Count == 0)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // Not every look was taken: what is not done yet may still be under way.
            foreach (var action in open.SelectMany(actions => actions))
            {
                if (!effects.TryGetValue(action, out var effect) || effect.Status == EffectStatus.NotSeen)
                    effects[action] = new Effect(EffectStatus.NotRead, new Message("Effect_NotRead"));
            }
        }

        return effects;
    }

    private async Task ReadOneAsync(PlannedAction[] actions, CancellationToken cancellationToken)
    {
        try
        {
            if (actions[0].Action is SyncAction.AddMember or SyncAction.RemoveMember)
                await ReadGroupAsync(actions, cancellationToken).ConfigureAwait(false);
            else
                effects[actions[0]] = EffectOf(actions[0], await accounts.GetAccountAsync(actions[0].AccountId!, cancellationToken).ConfigureAwait(false));
        }
        catch (ConnectorException e)
        {
            foreach (var action in actions)
                effects[action] = new Effect(EffectStatus.NotRead, e.Text);
        }
    }

    private async Task ReadGroupAsync(PlannedAction[] actions, CancellationToken cancellationToken)
    {
        var group = await accounts.GetGroupAsync(actions[0].AccountGroupId!, cancellationToken).ConfigureAwait(false);
        var members = new HashSet<string>(group?.MemberIds ?? Array.Empty<string>(), StringComparer.Ordinal);
        foreach (var action in actions)
        {
            var isMember = members.Contains(action.AccountId!);
            if (action.Action == SyncAction.AddMember)
                effects[action] = new Effect(isMember ? EffectStatus.Seen : EffectStatus.NotShown);
            else if (isMember)
                effects[action] = new Effect(EffectStatus.NotSeen, new Message("Effect_Member"));
            else
                effects[action] = new Effect(group is null || action.WasShown ? EffectStatus.Seen : EffectStatus.NotShown);
        }
    }

    private static Effect EffectOf(PlannedAction action, Account? account)
    {
        // Servers exist that hide disabled accounts.
        if (account is null)
        {
            return action.Action switch
            {
                SyncAction.Disable or SyncAction.Delete or SyncAction.ConvertToPersonal => new Effect(EffectStatus.Seen),
                SyncAction.Enable => new Effect(EffectStatus.NotSeen, new Message("Effect_Missing")),
                _ => new Effect(EffectStatus.NotRead, new Message("Effect_Missing")),
            };
        }

        if (action.IsUnread && action.Action == SyncAction.Enable && !IsOf(action, account))
            return new Effect(EffectStatus.NotSeen, new Message("Effect_OtherOwner"), account);
        var isSeen = action.Action switch
        {
            SyncAction.Disable => account.State is AccountState.Disabled or AccountState.Personal,
            SyncAction.ConvertToPersonal => account.State == AccountState.Personal,
            SyncAction.Enable => account.State is AccountState.Active or AccountState.Pending,
            SyncAction.Delete => false,
            _ => true,
        };
        if (isSeen)
            return new Effect(EffectStatus.Seen, null, account);
        if (action.Action != SyncAction.Delete && account is { State: AccountState.Unknown, StateText: null })
            return new Effect(EffectStatus.NotShown, null, account);
        return new Effect(EffectStatus.NotSeen, new Message("Effect_State", WordOf(account)), account);
    }

    // SCIM's own attribute is "true" or "false", which tells a reader nothing.
    private static string WordOf(Account account) =>
        account is { State: AccountState.Unknown, StateText: { } text } ? text : new Message("StateWord_" + account.State).Render();

    private static bool IsOf(PlannedAction action, Account account) => string.IsNullOrEmpty(account.ExternalId)
        ? EmailAddress.Same(account.UserName, action.Email)
        : string.Equals(account.ExternalId, action.EntraId, StringComparison.OrdinalIgnoreCase);
}
