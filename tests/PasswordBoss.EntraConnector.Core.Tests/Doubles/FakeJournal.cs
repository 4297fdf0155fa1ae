using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

internal sealed class FakeJournal : ISyncJournal
{
    private readonly object gate = new();
    private readonly FakeStore.Committed committed;
    private readonly Wire wire;
    private readonly List<(Guid Intent, StateChange? Effect)> uncommitted = new();

    public FakeJournal(FakeStore.Committed committed, Wire wire)
    {
        this.committed = committed;
        this.wire = wire;
    }

    public SyncState Load(DateTimeOffset removalsSince)
    {
        wire.Pass();
        return new SyncState
        {
            Links = committed.Links.Values.ToList(),
            GroupLinks = committed.GroupLinks.Values.ToList(),
            OpenIntents = committed.Intents.Values.ToList(),
            Removals = committed.Removals.Where(r => r.At >= removalsSince).ToList(),
            Pause = committed.Pause,
            Health = committed.Health,
        };
    }

    public void Begin(IReadOnlyList<Intent> intents) => Commit(() =>
    {
        foreach (var intent in intents)
            Require(committed.IntentRows.TryAdd(intent.Id, intent), "An intent was begun twice.");
    });

    public void Complete(Guid intentId, StateChange? effect)
    {
        wire.Pass();
        lock (gate)
            uncommitted.Add((intentId, effect));
    }

    public Task FlushAsync()
    {
        Commit(() =>
        {
            foreach (var (intent, effect) in uncommitted)
            {
                Require(committed.IntentRows.TryRemove(intent, out _), "An intent was completed that was not open.");
                if (effect is not null)
                    committed.Write(effect);
            }

            uncommitted.Clear();
        });
        return Task.CompletedTask;
    }

    public void Apply(IReadOnlyList<StateChange> changes, IReadOnlyList<Guid> settledIntents) => Commit(() =>
    {
        foreach (var change in changes)
            committed.Write(change);
        foreach (var intent in settledIntents)
            committed.IntentRows.TryRemove(intent, out _);
    });

    public RunStart LoadStart()
    {
        wire.Pass();
        return new RunStart
        {
            Health = committed.Health,
            Pause = committed.Pause,
            Progress = committed.Progress,
            OpenMatters = committed.OpenMatters,
            HasOpenIntents = committed.Intents.Count > 0,
        };
    }

    public IReadOnlyCollection<string> FindKnown(IReadOnlyCollection<string> entraIds) => entraIds.Where(id =>
        committed.Links.Values.Any(l => l.Kind != LinkKind.Retired && Same(l.EntraId, id)) || committed.Members.Any(m => Same(m.EntraId, id))).ToList();

    public IReadOnlyList<KnownMember> FindMembers(IReadOnlyCollection<string> entraIds) =>
        committed.Members.Where(m => entraIds.Contains(m.EntraId, StringComparer.OrdinalIgnoreCase)).ToList();

    public IReadOnlyList<KnownMember> FindMembersAt(IReadOnlyCollection<string> addresses) =>
        committed.Members.Where(m => m.Address is not null && addresses.Any(a => Same(a.Trim(), m.Address.Trim()))).ToList();

    public int CountMembers(string groupId) => committed.Members.Count(m => Same(m.GroupId, groupId));

    public void SaveRun(RunRecord run, ConnectionHealth health, PauseRecord? pause, ProgressChange? progress) => Commit(() =>
    {
        committed.Runs.Add(run);
        committed.Health = health;
        committed.Pause = pause;
        if (progress is null)
            return;
        committed.Progress = progress.Progress;
        committed.OpenMatters = progress.OpenMatters;
        if (progress.AllMembers is not null)
        {
            committed.Members.Clear();
            committed.Members.AddRange(progress.AllMembers);
        }

        foreach (var member in progress.Left.Concat(progress.Joined))
            committed.Members.RemoveAll(m => Same(m.GroupId, member.GroupId) && Same(m.EntraId, member.EntraId));
        committed.Members.AddRange(progress.Joined);
    });

    public IReadOnlyList<RunRecord> ReadRuns(int last, DateTimeOffset? since) =>
        committed.Runs.AsEnumerable().Reverse().Where(r => since is null || r.StartedAt >= since).Take(last).ToList();

    public ConnectionSummary Summarize() => new()
    {
        Health = committed.Health,
        Pause = committed.Pause,
        ManagedUsers = committed.Links.Values.Count(l => l.Kind == LinkKind.Current),
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

    private void Commit(Action write)
    {
        wire.Pass();
        lock (gate)
        {
            write();
            committed.Commits++;
        }

        wire.Pass();
    }
}
