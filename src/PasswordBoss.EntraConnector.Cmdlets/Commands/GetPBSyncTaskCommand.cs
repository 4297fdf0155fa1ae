using System;
using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>The scheduled tasks that sync: of each connection its own, and the one for all, once.</summary>
[Cmdlet(VerbsCommon.Get, "PBSyncTask")]
[OutputType(typeof(PBSyncTask))]
public sealed class GetPBSyncTaskCommand : ConnectionCommand
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
