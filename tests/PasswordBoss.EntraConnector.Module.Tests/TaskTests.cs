using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The commands for scheduled tasks, with test programs that replace systemd and cron. systemd is not running.</summary>
[Trait("Speed", "Slow")]
public sealed class TaskTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;

    public TaskTests()
    {
        AddProgram("systemctl", "echo offline; exit 1");
        AddProgram("crontab", $"if [ \"$1\" = -l ]; then cat '{Crontab}' 2>/dev/null || {{ echo 'no crontab for ada' >&2; exit 1; }}; else cat > '{Crontab}'; fi");
        // Replaces PowerShell, independent of the engine of the tests.
        AddProgram("pwsh", "");
    }

    // The first folder in which the module looks for programs. Unlike PATH, it can only be changed within the process.
    private string[]? systemFolders;
    private string? formerFolder;

    private string Crontab => Path.Combine(folder, "crontab.txt");

    public void Dispose()
    {
        if (systemFolders is not null)
            systemFolders[0] = formerFolder!;
        Directory.Delete(folder, recursive: true);
    }

    [SkippableFact]
    public void A_task_is_registered_changed_shown_and_removed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other platforms have schedulers of their own.");
        using var session = Open("Connect-PBEntra -Name 'Box & Söhne' -Sandbox; Invoke-PBSync");

        session.Run("Register-PBSyncTask -WhatIf");
        Assert.False(File.Exists(Crontab));
        Assert.Empty(session.Get<PBSyncTask>("Get-PBSyncTask"));

        var task = Assert.Single(session.Get<PBSyncTask>("Register-PBSyncTask"));
        Assert.Equal(("Box & Söhne", TimeSpan.FromMinutes(5), true, "cron"), (task.Connection, task.Interval, task.Enabled, task.Scheduler));
        Assert.Contains(Repository.PathOf("examples", "Sync-AllTenants.ps1"), task.Command, StringComparison.Ordinal);
        Assert.Contains("PBENTRA_HOME='" + Path.Combine(session.Home, "state") + "'", task.Command, StringComparison.Ordinal);
        Assert.Contains("'-LogPath' '" + Path.Combine(session.Home, "state", "logs", "passwordboss-sync.log") + "'", task.Command, StringComparison.Ordinal);
        Assert.Contains("'" + Path.Combine(session.Home, "state", "logs", task.Name + ".out") + "'", task.Command, StringComparison.Ordinal);
        Assert.NotNull(task.LastRun);
        Assert.InRange(task.NextRun!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(6));
        Assert.Equal(CheckStatus.Passed, session.Get<PBConnectionCheck>("Test-PBConnection").Single(check => check.Name == "Task").Status);
        Assert.NotNull(session.Get<PBConnectorStatus>("Get-PBConnectorStatus")[0].NextSync);

        Assert.Equal(TimeSpan.FromMinutes(10), Assert.Single(session.Get<PBSyncTask>("Get-PBSyncTask -Name * | Register-PBSyncTask -IntervalMinutes 10")).Interval);
        Assert.Single(File.ReadAllLines(Crontab));
        Assert.Contains("'-LogPath' '" + Path.Combine(session.Home, "state", "own.log") + "'", Assert.Single(session.Get<PBSyncTask>("Register-PBSyncTask -LogPath $env:PBENTRA_HOME/own.log")).Command, StringComparison.Ordinal);
        Assert.StartsWith("FileUnusable,", session.Fail("Register-PBSyncTask -LogPath $env:PBENTRA_HOME/state.db -ErrorAction Stop").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("own.log", Assert.Single(File.ReadAllLines(Crontab)), StringComparison.Ordinal);
        session.Run("Get-PBSyncTask | Unregister-PBSyncTask");
        Assert.Empty(session.Errors);
        Assert.Empty(File.ReadAllText(Crontab));
        session.Run("Unregister-PBSyncTask");
        Assert.StartsWith("TaskNotFound,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Cron_cannot_keep_a_worker_running()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other platforms have schedulers of their own.");
        using var session = Open("Connect-PBEntra -Sandbox");

        session.Run("Register-PBSyncTask -Name * -Resident");

        Assert.StartsWith("TaskResidentNotSupported,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(File.Exists(Crontab));
        session.Run("Register-PBSyncTask -Name * -Resident -IntervalMinutes 1 -WhatIf");
        Assert.Contains(session.Host.Lines, line => line.Contains("Keep a worker running that syncs every 1 minutes", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void One_task_syncs_all_connections_and_a_removed_connection_leaves_no_task()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other platforms have schedulers of their own.");
        using var session = Open("Connect-PBEntra -Name A -Sandbox; Connect-PBEntra -Name B -Sandbox");

        Assert.Equal("*", Assert.Single(session.Get<PBSyncTask>("Register-PBSyncTask -Name *")).Connection);
        Assert.Single(session.Get<PBSyncTask>("Get-PBSyncTask -Name *"));
        Assert.Equal(2, session.Get<PBSyncTask>("Register-PBSyncTask -Name A, B").Count);
        Assert.Equal(3, session.Get<PBSyncTask>("Get-PBSyncTask -Name *").Count);
        session.Run("Set-PBConnection -Name A -Tag gold");
        Assert.Equal(["*", "A"], session.Get<PBSyncTask>("Get-PBSyncTask -Tag gold").Select(task => task.Connection).Order(StringComparer.Ordinal));

        session.Run("Disconnect-PBEntra -Name A -Remove -Confirm:$false");
        Assert.Equal(["*", "B"], session.Get<PBSyncTask>("Get-PBSyncTask -Name *").Select(task => task.Connection).Order());
        session.Run("Get-PBSyncTask -Name * | Unregister-PBSyncTask");
        Assert.Empty(File.ReadAllText(Crontab));
    }

    [SkippableFact]
    public void A_scheduler_that_refuses_is_queried_once_and_reported_once_for_all_connections()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other platforms have schedulers of their own.");
        var asked = Path.Combine(folder, "asked");
        AddProgram("crontab", $"echo asked >> '{asked}'; echo 'You (ada) are not allowed to use this program (crontab)' >&2; exit 1");
        using var session = Open("Connect-PBEntra -Name A -Sandbox; Connect-PBEntra -Name B -Sandbox; Connect-PBEntra -Name C -Sandbox");

        session.Run("Get-PBSyncTask -Name *");

        Assert.StartsWith("SchedulerRefused,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines(asked));
        Assert.Equal(3, session.Get<PBConnectorStatus>("Get-PBConnectorStatus").Count);
        Assert.Equal(2, File.ReadAllLines(asked).Length);
    }

    [SkippableFact]
    public void An_unsupported_interval_is_refused_before_anything_is_written()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other platforms have schedulers of their own.");
        using var session = Open("Connect-PBEntra -Sandbox");

        Assert.StartsWith("ParameterArgumentValidationError,", session.Fail("Register-PBSyncTask -IntervalMinutes 0").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("ParameterArgumentValidationError,", session.Fail("Register-PBSyncTask -IntervalMinutes 1441").FullyQualifiedErrorId, StringComparison.Ordinal);
        session.Run("Register-PBSyncTask -IntervalMinutes 7");
        Assert.StartsWith("TaskIntervalNotSupported,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(File.Exists(Crontab));
    }

    [SkippableFact]
    public void Programs_planted_in_PATH_are_not_run()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other platforms have schedulers of their own.");
        var formerPath = Environment.GetEnvironmentVariable("PATH");
        var ran = Path.Combine(folder, "ran");
        foreach (var name in new[] { "systemctl", "crontab", "loginctl", "pwsh" })
            AddProgram(name, $"echo {name} >> '{ran}'; echo running");
        try
        {
            Environment.SetEnvironmentVariable("PATH", folder + Path.PathSeparator + formerPath);
            using var session = new Session();
            session.Run("Connect-PBEntra -Sandbox; Get-PBSyncTask; Get-PBConnectorStatus; Test-PBConnection");

            // The module looks for programs only in the folders of the system.
            Assert.All(session.Errors, error => Assert.StartsWith("SchedulerUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", formerPath);
        }

        Assert.False(File.Exists(ran), File.Exists(ran) ? File.ReadAllText(ran) : "");
    }

    [SkippableFact]
    public void A_task_of_root_is_refused_if_others_can_change_a_file_of_the_module()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root on Linux.");
        using var session = Open("Connect-PBEntra -Sandbox");
        var open = Repository.PathOf("examples", "open-to-all");
        try
        {
            File.WriteAllText(open, "");
            Chmod(open, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);

            session.Run("Register-PBSyncTask");

            var error = Assert.Single(session.Errors);
            Assert.StartsWith("TaskProgramUnsafe,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Equal(open, error.TargetObject);
            Assert.Contains("Install-PSResource PasswordBoss.EntraConnector -Scope AllUsers", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
            Assert.False(File.Exists(Crontab));
        }
        finally
        {
            File.Delete(open);
        }

        Assert.Single(session.Get<PBSyncTask>("Register-PBSyncTask"));
    }

    [SkippableFact]
    public void A_task_of_root_is_refused_if_others_can_change_a_path_in_its_settings()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root on Linux.");
        using var session = Open("Connect-PBEntra -Sandbox");
        var former = Environment.GetEnvironmentVariable("SSL_CERT_FILE");
        var authorities = Path.Combine(folder, "authorities.pem");
        File.WriteAllText(authorities, "");
        Chmod(authorities, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        try
        {
            Environment.SetEnvironmentVariable("SSL_CERT_FILE", authorities);

            session.Run("Register-PBSyncTask");

            var error = Assert.Single(session.Errors);
            Assert.StartsWith("TaskProgramUnsafe,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Equal(authorities, error.TargetObject);
            Assert.False(File.Exists(Crontab));
        }
        finally
        {
            Environment.SetEnvironmentVariable("SSL_CERT_FILE", former);
        }
    }

    [SkippableFact]
    public void A_task_of_root_is_refused_if_others_can_create_its_log()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root on Linux.");
        using var session = Open("Connect-PBEntra -Sandbox");

        session.Run("Register-PBSyncTask -LogPath /tmp/pbentra.log");

        var error = Assert.Single(session.Errors);
        Assert.StartsWith("TaskProgramUnsafe,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("/tmp", error.TargetObject);
        Assert.False(File.Exists(Crontab));
    }

    /// <summary>A session whose module finds the programs of this test. The first connection loads the assembly that starts programs.</summary>
    private Session Open(string connect)
    {
        Skip.If(Environment.IsPrivilegedProcess && IsForeign(Repository.Root), "Root runs no module from a checkout of another user.");
        var session = new Session();
        session.Run(connect);
        var programs = AppDomain.CurrentDomain.GetAssemblies().Single(assembly => assembly.GetName().Name == "PasswordBoss.EntraConnector.Clients")
            .GetType("PasswordBoss.EntraConnector.Clients.Scheduling.ExternalPrograms", throwOnError: true)!;
        systemFolders = (string[])programs.GetField("SystemFolders", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        formerFolder = systemFolders[0];
        systemFolders[0] = folder;
        return session;
    }

    private void AddProgram(string name, string script)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        Chmod(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Chmod(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    private static bool IsForeign(string folder)
    {
        var start = new ProcessStartInfo("stat", ["-c", "%u"]);
        for (var path = folder; path is not null; path = Path.GetDirectoryName(path))
            start.ArgumentList.Add(path);
        return ChildProcess.Run(start).Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(owner => owner != "0");
    }
}
