using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Loading;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>
/// The base of all commands. The service runs off-thread and can be stopped, its output reaches PowerShell on the pipeline thread, and its errors become error
/// records.
/// </summary>
public abstract class ConnectorCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private ConnectorService? service;

    /// <summary>The service. Its first use in a process loads the clients.</summary>
    private protected ConnectorService Service => service ??= new ConnectorService(ConnectorFactory.Get());

    /// <summary>Handles Ctrl+C: the service ends cleanly, and the pipeline ends after it.</summary>
    protected sealed override void StopProcessing()
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command has just ended on its own.
        }
    }

    /// <summary>Which of several items is under way, for the prompt of <c>-Confirm</c>.</summary>
    private protected (int Number, int Count) Place { get; set; }

    /// <summary>Asks whether to do something, under <c>-Confirm</c>, and prints it under <c>-WhatIf</c>. The prompt for one of several items has its number: "Contoso (2 of 5)".</summary>
    /// <param name="target">What is changed.</param>
    /// <param name="action">The change.</param>
    internal bool Approve(string target, Message action)
    {
        var counted = Place.Count > 1 && !ShouldProcessApprover.IsWhatIf(this)
            ? Texts.ApproveTarget(target, PlanSummary.Number(Place.Number), PlanSummary.Number(Place.Count)).Render()
            : InertText.Of(target);
        return ShouldProcess(counted, action.Render());
    }

    /// <summary>Runs work of the service.</summary>
    /// <param name="prepare">Runs on the pipeline thread, where preferences can be read; returns the work to run off-thread.</param>
    private protected T RunPrepared<T>(Func<StreamObserver, PipelinePump, Func<CancellationToken, Task<T>>> prepare)
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
        catch (Exception e) when (ModuleFolder.IsLoadFailure(e) && ModuleFolder.IsReplaced)
        {
            throw ModuleFolder.Incomplete(ModuleFolder.Location, e);
        }
        catch (Exception e) when (UserInfoMask.Apply(e) is { } masked && !ReferenceEquals(masked, e))
        {
            // An unexpected exception, which PowerShell shows unchanged; so mask user info here.
            throw masked;
        }
    }

    /// <summary>Runs work of the service.</summary>
    private protected T Run<T>(Func<ConnectorService, IRunObserver, CancellationToken, Task<T>> work)
    {
        var opened = Service;
        return RunPrepared<T>((observer, _) => token => work(opened, observer, token));
    }

    /// <summary>Writes an error about one connection, user or group; the command continues.</summary>
    private protected void WriteError(ConnectorException exception, string? connection = null) =>
        WriteError(ErrorRecords.From(exception, connection));

    /// <summary>Ends the command because its input cannot be used.</summary>
    private protected void Terminate(ConnectorException exception, string? connection = null) =>
        ThrowTerminatingError(ErrorRecords.From(exception, connection));

    /// <summary>
    /// The full path of a file that was given as an argument; the file need not exist. Throws <see cref="ErrorId.FileUnusable"/> if no file can be at the path.
    /// </summary>
    internal string FullPath(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new ConnectorException(new Problem(ErrorId.FileUnusable, Texts.FileUnusableBlank, Texts.AdviceFileBlank).About(path));
        var full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        // Otherwise a path such as env:file would mean a file in the folder in which the process was started.
        if (provider.Name != "FileSystem")
            throw new ConnectorException(Problems.FileUnusable(path, Texts.FileReasonProvider(provider.Name)).About(path));
        return full;
    }

    /// <summary>The filter of a parameter that takes patterns. Ends the command if one is not valid, before anything is read.</summary>
    /// <param name="patterns">The patterns; null for no filter.</param>
    private protected Wildcards WildcardsOf(string[]? patterns)
    {
        try
        {
            return new Wildcards(patterns);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        service?.Dispose();
        stop.Dispose();
        GC.SuppressFinalize(this);
    }
}
