using System;
using System.Threading;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The current process while it watches connections. Disposed when the watch has ended.</summary>
public interface IWatchProcess : IDisposable
{
    /// <summary>Cancelled when the operating system asks the process to end. The process then waits, for a limited time, until this object is disposed.</summary>
    CancellationToken Terminating { get; }

    /// <summary>Reports to the service manager that the process is alive. Does nothing if no service manager expects this.</summary>
    void ReportAlive();

    /// <summary>Why the process should be restarted: its files were updated, or it uses too much memory; null if it may continue.</summary>
    Message? FindReasonToEnd();
}
