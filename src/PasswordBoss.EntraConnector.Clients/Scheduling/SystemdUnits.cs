using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>The two units of a task, as text (https://www.freedesktop.org/software/systemd/man/latest/systemd.timer.html).</summary>
internal static class SystemdUnits
{
    private static readonly TimeSpan LongestJitter = TimeSpan.FromMinutes(5);

    private const string Head = "# Made by Register-PBSyncTask; Unregister-PBSyncTask removes it.\n";

    /// <summary>The service: the command to run, or to keep running. systemd does not start it again while it is still running.</summary>
    /// <param name="command">The command.</param>
    /// <param name="isSystem">Whether it is a unit of the machine; a user's unit cannot wait for the network.</param>
    public static string Service(SyncCommand command, bool isSystem) => Head
        + "[Unit]\n"
        + "Description=Password Boss sync of " + Escape(command.Connection) + "\n"
        + (isSystem ? "Wants=network-online.target\nAfter=network-online.target\n" : "")
        + "\n[Service]\n"
        + (command.IsResident ? "Type=notify\n" : "Type=oneshot\n")
        + string.Concat(command.Environment.Select(setting => "Environment=" + Quote(setting.Key + "=" + setting.Value) + "\n"))
        + "ExecStart=" + Start(command.Host) + " " + string.Join(" ", command.Arguments.Select(Argument)) + "\n"
        + (command.IsResident ? Resident(isSystem) : Once(command.FailOn));

    // Exit code 4 of the script means that another run is in progress. It only occurs if every connection counts.
    private static string Once(FailureScope failOn) => (failOn == FailureScope.Any ? "SuccessExitStatus=4\n" : "")
        + "TimeoutStartSec=" + TaskLimits.LongestRun.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "\n";

    // The worker ends by itself so that systemd starts a new one, and reports at least every half minute that it works. .NET exits with code 143 on SIGTERM.
    // By default, glibc uses up to eight arenas per processor, and memory that is free in one is of no use to the others: a worker grows for days. Its native code needs few.
    private static string Resident(bool isSystem) => "Environment=MALLOC_ARENA_MAX=2\n"
        + "Restart=always\n"
        + "RestartSec=30\n"
        + "WatchdogSec=300\n"
        + "TimeoutStartSec=300\n"
        + "TimeoutStopSec=90\n"
        + "SuccessExitStatus=143\n"
        + "\n[Install]\n"
        + "WantedBy=" + (isSystem ? "multi-user.target" : "default.target") + "\n";

    /// <summary>The timer: when to run the command.</summary>
    /// <param name="target">The target of the sync.</param>
    /// <param name="interval">The time between two runs.</param>
    public static string Timer(TaskTarget target, TimeSpan interval) => Head
        + "[Unit]\n"
        + "Description=Password Boss sync of " + Escape(target.Connection) + "\n"
        + "\n[Timer]\n"
        + "OnActiveSec=30\n"
        + "OnUnitActiveSec=" + interval.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "\n"
        + "AccuracySec=10\n"
        // Spread the machines of a fleet, so that they do not all send requests to Microsoft at once.
        + "RandomizedDelaySec=" + JitterOf(interval).TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + "\n"
        + "\n[Install]\n"
        + "WantedBy=timers.target\n";

    // A tenth of the interval, as for the connections of one call.
    private static TimeSpan JitterOf(TimeSpan interval)
    {
        var tenth = TimeSpan.FromTicks(interval.Ticks / 10);
        return tenth < LongestJitter ? tenth : LongestJitter;
    }

    /// <summary>The interval of a timer; zero if there is none.</summary>
    /// <param name="timer">The text of the unit.</param>
    public static TimeSpan IntervalOf(string timer) =>
        Regex.Match(timer, @"^OnUnitActiveSec=(?<seconds>\d{1,6})\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TaskLimits.Match) is { Success: true } match
            ? TimeSpan.FromSeconds(int.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;

    /// <summary>The command line of a service.</summary>
    /// <param name="service">The text of the unit.</param>
    public static string CommandOf(string service) => Regex.Match(service, "^ExecStart=(?<line>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TaskLimits.Match).Groups["line"].Value;

    /// <summary>The quoted words of a command line.</summary>
    /// <param name="command">The command line.</param>
    public static IReadOnlyList<string> WordsOf(string command) => Regex.Matches(command, @"""(?<word>([^""\\]|\\.)*)""", RegexOptions.ExplicitCapture, TaskLimits.Match).Cast<Match>()
        .Select(match => Regex.Replace(match.Groups["word"].Value, @"\\(?<character>.)", "${character}", RegexOptions.ExplicitCapture, TaskLimits.Match).ReplaceAll("%%", "%").ReplaceAll("$$", "$")).ToList();

    // systemd refuses a program with quotation marks or backslashes in its path, however it is quoted. As an argument of env the path is accepted.
    private static string Start(string host) => host.IndexOfAny(['\'', '"', '\\']) >= 0 ? "/usr/bin/env " + Argument(host) : Quote(host);

    // systemd expands variables in arguments but not in the program's own path, so only arguments need "$$".
    private static string Argument(string argument) => Quote(argument).ReplaceAll("$", "$$");

    private static string Quote(string text) => "\"" + Escape(text.ReplaceAll("\\", "\\\\").ReplaceAll("\"", "\\\"")) + "\"";

    private static string Escape(string text) => text.ReplaceAll("%", "%%");
}
