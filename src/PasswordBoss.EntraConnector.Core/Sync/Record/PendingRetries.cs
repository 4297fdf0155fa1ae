using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>
/// The retries that are pending after a run, and when each is due. The delay is five minutes after a failure, and one hour after an obstacle that an admin must
/// remove. Both double with each attempt, up to a day. Changes that were not tried, and users who could not be verified, are due at once.
/// </summary>
internal static class PendingRetries
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AfterObstacle = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>The pending retries of earlier runs that this run did not check.</summary>
    /// <param name="start">How the last run left the connection.</param>
    /// <param name="reading">What this run read.</param>
    public static IReadOnlyList<PendingRetry> UncheckedRetries(RunStart start, ReadOutcome.Usable reading)
    {
        if (reading.Coverage is not Coverage.Some some)
            return Array.Empty<PendingRetry>();
        var groups = new HashSet<string>(reading is ReadOutcome.Read read ? read.Input.AdditionalGroups.Select(g => g.GroupId) : Array.Empty<string>(), EntraId.Comparer);
        // Only full runs check members without a link.
        return start.PendingRetries
            .Where(r => r.EntraId is null ? r.Change.Action == SyncAction.RemoveMember || !groups.Contains(r.GroupId ?? "") : !some.UserIds.Contains(r.EntraId)).ToList();
    }

    /// <summary>All retries that are pending after a run.</summary>
    /// <param name="planned">What the run read and planned.</param>
    /// <param name="records">The result of each planned change, in the order of the plan.</param>
    /// <param name="now">The time, UTC.</param>
    public static IReadOnlyList<PendingRetry> After(PlannedRun planned, IReadOnlyList<ChangeRecord> records, DateTimeOffset now)
    {
        var start = planned.Start;
        var actions = planned.Plan.Changes;
        var known = new Dictionary<string, PendingRetry>(EntraId.Comparer);
        foreach (var retry in start.PendingRetries)
            known[KeyOf(retry.Change.Action, retry.EntraId, retry.GroupId)] = retry;

        var retries = new List<PendingRetry>(planned.UncheckedRetries);
        for (var i = 0; i < actions.Count; i++)
        {
            if (FirstDelay(actions[i], records[i]) is not { } first)
                continue;
            known.TryGetValue(KeyOf(actions[i].Action, actions[i].EntraId, actions[i].GroupId), out var earlier);
            // A run before the due time does not postpone the retry.
            var notDue = earlier?.NotBefore > now ? earlier : null;
            retries.Add(new PendingRetry
            {
                EntraId = actions[i].EntraId,
                GroupId = actions[i].GroupId,
                // The time belongs to the attempt of this run, not to the pending retry.
                Change = records[i] with { At = null },
                Attempts = notDue?.Attempts ?? (earlier?.Attempts ?? 0) + 1,
                NotBefore = notDue?.NotBefore ?? now + Delay(first, earlier?.Attempts ?? 0),
                Leaving = actions[i] is RetireAccount { IsFormerAccount: false, Event: var leaving } and not DeleteAccount { IsDue: true } ? leaving : LeavingEvent.None,
            });
        }

        if (retries.Count == 0)
            return retries;
        var touched = TouchedAddresses(planned.Reading, records);
        return touched.Count == 0 ? retries : retries.Select(r => Waits(r.Change, touched) ? r with { NotBefore = now } : r).ToList();
    }

    // A user who waits for an address is retried as soon as an account at that address changed, or the account of another user with that address.
    private static HashSet<string> TouchedAddresses(ReadOutcome.Usable reading, IReadOnlyList<ChangeRecord> records)
    {
        var touched = new HashSet<string>(EmailAddress.Comparer);
        var people = new HashSet<string>(EntraId.Comparer);
        foreach (var record in records)
        {
            if (record.Outcome != ChangeOutcome.Done || record.Group is not null)
                continue;
            touched.UnionWith(new[] { record.Email, record.Before, record.After }.OfType<string>());
            if (record.EntraId is not null)
                people.Add(record.EntraId);
        }

        if (people.Count == 0 || reading is not ReadOutcome.Read { Input: var input })
            return touched;
        foreach (var user in input.UserGroup.Users.Concat(input.Lookups.Values.Select(l => l.User).OfType<DirectoryUser>()))
        {
            if (people.Contains(user.Id) && EmailAddress.Choose(user, input.Rules.EmailSource) is { } address)
                touched.Add(address);
        }

        return touched;
    }

    private static bool Waits(ChangeRecord change, HashSet<string> touched) =>
        (change.Email is not null && touched.Contains(change.Email)) || (change.After is not null && touched.Contains(change.After));

    // Null if nothing is pending: the change is made, or a rule or an admin of Password Boss decided against it.
    private static TimeSpan? FirstDelay(PlannedChange action, ChangeRecord record)
    {
        if (action.IsKnown)
            return null;
        switch (record.Outcome)
        {
            case ChangeOutcome.Failed:
            // The server accepted only a part of the change.
            case ChangeOutcome.Done when record.ErrorId == ErrorId.AccountRefused:
                return AfterFailure;
            case ChangeOutcome.Refused:
                return TimeSpan.Zero;
            case ChangeOutcome.Skipped when action.Action is not (SyncAction.Conflict or SyncAction.Skip):
                // The change was skipped because another one failed, so it waits as long as that one.
                return record.ErrorId is ErrorId.EffectNotRead or ErrorId.TooManyFailures || record.FollowsFailure ? AfterFailure : TimeSpan.Zero;
            case ChangeOutcome.Skipped:
                return action.Obstacle?.Id switch
                {
                    null => null,
                    { } id when ErrorCatalog.NeedsNoRetry(id) => null,
                    ErrorId.PersonUnknown => TimeSpan.Zero,
                    ErrorId.AccountNotReadable or ErrorId.AccountStateUnknown or ErrorId.GroupUnreadable or ErrorId.GroupReadsEmpty
                        or ErrorId.GroupMissingInEntra or ErrorId.ConversionWaits or ErrorId.NotConfirmed => AfterFailure,
                    // Full runs report these; there is nothing to retry.
                    ErrorId.StoreNotAlone or ErrorId.UnknownMember => null,
                    _ => AfterObstacle,
                };
            default:
                return null;
        }
    }

    private static TimeSpan Delay(TimeSpan first, int earlierAttempts) =>
        TimeSpan.FromTicks((long)Math.Min(first.Ticks * Math.Pow(2, earlierAttempts), Longest.Ticks));

    private static string KeyOf(SyncAction action, string? entraId, string? groupId) => action + "|" + entraId + "|" + groupId;
}
