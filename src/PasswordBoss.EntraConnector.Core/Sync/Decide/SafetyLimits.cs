using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// Holds back removals that look like an accident. A limit is exceeded if the removals of 24 hours exceed both the percentage and the count of the rules, or
/// if two or more removals would leave no one. A limit holds back all of its removals, not only a part.
/// </summary>
public static class SafetyLimits
{
    /// <summary>How long a removal counts against the limits.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromHours(24);

    /// <summary>Whether removals exceed what the rules allow.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="removals">The removals in the window, including the planned ones.</param>
    /// <param name="inUse">The number in use now, plus the removals already made in the window.</param>
    public static bool Exceeds(SyncRules rules, int removals, int inUse) =>
        removals > rules.MaxRemovalCount && (long)removals * 100 > (long)inUse * rules.MaxRemovalPercent;

    /// <summary>
    /// Holds back removals of accounts. A wrong clock holds all of them back. With -Force, removals that the last refusal did not list wait, unless they were counted
    /// before. Otherwise the removals of leavers with a recovered or restored link are held back, and all counted removals if they exceed a limit.
    /// </summary>
    /// <param name="input">The input of the plan.</param>
    /// <param name="changes">The planned changes of accounts.</param>
    /// <param name="refusals">Receives the reason if the limit holds back.</param>
    /// <returns>The changes; those held back are marked.</returns>
    public static IReadOnlyList<PlannedChange> ForAccounts(PlannerInput input, IReadOnlyList<PlannedChange> changes, ICollection<Problem> refusals)
    {
        if (!changes.Any(a => a.IsRemoval))
            return changes;
        if (ClockRefusal(input) is { } wrongClock)
        {
            refusals.Add(wrongClock);
            return HoldBack(changes, a => a.IsRemoval, wrongClock);
        }

        var consent = Consent.Of(input);
        if (input.HasConsent)
            return changes.Select(a => (a is RetireAccount { CountsAgainstLimits: true } || IsOfHeldLink(a)) && !consent.Allows(a) ? Waiting(a) : a).ToList();

        var held = changes.Count(IsOfHeldLink);
        if (held > 0)
        {
            var recovered = Problems.RecoveredLeaver(MessageValue.Of(held));
            refusals.Add(recovered);
            changes = HoldBack(changes, IsOfHeldLink, recovered);
        }

        return ForCountedRemovals(input, changes, refusals);
    }

    /// <summary>The refusal of all removals if this machine's clock is wrong; null if it is right.</summary>
    internal static Problem? ClockRefusal(PlannerInput input) => input.ExcessiveClockDifference is not { } ahead
        ? null
        : new Problem(ErrorId.ClockWrong, Texts.ClockRun(ClockDifference.Format(ahead), ahead < TimeSpan.Zero ? Texts.ClockBehind : Texts.ClockAhead), Texts.FixClockWrong);

    private static IReadOnlyList<PlannedChange> ForCountedRemovals(PlannerInput input, IReadOnlyList<PlannedChange> changes, ICollection<Problem> refusals)
    {
        var counted = changes.OfType<RetireAccount>().Where(a => a is { CountsAgainstLimits: true, Refused: false }).ToList();
        if (counted.Count == 0)
            return changes;

        // Accounts that came into use within the window count as in use. Otherwise a new connection could remove no one on its first day.
        var before = RemovedInWindow(input, null);
        var active = 0;
        var pending = 0;
        foreach (var state in StatesOf(input))
        {
            active += state is AccountState.Active ? 1 : 0;
            pending += state is AccountState.Pending ? 1 : 0;
        }

        var inUse = active + pending + before;
        var total = counted.Count + before;
        var leavesNone = counted.Count >= 2 && (active > 0
            ? counted.Count(a => a is { PriorState: AccountState.Active, IsFormerAccount: false }) >= active
            : pending > 0 && counted.Count(a => a is { PriorState: AccountState.Pending, IsFormerAccount: false }) >= pending);
        var exceeds = Exceeds(input.Rules, total, inUse);
        if (!exceeds && !leavesNone)
            return changes;

        var why = (exceeds, before) switch
        {
            (false, _) => Texts.LimitLastAccounts(MessageValue.Of(counted.Count)),
            (_, 0) => Texts.LimitAccounts(MessageValue.Of(total), MessageValue.Of(inUse), MessageValue.Of(input.Rules.MaxRemovalCount), MessageValue.Of(input.Rules.MaxRemovalPercent)),
            _ => Texts.LimitMoreAccounts(MessageValue.Of(counted.Count), MessageValue.Of(inUse), MessageValue.Of(input.Rules.MaxRemovalCount), MessageValue.Of(input.Rules.MaxRemovalPercent), MessageValue.Of(before)),
        };
        var refusal = Problems.RemovalLimitExceeded(why);
        refusals.Add(refusal);
        return HoldBack(changes, a => a is RetireAccount { CountsAgainstLimits: true, Refused: false }, refusal);
    }

