using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using PasswordBoss.EntraConnector.Loading;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Completes the names of stored connections from local state. Never throws and never waits, because that would disturb the prompt.</summary>
public sealed class ConnectionNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var start = (wordToComplete ?? "").Trim('\'', '"');
        return ListNames()
            .Where(name => name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            .Select(name => new CompletionResult(Quote(name), name, CompletionResultType.ParameterValue, name))
            .ToArray();
    }

    private static IReadOnlyList<string> ListNames()
    {
        try
        {
            using var service = new ConnectorService(ConnectorFactory.Get());
            return service.ListNames();
        }
        catch (Exception)
        {
            // The next command reports a problem with the store; the prompt must keep working.
            return Array.Empty<string>();
        }
    }

    private static string Quote(string name) =>
        name.All(character => char.IsLetterOrDigit(character) || character is '.' or '-' or '_') && !name.StartsWith("-", StringComparison.Ordinal)
            ? name
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(name) + "'";
}
