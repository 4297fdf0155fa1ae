using System;
using System.Globalization;
using System.Text;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// Formats the values of a text. <c>{0:quoted}</c> formats a value as an argument of a command: a PowerShell string in single quotes, so that the command can be
/// pasted as it is shown.
/// </summary>
internal sealed class CommandArgument : IFormatProvider, ICustomFormatter
{
    private const char Quote = '\'';

    public static readonly CommandArgument Format = new();

    private CommandArgument()
    {
    }

    /// <summary>The value in single quotes. PowerShell also treats typographic single quotes as quotes, so each of them is doubled.</summary>
    /// <param name="value">The value.</param>
    public static string Quoted(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append(Quote);
        foreach (var c in value)
        {
            if (c is Quote or '\u2018' or '\u2019' or '\u201A' or '\u201B')
                quoted.Append(c);
            quoted.Append(c);
        }

        return quoted.Append(Quote).ToString();
    }

    /// <inheritdoc/>
    public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

    string ICustomFormatter.Format(string? format, object? arg, IFormatProvider? formatProvider)
    {
        var value = Convert.ToString(arg, CultureInfo.InvariantCulture) ?? "";
        return string.Equals(format, "quoted", StringComparison.Ordinal) ? Quoted(value) : value;
    }
}
