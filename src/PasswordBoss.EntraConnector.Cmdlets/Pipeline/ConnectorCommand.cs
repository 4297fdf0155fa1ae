using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Loading;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>
/// What all commands have in common: the engine runs off-thread and can be stopped, what it says reaches PowerShell on the pipeline thread, and its
/// errors become error records.
/// </summary>
public abstract class ConnectorCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private ConnectorService? service;

    /// <summary>The engine. The first use in a process loads the clients.</summary>
    private protected ConnectorService Service => service ??= new ConnectorService(ConnectorFactory.Get());

    /// <summary>Ctrl+C: the engine ends cleanly, and only then the pipeline.</summary>
    protected sealed override void StopProcessing()
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command has just ended by itself.
        }
    }

    /// <summary>Runs a piece of the engine's work.</summary>
    /// <param name="prepare">Called on the pipeline thread, where preferences can be read; what it returns runs off-thread.</param>
    private protected T RunPrepared<T>(Func<IRunObserver, PipelinePump, Func<CancellationToken, Task<T>>> prepare)
    {
        using var pump = new PipelinePump(stop);
        using var observer = new StreamObserver(this, pump);
        try
        {
            return pump.Run(prepare(observer, pump));
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (UserInfoMask.Apply(e) is { } masked && !ReferenceEquals(masked, e))
        {
            // Nobody foresaw it, and PowerShell shows it as it is.
            throw masked;
        }
    }

    /// <summary>Runs a piece of the engine's work.</summary>
    private protected T Run<T>(Func<ConnectorService, IRunObserver, CancellationToken, Task<T>> work)
    {
        var engine = Service;
        return RunPrepared<T>((observer, _) => token => work(engine, observer, token));
    }

    /// <summary>Writes an error that concerns one connection, person or group, and lets the command go on.</summary>
    private protected void WriteError(ConnectorException exception, string? connection = null) =>
        WriteError(ErrorRecords.From(exception, connection));

    /// <summary>Ends the command: what was given cannot be used.</summary>
    private protected void Terminate(ConnectorException exception, string? connection = null) =>
        ThrowTerminatingError(ErrorRecords.From(exception, connection));

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        service?.Dispose();
        stop.Dispose();
        GC.SuppressFinalize(this);
    }
}
