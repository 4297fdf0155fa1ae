using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Whether the value of a parameter came from <c>$PSDefaultParameterValues</c>. PowerShell does not report it: a default value looks like one that was typed.
/// </summary>
internal static class DefaultParameter
{
    private const string Disabled = "Disabled";

    /// <summary>Whether a default value exists for the parameter and has this value. The same value, typed, means the same.</summary>
    /// <param name="command">The command.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="value">Its value.</param>
    internal static bool Gave(PSCmdlet command, string parameter, string[] value)
    {
        if (command.SessionState.PSVariable.GetValue("PSDefaultParameterValues") is not IDictionary defaults || (defaults.Contains(Disabled) && LanguagePrimitives.IsTrue(defaults[Disabled])))
            return false;
        if (!command.MyInvocation.MyCommand.Parameters.TryGetValue(parameter, out var metadata))
            return false;
        var names = metadata.Aliases.Concat(new[] { parameter }).ToList();
        return defaults.Keys.OfType<object>().Any(key => Concerns(key.ToString(), command.MyInvocation, names) && IsValue(defaults[key], value));
    }

    // "command:parameter", both with wildcards, and each perhaps in quotation marks. If an invalid pattern may concern a command, PowerShell refuses the command. This one
    // runs, so a key with an invalid pattern gave it no value.
    private static bool Concerns(string? key, InvocationInfo invocation, List<string> names)
    {
        try
        {
            return key is not null && Matches(key, invocation, names);
        }
        catch (WildcardPatternException)
        {
            return false;
        }
    }

    private static bool Matches(string key, InvocationInfo invocation, List<string> names)
    {
        // The first colon outside quotation marks separates the two, as in PowerShell.
        var start = key.Length > 0 && key[0] is '\'' or '"' ? key.IndexOf(key[0], 1) + 1 : 0;
        var colon = key.IndexOf(':', start);
        if (colon < 0)
            return false;
        var command = Pattern(key.Substring(0, colon));
        var parameter = Pattern(key.Substring(colon + 1));
        return (command.IsMatch(invocation.MyCommand.Name) || command.IsMatch(invocation.MyCommand.ModuleName + "\\" + invocation.MyCommand.Name) || command.IsMatch(invocation.InvocationName))
            && names.Exists(parameter.IsMatch);
    }

    private static WildcardPattern Pattern(string text) => WildcardPattern.Get(text.Trim().Trim('\'', '"'), WildcardOptions.IgnoreCase);

    // A script block may give a different value each time, so it is not called again.
    private static bool IsValue(object? stored, string[] value)
    {
        var content = stored is PSObject wrapped ? wrapped.BaseObject : stored;
        return content is ScriptBlock
            || (LanguagePrimitives.TryConvertTo<string[]>(content, CultureInfo.InvariantCulture, out var texts) && texts is not null && texts.SequenceEqual(value, StringComparer.OrdinalIgnoreCase));
    }
}
