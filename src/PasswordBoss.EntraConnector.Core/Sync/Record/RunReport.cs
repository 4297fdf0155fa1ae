using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Read;
using PasswordBoss.EntraConnector.Sync.Write;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>Collects what a run saw and did, and says how it ended.</summary>
internal sealed class RunReport
{
    // The status names this many open conflicts; the rest is counted.
    private const int NamedInStatus = 10;
    private const int MostAskedAgain = 1000;
    private const int NamedInWarning = 5;

    private readonly ConnectionSettings connection;
    private readonly RunClock clock;
    private readonly bool preview;
    private readonly List<Message> warnings = new();
    private IReadOnlyList<ChangeRecord> changes = Array.Empty<ChangeRecord>();
    private IReadOnlyList<PendingRetry> carried = Array.Empty<PendingRetry>();
    private IReadOnlyList<PendingRetry> open = Array.Empty<PendingRetry>();
    private RunStart start = new();
    private SyncMode mode = SyncMode.Incremental;
    private ProgressChange? progress;
    private List<ConnectorException> refusals = new();
    private ConnectorException? failure;
    private IReadOnlyList<string>? pausedKeys;
    private bool partial;
    private bool unhandled;
    private bool recoverySaved;
    private bool planned;
    private bool readEntra;
    private RunRecord? record;
    private DateTimeOffset startedAt;
    private bool adoptionTold;
    private bool clockIsWrong;
    private bool refusedRemain;
    private EffectSummary effects = new();

    public RunReport(ConnectionSettings connection, RunClock clock, bool preview)
    {
        this.connection = connection;
        this.clock = clock;
        this.preview = preview;
        startedAt = clock.UtcNow;
    }

    public Guid RunId { get; } = Guid.NewGuid();

    /// <summary>That another store of this machine syncs the same two sides; null when none is seen.</summary>
    public Message? OtherStore { get; set; }

    public IReadOnlyList<Message> Warnings => warnings;

    // By the clock that the run ends with: it may have learned on the way that this machine's is wrong.
    private DateTimeOffset StartedAt => clock.Began(startedAt);

    private TimeSpan Duration => clock.UtcNow - StartedAt;

    public RunRecord Record => record ?? throw new InvalidOperationException("The run is not finished.");

    /// <summary>
    /// The record for the history. What a refusal holds back is kept once, when it begins: repeated every five minutes for everybody, it would fill the disk.
    /// </summary>
    /// <param name="pauseBefore">What was paused before this run.</param>
    public RunRecord RecordToKeep(PauseRecord? pauseBefore)
    {
        var repeated = pausedKeys is not null && pauseBefore is not null && pausedKeys.Count == pauseBefore.RefusedKeys.Count;
        var wholeRunRefused = refusals.Count > 0 && !planned;
        // What is merely still open is not told again either.
        return Record with { Changes = repeated || wholeRunRefused ? changes.Where(c => c.Outcome != ChangeOutcome.Refused).ToList() : changes };
    }

    /// <summary>The run begins where the last one ended.</summary>
    public void Start(RunStart lastRun)
    {
        start = lastRun;
        open = lastRun.PendingRetries;
        startedAt = clock.UtcNow;
    }

    /// <summary>Everything is read.</summary>
    public void IsFull() => mode = SyncMode.Full;

    /// <summary>Microsoft answered: what the status said of it before no longer holds.</summary>
    public void ReadEntra() => readEntra = true;

    public void Fail(ConnectorException error) => failure = error;

    /// <summary>The whole run is refused: each account that stays in use is named.</summary>
    public void Refuse(ConnectorException refusal, SyncState state, string userGroup, SyncRules rules)
    {
        refusals = new List<ConnectorException> { refusal };
        var action = rules.RemovedUser switch
        {
            LeaverRule.Delete => SyncAction.Delete,
            LeaverRule.ConvertToPersonal => SyncAction.ConvertToPersonal,
            LeaverRule.Disable => SyncAction.Disable,
            _ => SyncAction.Skip,
        };
        changes = SafetyRules.AccountsInUse(state)
            .Select(l => new ChangeRecord
            {
                Action = action,
                Outcome = ChangeOutcome.Refused,
                Email = l.Email,
                DisplayName = l.DisplayName,
                EntraId = l.EntraId,
                AccountId = l.AccountId,
                Reason = new Message("Reason_StaysActive", userGroup),
                ErrorId = refusal.Id.ToString(),
                Detail = refusal.Text,
                Recommendation = refusal.Recommendation,
            })
            .ToList();
    }

