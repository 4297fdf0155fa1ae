using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Read;
using PasswordBoss.EntraConnector.Sync.Record;
using PasswordBoss.EntraConnector.Sync.Write;

namespace PasswordBoss.EntraConnector.Sync;

/// <summary>One run of one connection: lock, load, read (what changed, or everything), plan, check, approve, execute, save, report.</summary>
internal sealed class SyncRun
{
    private readonly ConnectionSettings connection;
    private readonly SyncOptions options;
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly IPlanApprover approver;
    private readonly IRunObserver observer;
    private readonly RunReport report;
    private readonly RunClock clock;
    private CancellationToken stop;
    // What the run that is under way is limited to.
    private TimeSpan deadline;
    private Action describeAsFull = () => { };
    // The run as a whole, once it is known what it did.
    private Intent? ended;

    public SyncRun(ConnectionSettings connection, SyncOptions options, IConnectorFactory factory, IStateStore store, IPlanApprover approver, IRunObserver observer)
    {
        this.connection = connection;
        this.options = options;
        this.factory = factory;
        this.store = store;
        this.approver = approver;
        this.observer = observer;
        clock = new RunClock(factory.Clock);
        report = new RunReport(connection, clock, approver.IsPreview);
        if (options.Full)
            report.IsFull();
    }

    public async Task<SyncReport> RunAsync(CancellationToken cancellationToken)
    {
        stop = cancellationToken;
        try
        {
            var holder = new RunHolder { Mode = options.Full ? SyncMode.Full : SyncMode.Incremental, Since = factory.Clock.UtcNow };
            using var runLock = factory.TryLock(connection, options.Full ? WithLimit(holder) : holder);
            if (runLock is null)
                return Refused();
            describeAsFull = () => runLock.Describe(WithLimit(holder));
            using var journal = store.OpenJournal(connection.Id);
            var start = new RunStart();
            try
            {
                start = journal.LoadStart();
                clock.StartFrom(start.NewestTime);
                report.Start(start);
                await SyncAsync(journal, start, cancellationToken).ConfigureAwait(false);
            }
            catch (ConnectorException e)
            {
                report.Fail(e);
            }
            catch (OperationCanceledException)
            {
                report.Fail(StoppedBy());
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A defect of ours must not cost the other connections of the call their runs, nor this one its history.
                report.Fail(new ConnectorException(ErrorId.InternalError, $"{e.GetType().Name}: {e.Message}"));
            }

            foreach (var warning in report.Warnings)
                observer.Warning(connection.Name, warning);

            return await SaveAsync(journal, start).ConfigureAwait(false);
        }
        catch (ConnectorException e)
        {
            report.Fail(e);
            return RunReport.WithAdvice(report.Finish(), e);
        }
    }

