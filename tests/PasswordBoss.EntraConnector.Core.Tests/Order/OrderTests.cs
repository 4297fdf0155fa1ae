using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Core.Tests.Histories;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Order;

/// <summary>
/// A run with many parallel writes, in many orders. The final state of both sides does not depend on the order, and an intent is always committed before
/// its write is sent.
/// </summary>
public class OrderTests
{
    private const int Orders = 12;
    private const int ParallelWrites = 8;

    // More than one batch of intents, and several requests for the members of one group.
    private const int Joiners = 280;

    [Fact]
    public async Task Every_order_of_operations_reaches_the_same_state()
    {
        var alone = World(faults: true);
        var expected = ResultOf(alone, await alone.Service.SyncAsync(Doubles.World.Name, Options(1), new Approver(), new Listener(), default));

        var orders = new HashSet<string>();

        for (var seed = 0; seed < Orders; seed++)
        {
            var run = new OrderedRun(World(faults: true), seed);
            var result = ResultOf(run.World, run.Sync());

            Assert.Equal((seed, ""), (seed, string.Join(' ', run.Server.Violations.Concat(run.Server.ClosedUnread).Concat(run.World.PasswordBoss.Violations))));
            Assert.True(expected == result, $"Seed {seed}: {Difference(expected, result)}");
            Assert.Equal(ParallelWrites, run.Server.MostWrites);
            orders.Add(string.Join('\n', run.World.PasswordBoss.Log));
        }

        Assert.Equal(Orders, orders.Count);
    }

    [Fact]
    public void The_next_runs_complete_a_run_stopped_at_any_point()
    {
        var whole = new OrderedRun(World(faults: false), 0);
        whole.Sync();
        var expected = Snapshot.Of(whole.World);
        var outcomes = new HashSet<SyncOutcome>();

        for (var seed = 0; seed < Orders; seed++)
        {
            using var stop = new CancellationTokenSource();
            var run = new OrderedRun(World(faults: false), seed);
            run.Schedule.Interruption = (new Random(seed).Next(whole.Schedule.Steps), stop.Cancel);
            outcomes.Add(run.Sync(stop.Token).Result.Outcome);

            Assert.Equal((seed, ""), (seed, string.Join(' ', run.Server.Violations)));
            run.EndSchedule();
            for (var i = 0; i < 5 && run.World.Sync().Outcome != SyncOutcome.NoChange; i++)
                run.World.Clock.Advance(TimeSpan.FromMinutes(10));
            var actual = Snapshot.Of(run.World);
            Assert.True(expected == actual, $"Seed {seed}: {Difference(expected, actual)}");
            Assert.Empty(run.World.State.Intents);
        }

        Assert.Contains(SyncOutcome.Failed, outcomes);
    }

    [Fact]
    public void The_test_detects_a_write_without_a_journaled_intent()
    {
        var run = new OrderedRun(World(faults: false), 0);
        var joiner = Doubles.World.AddressOf("joiner7");
        run.World.PasswordBoss.Called = _ =>
        {
            foreach (var intent in run.World.State.IntentRows.Values.Where(i => i.Email == joiner))
                run.World.State.IntentRows.TryRemove(intent.Id, out var _);
        };

        run.Sync();

        Assert.Contains("POST " + joiner + " was sent before its intent was committed.", run.Server.Violations);
    }

    private static SyncOptions Options(int parallelWrites) => new() { Full = true, ParallelWrites = parallelWrites };