    /// <summary>The plan is made: what the reader must know is known.</summary>
    public void Planned(SyncPlan plan, RunReading reading)
    {
        planned = true;
        if (clock.StateIsAhead)
            start = start.SetBackTo(clock.UtcNow);
        refusals = plan.Refusals.ToList();
        pausedKeys = plan.PausedKeys;
        partial = plan.IsPartial;
        carried = PendingRetries.NotLookedAt(start, reading);
        warnings.Clear();
        warnings.AddRange(reading.Warnings);
        if (start.WasPutBack)
            warnings.Add(new Message("Warning_PutBack"));
        if (reading.Recovered is { } recovered)
        {
            if (recovered.Relinked > 0)
                warnings.Add(new Message("Warning_Relinked", recovered.Relinked.ToString(CultureInfo.InvariantCulture)));
            warnings.AddRange(OnePerCause(recovered.Orphans.Select(o => (nameof(ErrorId.OrphanAccount), (string?)o.UserName, new ConnectorException(ErrorId.OrphanAccount, o.UserName).Text))));
        }

        if (reading.Input?.UserGroup is { } userGroup)
        {
            if (userGroup.Status == ReadingStatus.Hidden)
                warnings.Add(new ConnectorException(ErrorId.UserGroupHidden, userGroup.DisplayName).Text);
            if (userGroup.NestedGroups.Count > 0 && !connection.IncludeNested)
                warnings.Add(new Message("Warning_NestedIgnored", userGroup.DisplayName, userGroup.NestedGroups.Count.ToString(CultureInfo.InvariantCulture)));
        }

        if (OtherStore is not null)
            warnings.Add(OtherStore);
        if (start.WasLost)
            warnings.Add(new Message("Warning_StateLost"));
        if (start.Health.AdoptMeaningUntold && connection.Rules.ExistingAccount == ExistingAccountRule.Adopt)
            warnings.Add(new Message("Warning_AdoptMeaning"));
        adoptionTold = true;
        clockIsWrong = plan.Refusals.Any(r => r.Id == ErrorId.ClockWrong);
        warnings.AddRange(OnePerCause(plan.Actions
            .Where(a => a is { Obstacle: not null, Refused: false, IsKnown: false })
            // What the database has forgotten was done by this installation.
            .Where(a => !(start.WasPutBack && a.Obstacle!.Id == ErrorId.StoreNotAlone))
            .Select(a => (a.Obstacle!.Id.ToString(), a.Email ?? a.GroupName ?? a.DisplayName, a.Obstacle!.Text))
            .Concat(carried.Where(m => m.Change is { ErrorId: not null, Detail: not null }).Select(m => (m.Change.ErrorId!, m.Change.Email ?? m.Change.Group ?? m.Change.DisplayName, Tell(m.Change))))));
    }

    // One cause can concern thousands: the first in full, the next four by name, the rest as a count. Everyone stays in the changes.
    private static IEnumerable<Message> OnePerCause(IEnumerable<(string Cause, string? Subject, Message Text)> obstacles)
    {
        foreach (var cause in obstacles.GroupBy(o => o.Cause, StringComparer.Ordinal))
        {
            var texts = cause.GroupBy(o => o.Text).Select(g => (g.Key, Subject: g.Select(o => o.Subject).FirstOrDefault())).ToList();
            if (texts.Count <= NamedInWarning)
            {
                foreach (var (text, _) in texts)
                    yield return text;
                continue;
            }

            var names = texts.Skip(1).Select(o => o.Subject).OfType<string>().Take(NamedInWarning - 1);
            yield return new Message("Warning_AndOthers", texts[0].Key.Render().TrimEnd(), (texts.Count - 1).ToString(CultureInfo.InvariantCulture), string.Join(", ", names));
        }
    }

    public void Preview(SyncPlan plan)
    {
        changes = ChangeRecords.Preview(plan);
        unhandled = IsUnhandled(plan.Actions);
    }

    /// <summary>Nothing that changed concerns anybody.</summary>
    public void NoChange(RunReading reading) => Keep(reading, new SyncPlan(), carried, reading.Progress.FullNeeded);

