using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

internal sealed class FakeJournal : ISyncJournal
{
    private readonly object gate = new();
    private readonly FakeStore.Committed committed;
    private readonly Wire wire;
    private readonly Func<string, Fault?> faultOn;
    private readonly Action<Guid> closing;
    private readonly List<(Guid Intent, StateChange[] StateChanges)> uncommitted = new();

    public FakeJournal(FakeStore.Committed committed, Wire wire, Func<string, Fault?> faultOn, Action<Guid> closing)
    {
        this.committed = committed;
        this.wire = wire;
        this.faultOn = faultOn;
        this.closing = closing;
    }

    public IReadOnlyList<string> FindDueDeletions(DateTimeOffset registeredUntil) => Read(nameof(FindDueDeletions), committed.Links.Values
        .Where(l => l.Kind != LinkKind.Retired && l.WaitingDeletion?.Since <= registeredUntil).Select(l => l.EntraId).ToList());

    public bool IsClaimedElsewhere(Guid intentId, string accountId, string address) => Read(
        nameof(IsClaimedElsewhere), committed.LinkedElsewhere.Exists(l => l.AccountId == accountId && EmailAddress.Same(l.Email, address)));

    public void SetBackTimes(DateTimeOffset now) => Commit(nameof(SetBackTimes), () => committed.SetBackTimes(now));

    public SyncState Load(DateTimeOffset removalsSince)
    {
        Pass(nameof(Load));
        return new SyncState
        {
            Links = committed.Links.Values.ToList(),
            GroupLinks = committed.GroupLinks.Values.ToList(),
            GroupMembers = new KnownMemberSet(committed.GroupMembers.Values),
            LinkedElsewhere = committed.LinkedElsewhere,
            OpenIntents = committed.Intents.Values.Where(i => i.Action != SyncAction.Skip).ToList(),
            OpenRuns = committed.Intents.Values.Where(i => i.Action == SyncAction.Skip).Select(i => i.Id).ToList(),
            Removals = committed.Removals.Where(r => r.At >= removalsSince).ToList(),
            Pause = committed.Pause,
            Health = committed.Health,
        };
    }

    // An open run is stored among the intents, as in the database, so that everything open is in one place.
    public void BeginRun(Guid runId, DateTimeOffset at) => Commit(nameof(BeginRun), () => Require(
        committed.IntentRows.TryAdd(runId, new Intent { Id = runId, RunId = runId, Action = SyncAction.Skip, CreatedAt = at }), "A run was begun twice."));

    public Task EndRunAsync(Guid runId)
    {
        Complete(runId);
        return FlushAsync();
    }

    public void Begin(IReadOnlyList<Intent> intents) => Commit(nameof(Begin), () =>
    {
        foreach (var intent in intents)
            Require(committed.IntentRows.TryAdd(intent.Id, intent), "An intent was begun twice.");
    });

    public void Complete(Guid intentId, params StateChange[] stateChanges)
    {
        Pass(nameof(Complete));
        closing(intentId);
        lock (gate)
            uncommitted.Add((intentId, stateChanges));
    }

    public Task FlushAsync()
    {
        Commit(nameof(FlushAsync), () =>
        {
            foreach (var (intent, stateChanges) in uncommitted)
            {
                Require(committed.IntentRows.TryRemove(intent, out _), "An intent was completed that was not open.");
                foreach (var change in stateChanges)
                    committed.Write(change);
            }

            uncommitted.Clear();
        });
        return Task.CompletedTask;
    }

    public void Apply(IReadOnlyList<StateChange> changes, IReadOnlyList<Guid> settled) => Commit(nameof(Apply), () =>
    {
        foreach (var change in changes)
            committed.Write(change);
        foreach (var id in settled)
            committed.IntentRows.TryRemove(id, out _);
    });

    public RunStart LoadStart()
    {
        Pass(nameof(LoadStart));
        return new RunStart
        {
            Health = committed.Health,
            Pause = committed.Pause,
            Progress = committed.Progress,
            PendingRetries = committed.PendingRetries,
            HasOpenIntents = committed.Intents.Values.Any(i => i.Action != SyncAction.Skip),
            HasOpenRun = committed.Intents.Values.Any(i => i.Action == SyncAction.Skip),
            WasRolledBack = committed.WasRolledBack,
            WasLost = committed.WasLost,
            NewestTime = committed.NewestTime,
        };
    }

