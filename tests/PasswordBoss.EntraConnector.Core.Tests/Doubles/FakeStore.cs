using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>A store in memory that commits as the real one does: completions that are not flushed are lost when the process dies.</summary>
internal sealed class FakeStore : IStateStore
{
    private readonly Wire wire;
    private readonly Dictionary<Guid, ConnectionSettings> connections = new();
    private readonly Dictionary<Guid, ConnectionSecrets> secrets = new();
    private readonly Dictionary<Guid, Committed> states = new();

    public FakeStore(Wire wire) => this.wire = wire;

    public string Location => "memory";

    public List<string> OtherStore { get; } = new();

    public FakeAlerts Alerts { get; } = new();

    IAlertStore IStateStore.Alerts => Alerts;

    /// <summary>Runs for each intent before it is closed.</summary>
    public Action<Guid>? Closing { get; set; }

    /// <summary>Selects the calls of the journal that fail.</summary>
    public Func<string, Fault?>? FaultOn { get; set; }

    /// <summary>How often the whole catalogue was read.</summary>
    public int CatalogueReads { get; private set; }

    public IReadOnlyList<string> ListNames()
    {
        CatalogueReads++;
        return connections.Values.Select(c => c.Name).Concat(Damaged.Select(d => d.Name)).ToList();
    }

    public StoredConnection? FindConnection(string name) =>
        connections.Values.FirstOrDefault(c => ConnectionName.Same(c.Name, name)) is { } found ? new StoredConnection(found)
        : Damaged.Find(d => ConnectionName.Same(d.Name, name)) is { } damaged ? new StoredConnection(damaged)
        : null;

    public IReadOnlyList<ConnectionSettings> ListConnections()
    {
        CatalogueReads++;
        return connections.Values.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ToList();
    }

    /// <summary>Connections that cannot be read.</summary>
    public List<DamagedConnection> Damaged { get; } = new();

    public void RemoveDamagedConnection(DamagedConnection connection) => Damaged.Remove(connection);

    public IReadOnlyDictionary<Guid, ConnectionSummary> ReadSummaries() => connections.Keys.Where(id => !Of(id).IsHealthDamaged).ToDictionary(id => id, id =>
    {
        using var journal = OpenJournal(id);
        return journal.Summarize();
    });

    public IReadOnlyList<ChangeCount> ReadChanges(IReadOnlyCollection<Guid> connectionIds, DateTimeOffset? since, int maximum, Action<HistoryChange> take)
    {
        wire.Pass();
        var all = connectionIds.SelectMany(id => Of(id).Runs.Where(r => since is null || r.StartedAt >= since).SelectMany(r => r.Changes.Select(c => new HistoryChange(id, r.RunId, r.StartedAt, c))))
            .OrderByDescending(c => c.StartedAt).ToList();
        all.Take(maximum).ToList().ForEach(take);
        return all.GroupBy(c => (c.ConnectionId, Time: c.Change.At ?? c.StartedAt, c.Change.Action, c.Change.Outcome))
            .Select(g => new ChangeCount(g.Key.ConnectionId, g.Key.Time, g.Key.Action, g.Key.Outcome, g.Count())).ToList();
    }

    public IReadOnlyList<string> ListConnectionsOfOtherStore() => OtherStore;

    /// <summary>A connection between the same two sides in another store.</summary>
    public Message? OtherStoreWarning { get; set; }

    public Message? FindOtherStoreWarning(ConnectionSettings connection) => OtherStoreWarning;

    /// <summary>The problem if the database is missing.</summary>
    public Problem? Loss { get; set; }

    public Problem? FindLoss() => Loss;

    public void SaveConnection(ConnectionSettings connection, ConnectionSecrets? secrets)
    {
        connections[connection.Id] = connection;
        Of(connection.Id).IsDueAtOnce = true;
        if (secrets is not null)
            this.secrets[connection.Id] = secrets;
    }

    public void RenameGroups(Guid connectionId, IReadOnlyCollection<GroupReference> groups)
    {
        wire.Pass();
        connections[connectionId] = connections[connectionId].WithNames(groups);
    }

    /// <summary>The problems of the files.</summary>
    public List<Message> Problems { get; } = new();

    public IReadOnlyList<Message> FindProblems() => Problems;