    public void Executed(RunReading reading, SyncPlan plan, IReadOnlyList<ChangeRecord> executed, bool isRecoverySaved, EffectSummary effects, ConnectorException? stopped)
    {
        changes = executed;
        this.effects = effects;
        recoverySaved = isRecoverySaved;
        unhandled = IsUnhandled(plan.Actions);
        refusedRemain = start.Pause is { } pause && AnyRemains(plan, executed, new HashSet<string>(pause.RefusedKeys, StringComparer.Ordinal));
        foreach (var group in effects.GroupsThatHide)
            warnings.Add(new ConnectorException(ErrorId.GroupMembersNotShown, group.Key, group.Value.ToString(CultureInfo.InvariantCulture)).Text);
        refusals = plan.Refusals.ToList();
        failure = stopped;
        // What an incremental run had no time for is open person by person; what could not be journaled may not be.
        var leftUndone = stopped is not null && (reading.Mode == SyncMode.Full || stopped.Id is not (ErrorId.Cancelled or ErrorId.DeadlineExceeded));
        Keep(reading, plan, PendingRetries.After(start, reading, plan.Actions, executed, clock.UtcNow), reading.Progress.FullNeeded || plan.NeedsCompleteRead || leftUndone);
    }

    // Of somebody about whom nothing certain is known, what was refused still holds.
    private static bool AnyRemains(SyncPlan plan, IReadOnlyList<ChangeRecord> executed, HashSet<string> refusedKeys)
    {
        if (plan.Actions.Where((a, i) => refusedKeys.Contains(a.Key) && executed[i] is { Outcome: ChangeOutcome.Skipped, ErrorId: null }).Any())
            return true;
        var unknown = plan.Actions.Where(a => a is { Obstacle.Id: ErrorId.PersonUnknown, AccountId: not null }).Select(a => a.AccountId!).ToList();
        return unknown.Count > 0 && refusedKeys.Any(key => unknown.Exists(id => key.EndsWith("|" + id + "|", StringComparison.Ordinal)));
    }

    private void Keep(RunReading reading, SyncPlan plan, IReadOnlyList<PendingRetry> matters, bool fullNeeded)
    {
        open = matters;
        var recheckUserIds = plan.RecheckUserIds.Concat(reading.RecheckUserIds).ToList();
        progress = new ProgressChange
        {
            // So many cannot be asked about one by one.
            Progress = recheckUserIds.Count > MostAskedAgain
                ? reading.Progress with { FullNeeded = true, RecheckUserIds = Array.Empty<string>() }
                : reading.Progress with { FullNeeded = fullNeeded, RecheckUserIds = recheckUserIds },
            PendingRetries = matters,
            AllMembers = reading.AllMembers,
            Joined = reading.Joined,
            Left = reading.Left,
        };
    }

    /// <summary>
    /// How far the connection has come; null when it is where it was. A full run that did not come to its end leaves the duty to the next one.
    /// </summary>
    /// <param name="last">How the last run left the connection.</param>
    public ProgressChange? ProgressAfter(RunStart last)
    {
        if (progress is not null || mode != SyncMode.Full || last.Progress.LastFullAt is null || last.Progress.FullNeeded)
            return progress;
        return new ProgressChange { Progress = last.Progress with { FullNeeded = true }, PendingRetries = last.PendingRetries };
    }

    /// <summary>The end of a run of which nothing could be stored: neither the history nor the status will say what to do next, so the result does.</summary>
    public static SyncReport WithAdvice(SyncReport report, ConnectorException error) => new()
    {
        Result = report.Result with { Message = error.Message + " " + error.Recommendation.Render() },
        Errors = report.Errors,
    };

    /// <summary>What is told of a connection whose run could not even begin.</summary>
    public static SyncReport NotStarted(string connection, ConnectorException error, DateTimeOffset now) => new()
    {
        Result = new PBSyncResult
        {
            Connection = connection,
            RunId = Guid.NewGuid(),
            Outcome = SyncOutcome.Failed,
            StartedAt = now,
            ErrorId = error.Id.ToString(),
            Message = error.Message + " " + error.Recommendation.Render(),
        },
        Errors = new[] { error },
    };

