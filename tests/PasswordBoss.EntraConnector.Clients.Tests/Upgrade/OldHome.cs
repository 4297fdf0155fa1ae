using System;
using System.Collections.Generic;
using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Backups;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.StateProcess;

namespace PasswordBoss.EntraConnector.Clients.Tests.Upgrade;

/// <summary>A state of an earlier version with its servers, unpacked into its own folder. The clock is a few minutes after its last run.</summary>
internal sealed class OldHome : IConnectorFactory, IDisposable
{
    public const string Ended = "state-6301a8c";
    public const string Killed = "state-6301a8c-killed";

    private readonly string root = Directory.CreateTempSubdirectory("pbentra-upgrade").FullName;
    /// <summary>Reverts the steps after schema 5, which cannot run twice. Earlier steps only change rows.</summary>
    public const string BackToSchema5 =
        "ALTER TABLE runs DROP COLUMN unlisted_skips; ALTER TABLE links DROP COLUMN last_seen_at; ALTER TABLE run_changes DROP COLUMN ended_at; DROP TABLE alert_events; DROP TABLE alert_memories; DROP TABLE alerts; DROP TABLE run_requests; ALTER TABLE open_matters DROP COLUMN leaving_event; PRAGMA user_version = 5;";

    private readonly StateFixture.SetClock clock = new();

    public OldHome(string archive)
    {
        using var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", archive + ".tar.gz"));
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(unpacked, root, overwriteFiles: false);
        clock.UtcNow = archive == Ended ? new(2026, 11, 29, 18, 50, 0, TimeSpan.Zero) : new(2026, 11, 29, 19, 30, 0, TimeSpan.Zero);
        Location = new StateLocation(Path.Combine(root, "home"), Path.Combine(root, "home.keys"), isMachineWide: false);
    }

    public StateLocation Location { get; private set; }

    public IClock Clock => clock;

    public IWorkers Workers { get; } = new ThreadPoolWorkers();

    public IEndpointProbe Probe { get; } = new EndpointProbe();

    /// <summary>Continues on another machine, which reaches the same tenants and has no state yet.</summary>
    public void ChangeMachine(string name) => Location = new StateLocation(Path.Combine(root, name), Path.Combine(root, name + ".keys"), isMachineWide: false);

    public void GoOn(TimeSpan time) => clock.UtcNow += time;

    /// <summary>The database as it is, without the migrations of the store.</summary>
    public SqliteConnection OpenRaw()
    {
        SqliteNative.EnsureLoaded();
        return StateDatabase.Connect(Location.Database, SqliteOpenMode.ReadWrite);
    }

    /// <summary>All rows of all tables as text, column by column.</summary>
    /// <param name="columns">The columns of each table; null for all columns of the database.</param>
    public Dictionary<string, string[]> Dump(IReadOnlyDictionary<string, string[]>? columns = null)
    {
        using var raw = OpenRaw();
        columns ??= ColumnsOf(raw);
        return columns.ToDictionary(table => table.Key, table => raw
            .Query($"SELECT {string.Join(", ", table.Value.Select(column => $"quote({column})"))} FROM {table.Key}", row => string.Join(" | ", table.Value.Select((_, i) => row.GetString(i))))
            .Order(StringComparer.Ordinal).ToArray());
    }

    public Dictionary<string, string[]> Columns()
    {
        using var raw = OpenRaw();
        return ColumnsOf(raw);
    }

    public string[] Names()
    {
        using var store = OpenStateStore();
        return store.ListConnections().Select(connection => connection.Name).ToArray();
    }

    public ConnectionSettings Connection(string name)
    {
        using var store = OpenStateStore();
        return store.ListConnections().Single(connection => connection.Name == name);
    }

    public T With<T>(string name, Func<ISyncJournal, T> read)
    {
        var id = Connection(name).Id;
        using var store = OpenStateStore();
        using var journal = store.OpenJournal(id);
        return read(journal);
    }

    public async Task<PBSyncResult> SyncAsync(string name, SyncOptions? options = null)
    {
        using var service = new ConnectorService(this);
        return (await service.SyncAsync(name, options ?? new SyncOptions(), new Unattended(), new Unattended(), default)).Result;
    }

