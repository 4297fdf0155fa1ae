using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>The part of a word that was typed so far, perhaps with an open quotation mark. PowerShell accepts typographic quotation marks too.</summary>
internal sealed class TypedWord
{
    private const string SingleQuotes = "'\u2018\u2019\u201a\u201b";
    private const string DoubleQuotes = "\"\u201c\u201d\u201e";
    private readonly string text;
    private readonly bool isSingleQuoted;
    private readonly bool isDoubleQuoted;
    private readonly WildcardPattern? pattern;

    internal TypedWord(string typed)
    {
        isSingleQuoted = typed.Length > 0 && SingleQuotes.IndexOf(typed[0]) >= 0;
        isDoubleQuoted = typed.Length > 0 && DoubleQuotes.IndexOf(typed[0]) >= 0;
        text = isSingleQuoted ? Unquote(typed, SingleQuotes, escapes: false) : isDoubleQuoted ? Unquote(typed, DoubleQuotes, escapes: true) : Unescape(typed);
        pattern = WildcardPattern.ContainsWildcardCharacters(text) ? WildcardPattern.Get(text + "*", WildcardOptions.IgnoreCase) : null;
    }

    /// <summary>The text before the first wildcard. Each word that fits starts with it.</summary>
    internal string LiteralStart => text.Substring(0, text.IndexOfAny(new[] { '*', '?', '[', '`' }) is >= 0 and var end ? end : text.Length);

    /// <summary>Whether a word starts with the text, literally or as a pattern.</summary>
    /// <param name="word">The word.</param>
    internal bool Fits(string word) => word.StartsWith(text, StringComparison.OrdinalIgnoreCase) || pattern?.IsMatch(word) == true;

    /// <summary>Whether the text is exactly this word.</summary>
    /// <param name="word">The word.</param>
    internal bool Is(string word) => string.Equals(word, text, StringComparison.OrdinalIgnoreCase);

    /// <summary>A word as an argument, in the quotation marks that were typed, or in those that it needs.</summary>
    /// <param name="word">The word.</param>
    internal string Quote(string word)
    {
        if (isDoubleQuoted)
            return "\"" + string.Concat(word.Select(c => c is '`' or '$' || DoubleQuotes.IndexOf(c) >= 0 ? "`" + c : c.ToString())) + "\"";
        return !isSingleQuoted && IsPlain(word) ? word : "'" + CodeGeneration.EscapeSingleQuotedStringContent(word) + "'";
    }

    // Any other character may have a meaning in an argument. A word that looks like a number, such as 1e3, needs no quotes: the type of the parameter decides.
    private static bool IsPlain(string word) =>
        word.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '@') && char.IsLetterOrDigit(word[0]) && !word.EndsWith(".", StringComparison.Ordinal);

    private static string Unquote(string typed, string quotes, bool escapes)
    {
        var content = new StringBuilder();
        for (var i = 1; i < typed.Length; i++)
        {
            var isMark = quotes.IndexOf(typed[i]) >= 0;
            if (isMark && i == typed.Length - 1)
                break;
            // PowerShell may have removed the doubling of a mark already.
            if ((isMark && quotes.IndexOf(typed[i + 1]) >= 0) || (escapes && typed[i] == '`' && i + 1 < typed.Length))
                i++;
            content.Append(typed[i]);
        }

        return content.ToString();
    }

    private static string Unescape(string typed)
    {
        var content = new StringBuilder();
        for (var i = 0; i < typed.Length; i++)
        {
            if (typed[i] == '`' && i + 1 < typed.Length)
                i++;
            content.Append(typed[i]);
        }

        return content.ToString();
    }
}
