using System;
using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>A command for stored connections: the named ones, the piped ones, otherwise the runspace's current one, otherwise the only one.</summary>
public abstract class ConnectionCommand : ConnectorCommand
{
    /// <summary>The names of stored connections; with wildcards if the command only reads or syncs.</summary>
    [Parameter(Position = 0)]
    [Alias("ProfileName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>A connection, its name, or any output object of the commands.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ConnectionArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string[]? Connection { get; set; }

    /// <summary>Whether a name may contain wildcards. A command that changes a connection needs its exact name.</summary>
    private protected virtual bool TakesWildcards => false;

    /// <summary>Whether the command means all connections, not the current one, if none is given.</summary>
    private protected virtual bool MeansAllByDefault => false;

    /// <summary>The given tags; null for no restriction.</summary>
    private protected virtual IReadOnlyList<string>? GivenTags => null;

    /// <summary>Whether a connection was named explicitly, and is not just the current or the only one.</summary>
    private protected bool IsNamedExplicitly => (Name ?? Connection) is { } given && !Array.Exists(given, WildcardPattern.ContainsWildcardCharacters);

    /// <summary>The selected connections; an unknown name ends the command.</summary>
    private protected IReadOnlyList<string> Targets()
    {
        if (Name is not null && Connection is not null)
            Terminate(new ConnectorException(Problems.ConnectionGivenTwice));
        var given = Name ?? Connection ?? (MeansAllByDefault ? new[] { "*" } : null);
        try
        {
            if (!TakesWildcards && given is not null && Array.Find(given, WildcardPattern.ContainsWildcardCharacters) is { } pattern)
                throw new ConnectorException(Problems.ConnectionNotFound(pattern, string.Join(", ", Service.ListNames())));
            if (given is null && GivenTags is null && CurrentConnection.IsLost)
                throw new ConnectorException(Problems.NothingCurrent);
            return Service.Resolve(given, CurrentConnection.Name, GivenTags);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
            throw;
        }
    }

    /// <summary>Does the work for each connection; an error in one does not stop the others.</summary>
    private protected void ForEachTarget(Action<string> work)
    {
        var refusals = new HashSet<string>(StringComparer.Ordinal);
        foreach (var connection in Targets())
        {
            try
            {
                work(connection);
            }
            catch (ConnectorException exception) when (exception.Id == ErrorId.SchedulerUnavailable)
            {
                // It is unavailable for every connection, so it is reported once.
                WriteError(exception);
                return;
            }
            catch (ConnectorException exception) when (exception.Id == ErrorId.SchedulerRefused)
            {
                // The same refusal for other connections is not repeated.
                if (refusals.Add(exception.Message))
                    WriteError(exception, connection);
            }
            catch (ConnectorException exception)
            {
                WriteError(exception, connection);
            }
        }
    }
}
