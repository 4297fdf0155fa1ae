using System;
using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Loading;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>A command for stored connections: the named ones, the piped ones, otherwise the runspace's current one, otherwise the only one.</summary>
public abstract class ConnectionCommand : ConnectorCommand
{
    /// <summary>The names of stored connections; with wildcards if the command only reads or syncs.</summary>
    [Parameter(Position = 0)]
    [Alias("ProfileName")]
    [SupportsWildcards]
    [FilledItems]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>A connection, its name, or any output object of the commands.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ConnectionArgument]
    [FilledItems]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string[]? Connection { get; set; }

    /// <summary>Whether a name may contain wildcards. A command that changes a connection needs its exact name.</summary>
    private protected virtual bool TakesWildcards => false;

    /// <summary>Whether the command means all connections, not the current one, if none is given.</summary>
    private protected virtual bool MeansAllByDefault => false;

    /// <summary>The given tags; null for no restriction.</summary>
    private protected virtual IReadOnlyList<string>? GivenTags => null;

    /// <summary>
    /// The given names; null if there are none. A default value of <c>-Name</c> gives way to a connection from the pipeline, and to <c>-Connection</c> and <c>-Tag</c>.
    /// </summary>
    private protected string[]? GivenNames => Name is not null && (Connection ?? GivenTags) is not null && DefaultParameter.Gave(this, nameof(Name), Name) ? null : Name;

    /// <summary>Whether a connection was named explicitly, and is not just the current or the only one.</summary>
    private protected bool IsNamedExplicitly => (GivenNames ?? Connection) is { } given && !Array.Exists(given, WildcardPattern.ContainsWildcardCharacters);

    /// <summary>The selected connections. Writes an error for each name that is not stored.</summary>
    private protected IReadOnlyList<string> Targets()
    {
        var selected = Select();
        foreach (var problem in selected.Missing)
            WriteError(new ConnectorException(problem));
        return selected.Names;
    }

    /// <summary>The selected connections, and the names that are not stored.</summary>
    private protected SelectedConnections Select()
    {
        var names = GivenNames;
        if (names is not null && Connection is not null)
            Terminate(new ConnectorException(Problems.ConnectionGivenTwice));
        var given = names ?? Connection ?? (MeansAllByDefault ? new[] { "*" } : null);
        try
        {
            if (!TakesWildcards && given is not null && Array.Find(given, WildcardPattern.ContainsWildcardCharacters) is { } pattern)
                throw new ConnectorException(Problems.ConnectionNotFound(pattern, string.Join(", ", Service.ListNames())));
            Wildcards.Require(given);
            Wildcards.Require(GivenTags);
            if (given is null && GivenTags is null && CurrentConnection.IsLost)
                throw new ConnectorException(Problems.NothingCurrent);
            return Service.Select(given, CurrentConnection.Name, GivenTags);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
            throw;
        }
        catch (Exception exception) when (ModuleFolder.IsLoadFailure(exception) && ModuleFolder.IsReplaced)
        {
            // The first use of the store loads the database library.
            Terminate(ModuleFolder.Incomplete(ModuleFolder.Location, exception));
            throw;
        }
    }

    /// <summary>Does the work for each connection; an error in one does not stop the others.</summary>
    private protected void ForEachTarget(Action<string> work)
    {
        var refusals = new HashSet<string>(StringComparer.Ordinal);
        var targets = Targets();
        for (var i = 0; i < targets.Count; i++)
        {
            var connection = targets[i];
            Place = (i + 1, targets.Count);
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
