using System;
using System.Net.Http;
using PasswordBoss.EntraConnector.Clients.Backups;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>A store with its locks and backups, and the two sides of its connections. It supports nothing else.</summary>
internal abstract class StoreFactory : IConnectorFactory
{
    /// <summary>The location of the store.</summary>
    public abstract StateLocation Location { get; }

    public abstract IClock Clock { get; }

    public IWorkers Workers { get; } = new ThreadPoolWorkers();

    public IEndpointProbe Probe { get; } = new EndpointProbe();

    /// <summary>Answers the requests to both sides of a connection.</summary>
    protected abstract HttpMessageHandler OpenHandler(ConnectionSettings connection);

    public IStateStore OpenStateStore() => new StateStore(Location, Clock);

    public IDirectoryReader OpenDirectory(ConnectionSettings connection, ConnectionSecrets secrets) => TestConnections.OpenReader(connection, secrets, OpenHandler(connection), HttpTiming.Default);

    public IAccountDirectory OpenAccounts(ConnectionSettings connection, ConnectionSecrets secrets) =>
        new ScimAccountDirectory(HttpEndpoint.Open(EndpointRole.PasswordBoss, connection.PasswordBossUri, OpenHandler(connection)), secrets.PasswordBossToken);

    public IRunLock? TryLock(ConnectionSettings connection, RunLockHolder holder) => RunLockFiles.TryAcquire(Location, connection, holder);

    public RunLockHolder? FindHolder(ConnectionSettings connection) => RunLockFiles.FindHolder(Location, connection);

    public IStateBackup OpenBackup(string path) => new BackupFile(path, Location, Clock, SealedFile.Cost with { MemoryKiB = 1024, Iterations = 1 });

    public void RequireWritablePath(string path, bool overwrite) => FileReplacement.RequireWritablePath(Location, path, overwrite);

    public virtual IAlertReceiver OpenAlertReceiver(Uri address, AlertFormat format) => throw new NotSupportedException();

    public IConfigurationFile OpenConfiguration(string path) => throw new NotSupportedException();

    public IReportFile OpenReportPage(string path, bool overwrite, ReportWords words) => throw new NotSupportedException();

    public IReportFile OpenReportTable(string path, bool overwrite) => throw new NotSupportedException();

    public IRunLog OpenLog(string path) => throw new NotSupportedException();

    public void ReplaceFile(string path, string text) => throw new NotSupportedException();

    public IWatchProcess OpenWatchProcess(string moduleFolder) => throw new NotSupportedException();

    public ITaskScheduler OpenScheduler() => throw new NotSupportedException();

    public IDirectoryReader OpenTenant(EntraTenant tenant, ConnectionSecrets secrets) => throw new NotSupportedException();

    public IApplicationDirectory OpenApplications(AdminSignIn signIn, Action<string> show) => throw new NotSupportedException();

    public ISandboxTenant OpenSandbox(ConnectionSettings connection) => throw new NotSupportedException();

    public void DeleteSandbox(ConnectionSettings connection) => throw new NotSupportedException();

    public (ConnectionSettings Connection, ConnectionSecrets Secrets) CreateSandbox(string name) => throw new NotSupportedException();
}
