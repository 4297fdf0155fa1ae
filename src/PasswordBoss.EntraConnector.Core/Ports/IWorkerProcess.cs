using System;
using System.Threading;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>This process, as long as it watches connections. Disposed when the watching has ended.</summary>
public interface IWorkerProcess : IDisposable
{
    /// <summary>Cancelled when the operating system ends the process, which waits until this object is disposed.</summary>
    CancellationToken Terminating { get; }

    /// <summary>Reports to the service manager that the process works. Without a service manager that asks for it, does nothing.</summary>
    void ReportAlive();

    /// <summary>Why the process should be started anew: its files were updated, or it uses too much memory; null if it may go on.</summary>
    Message? FindReasonToEnd();
}
