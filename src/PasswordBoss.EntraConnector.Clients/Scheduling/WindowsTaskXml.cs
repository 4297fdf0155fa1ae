using System;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>The definition of a task for the Task Scheduler (https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema).</summary>
internal static class WindowsTaskXml
{
    /// <summary>The id of SYSTEM, the same in every language.</summary>
    public const string SystemAccount = "S-1-5-18";

    private static readonly XNamespace Ns = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    private static readonly TimeSpan RestartWait = TimeSpan.FromMinutes(1);

    // PowerShell accepts each of these as an apostrophe.
    private static readonly char[] Apostrophes = { '\'', '\u2018', '\u2019', '\u201a', '\u201b' };

    /// <summary>Renders a definition.</summary>
    /// <param name="command">The command.</param>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="start">The first run, local time.</param>
    /// <param name="account">The account that runs it: its id, or <see cref="SystemAccount"/>.</param>
    public static XDocument Render(SyncCommand command, TimeSpan interval, DateTime start, string account)
    {
        var isSystem = account == SystemAccount;
        return new XDocument(new XDeclaration("1.0", "UTF-16", null), Element("Task",
            new XAttribute("version", "1.2"),
            Element("RegistrationInfo", Element("Description", "Password Boss sync of " + command.Connection + ". Made by Register-PBSyncTask; Unregister-PBSyncTask removes it.")),
            Element("Triggers",
                command.IsResident ? AtStart(isSystem, account) : null,
                Element("TimeTrigger",
                    // Without a duration it repeats forever. A running worker is not started a second time; one that has ended is restarted.
                    Element("Repetition", Element("Interval", XmlConvert.ToString(command.IsResident ? RestartWait : interval)), Element("StopAtDurationEnd", "false")),
                    Element("StartBoundary", start.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)),
                    Element("Enabled", "true"))),
            Element("Principals", Element("Principal",
                new XAttribute("id", "Author"),
                Element("UserId", account),
                isSystem ? null : Element("LogonType", "InteractiveToken"),
                Element("RunLevel", isSystem ? "HighestAvailable" : "LeastPrivilege"))),
            Element("Settings",
                Element("MultipleInstancesPolicy", "IgnoreNew"),
                Element("DisallowStartIfOnBatteries", "false"),
                Element("StopIfGoingOnBatteries", "false"),
                Element("StartWhenAvailable", "true"),
                Element("RunOnlyIfNetworkAvailable", "false"),
                Element("Enabled", "true"),
                // Zero means no limit.
                Element("ExecutionTimeLimit", XmlConvert.ToString(command.IsResident ? TimeSpan.Zero : TaskLimits.LongestRun)),
                command.IsResident ? Element("RestartOnFailure", Element("Interval", XmlConvert.ToString(RestartWait)), Element("Count", "3")) : null),
            Element("Actions",
                new XAttribute("Context", "Author"),
                Element("Exec", Element("Command", "\"" + command.Host + "\""), Element("Arguments", Arguments(command))))));
    }

    /// <summary>The interval of a definition; zero if it has none.</summary>
    /// <param name="task">The definition.</param>
    public static TimeSpan IntervalOf(XDocument task) =>
        SyncCommand.ResidentIntervalOf(CommandOf(task))
        ?? (task.Descendants(Ns + "Interval").FirstOrDefault() is { } interval ? XmlConvert.ToTimeSpan(interval.Value) : TimeSpan.Zero);

    /// <summary>The start time of a definition.</summary>
    /// <param name="task">The definition.</param>
    public static DateTimeOffset? StartOf(XDocument task) =>
        DateTimeOffset.TryParse(task.Descendants(Ns + "StartBoundary").FirstOrDefault()?.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var start) ? start : null;

    /// <summary>Whether a definition is enabled.</summary>
    /// <param name="task">The definition.</param>
    public static bool IsEnabled(XDocument task) => task.Root!.Element(Ns + "Settings")?.Element(Ns + "Enabled")?.Value.Trim() != "false";

    /// <summary>The account that runs the task.</summary>
    /// <param name="task">The definition.</param>
    public static string AccountOf(XDocument task) => task.Descendants(Ns + "Principal").Elements(Ns + "UserId").FirstOrDefault()?.Value ?? "";

    /// <summary>The command line.</summary>
    /// <param name="task">The definition.</param>
    public static string CommandOf(XDocument task) =>
        task.Descendants(Ns + "Exec").FirstOrDefault() is { } exec ? exec.Element(Ns + "Command")?.Value + " " + exec.Element(Ns + "Arguments")?.Value : "";

    /// <summary>The program or script of a definition that does not exist; null if both exist, or if the definition was edited by hand.</summary>
    /// <param name="task">The definition.</param>
    public static string? FindMissingFile(XDocument task)
    {
        var exec = task.Descendants(Ns + "Exec").FirstOrDefault();
        var script = Regex.Match(exec?.Element(Ns + "Arguments")?.Value ?? "", "& '(?<script>([^']|'')*)'", RegexOptions.ExplicitCapture, TaskLimits.Match).Groups["script"].Value;
        foreach (var apostrophe in Apostrophes)
            script = script.ReplaceAll(new string(apostrophe, 2), apostrophe.ToString());
        return TaskFiles.FindMissing(exec?.Element(Ns + "Command")?.Value.Trim().Trim('"'), script);
    }

    private static XElement AtStart(bool isSystem, string account) =>
        isSystem ? Element("BootTrigger", Element("Enabled", "true")) : Element("LogonTrigger", Element("Enabled", "true"), Element("UserId", account));

    // A task has no environment of its own, so PowerShell sets it. If the script does not exist or does not start, it sets no exit code, and the code stays 1.
    private static string Arguments(SyncCommand command)
    {
        var settings = command.Environment.Select(setting => "$env:" + setting.Key + " = " + Literal(setting.Value) + "; ");
        var script = string.Concat(settings) + "$LASTEXITCODE = 1; & " + Literal(command.Script) + " -Name " + Literal(command.Connection) + " " + SyncCommand.LogParameter + " " + Literal(command.Log)
            + (command.FailOn == FailureScope.Any ? "" : " " + SyncCommand.FailOnParameter + " " + command.FailOn)
            + " " + string.Join(" ", command.Mode) + "; exit $LASTEXITCODE";
        return WindowsCommandLine.Join(new[] { "-NoProfile", "-NonInteractive", "-WindowStyle", "Hidden", "-ExecutionPolicy", "Bypass", "-Command", script });
    }

    // The scheduler expands text between two percent signs, so the literal contains no percent sign.
    private static string Literal(string text)
    {
        foreach (var apostrophe in Apostrophes)
            text = text.ReplaceAll(apostrophe.ToString(), new string(apostrophe, 2));
        return !text.Holds("%") ? "'" + text + "'" : "('" + text.ReplaceAll("%", "' + [char]37 + '") + "')";
    }

    private static XElement Element(string name, params object?[] content) => new(Ns + name, content);
}
