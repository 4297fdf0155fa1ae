using System;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>A command that changes alerts: those of connections, of a tag, or of all connections (<c>*</c>).</summary>
public abstract class AlertCommand : ConnectionsCommand
{
    /// <summary>Whether the selection is all connections or a tag, not connections one by one.</summary>
    private protected bool IsScope
    {
        get
        {
            var given = GivenNames ?? Connection;
            var isAll = given is { Length: 1 } && given[0] == AlertScope.AllName;
            return (GivenNames is null || Connection is null) && (isAll || (given is null && Tag is not null));
        }
    }

    /// <summary>
    /// Does the work for each selected scope. All connections (<c>*</c>) and a tag are each one scope, which includes connections that are stored later. Any
    /// other selection means the connections that it matches now. An error in one does not stop the others.
    /// </summary>
    private protected void ForEachScope(Action<AlertScope> work)
    {
        if (!IsScope)
        {
            ForEachTarget(connection => work(Service.ScopeOf(connection)));
            return;
        }

        foreach (var scope in Tag is null ? [AlertScope.All] : Tag.Select(AlertScope.OfTag))
        {
            try
            {
                work(scope);
            }
            catch (ConnectorException exception)
            {
                WriteError(exception, scope.ToString());
            }
        }
    }
}