    /// <summary>Another run holds the lock.</summary>
    /// <param name="error">Says who.</param>
    /// <param name="isFailure">Whether it holds the lock longer than it should.</param>
    public SyncReport AlreadyRunning(ConnectorException error, bool isFailure)
    {
        record = Describe(isFailure ? SyncOutcome.Failed : SyncOutcome.AlreadyRunning, error.Id, error.Text);
        return new SyncReport
        {
            Result = RunResults.Render(connection.Name, connection.TenantId, record),
            Errors = isFailure ? new[] { error } : Array.Empty<ConnectorException>(),
        };
    }

    public SyncReport Finish()
    {
        var outcome = OutcomeOf();
        var decisive = failure ?? refusals.FirstOrDefault();
        record = Describe(outcome, decisive?.Id, decisive?.Text ?? SummaryOf(outcome));
        var errors = new List<ConnectorException>();
        if (failure is not null)
            errors.Add(failure);
        errors.AddRange(refusals);
        foreach (var change in changes)
        {
            if (change is { Outcome: ChangeOutcome.Failed, ErrorId: { } id, Detail: { } detail } && Enum.TryParse<ErrorId>(id, out var parsed))
                errors.Add(ErrorOf(parsed, detail, change));
        }

        return new SyncReport { Result = RunResults.Render(connection.Name, connection.TenantId, record), Errors = errors };
    }

    private static ConnectorException ErrorOf(ErrorId id, Message detail, ChangeRecord change)
    {
        var target = change.Email ?? change.Group;
        var isUnnamed = !IsNamed(change);
        return detail.Id == ErrorCatalog.SentenceOf(id)
            ? new ConnectorException(id, detail.Arguments.ToArray()) { Target = target, TargetIsUnnamed = isUnnamed }
            : ConnectorException.Saying(id, detail, target, isUnnamed);
    }

    public ConnectionHealth HealthAfter(ConnectionHealth before)
    {
        var outcome = Record.Outcome;
        var succeeded = outcome is SyncOutcome.Succeeded or SyncOutcome.NoChange or SyncOutcome.Partial;
        var refused = failure ?? refusals.FirstOrDefault();
        // A clock that holds removals back is no refusal by Microsoft.
        var notAuthorized = refused is not null && ErrorCatalog.MeansNotAuthorized(refused.Id) && !(refused.Id == ErrorId.ClockWrong && failure is null);
        return before with
        {
            FirstSuccessAt = before.FirstSuccessAt ?? (succeeded ? Record.StartedAt : null),
            LastSync = Record.StartedAt + Record.Duration,
            LastOutcome = outcome,
            ConsecutiveFailures = outcome == SyncOutcome.Failed ? before.ConsecutiveFailures + 1 : 0,
            // A run that did not get as far as Microsoft says nothing about it. Password Boss is read after Entra.
            NotAuthorized = notAuthorized || (before.NotAuthorized && !readEntra && failure?.Id is not (ErrorId.AccountServerFailed or ErrorId.AccountServerThrottled or ErrorId.AccountServerAnswerInvalid)),
            Messages = StatusMessages(refused),
            Relinked = before.Relinked || (recoverySaved && mode == SyncMode.Full),
            AdoptMeaningUntold = before.AdoptMeaningUntold && !adoptionTold,
            HidesStates = effects.ShowsStates is { } states ? !states : before.HidesStates,
            HidesMembers = effects.ShowsMembers is { } members ? !members : before.HidesMembers,
            Refusals = 0,
            Refusal = null,
        };
    }

    public PauseRecord? PauseAfter(PauseRecord? before)
    {
        if (!planned)
            return before;
        // What was refused and neither done nor over still waits for an admin; a wrong clock says nothing about a pause.
        if (pausedKeys is null && (clockIsWrong || refusedRemain))
            return before;
        return pausedKeys is null
            ? null
            : new PauseRecord { RunId = RunId, At = StartedAt, RefusedKeys = pausedKeys, Reason = refusals[0].Text };
    }

    private List<Message> StatusMessages(ConnectorException? refused)
    {
        var messages = new List<Message>();
        if (refused is not null)
        {
            messages.Add(refused.Text);
            messages.Add(refused.Recommendation);
        }

        var named = open.Select(m => m.Change).Where(c => c.Detail is not null && (c.Action == SyncAction.Conflict || c.Outcome == ChangeOutcome.Failed) && !c.Detail.Equals(refused?.Text))
            .Select(Tell).Distinct().ToList();
        messages.AddRange(named.Take(NamedInStatus));
        if (named.Count > NamedInStatus)
            messages.Add(new Message("Status_MoreOpen", (named.Count - NamedInStatus).ToString(CultureInfo.InvariantCulture)));
        if (messages.Count == 0 && Record.Outcome == SyncOutcome.Partial)
            messages.Add(LeftOpen());
        return messages;
    }

