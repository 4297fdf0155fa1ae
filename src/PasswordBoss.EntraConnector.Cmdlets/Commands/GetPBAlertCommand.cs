using System;
using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the registered alerts: all, or those that are about the named connections.</summary>
[Cmdlet(VerbsCommon.Get, "PBAlert")]
[OutputType(typeof(PBAlert))]
public sealed class GetPBAlertCommand : ConnectionsCommand
{
    private readonly HashSet<Guid> seen = new();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Name is null && Connection is null && Tag is null)
            WriteObject(Service.ListAlerts(), enumerateCollection: true);
        else
            ForEachTarget(connection =>
            {
                foreach (var alert in Service.ListAlerts(connection))
                {
                    if (seen.Add(alert.Id))
                        WriteObject(alert);
                }
            });
    }
}
