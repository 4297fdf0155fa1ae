using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>The words that the list of an argument already contains, such as A and B in <c>-Name A, B, </c>.</summary>
internal static class ListedWords
{
    // By parameter: an alias means the same parameter in every command.
    private static readonly ILookup<string, string> Aliases = typeof(ListedWords).Assembly.GetTypes()
        .Where(type => typeof(Cmdlet).IsAssignableFrom(type))
        .SelectMany(type => type.GetProperties())
        .SelectMany(property => property.GetCustomAttributes<AliasAttribute>().SelectMany(attribute => attribute.AliasNames).Select(alias => (property.Name, Alias: alias)))
        .ToLookup(pair => pair.Name, pair => pair.Alias, StringComparer.OrdinalIgnoreCase);

    /// <summary>The words, without the one that is typed now.</summary>
    /// <param name="command">The command.</param>
    /// <param name="parameter">The parameter, which may have been given by an alias.</param>
    /// <param name="typed">The typed word.</param>
    internal static HashSet<string> Of(CommandAst command, string parameter, TypedWord typed)
    {
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i + 1 < command.CommandElements.Count; i++)
        {
            if (command.CommandElements[i] is CommandParameterAst given && Means(parameter, given.ParameterName)
                && command.CommandElements[i + 1] is ArrayLiteralAst list)
            {
                words.UnionWith(list.Elements.OfType<StringConstantExpressionAst>().Select(element => element.Value).Where(word => !typed.Is(word)));
            }
        }

        return words;
    }

    private static bool Means(string parameter, string given) => Aliases[parameter].Prepend(parameter).Any(name => name.StartsWith(given, StringComparison.OrdinalIgnoreCase));
}
