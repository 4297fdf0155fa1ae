using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Scheduling;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Scheduling;

/// <summary>A folder with programs that stand in for the scheduler's and for PowerShell, under a name that every quoting has to get right.</summary>
public sealed class SchedulingFixture : IDisposable
{
    public const string Connection = "Müller's \"B&B\" 100% $HOME `x` \\% \\\\ <é>";

    public SchedulingFixture()
    {
        Root = Directory.CreateTempSubdirectory("pbentra-tasks").FullName;
        Programs = Directory.CreateDirectory(Path.Combine(Root, "programs")).FullName;
        PowerShellHome = Directory.CreateDirectory(Path.Combine(Root, "it's 100% $x é")).FullName;
        Units = Path.Combine(Root, "units");
        // Writes its arguments, one a line.
        Host = WriteProgram(Path.Combine(PowerShellHome, "pwsh"), $"{{ printf '%s\\n' \"$PBENTRA_HOME\"; printf '%s\\n' \"$@\"; }} > '{Root}/ran'");
        File.WriteAllText(Script, "");
    }

    public string Root { get; }

    public string Programs { get; }

    public string PowerShellHome { get; }

    public string Units { get; }

    public string Host { get; }

    public string Script => Path.Combine(PowerShellHome, "Sync.ps1");

    /// <summary>The log of a task, under a name that every quoting has to get right too.</summary>
    public const string Log = "/var/log/it's 100% $x é.log";

    public static TaskTarget Target { get; } = new(Connection, "M-ller-0123abcd");

    /// <summary>The file that keeps the output of a task; its folder does not exist yet.</summary>
    public string Output => Path.Combine(PowerShellHome, "logs", "out put");

    public TaskProgram Program => new(PowerShellHome, Script, PowerShellHome);

    /// <summary>What the stand-in for PowerShell was given: its PBENTRA_HOME, then its arguments.</summary>
    public string[] Ran => File.ReadAllLines(Path.Combine(Root, "ran"));

    /// <summary>The calls of the stand-ins for the scheduler's programs.</summary>
    public string[] Calls => File.Exists(Path.Combine(Root, "calls")) ? File.ReadAllLines(Path.Combine(Root, "calls")) : [];

    internal SyncCommand Command(string connection = Connection, string home = "/srv/it's 5% of \"é\"") =>
        new(Host, Script, connection, Log, new Dictionary<string, string> { ["PBENTRA_HOME"] = home });

    internal ExternalPrograms OpenPrograms(TimeSpan? limit = null) => new(Programs, limit);

    /// <summary>A program that notes its arguments and does something.</summary>
    public void AddProgram(string name, string script) => WriteProgram(Path.Combine(Programs, name), $"echo \"$*\" >> '{Root}/calls'\n{script}");

    /// <summary>A crontab program that keeps one in a file, as the real one does.</summary>
    public void AddCrontab() => AddProgram("crontab", $"if [ \"$1\" = -l ]; then cat '{Root}/crontab' 2>/dev/null || {{ echo 'no crontab for ada' >&2; exit 1; }}; else cat > '{Root}/crontab'; fi");

    /// <summary>Runs a command in the shell, as cron does.</summary>
    public static int Shell(string command)
    {
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", command } };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string WriteProgram(string path, string script)
    {
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