    // The run was Partial, and nothing else in the status says why.
    private Message LeftOpen()
    {
        var names = AllChanges().Where(c => c.Outcome is ChangeOutcome.Failed or ChangeOutcome.Refused || (c.ErrorId is { } id && !WasChosen(id)))
            .Select(c => c.Email ?? c.Group ?? c.DisplayName).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (names.Count == 0)
            return new Message("Status_LeftOpen");
        var shown = string.Join(", ", names.Take(NamedInWarning));
        return names.Count <= NamedInWarning
            ? new Message("Status_LeftOpenFor", shown)
            : new Message("Status_LeftOpenForMore", shown, (names.Count - NamedInWarning).ToString(CultureInfo.InvariantCulture));
    }

    private static bool WasChosen(string errorId) => Enum.TryParse<ErrorId>(errorId, out var error) && ErrorCatalog.WasChosen(error);

    private SyncOutcome OutcomeOf()
    {
        if (failure is not null)
            return SyncOutcome.Failed;
        if (refusals.Count > 0)
            return SyncOutcome.Refused;
        if (preview)
            return changes.Any(c => c.Outcome == ChangeOutcome.Planned) ? SyncOutcome.Planned : SyncOutcome.NoChange;
        if (partial || unhandled || (planned && carried.Any(m => m.Change.ErrorId is not null)))
            return SyncOutcome.Partial;
        return changes.Any(c => c.Outcome == ChangeOutcome.Done) ? SyncOutcome.Succeeded : SyncOutcome.NoChange;
    }

    // A user or group was not handled, and will not be until a person does something. Choices of a rule or an admin do not count. A known
    // matter makes only the first run Partial.
    private bool IsUnhandled(IReadOnlyList<PlannedChange> actions)
    {
        for (var i = 0; i < actions.Count; i++)
        {
            var isUnhandled = changes[i].Outcome switch
            {
                ChangeOutcome.Failed => true,
                ChangeOutcome.Skipped or ChangeOutcome.Done => changes[i].ErrorId is { } id && !WasChosen(id),
                _ => false,
            };
            if (isUnhandled && !actions[i].IsKnown)
                return true;
        }

        return false;
    }

    private Message SummaryOf(SyncOutcome outcome)
    {
        if (outcome == SyncOutcome.NoChange)
            return new Message("Summary_NoChange");
        return RunResults.Summarize(RunResults.Count(AllChanges(), preview ? ChangeOutcome.Planned : ChangeOutcome.Done), outcome, preview);
    }

    // A sentence that was made for a whole server does not say for whom it failed.
    private static Message Tell(ChangeRecord change) =>
        IsNamed(change) ? change.Detail! : new Message("Text_About", change.Email ?? change.Group ?? change.DisplayName!, change.Detail!.Render());

    private static bool IsNamed(ChangeRecord change)
    {
        var names = new[] { change.Email, change.Group, change.DisplayName }.Where(n => !string.IsNullOrEmpty(n)).ToList();
        return names.Count == 0 || names.Any(n => change.Detail!.Arguments.Any(a => a.IndexOf(n, StringComparison.OrdinalIgnoreCase) >= 0));
    }

    private RunRecord Describe(SyncOutcome outcome, ErrorId? error, Message summary) => new()
    {
        RunId = RunId,
        Mode = mode,
        Outcome = outcome,
        StartedAt = StartedAt,
        Duration = Duration,
        ErrorId = error?.ToString(),
        Summary = summary,
        Warnings = warnings,
        Changes = AllChanges(),
    };

    private IReadOnlyList<ChangeRecord> AllChanges() => planned && carried.Count > 0 ? changes.Concat(carried.Select(StillOpen)).ToList() : changes;

    // Named in every result, and not tried in this run.
    private static ChangeRecord StillOpen(PendingRetry matter) =>
        matter.Change with { Outcome = matter.Change.Outcome == ChangeOutcome.Refused ? ChangeOutcome.Refused : ChangeOutcome.Skipped };
}
