using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Loading;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Syncs what is due until it is stopped. Emits each result, and writes its errors, when its run ends.</summary>
[Cmdlet(VerbsCommon.Watch, "PBSync", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PBSyncResult))]
public sealed class WatchPBSyncCommand : ConnectionsCommand
{
    private readonly List<string> connections = new();
    private bool isOpen;

    /// <summary>The maximum number of connections that run at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 4;

    /// <summary>The time between two runs of a connection, in minutes.</summary>
    [Parameter]
    [ValidateRange(1, 1440)]
    public int IntervalMinutes { get; set; }

    /// <summary>End after an update of the module, above a memory limit, or after a day, so that a service manager starts a new process.</summary>
    [Parameter]
    public SwitchParameter Resident { get; set; }

    /// <summary>A log to which a line for each run and each change is appended.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    private protected override bool MeansAllByDefault => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        isOpen = Connection is null && !IsNamedExplicitly;
        // Patterns are resolved while it watches, so that it can start before the first connection is stored.
        if (isOpen && Tag is null)
            NoteMissing();
        else
            connections.AddRange(Targets().Where(target => !connections.Contains(target, StringComparer.OrdinalIgnoreCase)));
    }

    // If patterns are given too, a name that is not stored is still an error, but its connection is watched as soon as it is stored.
    private void NoteMissing()
    {
        _ = WildcardsOf(GivenNames);
        if (GivenNames?.Where(name => !WildcardPattern.ContainsWildcardCharacters(name)).ToArray() is not { Length: > 0 } names)
            return;
        foreach (var problem in Service.Select(names, null).Missing)
            WriteError(new ConnectorException(problem));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!isOpen && connections.Count == 0)
            return;
        var service = Service;
        IRunLog? log = null;
        try
        {
            if (LogPath is not null && !ShouldProcessApprover.IsWhatIf(this))
                log = service.OpenLog(FullPath(LogPath));
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }

        var selection = new ConnectionSelection(connections) { Patterns = GivenNames, Tags = Tag, IsOpen = isOpen };
        var watch = new WatchOptions
        {
            RunsAtOnce = ThrottleLimit,
            Interval = MyInvocation.BoundParameters.ContainsKey(nameof(IntervalMinutes)) ? TimeSpan.FromMinutes(IntervalMinutes) : null,
            IsResident = Resident,
            Log = log,
        };
        using var process = service.OpenWatchProcess(ModuleFolder.Location);
        RunPrepared<bool>((stream, pump) =>
        {
            var approver = new ShouldProcessApprover(this, pump);
            var results = new WatchStream(this, stream, pump);
            return async token =>
            {
                await service.WatchAsync(selection, watch, approver, process, results, token).ConfigureAwait(false);
                return true;
            };
        });
    }
}
