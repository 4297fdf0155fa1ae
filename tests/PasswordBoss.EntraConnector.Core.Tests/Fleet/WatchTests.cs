using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

/// <summary>Connections that are watched, with real runs, a store in memory, and time that passes by itself.</summary>
public sealed class WatchTests : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly World world = new(others: 4);
    private readonly SimulatedTime time = new();
    private readonly Watcher watcher;
    private readonly CancellationTokenSource stop = new();

    public WatchTests()
    {
        world.Factory.Clock = time;
        world.Factory.Workers = time;
        watcher = new Watcher(time);
    }

    public void Dispose() => stop.Dispose();

    [Fact]
    public void A_connection_runs_at_its_interval_until_the_stop()
    {
        watcher.At(Day, stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        Assert.Equal(Day, time.Passed);
        var starts = watcher.Starts(World.Name);
        Assert.InRange(starts.Count, 260, 289);
        // The spread, and at most half a minute until the next look.
        Assert.All(Gaps(starts), gap => Assert.InRange(gap, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5.5) + TimeSpan.FromSeconds(31)));
        Assert.False(world.Factory.Locked);
        Assert.Empty(watcher.Problems);
    }

    [Fact]
    public void The_interval_is_the_given_one_else_that_of_the_task()
    {
        world.Service.RegisterTask("*", TimeSpan.FromMinutes(30), new TaskProgram("/opt/pwsh", "/opt/Sync.ps1", "/opt"), new Listener());
        watcher.At(Day, stop.Cancel);
        Assert.ThrowsAny<OperationCanceledException>(() => Watch());
        Assert.InRange(watcher.Starts(World.Name).Count, 43, 48);

        watcher.Reports.Clear();
        using var secondStop = new CancellationTokenSource();
        watcher.At(Day * 2, secondStop.Cancel);
        Assert.ThrowsAny<OperationCanceledException>(() => Watch(new WatchOptions { Interval = TimeSpan.FromMinutes(1) }, token: secondStop.Token));
        Assert.InRange(watcher.Starts(World.Name).Count, 1200, 1440);
    }

    [Fact]
    public void A_new_connection_and_a_changed_one_run_within_half_a_minute_and_a_removed_one_runs_no_more()
    {
        var added = World.NewConnection("Fabrikam") with { UserGroup = world.Connection.UserGroup, Rules = World.DefaultRules };
        watcher.At(TimeSpan.FromHours(1), () => world.Store.SaveConnection(added, new ConnectionSecrets { ClientSecret = "secret", PasswordBossToken = "token" }));
        watcher.At(TimeSpan.FromHours(2), () => world.Service.SetTags(World.Name, ["gold"], null));
        watcher.At(TimeSpan.FromHours(3), () => world.Store.RemoveConnection(added.Id));
        watcher.At(TimeSpan.FromHours(4), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        Assert.InRange(watcher.Starts("Fabrikam")[0], TimeSpan.FromHours(1), TimeSpan.FromHours(1) + TimeSpan.FromSeconds(31));
        Assert.InRange(watcher.Starts("Fabrikam")[^1], TimeSpan.FromHours(2.8), TimeSpan.FromHours(3));
        Assert.Contains(watcher.Starts(World.Name), start => start >= TimeSpan.FromHours(2) && start <= TimeSpan.FromHours(2) + TimeSpan.FromSeconds(31));
        Assert.Empty(watcher.Problems);
    }

    [Fact]
    public void Only_connections_with_a_tag_run_and_one_that_gets_it_is_seen()
    {
        watcher.At(TimeSpan.FromHours(1), () => world.Service.SetTags(World.Name, ["gold"], null));
        watcher.At(TimeSpan.FromHours(2), () => world.Service.SetTags(World.Name, [], null));
        watcher.At(TimeSpan.FromHours(3), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch(selection: new ConnectionSelection([]) { Tags = ["go*"], IsOpen = true }));

        Assert.InRange(watcher.Starts(World.Name)[0], TimeSpan.FromHours(1), TimeSpan.FromHours(1) + TimeSpan.FromSeconds(31));
        Assert.True(watcher.Starts(World.Name)[^1] < TimeSpan.FromHours(2));
    }

    [Fact]
    public void Removing_a_named_connection_does_not_end_the_watch()
    {
        watcher.At(TimeSpan.FromHours(1), () => world.Store.RemoveConnection(world.Connection.Id));
        watcher.At(TimeSpan.FromHours(2), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch(selection: new ConnectionSelection([World.Name])));

        Assert.True(watcher.Starts(World.Name)[^1] < TimeSpan.FromHours(1));
        Assert.Equal((TimeSpan.FromHours(2), 0), (time.Passed, watcher.Problems.Count));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-7)]
    [InlineData(60)]
    [InlineData(60 * 24 * 30)]
    [InlineData(-60 * 24 * 30)]
    public void A_clock_that_jumps_delays_by_an_interval_at_most_and_repeats_nothing(int minutes)
    {
        watcher.At(TimeSpan.FromHours(6), () => time.Shift(TimeSpan.FromMinutes(minutes)));
        watcher.At(TimeSpan.FromHours(12), () => time.Shift(TimeSpan.FromMinutes(-minutes)));
        watcher.At(TimeSpan.FromHours(18), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        var starts = watcher.Starts(World.Name);
        Assert.True(Gaps(starts).Max() < TimeSpan.FromMinutes(12), "The longest gap is " + Gaps(starts).Max());
        Assert.InRange(starts.Count, 190, 219);
    }

    [Fact]
    public void A_problem_of_the_store_is_reported_once_and_the_runs_go_on_when_it_has_passed()
    {
        var folder = Problems.StateFolderUnusable("/srv/state", "closed");
        watcher.At(TimeSpan.FromHours(1), () => world.Store.TurnsUnreadable = folder);
        watcher.At(TimeSpan.FromHours(2), () => world.Store.TurnsUnreadable = Problems.StateBusy("state.db"));
        watcher.At(TimeSpan.FromHours(3), () => world.Store.TurnsUnreadable = null);
        watcher.At(TimeSpan.FromHours(4), () => world.Store.TurnsUnreadable = folder);
        watcher.At(TimeSpan.FromHours(5), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        Assert.Equal([ErrorId.StateFolderUnusable, ErrorId.StateBusy, ErrorId.StateFolderUnusable], watcher.Problems.Select(problem => problem.Id));
        var starts = watcher.Starts(World.Name);
        Assert.DoesNotContain(starts, start => start > TimeSpan.FromHours(1.01) && start < TimeSpan.FromHours(3));
        Assert.InRange(starts.First(start => start > TimeSpan.FromHours(2)), TimeSpan.FromHours(3), TimeSpan.FromHours(3) + TimeSpan.FromSeconds(31));
    }

    [Fact]
    public void A_problem_of_the_store_is_reported_again_only_if_it_is_another_problem()
    {
        var folder = Problems.StateFolderUnusable("/srv/state", "closed");
        watcher.At(TimeSpan.FromHours(1), () => world.Store.TurnsUnreadable = folder);
        watcher.At(TimeSpan.FromHours(2), () => world.Store.TurnsUnreadable = Problems.StateFolderUnusable("/srv/state", "closed"));
        watcher.At(TimeSpan.FromHours(3), () => world.Store.TurnsUnreadable = new Problem(ErrorId.StateBusy, folder.Text, folder.Recommendation));
        watcher.At(TimeSpan.FromHours(4), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        Assert.Equal([ErrorId.StateFolderUnusable, ErrorId.StateBusy], watcher.Problems.Select(problem => problem.Id));
    }

    [Fact]
    public void A_state_that_is_moved_away_is_reported_and_its_return_is_seen()
    {
        var moved = world.Connection;
        watcher.At(TimeSpan.FromHours(1), () =>
        {
            world.Store.RemoveConnection(moved.Id);
            world.Store.Loss = Problems.StateVanished("state.db", "witnesses");
        });
        watcher.At(TimeSpan.FromHours(2), () =>
        {
            world.Store.Loss = null;
            world.Store.SaveConnection(moved, new ConnectionSecrets { ClientSecret = "secret", PasswordBossToken = "token" });
        });
        watcher.At(TimeSpan.FromHours(3), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        Assert.Equal(ErrorId.StateVanished, Assert.Single(watcher.Problems).Id);
        Assert.InRange(watcher.Starts(World.Name).First(start => start > TimeSpan.FromHours(1.01)), TimeSpan.FromHours(2), TimeSpan.FromHours(2) + TimeSpan.FromSeconds(31));
    }

    [Fact]
    public void A_stop_before_the_first_run_records_nothing()
    {
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        Assert.Empty(watcher.Reports);
        Assert.Equal((0, null), (world.State.Commits, world.State.Health.LastOutcome));
    }

    [Fact]
    public void When_the_system_ends_the_process_the_watching_ends_as_if_it_were_complete()
    {
        watcher.At(TimeSpan.FromHours(1), watcher.Termination.Cancel);

        Watch();

        Assert.Equal(TimeSpan.FromHours(1), time.Passed);
        Assert.False(world.Factory.Locked);
    }

    [Theory]
    [InlineData(true, 24)]
    [InlineData(false, 48)]
    public void Only_a_resident_process_ends_after_a_day(bool isResident, int hours)
    {
        watcher.At(TimeSpan.FromDays(2), watcher.Termination.Cancel);

        Watch(new WatchOptions { IsResident = isResident });

        Assert.InRange(time.Passed, TimeSpan.FromHours(hours), TimeSpan.FromHours(hours) + TimeSpan.FromMinutes(1));
        Assert.Equal(isResident, watcher.Warnings.Contains(Texts.WatchDayOver));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_a_resident_process_ends_after_an_update_of_the_module(bool isResident)
    {
        watcher.At(TimeSpan.FromHours(1), () => watcher.Reason = Texts.WatchUpdated("module.dll"));
        watcher.At(TimeSpan.FromHours(2), watcher.Termination.Cancel);

        Watch(new WatchOptions { IsResident = isResident });

        Assert.Equal(isResident, time.Passed < TimeSpan.FromHours(1.1));
        Assert.Equal(isResident ? 1 : 0, watcher.Warnings.Count);
    }

    [Fact]
    public void The_process_reports_that_it_works_at_least_every_half_minute()
    {
        watcher.At(Day, stop.Cancel);
        world.Store.RemoveConnection(world.Connection.Id);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch(new WatchOptions { Interval = TimeSpan.FromHours(24) }));

        Assert.All(Gaps(watcher.Beats), gap => Assert.InRange(gap, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(31)));
        Assert.InRange(watcher.Beats.Count, 2800, 3000);
    }

    [Fact]
    public void What_a_run_reported_is_not_kept()
    {
        var alive = 0;
        watcher.KeepsReports = false;
        watcher.At(Day, () =>
        {
            GC.Collect();
            alive = watcher.Traces.Count(trace => trace.IsAlive);
        });
        watcher.At(Day + TimeSpan.FromMinutes(1), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        Assert.InRange(watcher.Traces.Count, 260, 289);
        Assert.InRange(alive, 0, 3);
    }

    [Fact]
    public void Alerts_are_delivered_within_an_interval_and_a_receiver_that_hangs_delays_no_run()
    {
        var receiver = AddAlert();
        receiver.Answer = async (_, token) =>
        {
            await time.DelayAsync(TimeSpan.FromSeconds(10), token);
            return new AlertResponse(500, Texts.AlertAnswerStatus("500"));
        };
        watcher.At(TimeSpan.FromHours(1), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch());

        // Sent again until a receiver accepts it, always as the same event.
        Assert.InRange(receiver.Arrived.Count, 9, 12);
        Assert.Single(receiver.Arrived.Select(e => e.Id).Distinct());
        Assert.All(Gaps(watcher.Starts(World.Name)), gap => Assert.InRange(gap, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5.5) + TimeSpan.FromSeconds(31)));
    }

    [Fact]
    public void A_preview_sends_no_alert()
    {
        var receiver = AddAlert();
        watcher.At(TimeSpan.FromHours(1), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch(approver: new Approver(preview: true)));

        Assert.Empty(receiver.Arrived);
    }

    [Fact]
    public void Each_run_is_logged_when_it_ends()
    {
        var log = new MemoryLog();
        var lines = 0;
        watcher.At(TimeSpan.FromMinutes(3), () => lines = log.Lines.Count(line => (string)line["type"] == "run"));
        watcher.At(TimeSpan.FromHours(1), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch(new WatchOptions { Log = log }));

        Assert.Equal(1, lines);
        Assert.Equal(watcher.Reports.Select(report => report.Result.RunId.ToString()), log.Lines.Where(line => (string)line["type"] == "run").Select(line => (string)line["runId"]));
    }

    [Fact]
    public void A_preview_is_repeated_at_the_interval_and_takes_no_turn()
    {
        watcher.At(TimeSpan.FromHours(1), stop.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Watch(approver: new Approver(preview: true)));

        Assert.InRange(watcher.Starts(World.Name).Count, 10, 13);
        Assert.True(world.State.IsDueAtOnce);
    }

    private FakeReceiver AddAlert()
    {
        var alert = new AlertRegistration
        {
            Id = Guid.NewGuid(),
            Scope = AlertScope.All,
            Settings = new AlertSettings { Host = "a.example", Events = [AlertEvent.Failing] },
        };
        world.Store.Alerts.Save(alert, "https://a.example/");
        var notice = new AlertNotice { Event = AlertEvent.Failing, Source = AlertNotice.SourceOf(world.Connection.Id), Connection = World.Name, Time = time.UtcNow };
        world.Store.Alerts.Waiting.Add(new PendingAlert(Guid.NewGuid(), alert, notice, null));
        return world.Factory.Receivers["a.example"] = new FakeReceiver();
    }

    private static List<TimeSpan> Gaps(IReadOnlyList<TimeSpan> times) => times.Zip(times.Skip(1), (earlier, later) => later - earlier).ToList();

    private void Watch(WatchOptions? options = null, ConnectionSelection? selection = null, Approver? approver = null, CancellationToken? token = null) => time.Run(async () =>
    {
        await world.Service.WatchAsync(
            selection ?? new ConnectionSelection([]) { IsOpen = true }, options ?? new WatchOptions(), approver ?? new Approver(), watcher, watcher, token ?? stop.Token);
        return true;
    });

    /// <summary>Keeps what it receives, and does something at given times.</summary>
    private sealed class Watcher(SimulatedTime time) : IWatchObserver, IWatchProcess
    {
        public List<(TimeSpan At, PBSyncResult Result)> Reports { get; } = [];

        public bool KeepsReports { get; set; } = true;

        public List<WeakReference> Traces { get; } = [];

        public List<Problem> Problems { get; } = [];

        public List<Message> Warnings { get; } = [];

        public List<TimeSpan> Beats { get; } = [];

        public CancellationTokenSource Termination { get; } = new();

        public Message? Reason { get; set; }

        public CancellationToken Terminating => Termination.Token;

        public void At(TimeSpan at, Action act) => time.At(at, act);

        public List<TimeSpan> Starts(string connection) => Reports.Where(report => report.Result.Connection == connection).Select(report => report.At).ToList();

        public void Ended(SyncReport report, int ended, int total)
        {
            Traces.Add(new WeakReference(report));
            if (KeepsReports)
                Reports.Add((time.Passed, report.Result));
        }

        public void StoreFailed(Problem problem) => Problems.Add(problem);

        public void ReportAlive() => Beats.Add(time.Passed);

        public Message? FindReasonToEnd() => Reason;

        public void Progress(string connection, Message activity, int done, int total)
        {
        }

        public void Warning(string connection, Message warning)
        {
            if (connection == TaskTarget.All)
                Warnings.Add(warning);
        }

        public void Detail(string connection, Message detail)
        {
        }

        public void Dispose()
        {
        }
    }
}
