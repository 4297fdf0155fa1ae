using System;
using PasswordBoss.EntraConnector.Applications;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// Creates what touches the outside world. The one implementation lives in the Clients assembly, which is loaded by path, on first use, into a context of
/// its own on PowerShell 7; so no type of a third-party package appears here.
/// </summary>
public interface IConnectorFactory
{
    /// <summary>Opens the machine's store when the process runs as administrator, SYSTEM or root, else the user's; <c>PBENTRA_HOME</c> overrides both.</summary>
    IStateStore OpenStateStore();

    /// <summary>Finds out how far the way to a host is open.</summary>
    IEndpointProbe Probe { get; }

    /// <summary>Opens the tenant of a connection; in the sandbox, the embedded one.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="secrets">Its secrets.</param>
    IDirectoryReader OpenDirectory(ConnectionSettings connection, ConnectionSecrets secrets);

    /// <summary>Opens a tenant that no connection has yet.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="secrets">The secrets of the application.</param>
    IDirectoryReader OpenTenant(EntraTenant tenant, ConnectionSecrets secrets);

    /// <summary>Opens a tenant for an admin who registers an application; nothing is sent yet.</summary>
    /// <param name="signIn">How the admin signs in.</param>
    /// <param name="showCode">Shows the admin what to enter where, when a code is to be entered elsewhere.</param>
    IApplicationDirectory OpenApplications(AdminSignIn signIn, Action<string> showCode);

    /// <summary>Opens the Password Boss side of a connection; in the sandbox, the embedded one.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="secrets">Its secrets.</param>
    IAccountDirectory OpenAccounts(ConnectionSettings connection, ConnectionSecrets secrets);

    /// <summary>Opens the embedded tenant of a sandbox connection, to change it.</summary>
    /// <param name="connection">A sandbox connection.</param>
    ISandboxTenant OpenSandbox(ConnectionSettings connection);

    /// <summary>Deletes the embedded tenant of a sandbox connection.</summary>
    /// <param name="connection">A sandbox connection.</param>
    void DeleteSandbox(ConnectionSettings connection);

    /// <summary>The settings and secrets of a new sandbox connection.</summary>
    /// <param name="name">The name of the connection.</param>
    (ConnectionSettings Connection, ConnectionSecrets Secrets) CreateSandbox(string name);

    /// <summary>Takes the run lock of a connection, which belongs to the store; null when another run holds it, in this process or any other.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="holder">What it is taken for; the process is filled in.</param>
    IRunLock? TryLock(ConnectionSettings connection, RunHolder holder);

    /// <summary>Who holds the run lock, asked after it was refused; null when nobody says so. Never throws.</summary>
    /// <param name="connection">The connection.</param>
    RunHolder? FindHolder(ConnectionSettings connection);

    /// <summary>Opens the scheduler of this machine. Throws <see cref="Errors.ErrorId.SchedulerUnavailable"/> when there is none that can be asked.</summary>
    ITaskScheduler OpenScheduler();

    /// <summary>The time.</summary>
    IClock Clock { get; }
}
