using System.Management.Automation;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Removes the scheduled task of a connection, or with <c>-Name *</c> the one for all connections.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "PBSyncTask", SupportsShouldProcess = true)]
public sealed class UnregisterPBSyncTaskCommand : TaskCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTask(target =>
    {
        if (Approve(target, Texts.DoUnregisterTask))
            Service.RemoveTask(target);
    });
}
