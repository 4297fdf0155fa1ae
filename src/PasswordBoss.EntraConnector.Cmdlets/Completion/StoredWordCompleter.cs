using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Loading;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>
/// Completes words from local state, never with a request to a server. Never throws, and soon gives up if the store does not answer, because either would disturb the prompt.
/// </summary>
public abstract class StoredWordCompleter : IArgumentCompleter
{
    /// <summary>The number of words that a completer reads; no one chooses from a longer list.</summary>
    private protected const int MostWords = 100;

    // The first completion of a session may have to load the clients.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>Whether the parameter takes wildcards, so that those in a word must be escaped.</summary>
    private protected virtual bool EscapesWildcards => false;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var typed = new TypedWord(wordToComplete ?? "");
            var context = new CompletionContext(parameterName, typed.LiteralStart, fakeBoundParameters, CurrentConnection.Name);
            var reading = Task.Run(() => Read(context));
            if (!((IAsyncResult)reading).AsyncWaitHandle.WaitOne(LongestWait))
                return Array.Empty<CompletionResult>();
            var listed = ListedWords.Of(commandAst, parameterName, typed);
            return reading.GetAwaiter().GetResult()
                .Where(word => typed.Fits(word.Text) || typed.Fits(word.Label))
                .Where(word => !listed.Contains(word.Text))
                .GroupBy(word => word.Text, StringComparer.OrdinalIgnoreCase)
                .Select(same => same.First())
                .Take(MostWords)
                .Select(word => new CompletionResult(
                    typed.Quote(EscapesWildcards ? WildcardPattern.Escape(word.Text) : word.Text), InertText.Of(word.Label), CompletionResultType.ParameterValue, InertText.Of(word.ToolTip)))
                .ToArray();
        }
        catch (Exception)
        {
            // The next command reports a problem with the store; the prompt must keep working.
            return Array.Empty<CompletionResult>();
        }
    }

    /// <summary>The words to choose from, the most likely first.</summary>
    /// <param name="service">The service.</param>
    /// <param name="context">What was typed before.</param>
    private protected abstract IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context);

    private StoredWord[] Read(CompletionContext context)
    {
        using var service = new ConnectorService(ConnectorFactory.Get());
        return List(service, context).Where(word => word.Text.Length > 0).ToArray();
    }
}
