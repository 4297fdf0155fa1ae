using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>Makes the plan: a pure function of its input.</summary>
public static class SyncPlanner
{
    private const int Steps = (int)PlanStep.StateOnly + 1;

    /// <summary>Makes the plan of a run.</summary>
    /// <param name="input">Everything that was read.</param>
    public static SyncPlan Plan(PlannerInput input)
    {
        var roster = input.Roster;
        var states = new PersonStates(input);
        var personPlan = new PersonPlan(input);
        var decisions = new PersonDecisions(input, states, personPlan);
        var inUserGroup = new RosterSet(roster.Entries.Count);
        var needsCompleteRead = false;
        for (var place = 0; place < roster.Entries.Count; place++)
        {
            var entry = roster.Entries[place];
            var person = states.PersonAt(place);
            if (person.InUserGroup)
                inUserGroup.Add(place);
            if (!input.Scope.Contains(entry.EntraId))
                continue;
            needsCompleteRead |= person.NeedsCompleteRead;
            decisions.Decide(person, entry.Link, entry.Account);
        }

        foreach (var link in input.State.Links)
        {
            if (link.Kind == LinkKind.Predecessor && input.Scope.Contains(link.EntraId))
                decisions.DecidePredecessor(link);
        }

        var refusals = new List<Problem>();
        var personChanges = SafetyLimits.ForAccounts(input, personPlan.Changes, refusals);
        var isOtherCompany = VanishedAccountsLimit.Of(input).Refusal is not null;
        personChanges = SafetyLimits.ForVanishedAccounts(input, personChanges, refusals);

        var groupPlan = new GroupPlan();
        new GroupDecisions(input, states, inUserGroup, personChanges, personPlan.StateChanges, groupPlan).Decide();
        refusals.AddRange(groupPlan.Refusals);
        var groupChanges = SafetyLimits.ForVanishedAccounts(input, groupPlan.Changes, new List<Problem>());
        if (SafetyLimits.ClockRefusal(input) is { } wrongClock && groupChanges.Any(IsGroupRemoval))
        {
            groupChanges = SafetyLimits.HoldBack(groupChanges, IsGroupRemoval, wrongClock);
            if (refusals.TrueForAll(r => r.Id != ErrorId.ClockWrong))
                refusals.Add(wrongClock);
        }

        var all = InOrder(personChanges, groupChanges);
        var plan = new SyncPlan
        {
            Changes = all,
            StateChanges = personPlan.StateChanges.Concat(groupPlan.StateChanges).Where(c => !isOtherCompany || !IsAboutMissing(input, c)).ToList(),
            Refusals = refusals,
            // A wrong clock is not a pause: it ends when the clocks agree, and an admin has nothing to allow.
            Pause = refusals.Find(r => r.Id != ErrorId.ClockWrong) is { } refusal ? new PlannedPause(refusal, RefusedKeys(input, all).ToList()) : null,
            IsPartial = groupPlan.IsPartial,
            NeedsCompleteRead = groupPlan.NeedsCompleteRead || needsCompleteRead,
            RecheckUserIds = personPlan.RecheckUserIds,
        };
        return input.HeldBack is { } because ? HeldBack(plan, because) : plan;
    }

    // The plan still shows what it would do, but the run does nothing of it.
    private static SyncPlan HeldBack(SyncPlan plan, Problem because) => plan with
    {
        Changes = SafetyLimits.HoldBack(plan.Changes, c => c.IsTried, because),
        StateChanges = Array.Empty<StateChange>(),
        Refusals = plan.Changes.Any(c => c.IsTried) ? plan.Refusals.Prepend(because).ToList() : plan.Refusals,
        Pause = null,
    };

    // Changes of the same step stay in the order in which they were decided.
    private static PlannedChange[] InOrder(IReadOnlyList<PlannedChange> personChanges, IReadOnlyList<PlannedChange> groupChanges)
    {
        var next = new int[Steps + 1];
        foreach (var changes in new[] { personChanges, groupChanges })
        {
            foreach (var change in changes)
                next[(int)change.PlanStep + 1]++;
        }

        for (var step = 1; step <= Steps; step++)
            next[step] += next[step - 1];
        var all = new PlannedChange[next[Steps]];
        foreach (var changes in new[] { personChanges, groupChanges })
        {
            foreach (var change in changes)
                all[next[(int)change.PlanStep]++] = change;
        }

        return all;
    }

    // If the token belongs to another company, a missing account proves neither a leaver nor a link to forget.
    private static bool IsAboutMissing(PlannerInput input, StateChange change) => change switch
    {
        StateChange.MemberForgotten => true,
        StateChange.LinkSaved { Link: var link } => link.Kind == LinkKind.Retired || input.Accounts.IsMissing(link.AccountId),
        _ => false,
    };

    private static bool IsGroupRemoval(PlannedChange change) => change is RemoveMember or DeleteGroup;

    private static IEnumerable<string> RefusedKeys(PlannerInput input, IEnumerable<PlannedChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Hold is Hold.Refused { Because.Id: not ErrorId.ClockWrong })
                yield return change.Key;
        }

        // Consent to removals does not include creating vanished accounts again, so each of these has a key of its own.
        if (VanishedAccountsLimit.Of(input).Refusal is null)
            yield break;
        foreach (var link in input.State.Links)
        {
            if (link.Kind == LinkKind.Current && input.Accounts.IsMissing(link.AccountId) && !input.Accounts.IsHidden(link.AccountId))
                yield return PauseRecord.VanishedKey(link);
        }
    }
}