    // Every kind of change in a plan: creations, adoptions, each kind of leaver, returning users, names, groups and their members.
    private static World World(bool faults)
    {
        var world = new World(others: 20);
        world.Rules = Doubles.World.DefaultRules with
        {
            DisabledUser = LeaverRule.Disable,
            DeletedUser = LeaverRule.Delete,
            RemovedUser = LeaverRule.ConvertToPersonal,
            MaxRemovalCount = 1000,
            MaxRemovalPercent = 100,
        };
        var renamed = world.UserGroup.Members.Take(5).ToList();
        var disabled = Linked(world, "disabled");
        var deleted = Linked(world, "deleted");
        var converted = Linked(world, "converted");
        var old = world.NewSyncedGroup("Old", disabled.ToArray());
        var sales = world.NewSyncedGroup("Sales", disabled.Concat(converted).Concat(renamed).ToArray());
        world.Sync();

        disabled.ForEach(world.Disable);
        deleted.ForEach(world.HardDelete);
        foreach (var id in converted)
        {
            world.Leave(id);
            // An earlier run has read that these users left.
            var link = world.State.CurrentLinkOf(id)!;
            world.State.Links[link.AccountId] = link with { WaitingConversion = new(LeavingEvent.Removed, world.Clock.UtcNow.AddMinutes(-5)) };
        }

        for (var i = 0; i < 10; i++)
        {
            world.Link(world.Join("back" + i), AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed);
            world.Join("adopted" + i);
            world.PasswordBoss.AdminCreate(Doubles.World.AddressOf("adopted" + i));
        }

        foreach (var id in renamed)
        {
            world.Edit(id, u => u with { Surname = "Smith" });
            sales.Members.Remove(id);
        }

        var joiners = Enumerable.Range(0, Joiners).Select(i => world.Join("joiner" + i)).ToList();
        sales.Members.UnionWith(joiners);
        world.NewSyncedGroup("New", joiners.Take(Joiners / 2).ToArray());
        world.Change(c => c with { AdditionalGroups = c.AdditionalGroups.Where(g => g.Id != old.Id).ToList() });
        world.PasswordBoss.ReadsBehind = 1;
        world.PasswordBoss.Log.Clear();
        if (faults)
        {
            world.PasswordBoss.FaultOn = (call, target) => (call, target) switch
            {
                ("CreateAccountAsync", "joiner7@contoso.com") => new Fault(ErrorId.AccountRefused),
                ("PatchAccountAsync", "disabled3@contoso.com") => new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true),
                _ => null,
            };
        }

        return world;
    }

    private static List<string> Linked(World world, string name) => Enumerable.Range(0, 5).Select(i =>
    {
        var id = world.Join(name + i);
        world.Link(id);
        return id;
    }).ToList();

    // Both sides, the journal and the report as text, without the IDs, which differ from run to run.
    private static string ResultOf(World world, SyncReport report)
    {
        var state = world.State;
        var lines = state.Links.Values.Select(l => (l with { AccountId = "" }).ToString())
            .Concat(state.GroupLinks.Values.Select(l => $"{l.DisplayName} {l.NotFoundReads} {string.Join(',', l.AbsentOnce)}"))
            .Concat(state.GroupMembers.Values.Select(m => $"{m.GroupId} {state.Links[m.AccountId].Email} {m.Mark}"))
            .Concat(state.Intents.Values.Select(i => $"open {i.Action} {i.Email}"))
            .Concat(state.Removals.Select(r => $"removal {r.At:o} {r.GroupId} {r.Forced}"))
            .Concat(report.Result.Changes.Select(c => $"{c.Action} {c.Outcome} {c.Email} {c.Group} {c.Before} {c.After} {c.ErrorId} {c.Message}"))
            .Append($"{report.Result.Outcome} {report.Result.Message}");
        return Snapshot.Of(world) + Environment.NewLine + string.Join(Environment.NewLine, lines.Order(StringComparer.Ordinal));
    }

    private static string Difference(string expected, string actual)
    {
        var (left, right) = (expected.Split(Environment.NewLine), actual.Split(Environment.NewLine));
        return string.Join(Environment.NewLine, left.Except(right).Take(5).Select(l => "missing " + l).Concat(right.Except(left).Take(5).Select(l => "instead " + l)));
    }

    /// <summary>One run of a world on a schedule.</summary>
    private sealed class OrderedRun
    {
        private readonly List<SlowPasswordBoss> opened = new();

        public OrderedRun(World world, int seed)
        {
            World = world;
            Schedule = new Schedule(seed, world.Clock);
            world.Factory.Clock = Schedule;
            world.Factory.Workers = Schedule;
            world.Factory.Around = inner =>
            {
                opened.Add(new SlowPasswordBoss(inner, Schedule, world.Store, world.State));
                return opened[^1];
            };
        }

        public World World { get; }

        public Schedule Schedule { get; }

        public SlowPasswordBoss Server => opened[^1];

        public SyncReport Sync(CancellationToken stop = default) =>
            Schedule.Run(() => World.Service.SyncAsync(Doubles.World.Name, Options(ParallelWrites), new Approver(), new Listener(), stop));

        /// <summary>From now on the runs of the world do not use a schedule.</summary>
        public void EndSchedule()
        {
            World.Factory.Clock = World.Clock;
            World.Factory.Workers = new PoolWorkers();
            World.Factory.Around = inner => inner;
            World.Store.Closing = null;
            World.PasswordBoss.ReadsCatchUp();
        }
    }
}
