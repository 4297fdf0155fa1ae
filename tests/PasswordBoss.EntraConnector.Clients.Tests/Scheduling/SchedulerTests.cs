using System;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.Scheduling;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.Scheduling.SchedulingFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.Scheduling;

/// <summary>The schedulers against programs that note what they are asked.</summary>
public sealed class SchedulerTests : IDisposable
{
    private const string Timer = "passwordboss-entraconnector-M-ller-0123abcd.timer";
    private static readonly TimeSpan Five = TimeSpan.FromMinutes(5);

    private readonly SchedulingFixture fixture = new();

    public SchedulerTests() => Skip.If(OperatingSystem.IsWindows(), "The programs are shell scripts.");

    private string[] Files => Directory.Exists(fixture.Units) ? Directory.GetFiles(fixture.Units).Select(f => Path.GetFileName(f)!).Order().ToArray() : [];

    public void Dispose() => fixture.Dispose();

    private SystemdScheduler Systemd(bool isSystem = true) => new(fixture.OpenPrograms(), fixture.Units, isSystem);

    private static ErrorId Refused(Action act) => Assert.Throws<ConnectorException>(act).Id;

    [SkippableFact]
    public void Systemd_reloads_and_starts_the_timer()
    {
        fixture.AddProgram("systemctl", $"[ \"$1\" != list-units ] || echo '{Timer} loaded active waiting Sync'");
        Assert.Null(Systemd().Find(Target));

        Systemd().Register(Target, Five, fixture.Program);

        Assert.Equal(["daemon-reload", "enable " + Timer, "restart " + Timer], fixture.Calls);
        Assert.Equal([Path.ChangeExtension(Timer, ".service"), Timer], Files);
        var task = Systemd().Find(Target)!;
        Assert.Equal((Timer, Five, true, false), (task.Name, task.Interval, task.IsEnabled, task.NeedsSignIn));
        Assert.Contains("Sync.ps1", task.Command, StringComparison.Ordinal);

        Systemd().Register(Target, TimeSpan.FromMinutes(7), fixture.Program);
        Assert.Equal(TimeSpan.FromMinutes(7), Systemd().Find(Target)!.Interval);

        Assert.True(Systemd().Remove(Target));
        Assert.Empty(Files);
        Assert.Equal(["disable --now " + Timer, "daemon-reload"], fixture.Calls[^2..]);
        Assert.False(Systemd().Remove(Target));
    }

    [SkippableFact]
    public void A_worker_of_systemd_replaces_the_timer_and_a_timer_replaces_the_worker()
    {
        var worker = Path.ChangeExtension(Timer, ".service");
        fixture.AddProgram("systemctl", $"[ \"$1\" != list-units ] || printf '{Timer} loaded active waiting Sync\\n{worker} loaded active running Sync\\n'");
        Systemd().Register(Target, Five, fixture.Program);
        var before = fixture.Calls.Length;

        Systemd().Register(Target, TimeSpan.FromMinutes(1), fixture.Resident);

        Assert.Equal(["disable --now " + Timer, "daemon-reload", "enable " + worker, "restart " + worker], Changes(before));
        Assert.Equal([worker], Files);
        var task = Systemd().Find(Target)!;
        Assert.Equal((worker, TimeSpan.FromMinutes(1), true, true), (task.Name, task.Interval, task.IsEnabled, task.IsResident));

        // Registered again, it keeps running; with another interval, it is restarted.
        before = fixture.Calls.Length;
        Systemd().Register(Target, TimeSpan.FromMinutes(1), fixture.Resident);
        Assert.Empty(Changes(before));
        Systemd().Register(Target, Five, fixture.Resident);
        Assert.Equal(["daemon-reload", "enable " + worker, "restart " + worker], Changes(before));

        before = fixture.Calls.Length;
        Systemd().Register(Target, Five, fixture.Program);
        Assert.Equal(["disable --now " + worker, "daemon-reload", "enable " + Timer, "restart " + Timer], Changes(before));
        Assert.Equal((Timer, false), (Systemd().Find(Target)!.Name, Systemd().Find(Target)!.IsResident));

        Systemd().Register(Target, Five, fixture.Resident);
        before = fixture.Calls.Length;
        Assert.True(Systemd().Remove(Target));
        Assert.Equal(["disable --now " + worker, "daemon-reload"], Changes(before));
        Assert.Empty(Files);
    }

