using System.Management.Automation;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the sync rules of a connection.</summary>
[Cmdlet(VerbsCommon.Get, "PBSyncRule")]
[OutputType(typeof(PBSyncRule))]
public sealed class GetPBSyncRuleCommand : ConnectionsCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection => WriteObject(Service.GetRules(connection)));
}
