using System.Management.Automation;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>How a connection is, from what is stored; asks no server.</summary>
[Cmdlet(VerbsCommon.Get, "PBConnectorStatus")]
[OutputType(typeof(PBConnectorStatus))]
public sealed class GetPBConnectorStatusCommand : ConnectionCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection => WriteObject(Service.GetStatus(connection)));
}
