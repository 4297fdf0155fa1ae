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
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.StateProcess;

namespace PasswordBoss.EntraConnector.Clients.Tests.Upgrade;

/// <summary>A state of an earlier version with its servers, unpacked into its own folder. The clock is a few minutes after its last run.</summary>
internal sealed class OldHome : StoreFactory, IDisposable
{
    public const string Ended = "state-6301a8c";
    public const string Killed = "state-6301a8c-killed";

    private readonly string root = Directory.CreateTempSubdirectory("pbentra-upgrade").FullName;
    /// <summary>Reverts the steps after schema 5, which cannot run twice. Earlier steps only change rows.</summary>
    public const string BackToSchema5 =
        "ALTER TABLE runs DROP COLUMN unlisted_skips; ALTER TABLE links DROP COLUMN last_seen_at; ALTER TABLE run_changes DROP COLUMN ended_at; DROP TABLE alert_events; DROP TABLE alert_memories; DROP TABLE alerts; DROP TABLE run_requests; ALTER TABLE open_matters DROP COLUMN leaving_event; PRAGMA user_version = 5;";

    private readonly StateFixture.SetClock clock = new();
    private string machine = "home";

    public OldHome(string archive)
    {
        using var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", archive + ".tar.gz"));
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(unpacked, root, overwriteFiles: false);
        clock.UtcNow = archive == Ended ? new(2026, 11, 29, 18, 50, 0, TimeSpan.Zero) : new(2026, 11, 29, 19, 30, 0, TimeSpan.Zero);
    }

    public override StateLocation Location => new(Path.Combine(root, machine), Path.Combine(root, machine + ".keys"), isMachineWide: false);

    public override IClock Clock => clock;

    /// <summary>Continues on another machine, which reaches the same tenants and has no state yet.</summary>
    public void ChangeMachine(string name) => machine = name;

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
        connection.IsSandbox ? SandboxLocation.PathOf(Location, connection.Id) : Path.Combine(root, "sandbox", "company.json");

    public SandboxState OpenSandboxState(ConnectionSettings connection) => SandboxState.AtFile(SandboxFile(connection), Clock);

    /// <summary>The receiver of all alerts.</summary>
    public IAlertReceiver? Receiver { get; set; }

    public override IAlertReceiver OpenAlertReceiver(Uri address, AlertFormat format) => Receiver ?? throw new NotSupportedException();

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static Dictionary<string, string[]> ColumnsOf(SqliteConnection raw) => raw
        .Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", row => row.GetString(0))
        .ToDictionary(table => table, table => raw.Query($"SELECT name FROM pragma_table_info('{table}')", row => row.GetString(0)).ToArray());

    protected override HttpMessageHandler OpenHandler(ConnectionSettings connection) => new InTime(new SandboxHandler(OpenSandboxState(connection), new SandboxEndpoints
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
