using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

/// <summary>Calls for what is due, with real runs and a store in memory.</summary>
public sealed class DueServiceTests
{
    private static readonly FleetOptions Due = new() { OnlyDue = true, Timeout = FleetOptions.UsualTimeout };

    private readonly World world = new(others: 4);
    private readonly SimulatedTime time = new();
    private readonly Recorder recorder = new();

    public DueServiceTests()
    {
        world.Factory.Clock = time;
        world.Factory.Workers = time;
    }

    [Fact]
    public void A_connection_runs_when_it_is_due_and_at_once_after_a_change_by_an_admin()
    {
        Assert.Equal((1, 0), Call());
        Assert.Equal((0, 1), Call());

        world.Service.SetTags(World.Name, ["gold"], null);
        Assert.Equal((1, 0), Call());
        Assert.Equal((0, 1), Call());

        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal((0, 1), Call());
        Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((1, 0), Call());
        // A rename of a group by a run, and not by an admin, asks for nothing.
        world.UserGroup.Name = "Renamed";
        Pass(TimeSpan.FromMinutes(5));
        Assert.Equal((1, 0), Call());
        Assert.Equal((0, 1), Call());
    }

    [Fact]
    public void A_run_that_ends_a_pause_makes_the_connection_due_at_once()
    {
        world.State.Pause = new PauseRecord { RunId = Guid.NewGuid(), At = time.UtcNow, RefusedKeys = ["Disable|x|"], Reason = Texts.ReasonDeleted };

        Assert.Equal((1, 0), Call());
        Assert.Null(world.State.Pause);
        Assert.Equal((1, 0), Call());
        Assert.Equal((0, 1), Call());
    }

    [Fact]
    public void A_run_that_a_person_stopped_is_due_at_once_and_counts_as_no_failure_of_the_next_call()
    {
        using var stop = new CancellationTokenSource();
        world.Entra.FaultOn = (_, _) =>
        {
            stop.Cancel();
            return null;
        };
        Assert.ThrowsAny<OperationCanceledException>(() => Call(stop: stop.Token));
        Assert.Equal(SyncOutcome.Failed, world.State.Health.LastOutcome);
        world.Entra.FaultOn = null;

        Assert.Equal((1, 0), Call());

        Assert.NotEqual(SyncOutcome.Failed, recorder.Reports[0].Result.Outcome);
        Assert.Equal((0, 1), Call());
        Assert.Equal(0, recorder.Waiting!.Failed);
    }

    [Fact]
    public void The_interval_is_that_of_the_task()
    {
        world.Service.RegisterTask("*", TimeSpan.FromMinutes(30), new TaskProgram("/opt/pwsh", "/opt/Sync.ps1", "/opt"), new Listener());
        Assert.Equal((1, 0), Call());

        Pass(TimeSpan.FromMinutes(14));
        Assert.Equal((0, 1), Call());
        Pass(TimeSpan.FromMinutes(4));
        Assert.Equal((1, 0), Call());

        // Its own task comes first, and without a scheduler it is five minutes.
        world.Service.RegisterTask(World.Name, TimeSpan.FromMinutes(10), new TaskProgram("/opt/pwsh", "/opt/Sync.ps1", "/opt"), new Listener());
        Pass(TimeSpan.FromMinutes(7));
        Assert.Equal((1, 0), Call());
        world.Factory.Scheduler = null;
        using var service = new ConnectorService(world.Factory);
        Pass(TimeSpan.FromMinutes(4));
        Assert.Equal((1, 0), Call(service: service));
    }

