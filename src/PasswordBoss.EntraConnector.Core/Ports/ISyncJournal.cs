using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Everything that is stored about the sync of one connection: links, intents, progress, retries, history. Every method except <see cref="Complete"/> has committed when it returns.</summary>
public interface ISyncJournal : IDisposable
{
    /// <summary>Reads what decides how a run begins; the cost does not depend on the number of users.</summary>
    RunStart LoadStart();

    /// <summary>The users who have a link that is not retired, or are known members of a selected group.</summary>
    /// <param name="entraIds">Object ids.</param>
    IReadOnlyCollection<string> FindKnown(IReadOnlyCollection<string> entraIds);

    /// <summary>The known memberships of these users in selected groups.</summary>
    /// <param name="entraIds">Object ids.</param>
    IReadOnlyList<KnownMember> FindMembers(IReadOnlyCollection<string> entraIds);

    /// <summary>The known members with one of these addresses, ignoring case.</summary>
    /// <param name="addresses">Addresses without surrounding whitespace.</param>
    IReadOnlyList<KnownMember> FindMembersAt(IReadOnlyCollection<string> addresses);

    /// <summary>
    /// The addresses of users that start with a text, ignoring case: of known members, of links, and of the latest runs in the history. For tab completion, so it reads only
    /// the wanted number.
    /// </summary>
    /// <param name="start">The text; empty for all.</param>
    /// <param name="limit">The maximum number of addresses.</param>
    IReadOnlyList<string> FindUserAddresses(string start, int limit);

    /// <summary>The addresses of linked accounts that start with a text, ignoring case; for tab completion.</summary>
    /// <param name="start">The text; empty for all.</param>
    /// <param name="limit">The maximum number of addresses.</param>
    IReadOnlyList<string> FindAccountAddresses(string start, int limit);

    /// <summary>The number of known members of a group.</summary>
    /// <param name="groupId">The object id of a selected group.</param>
    int CountMembers(string groupId);

    /// <summary>The users with a waiting deletion whose event was registered at or before a time; the cost depends only on their number.</summary>
    /// <param name="registeredUntil">The time, UTC.</param>
    IReadOnlyList<string> FindDueDeletions(DateTimeOffset registeredUntil);

    /// <summary>Resets every stored time later than this one to it: such a time was written while the clock was wrong.</summary>
    /// <param name="now">The time, UTC.</param>
    void SetBackTimes(DateTimeOffset now);

    /// <summary>Reads everything that a run needs for its plan.</summary>
    /// <param name="removalsSince">Include removals from this time on.</param>
    SyncState Load(DateTimeOffset removalsSince);

    /// <summary>
    /// Marks a run as open before it changes anything. If it never ends, the next run must be a full one: changes already applied can hide follow-up work.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="at">The start of the run, UTC.</param>
    void BeginRun(Guid runId, DateTimeOffset at);

    /// <summary>Closes an open run after its end was saved, and commits all completed intents.</summary>
    /// <param name="runId">The run.</param>
    Task EndRunAsync(Guid runId);

    /// <summary>Commits intents before their writes are sent, in one transaction.</summary>
    /// <param name="intents">The intents.</param>
    void Begin(IReadOnlyList<Intent> intents);

    /// <summary>
    /// Whether another connection of the same tenant has linked an account, or began a write that links it before this connection did. Their runs may overlap,
    /// and the loaded state of each does not show it.
    /// </summary>
    /// <param name="intentId">The open intent of this connection.</param>
    /// <param name="accountId">The server's id of the account.</param>
    /// <param name="address">The address of the account.</param>
    bool IsClaimedElsewhere(Guid intentId, string accountId, string address);

    /// <summary>
    /// Closes an intent and saves the changes of the state that follow from its write, in one transaction. May be called by several threads. The commit may be delayed until
    /// <see cref="FlushAsync"/>, because the next run recovers an intent that is still open after a crash.
    /// </summary>
    /// <param name="intentId">The intent.</param>
    /// <param name="stateChanges">The changes; none if nothing was done.</param>
    void Complete(Guid intentId, params StateChange[] stateChanges);

    /// <summary>Commits all completed intents.</summary>
    Task FlushAsync();

    /// <summary>Commits changes that need no write to the server, and closes the intents and runs that recovery has settled, in one transaction.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="settled">The ids of the intents and runs to close.</param>
    void Apply(IReadOnlyList<StateChange> changes, IReadOnlyList<Guid> settled);

    /// <summary>
    /// Commits the end of a run in one transaction: its record, its changes, the health of the connection and its progress. So the delta links are never ahead
    /// of the changes that they cover.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="health">The health of the connection after the run.</param>
    /// <param name="pause">The record of what a safety limit refused; null if nothing is paused.</param>
    /// <param name="progress">The progress of the connection; null leaves it unchanged.</param>
    void SaveRun(RunRecord run, ConnectionHealth health, PauseRecord? pause, ProgressChange? progress);

    /// <summary>
    /// Changes the stored health of the connection, in one transaction. For a run that cannot start because another one holds the lock: the holder overwrites this
    /// value when it ends.
    /// </summary>
    /// <param name="change">Computes the new health from the stored one.</param>
    /// <returns>The new health.</returns>
    ConnectionHealth ChangeHealth(Func<ConnectionHealth, ConnectionHealth> change);

    /// <summary>
    /// The latest runs, newest first. Each is read when it is asked for, because a long history does not fit in memory; a run that another process has removed
    /// meanwhile is left out.
    /// </summary>
    /// <param name="last">The maximum number of runs.</param>
    /// <param name="since">Only runs that started at or after this time; null for all.</param>
    IEnumerable<RunRecord> ReadRuns(int last, DateTimeOffset? since);

    /// <summary>The data for the status of the connection.</summary>
    ConnectionSummary Summarize();
}
