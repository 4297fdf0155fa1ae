using System;
using System.Globalization;
using System.IO;
using System.Management.Automation;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Loading;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Registers a task in this machine's scheduler that syncs a connection, or with <c>-Name *</c> one task for all connections.</summary>
[Cmdlet(VerbsLifecycle.Register, "PBSyncTask", SupportsShouldProcess = true)]
[OutputType(typeof(PBSyncTask))]
public sealed class RegisterPBSyncTaskCommand : TaskCommand
{
    /// <summary>The time between two runs, in minutes.</summary>
    [Parameter]
    [ValidateRange(1, 1440)]
    public int IntervalMinutes { get; set; } = 5;

    /// <summary>Install a worker that keeps running, instead of a task that the scheduler starts for each sync.</summary>
    [Parameter]
    public SwitchParameter Resident { get; set; }

    /// <summary>The log of the task.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>Which connections count in the exit code of the task.</summary>
    [Parameter]
    public FailureScope FailOn { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTask(target =>
    {
        var minutes = IntervalMinutes.ToString(CultureInfo.CurrentCulture);
        if (!Approve(target, Resident ? Texts.DoRegisterWorker(minutes) : Texts.DoRegisterTask(minutes)))
            return;
        var program = new TaskProgram((string)SessionState.PSVariable.GetValue("PSHOME"), Path.Combine(ModuleFolder.Location, "examples", "Sync-AllTenants.ps1"), ModuleFolder.Location)
        {
            LogPath = LogPath is null ? null : FullPath(LogPath),
            FailOn = FailOn,
            IsResident = Resident,
        };
        WriteObject(Run((service, observer, _) =>
            Task.Run(() => service.RegisterTask(target, TimeSpan.FromMinutes(IntervalMinutes), program, observer))));
    });
}