    /// <summary>The file with both sides of a connection.</summary>
    public string SandboxFile(ConnectionSettings connection) =>
        connection.IsSandbox ? Path.Combine(Location.Folder, "sandbox", connection.Id.ToString("N") + ".json") : Path.Combine(root, "sandbox", "company.json");

    public SandboxState OpenSandboxState(ConnectionSettings connection) => SandboxState.AtFile(SandboxFile(connection), Clock);

    public IStateStore OpenStateStore() => new StateStore(Location, Clock);

    public IDirectoryReader OpenDirectory(ConnectionSettings connection, ConnectionSecrets secrets) => TestConnections.OpenReader(connection, secrets, OpenSandboxHandler(connection), HttpTiming.Default);

    public IAccountDirectory OpenAccounts(ConnectionSettings connection, ConnectionSecrets secrets) =>
        new ScimAccountDirectory(HttpEndpoint.Open(EndpointRole.PasswordBoss, connection.PasswordBossUri, OpenSandboxHandler(connection)), secrets.PasswordBossToken);

    public IRunLock? TryLock(ConnectionSettings connection, RunLockHolder holder) => RunLockFiles.TryAcquire(Location, connection, holder);

    public RunLockHolder? FindHolder(ConnectionSettings connection) => RunLockFiles.FindHolder(Location, connection);

    public IConfigurationFile OpenConfiguration(string path) => throw new NotSupportedException();

    public IReportFile OpenReportPage(string path, bool overwrite, ReportWords words) => throw new NotSupportedException();

    public IReportFile OpenReportTable(string path, bool overwrite) => throw new NotSupportedException();

    public IRunLog OpenLog(string path) => throw new NotSupportedException();

    public IStateBackup OpenBackup(string path) => new BackupFile(path, Location, Clock, SealedFile.Cost with { MemoryKiB = 1024, Iterations = 1 });

    public void ReplaceFile(string path, string text) => throw new NotSupportedException();

    public void RequireWritablePath(string path, bool overwrite) => FileReplacement.RequireWritablePath(Location, path, overwrite);

    /// <summary>The receiver of all alerts.</summary>
    public IAlertReceiver? Receiver { get; set; }

    public IAlertReceiver OpenAlertReceiver(Uri address, AlertFormat format) => Receiver ?? throw new NotSupportedException();

    public IWatchProcess OpenWatchProcess(string moduleFolder) => throw new NotSupportedException();

    public ITaskScheduler OpenScheduler() => throw new NotSupportedException();

    public IDirectoryReader OpenTenant(EntraTenant tenant, ConnectionSecrets secrets) => throw new NotSupportedException();

    public IApplicationDirectory OpenApplications(AdminSignIn signIn, Action<string> show) => throw new NotSupportedException();

    public ISandboxTenant OpenSandbox(ConnectionSettings connection) => throw new NotSupportedException();

    public void DeleteSandbox(ConnectionSettings connection) => throw new NotSupportedException();

    public (ConnectionSettings Connection, ConnectionSecrets Secrets) CreateSandbox(string name) => throw new NotSupportedException();

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static Dictionary<string, string[]> ColumnsOf(SqliteConnection raw) => raw
        .Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", row => row.GetString(0))
        .ToDictionary(table => table, table => raw.Query($"SELECT name FROM pragma_table_info('{table}')", row => row.GetString(0)).ToArray());

    private InTime OpenSandboxHandler(ConnectionSettings connection) => new(new SandboxHandler(OpenSandboxState(connection), new SandboxEndpoints
    {
        AuthorityHost = connection.AuthorityHost,
        GraphEndpoint = connection.GraphEndpoint,
        PasswordBossUri = connection.PasswordBossUri,
    }));

    /// <summary>Sets the response time to the real time. The connector compares it with the machine's clock, not with the clock of the runs.</summary>
    private sealed class InTime(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            response.Headers.Date = DateTimeOffset.UtcNow;
            return response;
        }
    }
}