    /// <summary>Whether the secrets cannot be decrypted.</summary>
    public bool Locked { get; set; }

    /// <summary>Whether the secrets cannot be decrypted because their key is missing.</summary>
    public bool KeyMissing { get; set; }

    public ConnectionSecrets ReadSecrets(ConnectionSettings connection) =>
        Locked || KeyMissing ? throw new ConnectorException(Errors.Problems.SecretUnreadable(connection.Name).About(connection.Name)) : secrets[connection.Id];

    public bool IsSecretKeyMissing(ConnectionSettings connection) => KeyMissing;

    public void RemoveConnection(Guid connectionId)
    {
        connections.Remove(connectionId);
        secrets.Remove(connectionId);
        states.Remove(connectionId);
    }

    public IReadOnlyList<string> Activate()
    {
        var idle = connections.Values.Where(c => Of(c.Id).Progress.Restored is { IsActive: false }).ToList();
        foreach (var connection in idle)
        {
            var progress = Of(connection.Id).Progress;
            Of(connection.Id).Progress = progress with { Restored = progress.Restored! with { IsActive = true } };
            Of(connection.Id).IsDueAtOnce = true;
        }

        return idle.Select(c => c.Name).ToList();
    }

    /// <summary>The problem if the turns cannot be read.</summary>
    public Problem? TurnsUnreadable { get; set; }

    public IReadOnlyList<RunTurn> ListTurns() => TurnsUnreadable is { } problem
        ? throw new ConnectorException(problem)
        : connections.Values.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Where(c => Of(c.Id).Progress.Restored is not { IsActive: false }).Select((c, i) => TurnOf(c, i + 1)).ToList();

    public bool TryTakeTurn(RunTurn turn)
    {
        if (connections.Values.FirstOrDefault(c => ConnectionName.Same(c.Name, turn.Connection)) is not { } connection || TurnOf(connection, 0).LastStart != turn.LastStart)
            return false;
        Of(connection.Id).IsDueAtOnce = false;
        return true;
    }

    private RunTurn TurnOf(ConnectionSettings connection, int key)
    {
        var state = Of(connection.Id);
        var newest = state.Runs.LastOrDefault(r => r.Mode != SyncMode.User);
        return new RunTurn
        {
            Key = key,
            Connection = connection.Name,
            LastStart = newest?.StartedAt,
            LastDuration = newest?.Duration ?? TimeSpan.Zero,
            LastOutcome = state.Health.LastOutcome,
            Failures = state.Health.ConsecutiveFailures,
            IsDueAtOnce = state.IsDueAtOnce,
        };
    }

    public ISyncJournal OpenJournal(Guid connectionId)
    {
        wire.Pass();
        return new FakeJournal(Of(connectionId), wire, call => FaultOn?.Invoke(call), intent => Closing?.Invoke(intent));
    }

    public Committed Of(Guid connectionId)
    {
        if (!states.TryGetValue(connectionId, out var state))
            states[connectionId] = state = new Committed();
        return state;
    }

    /// <summary>Restores an earlier state, as from a backup. A file beside the database still records the later runs.</summary>
    public void RollBackTo(Guid connectionId, Committed earlier)
    {
        var state = earlier.Copy();
        state.WasRolledBack = true;
        states[connectionId] = state;
    }

    public void LoseState(Guid connectionId) => states.Remove(connectionId);

    public void Dispose()
    {
    }