    [Fact]
    public void A_failing_connection_waits_longer_and_counts_among_those_that_wait()
    {
        world.Factory.LockedElsewhere = false;
        world.Store.Locked = true;
        for (var failures = 1; failures <= 4; failures++)
        {
            Assert.Equal((1, 0), Call());
            Assert.Equal(failures, world.State.Health.ConsecutiveFailures);
            Pass(TimeSpan.FromMinutes((5 << failures) - 3 > 57 ? 56 : (5 << failures) - 3));
            Assert.Equal((0, 1), Call());
            Assert.Equal(1, recorder.Waiting!.Failed);
            Pass(TimeSpan.FromMinutes(2));
        }

        // A new secret is tried at once.
        Assert.Equal((1, 0), Call());
        world.Store.Locked = false;
        world.Change(connection => connection);
        Assert.Equal((1, 0), Call());
        Assert.Equal(0, world.State.Health.ConsecutiveFailures);
    }

    [Fact]
    public void A_preview_takes_no_turn()
    {
        Assert.Equal((1, 0), Call(new Approver(preview: true)));
        Assert.True(world.State.IsDueAtOnce);
        Assert.Equal((1, 0), Call());
        Assert.False(world.State.IsDueAtOnce);
    }

    [Fact]
    public void If_the_store_cannot_list_the_turns_every_named_connection_runs()
    {
        world.Store.TurnsUnreadable = Problems.StateBusy("state.db");

        Assert.Equal((1, 0), Call());
        Assert.Equal((1, 0), Call());
    }

    [Fact]
    public void A_restored_connection_that_is_not_activated_does_not_run_and_emits_nothing()
    {
        world.State.Progress = world.State.Progress with { Restored = new BackupOrigin { BackedUpAt = time.UtcNow, Machine = "OLD" } };

        Assert.Equal((0, 0), Call());

        // If the whole state is lost, the call reports it.
        world.Store.Loss = Problems.StateVanished("state.db", "witnesses");
        Assert.Equal((1, 0), Call());
    }

    [Fact]
    public void Only_a_call_for_what_is_due_has_a_time_limit_by_default()
    {
        Assert.Equal(TimeSpan.FromMinutes(4.5), FleetOptions.TimeoutOf(null, onlyDue: true));
        Assert.Null(FleetOptions.TimeoutOf(null, onlyDue: false));
        Assert.Equal(TimeSpan.FromMinutes(2), FleetOptions.TimeoutOf(TimeSpan.FromMinutes(2), onlyDue: true));
        Assert.Equal(TimeSpan.FromMinutes(2), FleetOptions.TimeoutOf(TimeSpan.FromMinutes(2), onlyDue: false));
    }

    [Fact]
    public async Task A_stop_before_the_run_records_nothing()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        var report = await world.Service.SyncAsync(World.Name, new SyncOptions(), new Approver(), new Listener(), stop.Token);

        Assert.Equal((SyncOutcome.Failed, "Cancelled"), (report.Result.Outcome, report.Result.ErrorId));
        Assert.Equal((0, 0, null), (world.State.Commits, world.State.Health.ConsecutiveFailures, world.State.Health.LastOutcome));
        Assert.False(world.Factory.Locked);
    }

    private (int Ran, int Waiting) Call(Approver? approver = null, ConnectorService? service = null, CancellationToken stop = default)
    {
        recorder.Reports.Clear();
        recorder.Waiting = time.Run(() => (service ?? world.Service).SyncAllAsync(
            new ConnectionSelection([World.Name]), Due, new SyncOptions { ParallelWrites = 1 }, approver ?? new Approver(), recorder, stop));
        return (recorder.Reports.Count, recorder.Waiting.Count);
    }

    private void Pass(TimeSpan span) => time.Run(async () =>
    {
        await time.DelayAsync(span, default);
        return true;
    });

    private sealed class Recorder : IFleetObserver
    {
        public List<SyncReport> Reports { get; } = [];

        public WaitingConnections? Waiting { get; set; }

        public void Ended(SyncReport report, int ended, int total) => Reports.Add(report);

        public void Progress(string connection, Message activity, int done, int total)
        {
        }

        public void Warning(string connection, Message warning)
        {
        }

        public void Detail(string connection, Message detail)
        {
        }
    }
}