    [SkippableFact]
    public void A_worker_that_systemd_refuses_leaves_the_timer_as_it_was()
    {
        var worker = Path.ChangeExtension(Timer, ".service");
        fixture.AddProgram("systemctl", "");
        Systemd().Register(Target, Five, fixture.Program);
        fixture.AddProgram("systemctl", "[ \"$1\" != restart ]");

        Assert.Equal(ErrorId.SchedulerRefused, Refused(() => Systemd().Register(Target, Five, fixture.Resident)));

        Assert.Equal(["disable --now " + worker, "daemon-reload", "enable --now " + Timer], fixture.Calls[^3..]);
        Assert.Equal((Five, false), (Systemd().Find(Target)!.Interval, Systemd().Find(Target)!.IsResident));
        Assert.Equal([worker, Timer], Files);
    }

    [SkippableFact]
    public void Cron_refuses_a_worker_and_changes_nothing()
    {
        fixture.AddCrontab();
        var cron = new CronScheduler(fixture.OpenPrograms());

        Assert.Equal(ErrorId.TaskResidentNotSupported, Refused(() => cron.Register(Target, Five, fixture.Resident)));

        Assert.Empty(fixture.Calls);
    }

    [SkippableFact]
    public void A_worker_of_launchd_replaces_the_timer_and_goes_on_if_it_is_registered_again()
    {
        fixture.AddProgram("launchctl", "");
        var launchd = new LaunchdScheduler(fixture.OpenPrograms(), fixture.Units, isSystem: true);
        launchd.Register(Target, Five, fixture.Program);

        launchd.Register(Target, TimeSpan.FromMinutes(1), fixture.Resident);

        Assert.Equal((TimeSpan.FromMinutes(1), true), (launchd.Find(Target)!.Interval, launchd.Find(Target)!.IsResident));
        var before = fixture.Calls.Length;
        launchd.Register(Target, TimeSpan.FromMinutes(1), fixture.Resident);
        Assert.StartsWith("print ", Assert.Single(fixture.Calls[before..]), StringComparison.Ordinal);
        launchd.Register(Target, Five, fixture.Program);
        Assert.Equal((Five, false), (launchd.Find(Target)!.Interval, launchd.Find(Target)!.IsResident));
        Assert.True(launchd.Remove(Target));
    }

    [SkippableFact]
    public void A_worker_of_Task_Scheduler_is_ended_when_it_is_replaced_or_removed()
    {
        fixture.AddProgram("schtasks.exe", $$"""
            case "$1" in
              /Create) cat "$5" > '{{fixture.Root}}/xml' ;;
              /Query) if [ "$2" = /TN ]; then iconv -f UTF-16 -t UTF-8 '{{fixture.Root}}/xml'; else printf '"\\Other","x","y"\r\n'; fi ;;
            esac
            """);
        var windows = new WindowsScheduler(fixture.OpenPrograms(), isSystem: true);
        windows.Register(Target, Five, fixture.Resident);
        Assert.Equal((Five, true, true), (windows.Find(Target)!.Interval, windows.Find(Target)!.IsResident, windows.Find(Target)!.IsEnabled));

        var before = fixture.Calls.Length;
        windows.Register(Target, Five, fixture.Resident);
        Assert.Empty(Changes(before));
        windows.Register(Target, Five, fixture.Program);
        Assert.Equal(["/Create", "/End"], Changes(before).Select(call => call.Split(' ')[0]));
        Assert.False(windows.Find(Target)!.IsResident);

        windows.Register(Target, Five, fixture.Resident);
        before = fixture.Calls.Length;
        Assert.True(windows.Remove(Target));
        Assert.Equal(["/End", "/Delete"], Changes(before).Select(call => call.Split(' ')[0]));
    }

    // The calls that change something.
    private string[] Changes(int before) => fixture.Calls[before..].Where(call => !call.StartsWith("list-units", StringComparison.Ordinal) && !call.StartsWith("/Query", StringComparison.Ordinal)).ToArray();

    [SkippableFact]
    public void A_task_whose_script_was_removed_names_it()
    {
        fixture.AddProgram("systemctl", "");
        fixture.AddCrontab();
        var systemd = Systemd();
        new CronScheduler(fixture.OpenPrograms()).Register(Target, Five, fixture.Program);
        systemd.Register(Target, Five, fixture.Program);
        Assert.Equal((null, null), (systemd.Find(Target)!.MissingFile, new CronScheduler(fixture.OpenPrograms()).Find(Target)!.MissingFile));

        File.Delete(fixture.Script);

        Assert.Equal((fixture.Script, fixture.Script), (systemd.Find(Target)!.MissingFile, new CronScheduler(fixture.OpenPrograms()).Find(Target)!.MissingFile));
    }

