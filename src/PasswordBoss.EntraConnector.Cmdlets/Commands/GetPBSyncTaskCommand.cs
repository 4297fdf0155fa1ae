using System;
using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the scheduled tasks that sync: each connection's own, and once the one for all connections.</summary>
[Cmdlet(VerbsCommon.Get, "PBSyncTask")]
[OutputType(typeof(PBSyncTask))]
public sealed class GetPBSyncTaskCommand : ConnectionsCommand
{
    private readonly HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection =>
    {
        foreach (var task in Service.FindTasks(connection))
        {
            if (seen.Add(task.Name))
                WriteObject(task);
        }
    });
}
