using System;
using System.Globalization;
using System.IO;
using System.Management.Automation;
using System.Threading.Tasks;
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
        if (!ShouldProcess(target, Texts.DoRegisterTask(IntervalMinutes.ToString(CultureInfo.CurrentCulture)).Render()))
            return;
        var program = new TaskProgram((string)SessionState.PSVariable.GetValue("PSHOME"), Path.Combine(Module, "examples", "Sync-AllTenants.ps1"), Module)
        {
            LogPath = LogPath is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(LogPath),
            FailOn = FailOn,
        };
        WriteObject(Run((service, observer, _) =>
            Task.Run(() => service.RegisterTask(target, TimeSpan.FromMinutes(IntervalMinutes), program, observer))));
    });

    // This assembly is in module/shared of the module.
    private static string Module =>
        Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(RegisterPBSyncTaskCommand).Assembly.Location)))!;
}
