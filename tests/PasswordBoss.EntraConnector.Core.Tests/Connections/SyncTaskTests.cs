using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

public sealed class SyncTaskTests
{
    private static readonly TimeSpan Ten = TimeSpan.FromMinutes(10);
    private static readonly TaskProgram Program = new("/opt/powershell", "/opt/module/examples/Sync.ps1", "/opt/module");

    private readonly World world = new();
    private readonly Listener listener = new();

    private PBSyncTask Register(string name = World.Name) => world.Service.RegisterTask(name, Ten, Program, listener);

    private async Task<PBConnectionCheck> CheckAsync() => (await world.Service.TestAsync(World.Name, CancellationToken.None)).Single(c => c.Name == "Task");

    [Fact]
    public void A_task_shows_its_connection_and_its_next_run()
    {
        world.Join("anna");
        world.Sync();
        var ended = world.Clock.UtcNow;
        world.Clock.Advance(TimeSpan.FromMinutes(25));

        var task = Register();

        Assert.Equal((World.Name, Ten, true, "Fake"), (task.Connection, task.Interval, task.Enabled, task.Scheduler));
        Assert.Equal(ended, task.LastRun);
        Assert.Equal(ended + TimeSpan.FromMinutes(30), task.NextRun);
        Assert.Equal(task.NextRun, world.Service.GetStatus(World.Name).NextSync);
    }

    [Fact]
    public void A_worker_is_shown_as_resident_with_the_time_when_the_connection_is_next_due()
    {
        world.Sync();
        var ended = world.Clock.UtcNow;

        var task = world.Service.RegisterTask(World.Name, Ten, Program with { IsResident = true }, listener);

        Assert.Equal((true, Ten, ended + Ten), (task.Resident, task.Interval, task.NextRun));
        Assert.False(Register().Resident);
    }

    [Fact]
    public void A_task_for_all_connections_covers_each_connection()
    {
        Assert.Null(world.Service.GetStatus(World.Name).NextSync);

        Assert.Equal("*", Register("*").Connection);

        Assert.Equal("*", Assert.Single(new ConnectorService(world.Factory).FindTasks(World.Name)).Connection);
        Assert.NotNull(new ConnectorService(world.Factory).GetStatus(World.Name).NextSync);
        Register();
        Assert.Equal(new[] { World.Name, "*" }, new ConnectorService(world.Factory).FindTasks(World.Name).Select(t => t.Connection));
        world.Service.RemoveTask("*");
        world.Service.RemoveTask(World.Name);
        Assert.Empty(world.Factory.Scheduler!.Tasks);
        Assert.Equal(ErrorId.TaskNotFound, Assert.Throws<ConnectorException>(() => world.Service.RemoveTask("*")).Id);
    }