    [SkippableFact]
    public void The_units_of_a_user_are_registered_with_the_systemd_of_that_user()
    {
        fixture.AddProgram("systemctl", "");

        Systemd(isSystem: false).Register(Target, Five, fixture.Program);

        Assert.All(fixture.Calls, call => Assert.StartsWith("--user ", call, StringComparison.Ordinal));
        Assert.True(Systemd(isSystem: false).Find(Target)!.NeedsSignIn);
    }

    [SkippableFact]
    public void A_task_is_removed_even_if_systemd_does_not_reload_afterwards()
    {
        fixture.AddProgram("systemctl", "");
        Systemd().Register(Target, Five, fixture.Program);
        fixture.AddProgram("systemctl", "if [ \"$1\" = daemon-reload ]; then exit 1; fi");

        Assert.True(Systemd().Remove(Target));

        Assert.Empty(Files);
        Assert.Equal(["disable --now " + Timer, "daemon-reload"], fixture.Calls[^2..]);
    }

    [SkippableTheory]
    [InlineData("enable")]
    [InlineData("restart")]
    public void A_registration_that_systemd_refuses_leaves_no_files(string refused)
    {
        fixture.AddProgram("systemctl", $"if [ \"$1\" = {refused} ]; then echo 'Access denied' >&2; exit 4; fi");

        var error = Assert.Throws<ConnectorException>(() => Systemd().Register(Target, Five, fixture.Program));

        Assert.Equal(ErrorId.SchedulerRefused, error.Id);
        Assert.Equal($"systemd reported an error. Its tasks were not changed. Message: {Timer} cannot be started: Access denied", error.Message);
        Assert.Empty(Files);
        Assert.Equal(["disable --now " + Timer, "daemon-reload"], fixture.Calls[^2..]);
    }

    [SkippableFact]
    public void A_change_that_systemd_refuses_leaves_the_task_unchanged()
    {
        fixture.AddProgram("systemctl", "");
        Systemd().Register(Target, Five, fixture.Program);
        fixture.AddProgram("systemctl", "[ \"$1\" != restart ]");

        Assert.Equal(ErrorId.SchedulerRefused, Refused(() => Systemd().Register(Target, TimeSpan.FromMinutes(7), fixture.Program)));

        Assert.Equal(Five, Systemd().Find(Target)!.Interval);
        Assert.Equal(2, Files.Length);
    }

