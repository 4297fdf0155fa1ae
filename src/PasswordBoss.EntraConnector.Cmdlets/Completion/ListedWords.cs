using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Language;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>The words that the list of an argument already contains, such as A and B in <c>-Name A, B, </c>.</summary>
internal static class ListedWords
{
    /// <summary>The words, without the one that is typed now.</summary>
    /// <param name="command">The command.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="typed">The typed word.</param>
    internal static HashSet<string> Of(CommandAst command, string parameter, TypedWord typed)
    {
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i + 1 < command.CommandElements.Count; i++)
        {
            if (command.CommandElements[i] is CommandParameterAst given && parameter.StartsWith(given.ParameterName, StringComparison.OrdinalIgnoreCase)
                && command.CommandElements[i + 1] is ArrayLiteralAst list)
            {
                words.UnionWith(list.Elements.OfType<StringConstantExpressionAst>().Select(element => element.Value).Where(word => !typed.Is(word)));
            }
        }

        return words;
    }
}