    [Fact]
    public void A_task_that_needs_a_sign_in_causes_a_warning()
    {
        world.Factory.Scheduler!.NeedsSignIn = true;

        Register();

        Assert.Contains("signed in", Assert.Single(listener.Warnings).Render(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_registered_task_that_cannot_be_read_is_not_reported_as_refused(bool fails)
    {
        world.Factory.Scheduler!.Shows = () => fails ? throw new ConnectorException(Problems.SchedulerRefused("Fake", "no XML today.")) : null;

        var error = Assert.Throws<ConnectorException>(() => Register());

        Assert.Equal(ErrorId.TaskNotShown, error.Id);
        Assert.EndsWith(fails ? "no XML today." : "after its registration.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("before", error.Message, StringComparison.Ordinal);
        Assert.Single(world.Factory.Scheduler.Tasks);
    }

    [Fact]
    public async Task Removing_a_connection_removes_its_task()
    {
        Register();

        await world.Service.RemoveAsync(World.Name, false, listener, CancellationToken.None);

        Assert.Empty(world.Factory.Scheduler!.Tasks);
    }

    [Fact]
    public async Task The_check_shows_whether_the_task_keeps_its_interval()
    {
        world.Join("anna");
        Assert.Contains("Register-PBSyncTask", (await CheckAsync()).Recommendation, StringComparison.Ordinal);
        Register();
        Assert.Equal(CheckStatus.Warning, (await CheckAsync()).Status);
        world.Sync();
        Assert.Equal(CheckStatus.Passed, (await CheckAsync()).Status);
        world.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(CheckStatus.Passed, (await CheckAsync()).Status);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CheckStatus.Warning, (await CheckAsync()).Status);
        var (key, task) = world.Factory.Scheduler!.Tasks.Single();
        world.Sync();
        world.Factory.Scheduler.Tasks[key] = task with { IsEnabled = false };
        Assert.Contains("disabled", (await CheckAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_scheduler_the_check_is_skipped_and_the_next_sync_is_unknown()
    {
        world.Factory.Scheduler = null;

        var check = await CheckAsync();

        Assert.Equal(CheckStatus.Skipped, check.Status);
        Assert.Contains("there is none", check.Detail, StringComparison.Ordinal);
        Assert.Null(world.Service.GetStatus(World.Name).NextSync);
        await world.Service.RemoveAsync(World.Name, false, listener, CancellationToken.None);
    }

    [Fact]
    public async Task A_command_over_many_connections_reads_the_catalogue_once()
    {
        for (var i = 0; i < 500; i++)
            world.Store.SaveConnection(World.NewConnection("Tenant " + i), new ConnectionSecrets());
        var before = world.Store.CatalogueReads;

        var names = world.Service.Select(new[] { "*" }, null).Names;
        foreach (var name in names)
            await world.Service.SyncAsync(name, new SyncOptions(), new Approver(), listener, CancellationToken.None);

        Assert.Equal((501, 1), (names.Count, world.Store.CatalogueReads - before));
        Register("*");
        before = world.Store.CatalogueReads;
        var opened = world.Factory.SchedulersOpened;
        using var service = new ConnectorService(world.Factory);
        Assert.All(service.Select(new[] { "*" }, null).Names, name => Assert.NotNull(service.GetStatus(name).NextSync));
        Assert.Equal((1, 1), (world.Store.CatalogueReads - before, world.Factory.SchedulersOpened - opened));
    }

    [Fact]
    public void A_command_over_many_connections_queries_a_machine_without_a_scheduler_once()
    {
        world.Factory.Scheduler = null;
        for (var i = 0; i < 50; i++)
            world.Store.SaveConnection(World.NewConnection("Tenant " + i), new ConnectionSecrets());

        Assert.All(world.Service.GetStatuses(world.Service.ListNames()).Found, status => Assert.Null(status.NextSync));

        Assert.Equal(1, world.Factory.SchedulersOpened);
    }

    [Theory]
    [InlineData(0, 30, false)]
    [InlineData(0, 31, true)]
    [InlineData(1, 70, false)]
    [InlineData(1, 71, true)]
    public void A_connection_is_overdue_after_three_intervals_and_after_a_failure_when_an_hour_and_one_interval_have_passed(int failures, int minutes, bool isOverdue)
    {
        Register(World.Name);
        world.Entra.FaultOn = (_, _) => failures > 0 ? new Fault(ErrorId.GraphFailed) : null;
        world.Sync();
        world.Clock.Advance(TimeSpan.FromMinutes(minutes));

        Assert.Equal(isOverdue, world.Service.GetStatus(World.Name).Overdue);
    }

    [Theory]
    [InlineData(SyncMode.Full, 40, false)]
    [InlineData(SyncMode.Full, 61, true)]
    [InlineData(SyncMode.Incremental, 3, false)]
    [InlineData(SyncMode.Incremental, 5, true)]
    [InlineData(SyncMode.User, 1, true)]
    public async Task A_run_within_its_limit_is_not_overdue_although_it_takes_longer_than_the_interval(SyncMode mode, int minutes, bool isOverdue)
    {
        world.Join("anna");
        world.Service.RegisterTask(World.Name, TimeSpan.FromMinutes(1), Program with { IsResident = true }, listener);
        world.Sync();
        world.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.False(world.Service.GetStatus(World.Name).Overdue);
        var began = world.Clock.UtcNow;
        world.Factory.Holder = new RunLockHolder { Mode = mode, Since = began, Until = mode == SyncMode.Full ? began.AddHours(1) : null };
        world.Clock.Advance(TimeSpan.FromMinutes(minutes));

        Assert.Equal(isOverdue, world.Service.GetStatus(World.Name).Overdue);

        Assert.Equal(isOverdue ? CheckStatus.Warning : CheckStatus.Passed, (await CheckAsync()).Status);
    }

    [Theory]
    [InlineData("/opt/Sync.ps1 -Due", false, 1, 20)]
    [InlineData("/opt/Sync.ps1 '-Due'", false, 3, 60)]
    [InlineData("/opt/Sync.ps1 \"-Due\"; exit $LASTEXITCODE", false, 2, 40)]
    [InlineData("/opt/Sync.ps1 -Due", false, 0, 10)]
    // A task of an earlier version runs every connection each time.
    [InlineData("/opt/Sync.ps1", false, 2, 10)]
    [InlineData("/opt/Sync.ps1", true, 1, 20)]
    public void The_next_sync_includes_the_longer_wait_after_failures(string command, bool isResident, int failures, int minutes)
    {
        world.Service.RegisterTask(World.Name, Ten, Program with { Script = command, IsResident = isResident }, listener);
        world.Entra.FaultOn = (_, _) => failures > 0 ? new Fault(ErrorId.GraphFailed) : null;
        for (var i = 0; i < Math.Max(failures, 1); i++)
            world.Sync();
        world.State.IsDueAtOnce = false;

        var next = world.Service.GetStatus(World.Name).NextSync!.Value - world.Clock.UtcNow;

        Assert.InRange(next, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(isResident ? minutes + 1 : minutes));
        // A connection that an admin changed is due at once.
        world.Service.SetTags(World.Name, ["gold"], null);
        Assert.Equal(isResident && failures > 0 ? TimeSpan.Zero : Ten, world.Service.GetStatus(World.Name).NextSync!.Value - world.Clock.UtcNow);
        Assert.Equal(world.Service.GetStatus(World.Name).NextSync, world.Service.GetStatuses([World.Name, World.Name]).Found[1].NextSync);
    }

    [Fact]
    public void Without_a_task_or_a_run_no_connection_is_overdue()
    {
        world.Clock.Advance(TimeSpan.FromDays(1));
        Assert.False(world.Service.GetStatus(World.Name).Overdue);
        Register(World.Name);
        Assert.False(world.Service.GetStatus(World.Name).Overdue);
    }

    [Fact]
    public void Names_that_arrive_one_by_one_do_not_read_the_catalogue()
    {
        var before = world.Store.CatalogueReads;

        Assert.Equal(new[] { World.Name }, world.Service.Select(new[] { World.Name.ToUpperInvariant() }, null).Names);

        Assert.Equal(before, world.Store.CatalogueReads);
    }

    [Theory]
    [InlineData("Contoso", "Contoso-")]
    [InlineData("Müller & Söhne", "M-ller---S-hne-")]
    [InlineData("東京", "connection-")]
    public void A_key_is_readable_and_belongs_to_one_connection(string name, string expected)
    {
        var connection = World.NewConnection(name);

        Assert.Equal(expected + connection.Id.ToString("N")[..8], TaskTarget.Of(connection).Key);
        Assert.NotEqual(TaskTarget.AllOf("/var/lib/a").Key, TaskTarget.AllOf("/var/lib/b").Key);
    }
}