    [SkippableTheory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_unit_whose_new_definition_systemd_does_not_start_runs_again_with_the_former_one_if_it_ran(bool isResident, bool ran)
    {
        var unit = isResident ? Path.ChangeExtension(Timer, ".service") : Timer;
        fixture.AddProgram("systemctl", "");
        Systemd().Register(Target, Five, isResident ? fixture.Resident : fixture.Program);
        fixture.AddProgram("systemctl", $"[ \"$1\" != list-units ] || {(ran ? $"echo '{unit} loaded active running Sync'" : ":")}\n[ \"$*\" != 'restart {unit}' ]");
        var before = fixture.Calls.Length;

        Assert.Equal(ErrorId.SchedulerRefused, Refused(() => Systemd().Register(Target, TimeSpan.FromMinutes(7), isResident ? fixture.Resident : fixture.Program)));

        string[] restarted = ran ? ["restart --no-block " + unit] : [];
        Assert.Equal(["daemon-reload", "enable " + unit, "restart " + unit, "daemon-reload", .. restarted], Changes(before));
        Assert.Equal(Five, Systemd().Find(Target)!.Interval);
    }

    [SkippableTheory]
    [InlineData("echo running", true)]
    [InlineData("echo degraded; exit 1", true)]
    [InlineData("exit 0", true)]
    [InlineData("echo offline; exit 1", false)]
    [InlineData("echo 'Failed to connect to bus' >&2; exit 1", false)]
    public void Systemd_that_does_not_run_is_not_used(string script, bool expected)
    {
        fixture.AddProgram("systemctl", script);

        Assert.Equal(expected, Systemd().IsRunning());
    }

    [SkippableFact]
    public void Cron_keeps_every_other_line()
    {
        fixture.AddCrontab();
        var cron = new CronScheduler(fixture.OpenPrograms());
        Assert.Null(cron.Find(Target));
        File.WriteAllText(Path.Combine(fixture.Root, "crontab"), "# mine\n\nMAILTO=ada\n0 3 * * * backup --all 50\\%\n");

        cron.Register(Target, Five, fixture.Program);
        cron.Register(Target, TimeSpan.FromMinutes(10), fixture.Program);

        var lines = File.ReadAllLines(Path.Combine(fixture.Root, "crontab"));
        Assert.Equal(["# mine", "", "MAILTO=ada", "0 3 * * * backup --all 50\\%"], lines[..4]);
        Assert.StartsWith("*/10 ", Assert.Single(lines[4..]), StringComparison.Ordinal);
        var task = cron.Find(Target)!;
        Assert.Equal((TimeSpan.FromMinutes(10), true), (task.Interval, task.IsEnabled));
        Assert.True(cron.Remove(Target));
        Assert.False(cron.Remove(Target));
        Assert.Equal("# mine\n\nMAILTO=ada\n0 3 * * * backup --all 50\\%\n", File.ReadAllText(Path.Combine(fixture.Root, "crontab")));
    }

    [SkippableFact]
    public void A_command_over_many_connections_starts_one_process()
    {
        fixture.AddCrontab();
        fixture.AddProgram("systemctl", "");
        var targets = Enumerable.Range(0, 500).Select(i => new TaskTarget("Tenant " + i, "Tenant-" + i)).ToArray();
        var cron = new CronScheduler(fixture.OpenPrograms());

        Assert.All(targets, target => Assert.Null(cron.Find(target)));

        Assert.Equal(["-l"], fixture.Calls);
        Systemd().Register(targets[0], Five, fixture.Program);
        Systemd().Register(targets[1], Five, fixture.Program);
        var before = fixture.Calls.Length;
        var systemd = Systemd();
        Assert.Equal(2, targets.Count(target => systemd.Find(target) is not null));
        Assert.Equal(before + 1, fixture.Calls.Length);
    }

    [SkippableFact]
    public void A_crontab_that_cannot_be_read_is_not_replaced()
    {
        fixture.AddProgram("crontab", "echo 'You (ada) are not allowed to use this program (crontab)' >&2; exit 1");

        var error = Assert.Throws<ConnectorException>(() => new CronScheduler(fixture.OpenPrograms()).Register(Target, Five, fixture.Program));

        Assert.Equal(ErrorId.SchedulerRefused, error.Id);
        Assert.EndsWith("Message: the tasks cannot be read: You (ada) are not allowed to use this program (crontab)", error.Message, StringComparison.Ordinal);
        Assert.Equal(["-l"], fixture.Calls);
        // A command over many connections queries the scheduler once.
        var cron = new CronScheduler(fixture.OpenPrograms());
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(ErrorId.SchedulerRefused, Refused(() => cron.Find(Target))));
        Assert.Equal(["-l", "-l"], fixture.Calls);
    }