    /// <summary>
    /// Holds back new accounts and groups, links to forget, and writes to accounts that the server does not show, if more linked accounts have vanished than may be
    /// removed: with the token of another company, all of them seem to have vanished.
    /// </summary>
    /// <param name="input">The input of the plan.</param>
    /// <param name="changes">The planned changes of accounts and groups.</param>
    /// <param name="refusals">Receives the reason if the limit holds back.</param>
    /// <returns>The changes; those held back are marked.</returns>
    public static IReadOnlyList<PlannedChange> ForVanishedAccounts(PlannerInput input, IReadOnlyList<PlannedChange> changes, ICollection<Problem> refusals)
    {
        if (VanishedAccountsLimit.Of(input).Refusal is not { } refusal)
            return changes;
        refusals.Add(refusal);
        return HoldBack(changes, a => a is CreateAccount or AdoptAccount or ForgetLink or CreateGroup or ForgetGroup or DoneWhenShown { IsHidden: true }, refusal);
    }

    /// <summary>Whether more accounts have vanished than may be removed.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="missing">The number of linked accounts that the server no longer has.</param>
    /// <param name="linked">The number of all linked accounts.</param>
    public static bool TooManyVanished(SyncRules rules, int missing, int linked) => Exceeds(rules, missing, linked) || (missing >= 2 && missing == linked);

    /// <summary>Marks the changes that a refusal holds back.</summary>
    /// <param name="changes">The planned changes.</param>
    /// <param name="isHeld">Whether one is held back.</param>
    /// <param name="refusal">Why.</param>
    internal static List<PlannedChange> HoldBack(IReadOnlyList<PlannedChange> changes, Func<PlannedChange, bool> isHeld, Problem refusal)
    {
        var hold = new Hold.Refused(refusal);
        return changes.Select(a => isHeld(a) ? a with { Hold = hold } : a).ToList();
    }

    private static PlannedChange Waiting(PlannedChange change) =>
        change with { Hold = new Hold.Waits(Problems.RemovalWaits(change.Subject.UserName)) };

    // The link was recovered on a first run or restored from a backup, and its user has not been present since. An admin must allow the removal, even a deletion that
    // is due, which a restored link may have.
    private static bool IsOfHeldLink(PlannedChange change) => change is RetireAccount { LinkBefore.NeedsConsent: true };

    /// <summary>Marks the removals from a group that a limit holds back, or that wait for the next run because an admin allowed others.</summary>
    /// <param name="input">The input of the plan.</param>
    /// <param name="group">The group.</param>
    /// <param name="removals">The planned removals.</param>
    /// <param name="members">How many members the group has.</param>
    /// <param name="isLeaving">Whether a removal follows from an account that this run retires.</param>
    /// <param name="refusals">Receives the reason if the limit holds back.</param>
    /// <returns>The removals; those held back are marked.</returns>
    internal static IReadOnlyList<PlannedChange> ForMemberships(
        PlannerInput input, GroupReading group, IReadOnlyList<RemoveMember> removals, int members, Func<RemoveMember, bool> isLeaving, List<Problem> refusals)
    {
        // A wrong clock holds all removals back, whatever a limit would decide. Then only the clock is reported.
        if (input.ExcessiveClockDifference is not null)
            return removals;
        // The removal of a member whose account this run retires is already counted with the account.
        var consent = Consent.Of(input);
        var counted = removals.Where(a => !a.IsRetry && !isLeaving(a) && !consent.Allows(a)).ToList();
        if (counted.Count == 0)
            return removals;
        var held = new HashSet<string>(counted.Select(a => a.Key), StringComparer.Ordinal);
        if (input.HasConsent)
            return removals.Select(a => held.Contains(a.Key) ? Waiting(a) : a).ToList();
        var before = RemovedInWindow(input, group.GroupId);
        var total = counted.Count + before;
        // A repeated removal was counted when it was first sent, so the member is among those removed before.
        members -= removals.Count(a => a.IsRetry);
        var leavesNone = counted.Count >= 2 && counted.Count >= members;
        var exceeds = Exceeds(input.Rules, total, members + before);
        if (!exceeds && !leavesNone)
            return removals;
        var why = (exceeds, before) switch
        {
            (false, _) => Texts.LimitLastMembers(MessageValue.Of(counted.Count)),
            (_, 0) => Texts.LimitMembers(MessageValue.Of(total), MessageValue.Of(members), MessageValue.Of(input.Rules.MaxRemovalCount), MessageValue.Of(input.Rules.MaxRemovalPercent)),
            _ => Texts.LimitMoreMembers(MessageValue.Of(counted.Count), MessageValue.Of(members + before), MessageValue.Of(input.Rules.MaxRemovalCount), MessageValue.Of(input.Rules.MaxRemovalPercent), MessageValue.Of(before)),
        };
        var refusal = Problems.MembershipLimitExceeded(group.DisplayName, why);
        refusals.Add(refusal);
        return HoldBack(removals, a => held.Contains(a.Key), refusal);
    }

    // The states of the linked accounts; the stored state if an account was not read.
    private static IEnumerable<AccountState?> StatesOf(PlannerInput input)
    {
        var read = input.Roster.Entries.Where(e => input.Scope.Contains(e.EntraId)).Select(e => e.Account?.State);
        return input.Scope.IsEveryone
            ? read
            : read.Concat(input.State.Links.Where(l => l.Kind == LinkKind.Current && !input.Scope.Contains(l.EntraId)).Select(l => (AccountState?)l.KnownState));
    }

    private static int RemovedInWindow(PlannerInput input, string? groupId) => input.State.Removals.Count(r =>
        !r.Forced && r.At > input.Now - Window && EntraId.Same(r.GroupId, groupId));
}
