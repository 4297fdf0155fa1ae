using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>The command that a task runs, and the environment variables that it needs to find the same store. None of them may hold a secret.</summary>
internal sealed class SyncCommand
{
    // Windows needs only the first. Proxy variables are left out: they may hold a password.
    private static readonly string[] Settings = { StateLocation.HomeVariable, "XDG_DATA_HOME", "XDG_CONFIG_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR" };

    // The folders where PowerShell packages install it. PATH is not used: another user's program may come first there.
    private static readonly string[] InstallFolders = Platform.IsWindows
        ? new[] { Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.ProgramFiles), "PowerShell", "7") }
        : new[] { "/opt/microsoft/powershell/7", "/usr/local/microsoft/powershell/7", "/usr/local/bin", "/snap/bin", "/opt/homebrew/bin" };

    private const string OnlyDue = "-Due";
    private const string Resident = "-Resident";
    private const string Interval = "-IntervalMinutes";

    /// <summary>The parameter of the script for the path of the log.</summary>
    public const string LogParameter = "-LogPath";

    /// <summary>The parameter of the script for <see cref="FailOn"/>.</summary>
    public const string FailOnParameter = "-FailOn";

    // PowerShell accepts each of these as the hyphen of a parameter.
    private const string Dashes = "-\u2013\u2014\u2015";

    /// <summary>Creates a command.</summary>
    /// <param name="host">The path of PowerShell.</param>
    /// <param name="script">The path of the script.</param>
    /// <param name="connection">The connection's name, or <c>*</c>.</param>
    /// <param name="log">The path of the log.</param>
    /// <param name="environment">The environment variables.</param>
    /// <param name="residentInterval">The interval that the program keeps itself; null if the scheduler starts it for each sync.</param>
    public SyncCommand(string host, string script, string connection, string log, IReadOnlyDictionary<string, string> environment, TimeSpan? residentInterval = null)
    {
        Mode = residentInterval is { } interval ? new[] { Resident, Interval, interval.TotalMinutes.ToString("0", CultureInfo.InvariantCulture) } : new[] { OnlyDue };
        Host = host;
        Script = script;
        Connection = connection;
        Log = log;
        Environment = environment;
        foreach (var text in environment.Values.Concat(new[] { host, script, connection, log }))
        {
            if (text.Any(char.IsControl))
                throw new ConnectorException(Unusable(text, Texts.ProgramControlCharacter));
        }
    }

    /// <summary>The path of PowerShell.</summary>
    public string Host { get; }

    /// <summary>The path of the script.</summary>
    public string Script { get; }

    /// <summary>The connection's name, or <c>*</c>.</summary>
    public string Connection { get; }

    /// <summary>The path of the log.</summary>
    public string Log { get; }

    /// <summary>Which connections count in the exit code.</summary>
    public FailureScope FailOn { get; init; }

    /// <summary>The environment variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The last parameters of the script: run what is due, or keep running at an interval.</summary>
    public IReadOnlyList<string> Mode { get; }

    /// <summary>Whether the program keeps running.</summary>
    public bool IsResident => Mode.Count > 1;

    /// <summary>The interval that the program of a command line keeps itself; null if the scheduler starts it for each sync.</summary>
    /// <param name="commandLine">The command line, as a scheduler stores it.</param>
    public static TimeSpan? ResidentIntervalOf(string commandLine) =>
        Regex.Match(commandLine, Resident + @"""?\s+""?" + Interval + @"""?\s+""?(?<minutes>\d{1,4})""?(; exit \$LASTEXITCODE""?)?\s*$", RegexOptions.ExplicitCapture, TaskLimits.Match) is { Success: true } match
            ? TimeSpan.FromMinutes(int.Parse(match.Groups["minutes"].Value, CultureInfo.InvariantCulture))
            : null;

    /// <summary>The arguments of PowerShell, if the scheduler sets the environment. PowerShell takes everything after <c>-File</c> literally.</summary>
    public IReadOnlyList<string> Arguments
    {
        get
        {
            var arguments = new List<string> { "-NoProfile", "-NonInteractive", "-File", Script };
            if (Dashes.Holds(Connection.Substring(0, 1)))
                arguments.Add("-Name:" + Connection);
            else
                arguments.AddRange(new[] { "-Name", Connection });
            arguments.AddRange(new[] { LogParameter, Log });
            if (FailOn != FailureScope.Any)
                arguments.AddRange(new[] { FailOnParameter, FailOn.ToString() });
            // At the end, where the interval of a worker is read back.
            arguments.AddRange(Mode);
            return arguments;
        }
    }

    /// <summary>
    /// The command for this process: its PowerShell and its environment. Throws <see cref="ErrorId.TaskProgramUnusable"/> if there is none, and
    /// <see cref="ErrorId.FileUnusable"/> if its log would be a file of the state. For root, SYSTEM and administrators, throws
    /// <see cref="ErrorId.TaskProgramUnsafe"/> if other users can change what it runs, or what its environment variables name.
    /// </summary>
    /// <param name="program">The folder of PowerShell, the script and the module.</param>
    /// <param name="connection">The connection's name, or <c>*</c>.</param>
    /// <param name="interval">The time between two runs.</param>
    public static SyncCommand ForThisProcess(TaskProgram program, string connection, TimeSpan interval)
    {
        if (!File.Exists(program.Script))
            throw new ConnectorException(Unusable(program.Script, Texts.ProgramMissing));
        var environment = Settings.Take(Platform.IsWindows ? 1 : Settings.Length).Select(name => (Name: name, Value: System.Environment.GetEnvironmentVariable(name)))
            .Where(setting => !string.IsNullOrEmpty(setting.Value))
            .ToDictionary(setting => setting.Name, setting => setting.Value!, StringComparer.Ordinal);
        var location = StateLocation.ForThisProcess();
        if (program.LogPath is { } log)
            location.RefuseOwnLog(log);
        var host = FindHost(program.PowerShellHome);
        if (location.IsMachineWide)
            MachineProgram.RequireSafe(program, host, environment);
        return new SyncCommand(host, program.Script, connection, program.LogPath ?? location.Log, environment, program.IsResident ? interval : null) { FailOn = program.FailOn };
    }

    // Editors and other programs host PowerShell too, but a task needs the shell itself.
    private static string FindHost(string home)
    {
        var names = Platform.IsWindows ? new[] { "pwsh.exe", "powershell.exe" } : new[] { "pwsh" };
        var windowsPowerShell = Path.Combine(System.Environment.SystemDirectory, "WindowsPowerShell", "v1.0", "powershell.exe");
        // The folder of a Microsoft Store package changes with each update, and SYSTEM may not run its content.
        if (home.Holds(@"\WindowsApps\") && File.Exists(windowsPowerShell))
            return windowsPowerShell;
        return names.Select(name => Path.Combine(home, name)).FirstOrDefault(File.Exists)
            ?? RunningShell(names)
            ?? InstallFolders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? names.Select(new ExternalPrograms().Find).FirstOrDefault(path => path is not null)
            ?? (Platform.IsWindows && File.Exists(windowsPowerShell) ? windowsPowerShell : null)
            ?? throw new ConnectorException(Unusable(Path.Combine(home, names[0]), Texts.ProgramMissing));
    }

    // If PowerShell is installed as a .NET tool, its executable is in another folder.
    private static string? RunningShell(string[] names)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.MainModule?.FileName is { } path && names.Contains(Path.GetFileName(path), System.StringComparer.OrdinalIgnoreCase) ? path : null;
    }

    private static Problem Unusable(string what, Message reason) =>
        Problems.TaskProgramUnusable(what, reason);
}
