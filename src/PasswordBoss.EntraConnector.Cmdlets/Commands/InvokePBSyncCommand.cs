using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>
/// Makes the accounts equal to the user group. All connections run, and all results are emitted, before the first error is written: so nothing is lost
/// where errors stop the caller.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "PBSync", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PBSyncResult))]
public sealed class InvokePBSyncCommand : ConnectionCommand
{
    private readonly List<string> connections = new();
    private bool namedExplicitly;

    /// <summary>Read everything and reconcile with Password Boss.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <summary>With <see cref="Full"/>: today's rules also for people who are already out.</summary>
    [Parameter]
    public SwitchParameter Reapply { get; set; }

    /// <summary>Allow what the last refusal of a safety limit listed; never overrides <c>-WhatIf</c>.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How many connections run at once.</summary>
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
        foreach (var report in reports)
        {
            foreach (var error in report.Errors)
                WriteError(error, report.Result.Connection);
        }
    }

    private async Task<SyncReport[]> RunAllAsync(ConnectorService engine, SyncOptions options, ShouldProcessApprover approver, IRunObserver observer, CancellationToken token)
    {
        using var places = new SemaphoreSlim(approver.IsInteractive ? 1 : ThrottleLimit);
        return await Task.WhenAll(connections.Select(async connection =>
        {
            // Not cancelled by the token: a connection that was not reached reports that itself.
            await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                return await engine.SyncAsync(connection, options, approver, observer, token).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
        })).ConfigureAwait(false);
    }
}
