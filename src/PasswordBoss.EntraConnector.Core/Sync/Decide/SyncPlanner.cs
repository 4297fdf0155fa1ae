using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>Makes the plan: a pure function of its input.</summary>
public static class SyncPlanner
{
    private const int Steps = (int)PlanStep.Remember + 1;

    /// <summary>Makes the plan of a run.</summary>
    /// <param name="input">Everything that was read.</param>
    public static SyncPlan Plan(PlannerInput input)
    {
        var roster = input.Roster;
        var desired = new PersonStates(input);
        var people = new PersonActions(input);
        var decisions = new PersonDecisions(input, desired, people);
        var members = new RosterSet(roster.Entries.Count);
        var needsCompleteRead = false;
        for (var place = 0; place < roster.Entries.Count; place++)
        {
            var entry = roster.Entries[place];
            var person = desired.PersonAt(place);
            if (person.InUserGroup)
                members.Add(place);
            needsCompleteRead |= person.NeedsCompleteRead;
            decisions.Decide(person, entry.Link, entry.Account);
        }

        foreach (var link in input.State.Links)
        {
            if (link.Kind == LinkKind.Predecessor)
                decisions.DecidePredecessor(link);
        }

        var refusals = new List<Problem>();
        var actions = SafetyLimits.ForAccounts(input, people.Actions, refusals);
        var isOtherCompany = VanishedAccounts.Of(input).Refusal is not null;
        actions = SafetyLimits.ForVanishedAccounts(input, actions, refusals);

        var groups = new GroupDecisions(input, desired, members, actions, people.StateChanges);
        groups.Decide();
        refusals.AddRange(groups.Refusals);
        var groupActions = SafetyLimits.ForVanishedAccounts(input, groups.Actions, new List<Problem>());
        if (SafetyLimits.ClockRefusal(input) is { } wrongClock && groupActions.Any(IsGroupRemoval))
        {
            groupActions = SafetyLimits.Held(groupActions, IsGroupRemoval, wrongClock);
            if (refusals.TrueForAll(r => r.Id != ErrorId.ClockWrong))
                refusals.Add(wrongClock);
        }

        var all = InOrder(actions, groupActions);
        return new SyncPlan
        {
            Actions = all,
            StateChanges = people.StateChanges.Concat(groups.StateChanges).Where(c => !isOtherCompany || !IsAboutMissing(input, c)).ToList(),
            Refusals = refusals,
            // A wrong clock is not a pause: it ends when the clocks agree, and an admin has nothing to allow.
            Pause = refusals.Find(r => r.Id != ErrorId.ClockWrong) is { } refusal ? new PlannedPause(refusal, RefusedKeys(input, all).ToList()) : null,
            IsPartial = groups.IsPartial,
            NeedsCompleteRead = groups.NeedsCompleteRead || needsCompleteRead,
            RecheckUserIds = people.RecheckUserIds,
        };
    }

    // Actions of the same step stay in the order in which they were decided.
    private static PlannedChange[] InOrder(IReadOnlyList<PlannedChange> personActions, IReadOnlyList<PlannedChange> groupActions)
    {
        var next = new int[Steps + 1];
        foreach (var actions in new[] { personActions, groupActions })
        {
            foreach (var action in actions)
                next[(int)action.PlanStep + 1]++;
        }

        for (var step = 1; step <= Steps; step++)
            next[step] += next[step - 1];
        var all = new PlannedChange[next[Steps]];
        foreach (var actions in new[] { personActions, groupActions })
        {
            foreach (var action in actions)
                all[next[(int)action.PlanStep]++] = action;
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

    private static bool IsGroupRemoval(PlannedChange action) => action is RemoveMember or DeleteGroup;

    private static IEnumerable<string> RefusedKeys(PlannerInput input, IEnumerable<PlannedChange> actions)
    {
        foreach (var action in actions)
        {
            if (action.Hold is Hold.Refused { Because.Id: not ErrorId.ClockWrong })
                yield return action.Key;
        }

        // Consent to removals does not include creating vanished accounts again.
        if (VanishedAccounts.Of(input).Refusal is null)
            yield break;
        foreach (var link in input.State.Links)
        {
            if (link.Kind == LinkKind.Current && input.Accounts.IsMissing(link.AccountId) && !input.Accounts.IsHidden(link.AccountId))
                yield return PauseRecord.VanishedKey(link);
        }
    }
}
