using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the status of connections, from stored data without any request to a server; of all connections unless some are named.</summary>
[Cmdlet(VerbsCommon.Get, "PBConnectorStatus")]
[OutputType(typeof(PBConnectorStatus))]
public sealed class GetPBConnectorStatusCommand : ConnectionsCommand
{
    private protected override bool MeansAllByDefault => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var targets = Targets();
        try
        {
            var statuses = Service.GetStatuses(targets);
            WriteObject(statuses.Found, enumerateCollection: true);
            foreach (var problem in statuses.Problems)
                WriteError(new ConnectorException(problem), problem.Target);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }
    }
}
