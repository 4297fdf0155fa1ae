using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Read;
using PasswordBoss.EntraConnector.Sync.Record;
using PasswordBoss.EntraConnector.Sync.Write;

namespace PasswordBoss.EntraConnector.Sync;

/// <summary>One run of one connection: lock, load, read (changes, everything or one user), plan, approve, write, save.</summary>
internal sealed class SyncRun
{
    private readonly ConnectionSettings connection;
    private readonly SyncOptions options;
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly IPlanApprover approver;
    private readonly IRunObserver observer;
    private readonly RunClock clock;
    private readonly Guid runId = Guid.NewGuid();
    private readonly SyncMode askedMode;
    private volatile IRunReader? currentReader;

    public SyncRun(ConnectionSettings connection, SyncOptions options, IConnectorFactory factory, IStateStore store, IPlanApprover approver, IRunObserver observer)
    {
        this.connection = connection;
        this.options = options;
        this.factory = factory;
        this.store = store;
        this.approver = approver;
        this.observer = observer;
        clock = new RunClock(factory.Clock);
        askedMode = options.User is not null ? SyncMode.User : options.Full ? SyncMode.Full : SyncMode.Incremental;
    }

    /// <summary>Whether the run reads everything now. An incremental run can become a full one.</summary>
    public bool IsFull => currentReader is { Mode: SyncMode.Full };

    public async Task<SyncReport> RunAsync(CancellationToken cancellationToken)
    {
        var begunAt = clock.UtcNow;
        try
        {
            var holder = new RunLockHolder { Mode = askedMode, Since = factory.Clock.UtcNow };
            using var runLock = factory.TryLock(connection, options.Full ? WithLimit(holder) : holder);
            // If the run is stopped before it begins, nothing is saved: it does not count as a failure of the connection.
            if (cancellationToken.IsCancellationRequested)
                return SyncReports.NotStarted(connection.Name, Problems.Cancelled, begunAt);
            if (runLock is null)
                return AlreadyRunning(begunAt);
            using var journal = store.OpenJournal(connection.Id);
            var result = await LoadAndSyncAsync(journal, runLock, holder, cancellationToken).ConfigureAwait(false);
            foreach (var warning in result.Warnings)
                observer.Warning(connection.Name, warning);
            return await RunRecorder.SaveAsync(journal, clock, result, approver.IsPreview).ConfigureAwait(false);
        }
        catch (ConnectorException e)
        {
            return SyncReports.NotStored(ResultOf(new RunStart(), begunAt, new RunEnd.Unplanned(askedMode, e.Problem)), e.Problem);
        }
    }

    private async Task<RunResult> LoadAndSyncAsync(ISyncJournal journal, IRunLock runLock, RunLockHolder holder, CancellationToken cancellationToken)
    {
        RunStart? start = null;
        var begunAt = clock.UtcNow;
        try
        {
            start = journal.LoadStart();
            if (!approver.IsPreview && NotActivatedState.Refusal(connection.Name, start.Progress.Restored) is { } notActivated)
                return ResultOf(start, begunAt, new RunEnd.NotActivated(askedMode, notActivated));
            clock.StartFrom(start.NewestTime);
            begunAt = clock.UtcNow;
            if (connection.UserGroup is not { } userGroup)
                throw new ConnectorException(Problems.UserGroupNotChosen(connection.Name));
            var secrets = store.ReadSecrets(connection);
            using var directory = factory.OpenDirectory(connection, secrets);
            using var accounts = factory.OpenAccounts(connection, secrets);
            // A run of one user saves nothing of a restored state: that is left to the full run.
            var state = new StateLoader(journal, start, clock, approver.IsPreview || options.User is not null);
            var session = new Session(new RunSources(connection, userGroup, directory, accounts, journal, start, state, clock, observer), runLock, holder);
            var end = await SyncAsync(session, cancellationToken).ConfigureAwait(false);
            return ResultOf(start, begunAt, end) with { Requests = directory.RequestCount + accounts.RequestCount };
        }
        catch (Exception e) when (RunFailure.Ends(e))
        {
            return ResultOf(start ?? LoadStartAgain(journal), begunAt, new RunEnd.Unplanned(askedMode, RunFailure.Of(e)));
        }
    }

    // The record of a run replaces the health and the pause of the last run. If these cannot be loaded now either, the run is not saved. Only a damaged text is
    // replaced.
    private static RunStart LoadStartAgain(ISyncJournal journal)
    {
        try
        {
            return journal.LoadStart();
        }
        catch (ConnectorException e) when (e.Id == ErrorId.StoredTextDamaged)
        {
            return new RunStart();
        }
        catch (Exception e) when (e is not ConnectorException && RunFailure.Ends(e))
        {
            throw new ConnectorException(RunFailure.Of(e));
        }
    }

