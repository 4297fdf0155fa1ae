using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>The crontab line that runs a task. It ends with a shell comment that identifies the line.</summary>
internal static class CronLine
{
    private const string Silence = " >/dev/null 2>&1 # ";

    /// <summary>Renders a line. Throws <see cref="ErrorId.TaskIntervalNotSupported"/> for an interval that cron cannot express.</summary>
    /// <param name="command">The command.</param>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="mark">The mark that identifies the line.</param>
    /// <param name="output">The file that keeps the output.</param>
    public static string Render(SyncCommand command, TimeSpan interval, string mark, string output)
    {
        var settings = command.Environment.Select(setting => setting.Key + "=" + Quote(setting.Value) + " ");
        var line = string.Concat(settings) + string.Join(" ", TaskOutputFile.Wrap(command, output).Select(Quote));
        // cron treats an unescaped percent sign as a line break, even between quotes.
        return Times(interval) + " " + line.ReplaceAll("%", "\\%") + Silence + mark;
    }

    /// <summary>Whether a line belongs to a task.</summary>
    /// <param name="line">The line.</param>
    /// <param name="mark">The mark that identifies the line.</param>
    public static bool IsMarked(string line, string mark) => line.EndsWith(Silence + mark, StringComparison.Ordinal);

    /// <summary>Whether cron skips the line because someone commented it out.</summary>
    /// <param name="line">The line.</param>
    public static bool IsComment(string line) => line.TrimStart().StartsWith("#", StringComparison.Ordinal);

    /// <summary>The interval of a line; zero if its times are not in a form that this class writes.</summary>
    /// <param name="line">The line.</param>
    public static TimeSpan IntervalOf(string line)
    {
        var match = Regex.Match(line.TrimStart('#', ' '), @"^(?<minute>\*(/(?<m>\d+))?|0) (?<hour>\*(/(?<h>\d+))?|0) \* \* \* ", RegexOptions.ExplicitCapture, TaskLimits.Match);
        if (!match.Success)
            return TimeSpan.Zero;
        var (minute, hour) = (match.Groups["minute"].Value, match.Groups["hour"].Value);
        if (minute != "0")
            return TimeSpan.FromMinutes(Number(match.Groups["m"]));
        return hour == "0" ? TimeSpan.FromDays(1) : TimeSpan.FromHours(Number(match.Groups["h"]));
    }

    /// <summary>The command of a line, exactly as written.</summary>
    /// <param name="line">The line.</param>
    public static string CommandOf(string line)
    {
        var command = Regex.Replace(line.TrimStart('#', ' '), @"^(\S+\s+){5}", "", RegexOptions.ExplicitCapture, TaskLimits.Match);
        var end = command.LastIndexOf(Silence, StringComparison.Ordinal);
        return end < 0 ? command : command.Substring(0, end);
    }

    /// <summary>The words of the command of a line, as the shell reads them.</summary>
    /// <param name="line">The line.</param>
    public static IReadOnlyList<string> WordsOf(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        foreach (var c in CommandOf(line).ReplaceAll("\\%", "%"))
        {
            if (c == quote)
                quote = '\0';
            else if (quote == '\0' && (c is '\'' or '"'))
                (quote, word) = (c, word ?? new StringBuilder());
            else if (quote == '\0' && c == ' ')
                EndWord();
            else
                word = (word ?? new StringBuilder()).Append(c);
        }

        EndWord();
        return words;

        void EndWord()
        {
            if (word is not null)
                words.Add(word.ToString());
            word = null;
        }
    }

    private static int Number(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 1;

    private static string Times(TimeSpan interval)
    {
        var minutes = (int)interval.TotalMinutes;
        if (minutes == 1440)
            return "0 0 * * *";
        if (minutes % 60 == 0 && 1440 % minutes == 0)
            return minutes == 60 ? "0 * * * *" : "0 */" + (minutes / 60).ToString(CultureInfo.InvariantCulture) + " * * *";
        if (minutes < 60 && 60 % minutes == 0)
            return minutes == 1 ? "* * * * *" : "*/" + minutes.ToString(CultureInfo.InvariantCulture) + " * * * *";
        throw new ConnectorException(Problems.TaskIntervalNotSupported("cron", minutes.ToString(CultureInfo.CurrentCulture)));
    }

    // An apostrophe is put between double quotes, because implementations differ in how they treat a backslash. For the same reason an empty pair of
    // apostrophes follows each backslash, which separates it from a second backslash or a percent sign.
    private static string Quote(string text) => "'" + text.ReplaceAll("'", "'\"'\"'").ReplaceAll("\\", "\\''") + "'";
}
