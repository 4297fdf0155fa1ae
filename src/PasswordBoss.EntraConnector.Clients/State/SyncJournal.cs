using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// Everything that is stored about the sync of one connection. Completions are collected briefly and committed together, because every commit waits for the disk.
/// Every other read or write commits the waiting completions too, so that changes of the state are saved in the order of the calls.
/// </summary>
internal sealed class SyncJournal : ISyncJournal
{
    private static readonly TimeSpan CommitDelay = TimeSpan.FromMilliseconds(75);
    private static readonly TimeSpan RemovalMemory = TimeSpan.FromHours(48);
    private const int CommitSize = 1024;

    private readonly StateSession session;
    private readonly Witness witness;
    private readonly long key;
    private readonly string name;
    private readonly object commits = new();
    private readonly object queue = new();
    private readonly List<(Guid IntentId, StateChange[] StateChanges)> waiting = new();
    private readonly Timer committer;
    private bool isScheduled;
    private bool disposed;
    private Problem? failure;

    /// <summary>Opens the journal.</summary>
    /// <param name="database">The database.</param>
    /// <param name="witness">Shows whether the database was restored from a backup.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="name">Its name, for messages.</param>
    public SyncJournal(StateDatabase database, Witness witness, long key, string name)
    {
        this.name = name;
        this.witness = witness;
        this.key = key;
        session = new StateSession(database);
        committer = new Timer(_ => CommitInBackground(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public RunStart LoadStart()
    {
        var known = witness.Read();
        return Read(database =>
        {
            var (health, pause) = ReadCondition(database);
            var (progress, runNumber) = database.Query("SELECT progress, run_number FROM connections WHERE key = $1", row => (row.Text(0), row.GetInt64(1)), key)[0];
            return new RunStart
            {
                Health = health,
                Pause = pause,
                Progress = ReadProgress(progress),
                PendingRetries = PendingRetryRows.Read(database, key),
                HasOpenIntents = IntentRows.AnyOpen(database, key),
                HasOpenRun = IntentRows.ReadRuns(database, key).Count > 0,
                WasRolledBack = known?.RunNumber > runNumber,
                WasLost = known is { IsOfLostState: true },
                NewestTime = Later(RunRows.FindNewestEnd(database, key), IntentRows.FindNewestRemoval(database, key)),
            };
        });
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> FindKnown(IReadOnlyCollection<string> entraIds) => Read(database => MemberRows.FindKnown(database, key, entraIds));

    /// <inheritdoc/>
    public IReadOnlyList<KnownMember> FindMembers(IReadOnlyCollection<string> entraIds) => Read(database => MemberRows.Find(database, key, entraIds));

    /// <inheritdoc/>
    public IReadOnlyList<KnownMember> FindMembersAt(IReadOnlyCollection<string> addresses) => Read(database => MemberRows.FindAt(database, key, addresses));

    /// <inheritdoc/>
    public IReadOnlyList<string> FindUserAddresses(string start, int limit) => Read(database => KnownAddresses.FindUsers(database, key, start, limit));

    /// <inheritdoc/>
    public IReadOnlyList<string> FindAccountAddresses(string start, int limit) => Read(database => KnownAddresses.FindAccounts(database, key, start, limit));

    /// <inheritdoc/>
    public int CountMembers(string groupId) => Read(database => MemberRows.Count(database, key, groupId));

    /// <inheritdoc/>
    public IReadOnlyList<string> FindDueDeletions(DateTimeOffset registeredUntil) => Read(database => LinkRows.FindDueDeletions(database, key, registeredUntil));

    /// <inheritdoc/>
    public void SetBackTimes(DateTimeOffset now) => Write(database => StoredTimes.SetBack(database, key, now));

    /// <inheritdoc/>
    public SyncState Load(DateTimeOffset removalsSince)
    {
        var known = witness.Read();
        return Read(database =>
        {
            var (health, pause) = ReadCondition(database);
            return new SyncState
            {
                Links = LinkRows.Read(database, key),
                GroupLinks = LinkRows.ReadGroups(database, key),
                GroupMembers = GroupMemberRows.Read(database, key),
                LinkedElsewhere = LinkRows.ReadElsewhere(database, key),
                OpenIntents = IntentRows.Read(database, key),
                OpenRuns = IntentRows.ReadRuns(database, key),
                Removals = IntentRows.ReadRemovals(database, key, removalsSince)
                    .Concat(FindLostRemovals(database, known).Where(removal => removal.At >= removalsSince)).OrderBy(removal => removal.At).ToList(),
                Health = health,
                Pause = pause,
            };
        });
    }

    /// <inheritdoc/>
    public void BeginRun(Guid runId, DateTimeOffset at) => Write(database => IntentRows.OpenRun(database, key, runId, at));

    /// <inheritdoc/>
    public Task EndRunAsync(Guid runId)
    {
        Complete(runId);
        return FlushAsync();
    }

    /// <inheritdoc/>
    public void Begin(IReadOnlyList<Intent> intents) => Write(database => IntentRows.Open(database, key, intents));

    /// <inheritdoc/>
    public bool IsClaimedElsewhere(Guid intentId, string accountId, string address) => Read(database =>
        LinkRows.ReadElsewhere(database, key, accountId).Any(l => EmailAddress.Same(l.Email, address)) || IntentRows.IsBegunElsewhere(database, key, intentId, accountId));

    /// <inheritdoc/>
    public void Complete(Guid intentId, params StateChange[] stateChanges)
    {
        Problem? earlier;
        lock (queue)
        {
            // Kept even if an earlier commit failed: the server has done the write, and the next commit may succeed.
            waiting.Add(disposed ? throw new ObjectDisposedException(nameof(SyncJournal)) : (intentId, stateChanges));
            if (!isScheduled)
            {
                isScheduled = true;
                committer.Change(waiting.Count >= CommitSize ? TimeSpan.Zero : CommitDelay, Timeout.InfiniteTimeSpan);
            }
            else if (waiting.Count == CommitSize)
            {
                committer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }

            earlier = failure;
        }

        if (earlier is not null)
            throw new ConnectorException(earlier);
    }

    /// <inheritdoc/>
    public Task FlushAsync() => Task.Run(CommitWaiting);

    /// <inheritdoc/>
    public void Apply(IReadOnlyList<StateChange> changes, IReadOnlyList<Guid> settled) => Write(database => Apply(database, changes, settled));

    /// <inheritdoc/>
    public void SaveRun(RunRecord run, ConnectionHealth health, PauseRecord? pause, ProgressChange? progress)
    {
        // Use the run's own time: if this machine's clock is wrong, the run follows another clock.
        var now = run.StartedAt + run.Duration;
        var known = witness.Read();
        WitnessRecord? next = null;
        Write(database =>
        {
            RunRows.Save(database, key, run);
            RunRows.Prune(database, key, now);
            // When a pause ends, the changes that it held back need not wait for the next interval.
            // If a person stops a run, the connection does not wait as after a failure: the next run continues.
            var endsPause = pause is null && database.Number("SELECT pause IS NOT NULL FROM connections WHERE key = $1", key) != 0;
            if (endsPause || run.ErrorId == nameof(ErrorId.Cancelled))
                TurnRows.Request(database, key);
            database.Run("UPDATE connections SET health = $2, pause = $3 WHERE key = $1", key, StoredDocuments.Health.Write(health), StoredDocuments.Pause.WriteOrNull(pause));
            if (progress is not null)
                Save(database, progress);
            var number = CountRun(database, known, progress is not null, now);
            IntentRows.PruneRemovals(database, key, now - RemovalMemory);
            AlertRows.RecordChanges(database, key, now);
            next = new WitnessRecord(number, SchemaMigrations.All.Count, IntentRows.ReadRemovals(database, key, now - SafetyLimits.Window)) { Settings = known?.Settings };
        });
        witness.TryWrite(next!);
    }

    /// <inheritdoc/>
    public ConnectionHealth ChangeHealth(Func<ConnectionHealth, ConnectionHealth> change)
    {
        var after = ConnectionHealth.New;
        Write(database =>
        {
            after = change(ReadCondition(database).Health);
            database.Run("UPDATE connections SET health = $2 WHERE key = $1", key, StoredDocuments.Health.Write(after));
        });
        return after;
    }

    /// <inheritdoc/>
    public IReadOnlyList<RunRecord> ReadRuns(int last, DateTimeOffset? since) => Read(database => RunRows.Read(database, key, last, since));

    /// <inheritdoc/>
    public ConnectionSummary Summarize() => Read(database =>
    {
        RequireConnection(database);
        return SummaryRows.Read(database, key);
    });

    /// <summary>Commits waiting completions if possible. What cannot be committed stays an open intent, which the next run recovers.</summary>
    public void Dispose()
    {
        lock (queue)
        {
            if (disposed)
                return;
            disposed = true;
        }

        committer.Dispose();
        CommitInBackground();
        session.Dispose();
    }

    private static DateTimeOffset? Later(DateTimeOffset? left, DateTimeOffset? right) => left is null || right > left ? right : left;

    private void CommitInBackground()
    {
        try
        {
            CommitWaiting();
        }
        catch (ConnectorException exception)
        {
            lock (queue)
                failure = exception.Problem;
        }
        catch (ObjectDisposedException)
        {
            // The timer's last call came after the journal was closed, and closing commits everything.
        }
        catch (Exception exception)
        {
            // Nothing else catches exceptions of a timer: they would end the process.
            lock (queue)
                failure = Problems.InternalError(exception.GetType().Name);
        }
    }

    private void CommitWaiting()
    {
        lock (queue)
        {
            isScheduled = false;
            if (waiting.Count == 0)
                return;
        }

        Write(_ => { });
    }

    private T Read<T>(Func<SqliteConnection, T> work)
    {
        CommitWaiting();
        return session.Read(work);
    }

    private void Write(Action<SqliteConnection> work)
    {
        // One commit at a time; otherwise the waiting completions would be committed twice.
        lock (commits)
        {
            (Guid IntentId, StateChange[] StateChanges)[] batch;
            lock (queue)
                batch = waiting.ToArray();
            session.Write(database =>
            {
                RequireConnection(database);
                Apply(database, batch.SelectMany(write => write.StateChanges), batch.Select(write => write.IntentId));
                work(database);
                return batch.Length;
            });
            lock (queue)
            {
                waiting.RemoveRange(0, batch.Length);
                failure = null;
            }
        }
    }

    /// <summary>The stored progress. If it is unreadable, it counts as lost: the next run reads everything and writes it again.</summary>
    /// <param name="text">The stored text; null if there is none.</param>
    internal static SyncProgress ReadProgress(string? text)
    {
        try
        {
            return StoredDocuments.Progress.ReadOrNull(text) ?? SyncProgress.None;
        }
        catch (ConnectorException e) when (e.Id == ErrorId.StoredTextDamaged)
        {
            return SyncProgress.None;
        }
    }

    private void Save(SqliteConnection database, ProgressChange change)
    {
        database.Run("UPDATE connections SET progress = $2 WHERE key = $1", key, StoredDocuments.Progress.Write(change.Progress));
        PendingRetryRows.Replace(database, key, change.PendingRetries);
        if (change.AllMembers is { } all)
            MemberRows.Replace(database, key, all);
        MemberRows.Forget(database, key, change.MembersToForget);
        MemberRows.Put(database, key, change.MembersToStore);
    }

    /// <summary>
    /// Gives the run its number. A restored database gets its lost removals back and a run number above the witness's. If the run saves no progress, the next one
    /// must still be full.
    /// </summary>
    private long CountRun(SqliteConnection database, WitnessRecord? known, bool hasProgress, DateTimeOffset now)
    {
        var number = RunNumber(database) + 1;
        if (known is not null && known.RunNumber >= number)
        {
            foreach (var removal in FindLostRemovals(database, known))
                IntentRows.Count(database, key, removal.At > now ? removal with { At = now } : removal);
            if (!hasProgress)
                database.Run("UPDATE connections SET progress = json_set(progress, '$.fullNeeded', json('true')) WHERE key = $1 AND progress IS NOT NULL", key);
            number = known.RunNumber + 1;
        }

        database.Run("UPDATE connections SET run_number = $2 WHERE key = $1", key, number);
        return number;
    }

    // Removals that the witness of a restored database has and the database does not.
    private IEnumerable<RemovalRecord> FindLostRemovals(SqliteConnection database, WitnessRecord? known)
    {
        if (known is null || known.RunNumber <= RunNumber(database))
            return Array.Empty<RemovalRecord>();
        var counted = IntentRows.ReadRemovals(database, key, DateTimeOffset.MinValue).GroupBy(removal => removal).ToDictionary(group => group.Key, group => group.Count());
        return known.Removals.GroupBy(removal => removal)
            .SelectMany(group => group.Skip(counted.TryGetValue(group.Key, out var count) ? count : 0)).ToList();
    }

    private long RunNumber(SqliteConnection database) => database.Number("SELECT run_number FROM connections WHERE key = $1", key);

    private void Apply(SqliteConnection database, IEnumerable<StateChange> changes, IEnumerable<Guid> settledIntents)
    {
        IntentRows.Close(database, key, settledIntents);
        var links = new List<AccountLink>();
        var members = new List<(GroupMember Member, bool IsForgotten)>();
        foreach (var change in changes)
        {
            switch (change)
            {
                case StateChange.LinkSaved saved:
                    links.Add(saved.Link);
                    break;
                case StateChange.GroupLinkSaved saved:
                    LinkRows.Save(database, key, saved.Link);
                    break;
                case StateChange.GroupLinkForgotten forgotten:
                    LinkRows.Forget(database, key, forgotten.GroupId);
                    break;
                case StateChange.RemovalCounted counted:
                    IntentRows.Count(database, key, counted.Removal);
                    break;
                case StateChange.MemberSaved saved:
                    members.Add((saved.Member, false));
                    break;
                case StateChange.MemberForgotten forgotten:
                    // A member is forgotten whatever its mark.
                    members.Add((new GroupMember(forgotten.GroupId, forgotten.AccountId, default), true));
                    break;
                default:
                    throw new NotSupportedException(change.GetType().Name);
            }
        }

        LinkRows.Save(database, key, links);
        GroupMemberRows.Save(database, key, members);
    }

    // Another process may have removed the connection during its run.
    private void RequireConnection(SqliteConnection database)
    {
        if (database.Number("SELECT COUNT(*) FROM connections WHERE key = $1", key) == 0)
            throw new ConnectorException(Problems.ConnectionNotFound(name, string.Join(", ", database.Query("SELECT name FROM connections ORDER BY name_key", row => row.GetString(0)))));
    }

    private (ConnectionHealth Health, PauseRecord? Pause) ReadCondition(SqliteConnection database)
    {
        RequireConnection(database);
        return database.Query(
            "SELECT health, pause FROM connections WHERE key = $1",
            row => (EarlierTexts.Complete(StoredDocuments.Health.ReadOrNull(row.Text(0)) ?? ConnectionHealth.New), EarlierTexts.Complete(StoredDocuments.Pause.ReadOrNull(row.Text(1)))),
            key)[0];
    }
}
