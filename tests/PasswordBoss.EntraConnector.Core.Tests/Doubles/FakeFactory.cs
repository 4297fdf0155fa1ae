using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

internal sealed class FakeFactory : IConnectorFactory
{
    private readonly FakeStore store;
    private readonly FakeEntra entra;
    private readonly FakePasswordBoss passwordBoss;

    public FakeFactory(FakeStore store, FakeEntra entra, FakePasswordBoss passwordBoss, IClock clock)
    {
        this.store = store;
        this.entra = entra;
        this.passwordBoss = passwordBoss;
        Clock = clock;
    }

    public IClock Clock { get; set; }

    public IWorkers Workers { get; set; } = new PoolWorkers();

    /// <summary>Another company, whose token was stored by mistake; null for the right one.</summary>
    public FakePasswordBoss? Elsewhere { get; set; }

    /// <summary>Wraps the client of Password Boss. The default adds nothing.</summary>
    public Func<IAccountDirectory, IAccountDirectory> Around { get; set; } = accounts => accounts;

    /// <summary>Another process holds the lock.</summary>
    public bool LockedElsewhere { get; set; }

    /// <summary>This process holds the lock.</summary>
    public bool Locked { get; private set; }

    /// <summary>How far a connection to a host gets. A host without an entry is fully reachable.</summary>
    public Dictionary<string, EndpointReach> Reach { get; } = new();

    public IEndpointProbe Probe => new FakeProbe(Reach);

    /// <summary>The scheduler; null if there is none.</summary>
    public FakeScheduler? Scheduler { get; set; } = new();

    /// <summary>The only configuration file, which is found at every path.</summary>
    public FakeConfigurationFile Configuration { get; } = new();

    public IConfigurationFile OpenConfiguration(string path) => Configuration;

    public IStateBackup OpenBackup(string path) => throw new NotSupportedException("Backups are tested with a real store.");

    /// <summary>The written texts, by path.</summary>
    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    public void ReplaceFile(string path, string text) => Files[path] = text;

    public void RequireWritablePath(string path, bool overwrite)
    {
    }

    /// <summary>The last report.</summary>
    public FakeReport? Report { get; private set; }

    public IReportFile OpenReportPage(string path, bool overwrite, ReportWords words) => Report = new FakeReport(words);

    public IReportFile OpenReportTable(string path, bool overwrite) => Report = new FakeReport(null);

    public IRunLog OpenLog(string path) => throw new NotSupportedException("Logs have their own tests.");

    /// <summary>The receivers of alerts, by host.</summary>
    public Dictionary<string, FakeReceiver> Receivers { get; } = new();

    public IAlertReceiver OpenAlertReceiver(Uri address, AlertFormat format) => Receivers[address.Host];

    /// <summary>How often the scheduler was opened.</summary>
    public int SchedulersOpened { get; private set; }

    public ITaskScheduler OpenScheduler()
    {
        SchedulersOpened++;
        return Scheduler ?? throw new ConnectorException(Problems.SchedulerUnavailable("there is none."));
    }

    public IWatchProcess OpenWatchProcess(string moduleFolder) => throw new NotSupportedException("A test passes its own.");

    public IStateStore OpenStateStore() => store;

    /// <summary>The settings and secrets of each opened client, which it could have sent.</summary>
    public List<(ConnectionSettings Connection, ConnectionSecrets Secrets)> Opened { get; } = new();

    public IDirectoryReader OpenDirectory(ConnectionSettings connection, ConnectionSecrets secrets)
    {
        entra.OpenedTenant = connection.TenantId;
        Opened.Add((connection, secrets));
        return entra;
    }

    public IDirectoryReader OpenTenant(EntraTenant tenant, ConnectionSecrets secrets) =>
        throw new NotSupportedException("Registering is tested against a tenant over HTTPS.");

    public IApplicationDirectory OpenApplications(AdminSignIn signIn, Action<string> show) =>
        throw new NotSupportedException("Registering is tested against a tenant over HTTPS.");

    public IAccountDirectory OpenAccounts(ConnectionSettings connection, ConnectionSecrets secrets)
    {
        Opened.Add((connection, secrets));
        return Around(Elsewhere ?? passwordBoss);
    }

    public ISandboxTenant OpenSandbox(ConnectionSettings connection) => throw new NotSupportedException("The embedded tenant has its own tests.");

    public void DeleteSandbox(ConnectionSettings connection) => DeletedSandboxes.Add(connection.Name);

    public List<string> DeletedSandboxes { get; } = new();

    public (ConnectionSettings Connection, ConnectionSecrets Secrets) CreateSandbox(string name) => (
        World.NewConnection(name) with { IsSandbox = true },
        new ConnectionSecrets());

    public IRunLock? TryLock(ConnectionSettings connection, RunLockHolder holder)
    {
        if (LockedElsewhere || Locked)
            return null;
        Locked = true;
        Reported.Add(holder);
        return new Unlock(this);
    }

    /// <summary>The process that holds the lock, if it is another one.</summary>
    public RunLockHolder? Holder { get; set; }

    public RunLockHolder? FindHolder(ConnectionSettings connection) => Holder;

    /// <summary>The notes of this process while it held the lock.</summary>
    public List<RunLockHolder> Reported { get; } = new();

    private sealed class FakeProbe(Dictionary<string, EndpointReach> reach) : IEndpointProbe
    {
        public Task<EndpointReach> ProbeAsync(Uri endpoint, CancellationToken cancellationToken) =>
            Task.FromResult(reach.GetValueOrDefault(endpoint.Host) ?? new EndpointReach { Stage = ReachStage.Reached, Protocol = "Tls13", Issuer = "A public authority" });
    }

    private sealed class Unlock : IRunLock
    {
        private readonly FakeFactory owner;

        public Unlock(FakeFactory owner) => this.owner = owner;

        public void Describe(RunLockHolder holder) => owner.Reported.Add(holder);

        public void Dispose() => owner.Locked = false;
    }
}