    private async Task SyncAsync(ISyncJournal journal, RunStart start, CancellationToken cancellationToken)
    {
        if (connection.UserGroup is null)
            throw new ConnectorException(ErrorId.UserGroupNotChosen, connection.Name);
        var secrets = store.ReadSecrets(connection);
        using var directory = factory.OpenDirectory(connection, secrets);
        using var accounts = factory.OpenAccounts(connection, secrets);

        var state = new Lazy<SyncState>(() => Load(journal, start));
        DirectoryChanges? changes = null;
        var fullSyncReason = FullSyncPolicy.FullSyncReason(connection, options, start, clock.UtcNow);
        if (fullSyncReason is null)
        {
            // The time that an admin takes to answer must not stop what they have approved.
            using var limit = Limited(options.IncrementalDeadline, unlessInteractive: true, cancellationToken);
            var incremental = new IncrementalReader(connection, directory, accounts, journal, observer);
            fullSyncReason = await PlanAndDoAsync(journal, accounts, ReadChangesAsync, limit.Token).ConfigureAwait(false);

            async Task<(RunReading?, Message?)> ReadChangesAsync()
            {
                var found = await incremental.ReadAsync(start, () => state.Value, clock, limit.Token).ConfigureAwait(false);
                report.ReadEntra();
                changes = found.Changes;
                return (found.Reading, found.FullSyncReason);
            }
        }

        if (fullSyncReason is null)
            return;
        observer.Detail(connection.Name, fullSyncReason);
        report.IsFull();
        describeAsFull();
        using var fullLimit = Limited(options.FullDeadline, unlessInteractive: true, cancellationToken);
        changes ??= await ReadInTimeAsync(token => ReadToldAsync(directory, start, token)).ConfigureAwait(false);
        var reader = new FullReader(connection, options, directory, accounts, observer, approver.IsPreview);
        await PlanAndDoAsync(journal, accounts, ReadEverythingAsync, fullLimit.Token).ConfigureAwait(false);

        // A part of the reading proves nothing: what does not end in time is of no use to the next run.
        async Task<T> ReadInTimeAsync<T>(Func<CancellationToken, Task<T>> read)
        {
            using var limit = Limited(options.FullDeadline, unlessInteractive: false, fullLimit.Token);
            try
            {
                return await read(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new ConnectorException(ErrorId.FullReadTooSlow, Minutes(options.FullDeadline));
            }
        }

        async Task<(RunReading?, Message?)> ReadEverythingAsync()
        {
            var found = await ReadInTimeAsync(token => reader.ReadAsync(state.Value, start, changes, clock, token)).ConfigureAwait(false);
            report.ReadEntra();
            report.OtherStore = store.FindTwin(connection);
            FollowNames(found);
            if (found.Refusal is not null)
                report.Refuse(found.Refusal, state.Value, found.UserGroup.DisplayName, connection.Rules);
            return (found.Reading, null);
        }
    }

    // An admin names a group as it is called now. Only a group that was read whole has its present name: of another the reading repeats the stored one.
    private void FollowNames(FullReading found)
    {
        if (approver.IsPreview)
            return;
        var renamed = (found.Reading?.Input?.AdditionalGroups ?? Array.Empty<GroupReading>()).Prepend(found.UserGroup)
            .Where(g => g is { Status: ReadingStatus.Complete, DisplayName.Length: > 0 }).Select(g => new GroupReference(g.GroupId, g.DisplayName)).ToList();
        var named = connection.WithNames(renamed);
        if (named.UserGroup != connection.UserGroup || !named.AdditionalGroups.SequenceEqual(connection.AdditionalGroups))
            store.RenameGroups(connection.Id, renamed);
    }

    // An older database that was put back does not know what was done since. That an account is in use although it was read disabled is no proof of an admin's
    // act then, and accounts that were made since are looked for as on a first run.
    private SyncState Load(ISyncJournal journal, RunStart start)
    {
        var state = journal.Load(clock.UtcNow - SafetyLimits.Window);
        if (!start.WasPutBack)
            return state;
        var links = state.Links.Select(l => l.SeenDone ? l with { SeenDone = false } : l).ToList();
        if (!approver.IsPreview)
            journal.Apply(links.Except(state.Links).Select(l => new StateChange.LinkSaved(l)).ToList(), Array.Empty<Guid>());
        return state with { Links = links, Health = state.Health with { Relinked = false } };
    }

    // Tracking begins anew with a full run: what the old links have to tell would never be told again, while a list that lags does not show it yet.
    private static async Task<DirectoryChanges?> ReadToldAsync(IDirectoryReader directory, RunStart start, CancellationToken cancellationToken)
    {
        if (start.Progress.Links is not { } links)
            return null;
        try
        {
            return await directory.ReadChangesAsync(links, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (!ErrorCatalog.MeansNotAuthorized(e.Id) && !e.IsTransient)
        {
            // They are lost, or refused: there is nothing more to be told.
            return null;
        }
    }

    /// <summary>Reads, plans, asks and does. Answers why everything must be read instead, before anything was asked or done.</summary>
    private async Task<Message?> PlanAndDoAsync(ISyncJournal journal, IAccountDirectory accounts, Func<Task<(RunReading? Reading, Message? FullSyncReason)>> readAsync, CancellationToken cancellationToken)
    {
        var (reading, fullSyncReason) = await readAsync().ConfigureAwait(false);
        if (reading is null)
            return fullSyncReason;
        var plan = PlanOf(reading);
        var writing = Writing(plan);
        if (approver.IsPreview)
        {
            await approver.ApproveAsync(connection.Name, writing, cancellationToken).ConfigureAwait(false);
            report.Preview(plan);
            return null;
        }

        ICollection<string> approved = writing.Count == 0
            ? Array.Empty<string>()
            : new HashSet<string>(await approver.ApproveAsync(connection.Name, writing, cancellationToken).ConfigureAwait(false), StringComparer.Ordinal);
        if (approver.IsInteractive && writing.Count > 0)
        {
            // Time has passed while somebody was asked: what is done must be right now, and must have been approved.
            (reading, fullSyncReason) = await readAsync().ConfigureAwait(false);
            if (reading is null)
                return fullSyncReason;
            plan = PlanOf(reading);
        }

        if (reading.Input is null)
        {
            report.NoChange(reading);
            return null;
        }

        // Of a run whose end is not known, a full one finds out what is still to be done: what was done already no longer shows what follows from it.
        Intent? run = null;
        if (plan.StateChanges.Count > 0 || Writing(plan).Count > 0)
        {
            run = new Intent { Id = report.RunId, RunId = report.RunId, Action = SyncAction.Skip, CreatedAt = clock.UtcNow };
            journal.Begin(new[] { run });
        }

        var executor = new SyncExecutor(
            accounts, journal, clock, report.RunId, options.ParallelWrites, reading.Input,
            (done, total) => observer.Progress(connection.Name, new Message("Phase_Execute"), done, total),
            detail => observer.Detail(connection.Name, detail));
        var changes = await executor.ExecuteAsync(reading.Recovered!, plan, approved, cancellationToken).ConfigureAwait(false);
        ended = run;
        report.Executed(reading, plan, changes, executor.IsRecoverySaved, executor.Effects, executor.Stopped ?? (cancellationToken.IsCancellationRequested ? StoppedBy() : null));
        return null;
    }

    private SyncPlan PlanOf(RunReading reading)
    {
        var plan = reading.Input is null ? new SyncPlan() : SyncPlanner.Plan(reading.Input);
        report.Planned(plan, reading);
        return plan;
    }

    private ConnectorException StoppedBy() => stop.IsCancellationRequested
        ? new ConnectorException(ErrorId.Cancelled)
        : new ConnectorException(ErrorId.DeadlineExceeded, Minutes(deadline));

    private static string Minutes(TimeSpan time) => time.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);

    private CancellationTokenSource Limited(TimeSpan time, bool unlessInteractive, CancellationToken cancellationToken)
    {
        deadline = time;
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (!unlessInteractive || !approver.IsInteractive)
            limit.CancelAfter(time);
        return limit;
    }

    private RunHolder WithLimit(RunHolder holder) => holder with { Mode = SyncMode.Full, Until = factory.Clock.UtcNow + options.FullDeadline };

    // Refused runs are counted, so that a run that holds up the schedule does not stay unseen.
    private SyncReport Refused()
    {
        var holder = factory.FindHolder(connection);
        var error = RunRefusal.Of(connection.Name, holder);
        if (approver.IsPreview)
            return report.AlreadyRunning(error, isFailure: false);
        using var journal = store.OpenJournal(connection.Id);
        var now = factory.Clock.UtcNow;
        var health = journal.ChangeHealth(before =>
        {
            var after = before with { Refusals = before.Refusals + 1, Refusal = error.Text };
            return RunRefusal.IsFailure(holder, after.Refusals, now) ? after with { LastOutcome = SyncOutcome.Failed, ConsecutiveFailures = before.ConsecutiveFailures + 1 } : after;
        });
        return report.AlreadyRunning(error, RunRefusal.IsFailure(holder, health.Refusals, now));
    }

    private async Task<SyncReport> SaveAsync(ISyncJournal journal, RunStart start)
    {
        var finished = report.Finish();
        if (!approver.IsPreview && clock.StateIsAhead)
            journal.SetBackTimes(clock.UtcNow);
        if (!approver.IsPreview)
            journal.SaveRun(report.RecordToKeep(start.Pause), report.HealthAfter(start.Health), report.PauseAfter(start.Pause), report.ProgressAfter(start));
        if (ended is not null)
        {
            journal.Complete(ended.Id);
            await journal.FlushAsync().ConfigureAwait(false);
        }

        return finished;
    }

    private static List<PlannedChange> Writing(SyncPlan plan) => plan.Actions.Where(a => a.IsTried).ToList();
}
