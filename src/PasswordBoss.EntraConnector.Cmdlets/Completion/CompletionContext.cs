using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>What was typed on the command line before the word to complete.</summary>
internal sealed class CompletionContext
{
    // If no name was typed, the command may mean many connections. Only this many are read, because each costs time.
    private const int MostConnections = 20;

    private readonly IDictionary parameters;
    private readonly string? current;

    /// <summary>Creates the context.</summary>
    /// <param name="parameter">The parameter whose value is completed.</param>
    /// <param name="start">How the words start.</param>
    /// <param name="parameters">The values of the other parameters that are constants.</param>
    /// <param name="current">The current connection; null if there is none.</param>
    internal CompletionContext(string parameter, string start, IDictionary? parameters, string? current)
    {
        Parameter = parameter;
        Start = start;
        this.parameters = parameters ?? new Hashtable();
        this.current = current;
    }

    /// <summary>The parameter whose value is completed.</summary>
    internal string Parameter { get; }

    /// <summary>How the words start.</summary>
    internal string Start { get; }

    /// <summary>The connections that the command refers to; all of them if that is not decided yet.</summary>
    /// <param name="service">The service.</param>
    internal IReadOnlyList<string> Connections(ConnectorService service)
    {
        var given = Texts("Name").Concat(Texts("ProfileName")).Concat(Texts("Connection")).ToArray();
        var tags = Texts("Tag").ToArray();
        try
        {
            return service.Select(given.Length == 0 ? null : given, current, tags.Length == 0 ? null : tags).Names.Take(MostConnections).ToList();
        }
        catch (ConnectorException)
        {
            return service.ListNames().Take(MostConnections).ToList();
        }
    }

    private IEnumerable<string> Texts(string parameter)
    {
        var value = parameters.Contains(parameter) ? parameters[parameter] : null;
        return Of((value as PSObject)?.BaseObject ?? value);

        static IEnumerable<string> Of(object? value) => value switch
        {
            string text => new[] { text },
            PBConnection connection => new[] { connection.Connection },
            IList list => list.Cast<object?>().SelectMany(item => Of((item as PSObject)?.BaseObject ?? item)),
            _ => Array.Empty<string>(),
        };
    }
}