    [SkippableFact]
    public void A_crontab_that_cannot_be_written_is_reported_with_what_was_not_done()
    {
        fixture.AddCrontab();
        new CronScheduler(fixture.OpenPrograms()).Register(Target, Five, fixture.Program);
        fixture.AddProgram("crontab", $"if [ \"$1\" = -l ]; then cat '{fixture.Root}/crontab'; else cat > /dev/null; echo 'disk full' >&2; exit 1; fi");
        var cron = new CronScheduler(fixture.OpenPrograms());

        var registration = Assert.Throws<ConnectorException>(() => cron.Register(Target, Five, fixture.Program));
        var removal = Assert.Throws<ConnectorException>(() => cron.Remove(Target));

        Assert.EndsWith("Message: the task cannot be stored: disk full", registration.Message, StringComparison.Ordinal);
        Assert.EndsWith("Message: the task cannot be removed: disk full", removal.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_program_that_does_not_respond_times_out()
    {
        fixture.AddProgram("crontab", "exec sleep 60");

        Assert.Equal(ErrorId.SchedulerUnavailable, Refused(() => new CronScheduler(fixture.OpenPrograms(TimeSpan.FromSeconds(1))).Find(Target)));
    }

    [SkippableFact]
    public void Programs_are_never_looked_for_in_PATH()
    {
        const string Planted = "pbentra-planted";
        var formerPath = Environment.GetEnvironmentVariable("PATH");
        fixture.AddProgram(Planted, "");
        fixture.AddProgram("pwsh", "");
        var noShell = Directory.CreateDirectory(Path.Combine(fixture.Root, "no-shell")).FullName;
        try
        {
            Environment.SetEnvironmentVariable("PATH", fixture.Programs + Path.PathSeparator + formerPath);

            Assert.Null(new ExternalPrograms().Find(Planted));
            var error = Assert.Throws<ConnectorException>(() => new ExternalPrograms().Run(Planted, ""));
            Assert.Equal((ErrorId.SchedulerUnavailable, true, true), (error.Id, error.Message.Contains(Planted, StringComparison.Ordinal), error.Message.Contains("/usr/sbin", StringComparison.Ordinal)));

            // PowerShell, too, is an installed one, or none.
            var host = "";
            var refused = Record.Exception(() => host = SyncCommand.ForThisProcess(new TaskProgram(noShell, fixture.Script, noShell), Connection, Five).Host);
            Assert.True(refused is null or ConnectorException { Id: ErrorId.TaskProgramUnusable }, refused?.ToString());
            Assert.DoesNotContain(fixture.Root, host, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", formerPath);
        }

        Assert.Empty(fixture.Calls);
    }

    [SkippableFact]
    public void Programs_are_started_with_a_PATH_of_system_folders_only()
    {
        fixture.AddProgram("crontab", "echo \"$PATH\"");

        Assert.Equal("/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin\n", fixture.OpenPrograms().Run("crontab", "").Output);
    }

    [SkippableFact]
    public void A_missing_script_is_reported_before_anything_is_written()
    {
        fixture.AddProgram("systemctl", "");
        File.Delete(fixture.Script);

        Assert.Equal(ErrorId.TaskProgramUnusable, Refused(() => Systemd().Register(Target, Five, fixture.Program)));

        Assert.Empty(fixture.Calls);
        Assert.Empty(Files);
    }

    [SkippableFact]
    public void A_launchd_job_is_reloaded_and_removed_if_that_fails()
    {
        fixture.AddProgram("launchctl", "");
        var launchd = new LaunchdScheduler(fixture.OpenPrograms(), fixture.Units, isSystem: true);
        var label = Path.GetFileNameWithoutExtension(Timer);

        launchd.Register(Target, Five, fixture.Program);
        launchd.Register(Target, TimeSpan.FromMinutes(7), fixture.Program);

        var load = $"bootstrap system {fixture.Units}/{label}.plist";
        Assert.Equal([load, "bootout system/" + label, load], fixture.Calls);
        Assert.Equal((TimeSpan.FromMinutes(7), label), (launchd.Find(Target)!.Interval, launchd.Find(Target)!.Name));
        Assert.True(launchd.Remove(Target));
        fixture.AddProgram("launchctl", "exit 5");
        var error = Assert.Throws<ConnectorException>(() => launchd.Register(Target, Five, fixture.Program));
        Assert.Equal(ErrorId.SchedulerRefused, error.Id);
        Assert.EndsWith($"Message: {label} cannot be started: launchctl ended with exit code 5, without a message.", error.Message, StringComparison.Ordinal);
        Assert.Empty(Files);
    }

    [SkippableFact]
    public void Task_Scheduler_lists_names_once_and_gets_the_definition()
    {
        fixture.AddProgram("schtasks.exe", $$"""
            case "$1" in
              /Create) cat "$5" > '{{fixture.Root}}/xml' ;;
              /Query) if [ "$2" = /TN ]; then iconv -f UTF-16 -t UTF-8 '{{fixture.Root}}/xml'; else printf '"\\\\Other","x","y"\r\n'; fi ;;
            esac
            """);
        var windows = new WindowsScheduler(fixture.OpenPrograms(), isSystem: true);
        var name = "\\" + Path.GetFileNameWithoutExtension(Timer);

        Assert.Null(windows.Find(Target));
        windows.Register(Target, Five, fixture.Program);
        var task = windows.Find(Target)!;

        Assert.Equal((name, Five, "SYSTEM", true), (task.Name, task.Interval, task.Account, task.IsEnabled));
        Assert.True(windows.Remove(Target));
        Assert.Null(windows.Find(Target));
        Assert.Equal(["/Query", "/Create", "/Query", "/Delete"], fixture.Calls.Select(call => call.Split(' ')[0]));
    }

    [SkippableFact]
    public void A_task_of_a_user_shows_that_it_needs_a_sign_in()
    {
        // The scheduler names accounts by their ids, whatever it was given.
        fixture.AddProgram("schtasks.exe", $$"""
            case "$2" in
              /TN) printf '<?xml version="1.0" encoding="UTF-16"?>\r\n<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Principals><Principal id="Author"><UserId>S-1-12-1-1-2-3-4</UserId></Principal></Principals></Task>\r\n' ;;
              *) printf '"\\{{Path.GetFileNameWithoutExtension(Timer)}}","N/A","Ready"\r\n' ;;
            esac
            """);

        var task = new WindowsScheduler(fixture.OpenPrograms(), isSystem: false).Find(Target)!;

        Assert.Equal(("S-1-12-1-1-2-3-4", true, TimeSpan.Zero), (task.Account, task.NeedsSignIn, task.Interval));
    }
}
