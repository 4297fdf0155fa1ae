using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.SandboxHost;
using PasswordBoss.EntraConnector.StateProcess;

namespace PasswordBoss.EntraConnector.Clients.Tests.Crash;

/// <summary>
/// A tenant and a company in a file, served on real sockets to a process that syncs them, and the store of that process. All of it can be saved and
/// restored, so that the same run can be repeated.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ServedCompany : StoreFactory, IAsyncDisposable
{
    private const string Name = "Served";
    private readonly string root = Path.Combine(Path.GetTempPath(), "entra-connector-crash-" + Guid.NewGuid().ToString("N"));
    private SandboxState sandbox = null!;

    private ServedCompany()
    {
    }

    public SandboxServer Server { get; private set; } = null!;

    public SandboxTenant Tenant => Server.Tenant;

    public ConnectionSettings Connection { get; private set; } = null!;

    public override IClock Clock { get; } = new SystemClock();

    public override StateLocation Location => new(Home, Path.Combine(root, "home.keys"), isMachineWide: false);

    private string Home => Path.Combine(root, "home");

    private string SandboxFile => Path.Combine(root, "sandbox", "company.json");

    private string Authority => Path.Combine(root, "authority.pem");

    public static async Task<ServedCompany> StartAsync()
    {
        var company = new ServedCompany();
        Directory.CreateDirectory(company.root);
        company.sandbox = SandboxState.AtFile(company.SandboxFile);
        company.Server = await SandboxServer.StartAsync(company.sandbox);
        await File.WriteAllTextAsync(company.Authority, company.Server.AuthorityPem);
        var endpoints = company.Server.Endpoints;
        company.Connection = TestConnections.To(endpoints.AuthorityHost, endpoints.GraphEndpoint, endpoints.PasswordBossUri) with
        {
            Name = Name,
            TenantId = SandboxCredentials.TenantId,
            ClientId = SandboxCredentials.ClientId,
            UserGroup = new GroupReference(SandboxCredentials.UserGroupId, "Password Boss Users"),
            // The limits have their own tests.
            Rules = SyncRules.Default with { MaxRemovalCount = 1000, MaxRemovalPercent = 100, DeletedUser = LeaverRule.Delete, RemovedUser = LeaverRule.ConvertToPersonal },
        };
        return company;
    }

    public void Select(params string[] groups)
    {
        Connection = Connection with { AdditionalGroups = groups.Select(g => new GroupReference(g, g)).ToList() };
        using var store = OpenStateStore();
        store.SaveConnection(Connection, new ConnectionSecrets { ClientSecret = SandboxCredentials.ClientSecret, PasswordBossToken = SandboxCredentials.PasswordBossToken });
    }

    /// <summary>A run in this process, without faults.</summary>
    public async Task<PBSyncResult> SyncAsync()
    {
        using var service = new ConnectorService(this);
        return (await service.SyncAsync(Name, new SyncOptions(), new Unattended(), new Unattended(), default)).Result;
    }

    /// <summary>A run in a process of its own, over real sockets.</summary>
    public SecondProcess StartSync() => StartSyncs("incremental");

    /// <summary>Runs in one process, over real sockets.</summary>
    /// <param name="modes">The mode of each run.</param>
    public SecondProcess StartSyncs(params string[] modes) => SecondProcess.Start(
        new Dictionary<string, string> { [StateLocation.HomeVariable] = Home, ["SSL_CERT_FILE"] = Authority, ["DOTNET_TieredPGO"] = "0" }, ["sync", Name, .. modes]);

    /// <summary>Waits until all connections of a killed process have ended, so that the server has processed or dropped its requests.</summary>
    public void ComeToRest() => Assert.True(SpinWait.SpinUntil(() => Server.Connections == 0, TimeSpan.FromSeconds(30)), "Connections of the killed process stay open.");

    public void PutAside(string name)
    {
        foreach (var (source, aside) in Folders(name))
            Copy(source, aside);
    }

    public void Reclaim(string name)
    {
        foreach (var (source, aside) in Folders(name))
        {
            if (Directory.Exists(source))
                Directory.Delete(source, recursive: true);
            Copy(aside, source);
        }
    }

    /// <summary>The content of Password Boss and of the store as text, without the IDs from servers.</summary>
    public string[] Snapshot()
    {
        using var store = OpenStateStore();
        using var journal = store.OpenJournal(Connection.Id);
        var state = journal.Load(Clock.UtcNow.AddDays(-1));
        return Server.PasswordBoss.Accounts.Select(a => $"{a.Email} {a.State} {a.ManagedBy} {a.ExternalId} {a.DisplayName}: {string.Join(", ", a.Groups)}")
            .Concat(Server.PasswordBoss.Groups.Select(g => $"{g.DisplayName} {g.ManagedBy} {g.ExternalId}: {string.Join(", ", g.Members)}"))
            .Concat(state.Links.Select(l => $"link {l.EntraId} {l.Email} {l.Kind} {l.AppliedRule} {l.HandledEvent}").Order(StringComparer.Ordinal))
            .Concat(state.GroupLinks.Select(l => $"group link {l.GroupId} {l.DisplayName}").Order(StringComparer.Ordinal))
            .Append($"removed {state.Removals.Count(r => r.GroupId is null)}")
            .ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    // The same responses without sockets.
    protected override HttpMessageHandler OpenHandler(ConnectionSettings connection) => new SandboxHandler(sandbox, Server.Endpoints);

    private IEnumerable<(string Source, string Aside)> Folders(string name) =>
        new[] { "home", "home.keys", "home.witness", "sandbox" }.Select(f => (Path.Combine(root, f), Path.Combine(root, name, f)));

    private static void Copy(string source, string target)
    {
        // Before the first run there is no witness.
        if (!Directory.Exists(source))
            return;
        foreach (var folder in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories).Prepend(source))
            Directory.CreateDirectory(folder.Replace(source, target, StringComparison.Ordinal), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(source, target, StringComparison.Ordinal));
    }
}
