using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml.Linq;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Scheduling;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Module.Tests;

namespace PasswordBoss.EntraConnector.Clients.Tests.Scheduling;

/// <summary>The definitions of tasks as they are rendered. What Windows and macOS make of theirs cannot be seen here.</summary>
public sealed class DefinitionTests : IDisposable
{
    private static readonly XNamespace Task = "http://schemas.microsoft.com/windows/2004/02/mit/task";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    private readonly SchedulingFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    // ── Windows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData(WindowsTaskXml.SystemAccount, null, "HighestAvailable")]
    [InlineData(@"CONTOSO\ada", "InteractiveToken", "LeastPrivilege")]
    public void A_Windows_task_repeats_forever_and_never_overlaps(string account, string? logon, string level)
    {
        var task = WindowsTaskXml.Render(fixture.Command(), Interval, new DateTime(2026, 3, 4, 5, 6, 7), account);
        string? Value(string name) => task.Descendants(Task + name).SingleOrDefault()?.Value;

        Assert.Equal("PT15M", Value("Interval"));
        Assert.Null(Value("Duration"));
        Assert.Equal("2026-03-04T05:06:07", Value("StartBoundary"));
        Assert.Equal("IgnoreNew", Value("MultipleInstancesPolicy"));
        Assert.Equal("PT4H", Value("ExecutionTimeLimit"));
        Assert.Equal("true", Value("StartWhenAvailable"));
        Assert.Equal("false", Value("DisallowStartIfOnBatteries"));
        Assert.Equal("false", Value("StopIfGoingOnBatteries"));
        Assert.Equal((account, logon, level), (Value("UserId"), Value("LogonType"), Value("RunLevel")));
        // The order in which the Task Scheduler itself writes them; the documentation gives the parts of a trigger in two others.
        Assert.Equal(["Repetition", "StartBoundary", "Enabled"], task.Descendants(Task + "TimeTrigger").Single().Elements().Select(e => e.Name.LocalName));
        Assert.Equal(["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"], task.Root!.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(
            (Interval, account, true, new DateTime(2026, 3, 4, 5, 6, 7)),
            (WindowsTaskXml.IntervalOf(task), WindowsTaskXml.AccountOf(task), WindowsTaskXml.IsEnabled(task), WindowsTaskXml.StartOf(task)!.Value.LocalDateTime));
    }

    [Theory]
    [InlineData("Contoso", "-Name 'Contoso'")]
    [InlineData("it's", "-Name 'it''s'")]
    [InlineData("it\u2019s \u2018so\u2019", "-Name 'it\u2019\u2019s \u2018\u2018so\u2019\u2019'")]
    [InlineData("100%TEMP%", "-Name ('100' + [char]37 + 'TEMP' + [char]37 + '')")]
    [InlineData("-Full; rm", "-Name '-Full; rm'")]
    [InlineData("a \"b\" c\\", "-Name 'a \\\"b\\\" c\\'")]
    public void PowerShell_gets_the_name_as_a_literal_on_Windows(string name, string expected)
    {
        var command = new SyncCommand(@"C:\Program Files\PowerShell\7\pwsh.exe", @"C:\Ada's\Sync.ps1", name, @"D:\l'og%.log", new Dictionary<string, string> { ["PBENTRA_HOME"] = @"D:\é's" });
        var task = WindowsTaskXml.Render(command, Interval, DateTime.Now, "ada");

        Assert.Equal("\"C:\\Program Files\\PowerShell\\7\\pwsh.exe\"", task.Descendants(Task + "Command").Single().Value);
        Assert.Equal(
            "-NoProfile -NonInteractive -WindowStyle Hidden -ExecutionPolicy Bypass -Command \"$env:PBENTRA_HOME = 'D:\\é''s'; $LASTEXITCODE = 1; & 'C:\\Ada''s\\Sync.ps1' " + expected + " -LogPath ('D:\\l''og' + [char]37 + '.log') -Due; exit $LASTEXITCODE\"",
            task.Descendants(Task + "Arguments").Single().Value);
    }

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("exit 0", 0)]
    [InlineData("throw 'x'", 1)]
    [InlineData("this is no script {", 1)]
    [InlineData(null, 1)]
    [Trait("Speed", "Slow")]
    public void A_Windows_task_returns_the_exit_code_of_its_script(string? script, int expected)
    {
        if (script is null)
            File.Delete(fixture.Script);
        else
            File.WriteAllText(fixture.Script, "param($Name) " + script);
        var arguments = WindowsTaskXml.Render(fixture.Command(), Interval, DateTime.Now, "ada").Descendants(Task + "Arguments").Single().Value;

        // Elsewhere than on Windows there are neither windows nor execution policies.
        var command = PowerShellProcess.Command(PowerShellProcess.Restored)!;
        var start = PowerShellProcess.Start(command);
        start.ArgumentList.Clear();
        start.Arguments = $"exec \"{command[^1]}\" " + (OperatingSystem.IsWindows() ? arguments : arguments.Replace("-WindowStyle Hidden -ExecutionPolicy Bypass ", "", StringComparison.Ordinal));
        var (exitCode, _) = ChildProcess.Run(start);

        Assert.Equal(expected, exitCode);
    }

