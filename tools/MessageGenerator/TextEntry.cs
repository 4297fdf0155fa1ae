using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.MessageGenerator;

/// <summary>One entry of the resource file. Equal entries generate equal code, so the compiler can skip the work.</summary>
/// <param name="Id">The name of the text.</param>
/// <param name="Value">The text.</param>
/// <param name="Comment">The names of its placeholders, as in <c>{0} group, {1} user</c>.</param>
/// <param name="Line">Its line in the file, for error messages.</param>
internal sealed record TextEntry(string Id, string Value, string Comment, int Line)
{
    private static readonly Regex Placeholder = new(@"\{(\d+)[^}]*\}", RegexOptions.CultureInvariant);
    private static readonly Regex Brace = new(@"\{[^{}]*\}|[{}]", RegexOptions.CultureInvariant);
    private static readonly Regex Name = new(@"^\{(\d+)\} ([a-z][A-Za-z0-9]*)$", RegexOptions.CultureInvariant);

    /// <summary>The name of the generated member: <c>Reason_NewMember</c> becomes <c>ReasonNewMember</c>.</summary>
    public string Member => Id.Replace("_", "");

    /// <summary>The numbers of the placeholders in the text.</summary>
    public IEnumerable<int> Placeholders() => Placeholder.Matches(Value).Cast<Match>().Select(m => Number(m.Groups[1].Value)).Distinct();

    /// <summary>The placeholders of the text with their formats, each once and in order, as in <c>{0:quoted} {1}</c>. A brace that starts no placeholder is kept too.</summary>
    public string PlaceholderList() => string.Join(" ", Brace.Matches(Value).Cast<Match>().Select(m => m.Value).Distinct().OrderBy(p => p, StringComparer.Ordinal));

    /// <summary>The placeholder names in the comment; null if it is not in the expected format.</summary>
    public SortedDictionary<int, string>? Names()
    {
        var names = new SortedDictionary<int, string>();
        if (Comment.Length == 0)
            return names;
        foreach (var part in Comment.Split(','))
        {
            var match = Name.Match(part.Trim());
            if (!match.Success || names.ContainsKey(Number(match.Groups[1].Value)))
                return null;
            names.Add(Number(match.Groups[1].Value), match.Groups[2].Value);
        }

        return names.Values.Distinct().Count() == names.Count ? names : null;
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
