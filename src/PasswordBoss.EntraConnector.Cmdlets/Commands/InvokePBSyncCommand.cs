using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>
/// Syncs the accounts with the user group. Emits each result when its run ends, and all results before it writes the first error, so that no result is lost if an
/// error stops the caller.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "PBSync", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PBSyncResult))]
public sealed class InvokePBSyncCommand : ConnectionsCommand
{
    // The tag of the information record with the connections that did not run; examples/Sync-AllTenants.ps1 reads it.
    private const string WaitingTag = "PBSyncWaiting";

    private readonly List<string> connections = new();
    private readonly List<ErrorRecord> missing = new();
    private bool namedExplicitly;

    /// <summary>Read everything and reconcile with Password Boss.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <summary>With <see cref="Full"/>: apply the current rules also to users who have already left.</summary>
    [Parameter]
    public SwitchParameter Reapply { get; set; }

    /// <summary>Allow what the last refusal listed; never overrides <c>-WhatIf</c>.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Sync only this user: an object id, an address, a user principal name or a display name. The result explains the user in five steps.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string? User { get; set; }

    /// <summary>The maximum number of connections that run at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 4;

    /// <summary>Run only the connections that are due.</summary>
    [Parameter]
    public SwitchParameter Due { get; set; }

    /// <summary>
    /// The time limit of the command. No run starts in its last half minute, and incremental runs end at the limit. A full run keeps its own limit.
    /// </summary>
    [Parameter]
    [ValidateRange(1.0, 1440.0)]
    public double TimeoutMinutes { get; set; }

    /// <summary>A log to which a line for each run and each change is appended.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        namedExplicitly = IsNamedExplicitly;
        var selected = Select();
        connections.AddRange(selected.Names.Where(target => !connections.Contains(target, StringComparer.OrdinalIgnoreCase)));
        missing.AddRange(selected.Missing.Select(problem => ErrorRecords.From(new ConnectorException(problem), null)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (connections.Count > 0)
            Sync();
        else
            WriteErrors(missing);
    }

    private void Sync()
    {
        IRunLog? log = null;
        var options = new SyncOptions { Full = Full, Reapply = Reapply, Force = Force, User = User };
        try
        {
            if (User is not null && Due)
                throw new ConnectorException(Problems.UserNotAlone);
            Service.CheckOptions(connections, namedExplicitly, options);
            if (LogPath is not null && !ShouldProcessApprover.IsWhatIf(this))
                log = Service.OpenLog(FullPath(LogPath));
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }

        var service = Service;
        var fleet = new FleetOptions
        {
            RunsAtOnce = ThrottleLimit,
            // With -Force, an admin allows the removals of one connection now, due or not.
            OnlyDue = Due && !Force,
            Timeout = FleetOptions.TimeoutOf(MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutMinutes)) ? TimeSpan.FromMinutes(TimeoutMinutes) : null, Due),
            Log = log,
        };
        var selection = new ConnectionSelection(connections) { Patterns = GivenNames, Tags = Tag, IsOpen = Connection is null && !namedExplicitly && (GivenNames ?? Tag) is not null };
        var (waiting, errors) = RunPrepared<(WaitingConnections, IEnumerable<ErrorRecord>)>((stream, pump) =>
        {
            var approver = new ShouldProcessApprover(this, pump);
            var results = new ResultStream(this, stream, pump, connections.Count);
            return async token => (await service.SyncAllAsync(selection, fleet, options, approver, results, token).ConfigureAwait(false), results.Errors);
        });
        // After the results, because a receiver may hang; before the errors, because one of them may end the command.
        if (!ShouldProcessApprover.IsWhatIf(this))
        {
            Run(async (service, observer, token) =>
            {
                await service.DeliverAlertsAsync(observer, token).ConfigureAwait(false);
                return true;
            });
        }

        if (Due)
            WriteInformation(waiting, new[] { WaitingTag });
        WriteErrors(missing.Concat(errors));
    }

    private void WriteErrors(IEnumerable<ErrorRecord> errors)
    {
        foreach (var error in errors)
            WriteError(error);
    }
}