    [Theory]
    [InlineData(WindowsTaskXml.SystemAccount, "BootTrigger", null)]
    [InlineData(@"CONTOSO\ada", "LogonTrigger", @"CONTOSO\ada")]
    public void A_Windows_worker_starts_with_the_machine_or_its_user_has_no_time_limit_and_is_restarted(string account, string trigger, string? user)
    {
        var task = WindowsTaskXml.Render(fixture.Command("Contoso", "/srv", Interval), Interval, new DateTime(2026, 3, 4, 5, 6, 7), account);
        string? Value(string name) => task.Descendants(Task + name).SingleOrDefault()?.Value;

        Assert.Equal([trigger, "TimeTrigger"], task.Descendants(Task + "Triggers").Single().Elements().Select(e => e.Name.LocalName));
        Assert.Equal(user, task.Descendants(Task + trigger).Single().Element(Task + "UserId")?.Value);
        // A start while it runs is ignored, so a worker that has ended runs again within a minute.
        Assert.Equal("IgnoreNew", Value("MultipleInstancesPolicy"));
        Assert.Equal(["PT1M", "PT1M"], task.Descendants(Task + "Interval").Select(e => e.Value));
        Assert.Equal(("PT0S", "3"), (Value("ExecutionTimeLimit"), Value("Count")));
        Assert.EndsWith(" -Resident -IntervalMinutes 15; exit $LASTEXITCODE\"", Value("Arguments"), StringComparison.Ordinal);
        Assert.Equal((Interval, account, true), (WindowsTaskXml.IntervalOf(task), WindowsTaskXml.AccountOf(task), WindowsTaskXml.IsEnabled(task)));
    }

    [Theory]
    [InlineData("pwsh -File Sync.ps1 -Name * -Resident -IntervalMinutes 1", 1)]
    [InlineData("\"pwsh\" \"-Name\" \"*\" \"-Resident\" \"-IntervalMinutes\" \"1440\"", 1440)]
    [InlineData("pwsh -Command \"& 'Sync.ps1' -Name '*' -Resident -IntervalMinutes 7; exit $LASTEXITCODE\"", 7)]
    [InlineData("pwsh -File Sync.ps1 -Name * -Due", null)]
    [InlineData("pwsh -File Sync.ps1 -Name \"-Resident -IntervalMinutes 5\" -Due", null)]
    [InlineData("", null)]
    public void The_interval_of_a_worker_is_that_of_its_command(string command, int? minutes) =>
        Assert.Equal(minutes, (int?)SyncCommand.ResidentIntervalOf(command)?.TotalMinutes);

