using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets stored connections with their settings and without their secrets; all of them unless some are named.</summary>
[Cmdlet(VerbsCommon.Get, "PBConnection")]
[OutputType(typeof(PBConnection))]
public sealed class GetPBConnectionCommand : ConnectionsCommand
{
    private protected override bool MeansAllByDefault => true;

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection => WriteObject(Service.GetConnection(connection, CurrentConnection.Name)));
}