    // The run from top to bottom. If a read finds that everything must be read, it begins again with the full reader.
    private async Task<RunEnd> SyncAsync(Session session, CancellationToken cancellationToken)
    {
        var reader = FirstReader(session);
        ReadOutcome? outcome = null;
        while (true)
        {
            currentReader = reader;
            PlannedRun? planned = null;
            // An admin may take long to answer. The limit must not stop the changes that they approve.
            using var limit = new RunLimit(clock, TimeFor(reader), isEnforced: !approver.IsInteractive, cancellationToken);
            try
            {
                outcome = await reader.ReadAsync(limit).ConfigureAwait(false);
                StoreGroupNames(outcome);
                if (outcome is ReadOutcome.Usable reading)
                {
                    planned = PlanOf(session, reading);
                    var approved = await ApproveAsync(planned, limit).ConfigureAwait(false);
                    if (approver.IsPreview)
                        return new RunEnd.Previewed(planned);
                    if (planned.IsHeldBack)
                        return new RunEnd.HeldBack(planned);
                    if (!approver.IsInteractive || planned.ChangesToTry.Count == 0)
                        return await WriteAsync(session, planned, approved, limit).ConfigureAwait(false);

                    // Time passed while the admin decided. Read and plan again: only changes that are approved and still planned are written.
                    outcome = await reader.ReadAsync(limit).ConfigureAwait(false);
                    StoreGroupNames(outcome);
                    if (outcome is ReadOutcome.Usable readAgain)
                    {
                        planned = PlanOf(session, readAgain);
                        return await WriteAsync(session, planned, approved, limit).ConfigureAwait(false);
                    }
                }

                if (outcome is not ReadOutcome.ReadEverything why)
                    return EndWithoutPlan(outcome);
                reader = FullReaderFor(session, why);
            }
            catch (Exception e) when (RunFailure.Ends(e))
            {
                var failure = limit.FailureOf(e);
                // Every read starts with Entra, so a completed read has reached it.
                return planned is null
                    ? new RunEnd.Unplanned(reader.Mode, failure) { HasReachedEntra = outcome is not null }
                    : new RunEnd.Interrupted(planned, failure);
            }
        }
    }

    private IRunReader FirstReader(Session session)
    {
        if (options.User is { } user)
            return new UserReader(user, session.Sources);
        var reason = FullSyncPolicy.FullSyncReason(connection, options, session.Sources.Start, clock.UtcNow);
        return reason is null && session.Sources.Start.Progress.Links is { } links
            ? new IncrementalReader(session.Sources, links)
            : FullReaderFor(session, new ReadOutcome.ReadEverything(reason ?? Texts.FullNotTracked));
    }

    private FullReader FullReaderFor(Session session, ReadOutcome.ReadEverything why)
    {
        observer.Detail(connection.Name, why.Reason);
        session.Lock.Describe(WithLimit(session.Holder));
        return new FullReader(session.Sources, options, why.Changes, approver.IsPreview);
    }

    private TimeSpan TimeFor(IRunReader reader) => reader.Mode == SyncMode.Full ? options.FullDeadline : options.IncrementalDeadline;

    private void StoreGroupNames(ReadOutcome outcome)
    {
        if (!approver.IsPreview)
            GroupNames.StoreCurrent(store, connection, outcome);
    }

    private PlannedRun PlanOf(Session session, ReadOutcome.Usable reading) =>
        PlannedRun.Of(session.Sources.StartAt(clock.UtcNow), reading) with
        {
            OtherStore = reading.Mode == SyncMode.Full ? store.FindOtherStoreWarning(connection) : null,
        };

    private RunEnd EndWithoutPlan(ReadOutcome outcome) => outcome switch
    {
        ReadOutcome.Refused refused => new RunEnd.Refused(refused, connection.Rules),
        ReadOutcome.Undecided undecided => new RunEnd.Undecided(undecided.Because),
        _ => throw new InvalidOperationException(outcome.GetType().Name),
    };

    private async Task<ICollection<string>> ApproveAsync(PlannedRun planned, RunLimit limit) => planned.ChangesToTry.Count == 0 && !approver.IsPreview
        ? Array.Empty<string>()
        : new HashSet<string>(await approver.ApproveAsync(connection.Name, planned.ChangesToTry, limit.Token).ConfigureAwait(false), StringComparer.Ordinal);

    private async Task<RunEnd> WriteAsync(Session session, PlannedRun planned, ICollection<string> approved, RunLimit limit)
    {
        if (planned.Reading is not ReadOutcome.Read read)
            return new RunEnd.Unchanged(planned);
        if (planned.ChangesAnything)
            session.Sources.Journal.BeginRun(runId, clock.UtcNow);
        var executor = new SyncExecutor(
            session.Sources.Accounts, session.Sources.Journal, clock, factory.Workers, runId, options.ParallelWrites, read.Input, planned.Plan, approved, observer, connection.Name);
        var execution = await executor.ExecuteAsync(read.Recovered, limit.Token).ConfigureAwait(false);
        return new RunEnd.Executed(planned, execution, execution.Stopped ?? (limit.Token.IsCancellationRequested ? limit.StoppedBy() : null)) { At = clock.UtcNow };
    }

    private SyncReport AlreadyRunning(DateTimeOffset begunAt)
    {
        var holder = factory.FindHolder(connection);
        var error = ConnectionLock.HeldBy(holder, connection.Name);
        var result = ResultOf(new RunStart(), begunAt, new RunEnd.Unplanned(askedMode, error));
        return approver.IsPreview || options.User is not null
            ? SyncReports.AlreadyRunning(result, error, isFailure: false)
            : BlockedStart.Save(store, result, error, holder, factory.Clock.UtcNow);
    }

    private RunResult ResultOf(RunStart start, DateTimeOffset begunAt, RunEnd end) => new(connection, start, end)
    {
        RunId = runId,
        StartedAt = clock.Began(begunAt),
        User = options.User is null ? null : (currentReader as UserReader)?.Findings ?? new UserFindings.NotBegun(),
        Duration = clock.UtcNow - clock.Began(begunAt),
    };

    private RunLockHolder WithLimit(RunLockHolder holder) => holder with { Mode = SyncMode.Full, Until = factory.Clock.UtcNow + options.FullDeadline };

    /// <summary>The objects that a run uses once its start is loaded.</summary>
    private sealed record Session(RunSources Sources, IRunLock Lock, RunLockHolder Holder);
}