    /// <summary>The committed state.</summary>
    internal sealed class Committed
    {
        public Dictionary<string, AccountLink> Links { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, GroupLink> GroupLinks { get; } = new(StringComparer.OrdinalIgnoreCase);

        public IReadOnlyDictionary<Guid, Intent> Intents => IntentRows;

        /// <summary>Concurrent, because a run commits the next intents while it writes.</summary>
        public ConcurrentDictionary<Guid, Intent> IntentRows { get; } = new();

        public List<RemovalRecord> Removals { get; } = new();

        public List<RunRecord> Runs { get; } = new();

        public PauseRecord? Pause { get; set; }

        public SyncProgress Progress { get; set; } = SyncProgress.None;

        public IReadOnlyList<PendingRetry> PendingRetries { get; set; } = Array.Empty<PendingRetry>();

        public List<KnownMember> Members { get; } = new();

        public ConnectionHealth Health { get; set; } = ConnectionHealth.New;

        /// <summary>Whether the connection is due at once.</summary>
        public bool IsDueAtOnce { get; set; }

        public int Commits { get; set; }
        public Dictionary<(string Group, string Account), GroupMember> GroupMembers { get; } = new();
        public List<ForeignLink> LinkedElsewhere { get; } = new();
        /// <summary>Whether the stored health cannot be read.</summary>
        public bool IsHealthDamaged { get; set; }
        /// <summary>Whether the database was restored from an older backup.</summary>
        public bool WasRolledBack { get; set; }
        /// <summary>Whether a file beside the database records runs of the same pair in a lost state.</summary>
        public bool WasLost { get; set; }
        public DateTimeOffset? NewestTime => Runs.Select(r => (DateTimeOffset?)(r.StartedAt + r.Duration)).Concat(Removals.Select(r => (DateTimeOffset?)r.At)).Max();

        public Committed Copy()
        {
            var copy = new Committed { Pause = Pause, Progress = Progress, PendingRetries = PendingRetries, Health = Health };
            foreach (var link in Links)
                copy.Links.Add(link.Key, link.Value);
            foreach (var link in GroupLinks)
                copy.GroupLinks.Add(link.Key, link.Value);
            foreach (var intent in IntentRows)
                copy.IntentRows[intent.Key] = intent.Value;
            foreach (var member in GroupMembers)
                copy.GroupMembers.Add(member.Key, member.Value);
            copy.Removals.AddRange(Removals);
            copy.Runs.AddRange(Runs);
            copy.Members.AddRange(Members);
            copy.LinkedElsewhere.AddRange(LinkedElsewhere);
            return copy;
        }

        public void SetBackTimes(DateTimeOffset now)
        {
            for (var i = 0; i < Removals.Count; i++)
                Removals[i] = Removals[i] with { At = Earlier(Removals[i].At, now) };
            for (var i = 0; i < Runs.Count; i++)
                Runs[i] = Runs[i] with { StartedAt = Earlier(Runs[i].StartedAt, now), Duration = Runs[i].StartedAt > now ? TimeSpan.Zero : Runs[i].Duration };
            foreach (var link in Links.Values.ToList())
                Links[link.AccountId] = link with { LinkedAt = Earlier(link.LinkedAt, now), WaitingDeletion = link.WaitingDeletion is { } waiting ? waiting with { Since = Earlier(waiting.Since, now) } : null };
            PendingRetries = PendingRetries.Select(m => m with { NotBefore = Earlier(m.NotBefore, now) }).ToList();
        }

        private static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;


        public AccountLink? CurrentLinkOf(string entraId) =>
            Links.Values.SingleOrDefault(l => l.Kind == LinkKind.Current && string.Equals(l.EntraId, entraId, StringComparison.OrdinalIgnoreCase));

        public void Write(StateChange change)
        {
            switch (change)
            {
                case StateChange.LinkSaved { Link: var link }:
                    Links[link.AccountId] = link;
                    break;
                case StateChange.GroupLinkSaved { Link: var group }:
                    GroupLinks[group.GroupId] = group;
                    break;
                case StateChange.GroupLinkForgotten { GroupId: var forgotten }:
                    GroupLinks.Remove(forgotten);
                    foreach (var key in GroupMembers.Keys.Where(k => string.Equals(k.Group, forgotten, StringComparison.OrdinalIgnoreCase)).ToList())
                        GroupMembers.Remove(key);
                    break;
                case StateChange.RemovalCounted { Removal: var removal }:
                    Removals.Add(removal);
                    break;
                case StateChange.MemberSaved { Member: var member }:
                    GroupMembers[(member.GroupId, member.AccountId)] = member;
                    break;
                case StateChange.MemberForgotten gone:
                    GroupMembers.Remove((gone.GroupId, gone.AccountId));
                    break;
                default:
                    throw new NotSupportedException(change.GetType().Name);
            }

            var twice = Links.Values.Where(l => l.Kind == LinkKind.Current).GroupBy(l => l.EntraId, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
            if (twice is not null)
                throw new InvalidOperationException("Two current links of one person: " + twice.Key);
        }
    }
}
