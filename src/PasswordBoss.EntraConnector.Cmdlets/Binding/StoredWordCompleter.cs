using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using PasswordBoss.EntraConnector.Loading;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Completes words from local state. Never throws and never waits, because that would disturb the prompt.</summary>
public abstract class StoredWordCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var start = (wordToComplete ?? "").Trim('\'', '"');
        return List()
            .Where(word => word.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            .Select(word => new CompletionResult(Quote(word), word, CompletionResultType.ParameterValue, word))
            .ToArray();
    }

    /// <summary>The words to choose from.</summary>
    /// <param name="service">The service.</param>
    private protected abstract IReadOnlyList<string> List(ConnectorService service);

    private IReadOnlyList<string> List()
    {
        try
        {
            using var service = new ConnectorService(ConnectorFactory.Get());
            return List(service);
        }
        catch (Exception)
        {
            // The next command reports a problem with the store; the prompt must keep working.
            return Array.Empty<string>();
        }
    }

    private static string Quote(string word) =>
        word.All(character => char.IsLetterOrDigit(character) || character is '.' or '-' or '_') && !word.StartsWith("-", StringComparison.Ordinal)
            ? word
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(word) + "'";
}
