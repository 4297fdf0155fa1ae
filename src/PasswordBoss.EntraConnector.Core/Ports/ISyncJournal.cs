using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The durable progress of one connection. Every method that returns has committed, but for <see cref="Complete"/>.</summary>
public interface ISyncJournal : IDisposable
{
    /// <summary>Reads what decides how a run begins; the price does not depend on the number of people.</summary>
    RunStart LoadStart();

    /// <summary>Of these people, those who have a link that is not retired, or are known as members of a selected group.</summary>
    /// <param name="entraIds">Object ids.</param>
    IReadOnlyCollection<string> FindKnown(IReadOnlyCollection<string> entraIds);

    /// <summary>The known memberships of these people in selected groups.</summary>
    /// <param name="entraIds">Object ids.</param>
    IReadOnlyList<KnownMember> FindMembers(IReadOnlyCollection<string> entraIds);

    /// <summary>The known members whose address is one of these, compared without case.</summary>
    /// <param name="addresses">Addresses without surrounding blanks.</param>
    IReadOnlyList<KnownMember> FindMembersAt(IReadOnlyCollection<string> addresses);

    /// <summary>How many members of a group are known.</summary>
    /// <param name="groupId">The object id of a selected group.</param>
    int CountMembers(string groupId);

    /// <summary>The people whose deletion was taken up at or before a time; the price depends on their number alone.</summary>
    /// <param name="takenUpUntil">The time, UTC.</param>
    IReadOnlyList<string> FindDueDeletions(DateTimeOffset takenUpUntil);

    /// <summary>Sets every stored time that lies after this one back to it: a run with a wrong clock wrote it.</summary>
    /// <param name="now">The time, UTC.</param>
    void SetBackTimes(DateTimeOffset now);

    /// <summary>Reads everything that a run plans from.</summary>
    /// <param name="removalsSince">The removals from this time on are wanted.</param>
    SyncState Load(DateTimeOffset removalsSince);

    /// <summary>Commits intents before their writes are sent, in one transaction.</summary>
    /// <param name="intents">The intents.</param>
    void Begin(IReadOnlyList<Intent> intents);

    /// <summary>
    /// Whether another connection of the same tenant has linked an account, or began a write that links it before this connection did: their runs may overlap, and
    /// what each has loaded does not show it.
    /// </summary>
    /// <param name="intentId">The intent of this connection; it is open.</param>
    /// <param name="accountId">The server's id of the account.</param>
    /// <param name="address">The address of the account.</param>
    bool IsClaimedElsewhere(Guid intentId, string accountId, string address);

    /// <summary>
    /// Closes an intent together with its effects, in one transaction. May be called by several threads; the commit may be delayed until
    /// <see cref="FlushAsync"/>, because an intent that stays open after a crash is recovered.
    /// </summary>
    /// <param name="intentId">The intent.</param>
    /// <param name="effects">What it changed; none when nothing was done.</param>
    void Complete(Guid intentId, params StateChange[] effects);

    /// <summary>Commits everything that was completed.</summary>
    Task FlushAsync();

    /// <summary>Commits changes that need no write on the other side, and closes the intents that recovery has settled, in one transaction.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="settledIntents">The intents to close.</param>
    void Apply(IReadOnlyList<StateChange> changes, IReadOnlyList<Guid> settledIntents);

    /// <summary>
    /// Commits the end of a run: its record, its changes, the state of the connection and how far it has come, in one transaction. So the links of change
    /// tracking never run ahead of what they cover.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="health">The connection's state after it.</param>
    /// <param name="pause">What a safety limit refused; null when nothing is paused.</param>
    /// <param name="progress">How far the connection has come; null leaves that as it was.</param>
    void SaveRun(RunRecord run, ConnectionHealth health, PauseRecord? pause, ProgressChange? progress);

    /// <summary>
    /// Changes the stored state of the connection, in one transaction. For a run that was refused because another one holds the lock: the end of that one replaces
    /// what is stored here.
    /// </summary>
    /// <param name="change">From the stored state to the new one.</param>
    /// <returns>The new state.</returns>
    ConnectionHealth ChangeHealth(Func<ConnectionHealth, ConnectionHealth> change);

    /// <summary>The latest runs, newest first.</summary>
    /// <param name="last">The largest number of runs.</param>
    /// <param name="since">Runs that started at or after this time; null for all.</param>
    IReadOnlyList<RunRecord> ReadRuns(int last, DateTimeOffset? since);

    /// <summary>The state of the connection after its last run, and what is paused.</summary>
    ConnectionSummary Summarize();
}
