using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>
/// Syncs the accounts with the user group. Runs all connections and emits all results before it writes the first error, so that no result is lost if an error
/// stops the caller.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "PBSync", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PBSyncResult))]
public sealed class InvokePBSyncCommand : ConnectionsCommand
{
    private readonly List<string> connections = new();
    private bool namedExplicitly;

    /// <summary>Read everything and reconcile with Password Boss.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <summary>With <see cref="Full"/>: apply the current rules also to users who have already left.</summary>
    [Parameter]
    public SwitchParameter Reapply { get; set; }

    /// <summary>Allow the actions that a safety limit refused in the last run; never overrides <c>-WhatIf</c>.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The maximum number of connections that run at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 4;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        namedExplicitly = IsNamedExplicitly;
        connections.AddRange(Targets().Where(target => !connections.Contains(target, StringComparer.OrdinalIgnoreCase)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (connections.Count == 0)
            return;
        var options = new SyncOptions { Full = Full, Reapply = Reapply, Force = Force };
        try
        {
            Service.CheckOptions(connections, namedExplicitly, options);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }

        var engine = Service;
        var reports = RunPrepared<SyncReport[]>((observer, pump) =>
        {
            var approver = new ShouldProcessApprover(this, pump);
            return token => RunAllAsync(engine, options, approver, observer, token);
        });
        foreach (var report in reports)
            WriteObject(report.Result);
        // After the results, because a receiver may hang; before the errors, because one of them may end the command.
        if (!ShouldProcessApprover.IsWhatIf(this))
            Run(async (service, observer, token) =>
            {
                await service.DeliverAlertsAsync(observer, token).ConfigureAwait(false);
                return true;
            });
        foreach (var report in reports)
        {
            foreach (var error in report.Errors)
                WriteError(new ConnectorException(error), report.Result.Connection);
        }
    }

    // Do not cancel here: a connection whose turn comes after Ctrl+C reports the cancellation itself.
    private Task<SyncReport[]> RunAllAsync(ConnectorService engine, SyncOptions options, ShouldProcessApprover approver, IRunObserver observer, CancellationToken token) =>
        BoundedParallel.SelectAsync(
            connections, approver.IsInteractive ? 1 : ThrottleLimit, connection => engine.SyncAsync(connection, options, approver, observer, token));
}
