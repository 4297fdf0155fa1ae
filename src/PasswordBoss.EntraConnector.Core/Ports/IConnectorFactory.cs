using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// Creates everything that reaches outside the process. The only implementation is in the Clients assembly. That assembly is loaded by path on first use, on
/// PowerShell 7 into its own load context, so no type of a third-party package appears here.
/// </summary>
public interface IConnectorFactory
{
    /// <summary>
    /// Opens the machine store if the process runs as administrator, SYSTEM or root, otherwise the user store; <c>PBENTRA_HOME</c> overrides both.
    /// </summary>
    IStateStore OpenStateStore();

    /// <summary>Tests how far a connection to a host gets.</summary>
    IEndpointProbe Probe { get; }

    /// <summary>Opens the tenant of a connection; for a sandbox connection, the embedded one.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="secrets">Its secrets.</param>
    IDirectoryReader OpenDirectory(ConnectionSettings connection, ConnectionSecrets secrets);

    /// <summary>Opens a tenant that no connection has yet.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="secrets">The secrets of the application.</param>
    IDirectoryReader OpenTenant(EntraTenant tenant, ConnectionSecrets secrets);

    /// <summary>Opens a tenant for an admin who registers an application; sends nothing yet.</summary>
    /// <param name="signIn">How the admin signs in.</param>
    /// <param name="show">Shows the admin how to sign in: which code to enter where, or that a browser opens.</param>
    IApplicationDirectory OpenApplications(AdminSignIn signIn, Action<string> show);

    /// <summary>Opens the Password Boss side of a connection; for a sandbox connection, the embedded one.</summary>
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

    /// <summary>Takes the run lock of a connection in this store; null if another run or command holds it, in this process or another.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="holder">The purpose of the lock; this method adds the process.</param>
    IRunLock? TryLock(ConnectionSettings connection, RunLockHolder holder);

    /// <summary>The holder of the run lock, for use after it was refused; null if it is not known. Never throws.</summary>
    /// <param name="connection">The connection.</param>
    RunLockHolder? FindHolder(ConnectionSettings connection);

    /// <summary>Opens a configuration file; nothing is read or written yet.</summary>
    /// <param name="path">The full path.</param>
    IConfigurationFile OpenConfiguration(string path);

    /// <summary>Opens a backup of the state; nothing is read or written yet.</summary>
    /// <param name="path">The full path.</param>
    IStateBackup OpenBackup(string path);

    /// <summary>
    /// Writes a text file in one step: a reader sees the old file or the new one, never a part. It gets the permissions of other new files of this user, because
    /// another user may have to read it. Throws <see cref="Errors.ErrorId.FileUnusable"/>.
    /// </summary>
    /// <param name="path">The full path. An existing file is replaced.</param>
    /// <param name="text">The content.</param>
    void ReplaceFile(string path, string text);

    /// <summary>
    /// Checks, without writing anything, that a user's file may be written to a path. Throws <see cref="Errors.ErrorId.FileUnusable"/>, or
    /// <see cref="Errors.ErrorId.FileExists"/> for a file that may not be replaced.
    /// </summary>
    /// <param name="path">The full path.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    void RequireWritablePath(string path, bool overwrite);

    /// <summary>
    /// Begins a report page: one HTML file for its owner only. Throws <see cref="Errors.ErrorId.FileExists"/> or <see cref="Errors.ErrorId.FileUnusable"/> before
    /// anything is read.
    /// </summary>
    /// <param name="path">The full path.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    /// <param name="words">The words of the page.</param>
    IReportFile OpenReportPage(string path, bool overwrite, ReportWords words);

    /// <summary>Begins a report table: one CSV file of changes, under the same conditions as <see cref="OpenReportPage"/>.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    IReportFile OpenReportTable(string path, bool overwrite);

    /// <summary>Opens a log of runs, and checks that it can be written. Throws <see cref="Errors.ErrorId.FileUnusable"/>.</summary>
    /// <param name="path">The full path. A missing folder is created.</param>
    IRunLog OpenLog(string path);

    /// <summary>Opens the receiver of an alert; sends nothing yet.</summary>
    /// <param name="address">Its https address, which is a secret.</param>
    /// <param name="format">The form of the messages.</param>
    IAlertReceiver OpenAlertReceiver(Uri address, AlertFormat format);

    /// <summary>Opens the scheduler of this machine. Throws <see cref="Errors.ErrorId.SchedulerUnavailable"/> if there is none that can be queried.</summary>
    ITaskScheduler OpenScheduler();

    /// <summary>Opens the current process as one that watches connections.</summary>
    /// <param name="moduleFolder">The folder of the module; an update of its files is detected.</param>
    IWatchProcess OpenWatchProcess(string moduleFolder);

    /// <summary>The time.</summary>
    IClock Clock { get; }

    /// <summary>Runs work in the background.</summary>
    IWorkers Workers { get; }
}
