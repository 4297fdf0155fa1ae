using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>
/// Arguments as one command line, in the form that Windows programs parse
/// (https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments).
/// </summary>
internal static class WindowsCommandLine
{
    /// <summary>Joins arguments.</summary>
    /// <param name="arguments">The arguments, unquoted.</param>
    public static string Join(IEnumerable<string> arguments) => string.Join(" ", arguments.Select(Quote));

    private static string Quote(string argument)
    {
        if (argument.Length > 0 && !argument.Any(c => c is ' ' or '\t' or '"'))
            return argument;
        var quoted = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in argument)
        {
            // Backslashes are doubled only before a quotation mark.
            if (c == '"')
                quoted.Append('\\', backslashes + 1);
            backslashes = c == '\\' ? backslashes + 1 : 0;
            quoted.Append(c);
        }

        return quoted.Append('\\', backslashes).Append('"').ToString();
    }
}
