using System.Management.Automation;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the status of a connection, from stored data without any request to a server.</summary>
[Cmdlet(VerbsCommon.Get, "PBConnectorStatus")]
[OutputType(typeof(PBConnectorStatus))]
public sealed class GetPBConnectorStatusCommand : ConnectionsCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection => WriteObject(Service.GetStatus(connection)));
}