    [Theory]
    [InlineData("a", "a")]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData(@"a b\", @"""a b\\""")]
    [InlineData("a\"b", "\"a\\\"b\"")]
    [InlineData("a\\\"b", "\"a\\\\\\\"b\"")]
    [InlineData(@"a\b", @"a\b")]
    public void A_Windows_command_line_splits_into_its_arguments(string argument, string expected) => Assert.Equal(expected, WindowsCommandLine.Join([argument]));

    // ── macOS ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_macOS_property_list_contains_the_arguments_unchanged()
    {
        var text = LaunchdPlist.Render(fixture.Command(), Interval, "label", fixture.Output);

        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\"", text, StringComparison.Ordinal);
        Assert.Equal("label", LaunchdPlist.Find(text, "Label")!.Value);
        Assert.Equal(("integer", "900"), (LaunchdPlist.Find(text, "StartInterval")!.Name.LocalName, LaunchdPlist.Find(text, "StartInterval")!.Value));
        Assert.Equal(
            [fixture.Output, fixture.Host, "-NoProfile", "-NonInteractive", "-File", fixture.Script, "-Name", SchedulingFixture.Connection, "-LogPath", SchedulingFixture.Log, "-Due"],
            LaunchdPlist.Find(text, "ProgramArguments")!.Elements().Select(e => e.Value).Skip(3));
        Assert.Equal(["PBENTRA_HOME", "/srv/it's 5% of \"é\""], LaunchdPlist.Find(text, "EnvironmentVariables")!.Elements().Select(e => e.Value));
    }

    [Fact]
    public void A_macOS_worker_is_kept_alive()
    {
        var text = LaunchdPlist.Render(fixture.Command(residentInterval: Interval), Interval, "label", fixture.Output);

        Assert.Null(LaunchdPlist.Find(text, "StartInterval"));
        Assert.Equal(("true", "true"), (LaunchdPlist.Find(text, "RunAtLoad")!.Name.LocalName, LaunchdPlist.Find(text, "KeepAlive")!.Name.LocalName));
        Assert.Equal(("30", "90"), (LaunchdPlist.Find(text, "ThrottleInterval")!.Value, LaunchdPlist.Find(text, "ExitTimeOut")!.Value));
        Assert.Equal(["-Resident", "-IntervalMinutes", "15"], LaunchdPlist.Find(text, "ProgramArguments")!.Elements().Select(e => e.Value).TakeLast(3));
    }

    // ── systemd ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void The_systemd_units_escape_everything_that_systemd_would_expand()
    {
        var command = new SyncCommand("/opt/a $b%c/pwsh", "/opt/a $b%c/Sync.ps1", "Mü \"x\" \\ 5%", "/var/log/$y.log", new Dictionary<string, string> { ["PBENTRA_HOME"] = "/srv/$x 5% \"y\"" });
        var service = SystemdUnits.Service(command, isSystem: true);
        var timer = SystemdUnits.Timer(SchedulingFixture.Target, Interval);

        Assert.Contains("\nExecStart=\"/opt/a $b%%c/pwsh\" \"-NoProfile\" \"-NonInteractive\" \"-File\" \"/opt/a $$b%%c/Sync.ps1\" \"-Name\" \"Mü \\\"x\\\" \\\\ 5%%\" \"-LogPath\" \"/var/log/$$y.log\" \"-Due\"\n", service, StringComparison.Ordinal);
        Assert.Contains("\nEnvironment=\"PBENTRA_HOME=/srv/$x 5%% \\\"y\\\"\"\n", service, StringComparison.Ordinal);
        Assert.Contains("\nDescription=Password Boss sync of Mü \"x\" \\ 5%%\n", service, StringComparison.Ordinal);
        Assert.Contains("\nType=oneshot\n", service, StringComparison.Ordinal);
        Assert.Contains("\nTimeoutStartSec=14400\n", service, StringComparison.Ordinal);
        Assert.DoesNotContain("network", SystemdUnits.Service(command, isSystem: false), StringComparison.Ordinal);
        Assert.Contains("\nOnUnitActiveSec=900\n", timer, StringComparison.Ordinal);
        Assert.Contains("\nRandomizedDelaySec=90\n", timer, StringComparison.Ordinal);
        Assert.Contains("\nRandomizedDelaySec=300\n", SystemdUnits.Timer(SchedulingFixture.Target, TimeSpan.FromDays(1)), StringComparison.Ordinal);
        Assert.Equal(Interval, SystemdUnits.IntervalOf(timer));
        Assert.Equal(TimeSpan.Zero, SystemdUnits.IntervalOf("[Timer]\nOnCalendar=daily\n"));
    }

    [Theory]
    [InlineData(true, "Wants=network-online.target\nAfter=network-online.target\n", "multi-user.target")]
    [InlineData(false, "", "default.target")]
    public void A_systemd_worker_reports_that_it_works_and_is_always_restarted(bool isSystem, string network, string target)
    {
        var command = new SyncCommand("/opt/pwsh", "/opt/Sync.ps1", "*", "/var/sync.log", new Dictionary<string, string>(), Interval);

        Assert.Equal(
            $"""
            # Made by Register-PBSyncTask; Unregister-PBSyncTask removes it.
            [Unit]
            Description=Password Boss sync of *
            {network}
            [Service]
            Type=notify
            ExecStart="/opt/pwsh" "-NoProfile" "-NonInteractive" "-File" "/opt/Sync.ps1" "-Name" "*" "-LogPath" "/var/sync.log" "-Resident" "-IntervalMinutes" "15"
            Environment=MALLOC_ARENA_MAX=2
            Restart=always
            RestartSec=30
            WatchdogSec=300
            TimeoutStartSec=300
            TimeoutStopSec=90
            SuccessExitStatus=143

            [Install]
            WantedBy={target}

            """,
            SystemdUnits.Service(command, isSystem));
    }

    [Theory]
    [InlineData(FailureScope.Any, null, true)]
    [InlineData(FailureScope.New, "-FailOn New", false)]
    [InlineData(FailureScope.Lasting, "-FailOn Lasting", false)]
    public void The_script_and_systemd_agree_on_what_counts_as_a_failure(FailureScope scope, string? arguments, bool isRunningASuccess)
    {
        var former = fixture.Command();
        var command = new SyncCommand(former.Host, former.Script, former.Connection, former.Log, former.Environment) { FailOn = scope };
        var service = SystemdUnits.Service(command, isSystem: true);

        Assert.Equal(isRunningASuccess, service.Contains("\nSuccessExitStatus=4\n", StringComparison.Ordinal));
        Assert.Equal(arguments, string.Join(" ", command.Arguments.SkipWhile(argument => argument != "-FailOn")) is { Length: > 0 } given ? given.Replace(" -Due", "", StringComparison.Ordinal) : null);
        var script = WindowsTaskXml.Render(command, Interval, DateTime.Now, "ada").Descendants(Task + "Arguments").Single().Value;
        // The path of the log ends before it.
        Assert.Matches("'\\)?" + (arguments is null ? "" : " " + arguments) + " -Due; exit \\$LASTEXITCODE", script);
    }

    [SkippableFact]
    public void Systemd_accepts_the_units()
    {
        Skip.IfNot(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd-analyze on this machine.");
        Directory.CreateDirectory(fixture.Units);
        // It looks for the program, and so proves that the path was read as it was meant.
        File.WriteAllText(Path.Combine(fixture.Units, "pb-test.service"), SystemdUnits.Service(fixture.Command(), isSystem: true));
        File.WriteAllText(Path.Combine(fixture.Units, "pb-test.timer"), SystemdUnits.Timer(SchedulingFixture.Target, Interval));
        File.WriteAllText(Path.Combine(fixture.Units, "pb-test-worker.service"), SystemdUnits.Service(fixture.Command(residentInterval: Interval), isSystem: true));

        var answer = new ExternalPrograms("/usr/bin").Run("systemd-analyze", "", "verify", "--recursive-errors=no", Path.Combine(fixture.Units, "pb-test.service"), Path.Combine(fixture.Units, "pb-test.timer"), Path.Combine(fixture.Units, "pb-test-worker.service"));

        Assert.DoesNotContain("pb-test", answer.Error + answer.Output, StringComparison.Ordinal);
        Assert.True(answer.ExitCode == 0, answer.Error);
    }

    // ── cron ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [SkippableTheory]
    [InlineData(SchedulingFixture.Connection, "-Name")]
    [InlineData("Contoso", "-Name")]
    [InlineData("*", "-Name")]
    [InlineData("-Full", null)]
    public void A_cron_line_runs_the_intended_command(string connection, string? parameter)
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no shell.");
        var line = CronLine.Render(fixture.Command(connection), Interval, "mark", fixture.Output);

        Assert.Equal(0, SchedulingFixture.Shell(AsCronReadsIt(line)));

        string[] name = parameter is null ? ["-Name:" + connection] : [parameter, connection];
        Assert.Equal(["/srv/it's 5% of \"é\"", "-NoProfile", "-NonInteractive", "-File", fixture.Script, .. name, "-LogPath", SchedulingFixture.Log, "-Due"], fixture.Ran);
        Assert.True(CronLine.IsMarked(line, "mark"));
        Assert.False(CronLine.IsMarked(line, "other"));
    }

    [SkippableFact]
    public void The_output_of_the_last_run_is_kept_in_a_private_file()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no shell.");
        File.AppendAllText(fixture.Host, "echo out; echo error >&2; exit 3\n");
        var command = AsCronReadsIt(CronLine.Render(fixture.Command(), Interval, "mark", fixture.Output));

        Assert.Equal(3, SchedulingFixture.Shell(command));
        Assert.Equal(3, SchedulingFixture.Shell(command));

        Assert.Equal("out\nerror\n", File.ReadAllText(fixture.Output));
        Assert.Equal(0x180u, UnixFile.Find(fixture.Output)!.Value.Mode & 0xFFF); // 0600
        Assert.Equal(0x1C0u, UnixFile.Find(Path.GetDirectoryName(fixture.Output)!)!.Value.Mode & 0xFFF); // 0700
    }

    [SkippableFact]
    public void A_task_runs_even_if_its_output_cannot_be_kept()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no shell.");
        File.WriteAllText(Path.GetDirectoryName(fixture.Output)!, "a file in place of the folder");

        Assert.Equal(0, SchedulingFixture.Shell(AsCronReadsIt(CronLine.Render(fixture.Command(), Interval, "mark", fixture.Output))));
        Assert.Contains(fixture.Script, fixture.Ran);
    }

    [Fact]
    public void A_line_of_an_earlier_version_is_still_recognised()
    {
        const string Line = "*/5 * * * * PBENTRA_HOME='/srv/pb' '/usr/bin/pwsh' '-NoProfile' '-NonInteractive' '-File' '/m/Sync.ps1' '-Name' '*' '-Due' >/dev/null 2>&1 # mark";

        Assert.True(CronLine.IsMarked(Line, "mark"));
        Assert.Equal(TimeSpan.FromMinutes(5), CronLine.IntervalOf(Line));
        Assert.EndsWith("'-Due'", CronLine.CommandOf(Line), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "* * * * *")]
    [InlineData(5, "*/5 * * * *")]
    [InlineData(30, "*/30 * * * *")]
    [InlineData(60, "0 * * * *")]
    [InlineData(120, "0 */2 * * *")]
    [InlineData(720, "0 */12 * * *")]
    [InlineData(1440, "0 0 * * *")]
    public void Cron_supports_intervals_that_divide_an_hour_or_a_day(int minutes, string expected)
    {
        var line = CronLine.Render(fixture.Command(), TimeSpan.FromMinutes(minutes), "mark", fixture.Output);

        Assert.StartsWith(expected + " PBENTRA_HOME='", line, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMinutes(minutes), CronLine.IntervalOf(line));
        Assert.Equal(TimeSpan.FromMinutes(minutes), CronLine.IntervalOf("# " + line));
        Assert.StartsWith("PBENTRA_HOME='", CronLine.CommandOf(line), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(90)]
    [InlineData(300)]
    [InlineData(1439)]
    public void Cron_refuses_other_intervals(int minutes) =>
        Assert.Equal(ErrorId.TaskIntervalNotSupported, Assert.Throws<ConnectorException>(() => CronLine.Render(fixture.Command(), TimeSpan.FromMinutes(minutes), "mark", fixture.Output)).Id);

    // ── the files of a command ──────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void The_words_of_a_stored_command_are_those_that_were_rendered()
    {
        var command = fixture.Command();

        Assert.Equal(command.Arguments.Prepend(command.Host), SystemdUnits.WordsOf(SystemdUnits.CommandOf(SystemdUnits.Service(command, isSystem: false))));
        Assert.Equal(
            TaskOutputFile.Wrap(command, fixture.Output).Prepend("PBENTRA_HOME=" + command.Environment["PBENTRA_HOME"]),
            CronLine.WordsOf(CronLine.Render(command, Interval, "mark", fixture.Output)));
    }

    [Fact]
    public void A_program_or_script_that_does_not_exist_any_more_is_found()
    {
        var script = Path.Combine(fixture.Root, "it's \u2019 new.ps1");
        var host = Path.Combine(fixture.Root, "pwsh");
        var command = new SyncCommand(host, script, "Contoso", SchedulingFixture.Log, new Dictionary<string, string>());
        var task = WindowsTaskXml.Render(command, Interval, new DateTime(2026, 3, 4, 5, 6, 7), WindowsTaskXml.SystemAccount);
        var words = command.Arguments.Prepend(host).ToList();

        Assert.Equal((host, host), (WindowsTaskXml.FindMissingFile(task), TaskFiles.FindMissing(words)));
        File.WriteAllText(host, "");
        Assert.Equal((script, script), (WindowsTaskXml.FindMissingFile(task), TaskFiles.FindMissing(words)));
        File.WriteAllText(script, "");
        Assert.Equal((null, null), (WindowsTaskXml.FindMissingFile(task), TaskFiles.FindMissing(words)));
        Assert.Null(TaskFiles.FindMissing(["edited", "by", "hand"]));
    }

    [Fact]
    public void No_definition_contains_a_line_break() =>
        Assert.Equal(ErrorId.TaskProgramUnusable, Assert.Throws<ConnectorException>(() => fixture.Command(home: "/srv\n* * * * * root rm")).Id);

    // What crontab(5) says: five times, then the command up to the first percent sign that no backslash stands before; that backslash goes. Where two stand
    // together, implementations differ, so there must be none.
    private static string AsCronReadsIt(string line)
    {
        var command = line.Split(' ', 6)[5];
        Assert.DoesNotContain("\\\\", command, StringComparison.Ordinal);
        var read = new StringBuilder();
        for (var i = 0; i < command.Length; i++)
        {
            Assert.NotEqual('%', command[i]);
            if (command[i] == '\\' && command[i + 1] == '%')
                i++;
            read.Append(command[i]);
        }

        return read.ToString();
    }
}