    public IReadOnlyCollection<string> FindKnown(IReadOnlyCollection<string> entraIds) => Read(nameof(FindKnown), entraIds.Where(id =>
        committed.Links.Values.Any(l => l.Kind != LinkKind.Retired && Same(l.EntraId, id)) || committed.Members.Any(m => Same(m.EntraId, id))).ToList());

    public IReadOnlyList<KnownMember> FindMembers(IReadOnlyCollection<string> entraIds) =>
        Read(nameof(FindMembers), committed.Members.Where(m => entraIds.Contains(m.EntraId, StringComparer.OrdinalIgnoreCase)).ToList());

    public IReadOnlyList<KnownMember> FindMembersAt(IReadOnlyCollection<string> addresses) =>
        Read(nameof(FindMembersAt), committed.Members.Where(m => m.Address is not null && addresses.Any(a => Same(a.Trim(), m.Address.Trim()))).ToList());

    public IReadOnlyList<string> FindUserAddresses(string start, int limit) => Read(nameof(FindUserAddresses), Starting(
        committed.Members.Select(m => m.Address).OfType<string>().Concat(committed.Links.Values.Select(l => l.Email)).Concat(committed.Runs.SelectMany(r => r.Changes).Select(c => c.Email).OfType<string>()), start, limit));

    public IReadOnlyList<string> FindAccountAddresses(string start, int limit) => Read(nameof(FindAccountAddresses), Starting(committed.Links.Values.Select(l => l.Email), start, limit));

    private static List<string> Starting(IEnumerable<string> addresses, string start, int limit) =>
        addresses.Where(a => a.StartsWith(start, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).Take(limit).ToList();

    public int CountMembers(string groupId) => Read(nameof(CountMembers), committed.Members.Count(m => Same(m.GroupId, groupId)));

    public void SaveRun(RunRecord run, ConnectionHealth health, PauseRecord? pause, ProgressChange? progress) => Commit(nameof(SaveRun), () =>
    {
        committed.Runs.Add(run);
        committed.WasRolledBack = false;
        committed.WasLost = false;
        committed.Health = health;
        committed.IsDueAtOnce |= (committed.Pause is not null && pause is null) || run.ErrorId == nameof(Errors.ErrorId.Cancelled);
        committed.Pause = pause;
        if (progress is null)
            return;
        committed.Progress = progress.Progress;
        committed.PendingRetries = progress.PendingRetries;
        if (progress.AllMembers is not null)
        {
            committed.Members.Clear();
            committed.Members.AddRange(progress.AllMembers);
        }

        foreach (var member in progress.MembersToForget.Concat(progress.MembersToStore))
            committed.Members.RemoveAll(m => Same(m.GroupId, member.GroupId) && Same(m.EntraId, member.EntraId));
        committed.Members.AddRange(progress.MembersToStore);
    });

    public ConnectionHealth ChangeHealth(Func<ConnectionHealth, ConnectionHealth> change)
    {
        Commit(nameof(ChangeHealth), () => committed.Health = change(committed.Health));
        return committed.Health;
    }

    public IEnumerable<RunRecord> ReadRuns(int last, DateTimeOffset? since) =>
        committed.Runs.AsEnumerable().Reverse().Where(r => since is null || r.StartedAt >= since).Take(last).ToList();

    public ConnectionSummary Summarize() => committed.IsHealthDamaged ? throw new ConnectorException(Problems.StoredTextDamaged("JsonException")) : new()
    {
        Health = committed.Health,
        Pause = committed.Pause,
        ManagedUsers = committed.Links.Values.Count(l => l.Kind == LinkKind.Current),
        PendingDeletes = committed.Links.Values.Count(l => l.Kind != LinkKind.Retired && l.WaitingDeletion is not null),
        PendingRetries = committed.PendingRetries.Count,
        LastDuration = committed.Runs.LastOrDefault(r => r.Mode != SyncMode.User)?.Duration,
        Accounts = committed.Links.Values.Where(l => l.Kind != LinkKind.Retired).GroupBy(l => l.KnownState).ToDictionary(g => g.Key, g => g.Count()),
        Restored = committed.Progress.Restored,
    };

    public void Dispose()
    {
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(otherwise);
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private T Read<T>(string call, T found)
    {
        Pass(call);
        return found;
    }

    private void Pass(string call)
    {
        wire.Pass();
        if (faultOn(call) is { } fault)
            throw fault.Exception(call);
    }

    private void Commit(string call, Action write)
    {
        Pass(call);
        lock (gate)
        {
            write();
            committed.Commits++;
        }

        wire.Pass();
    }
}
