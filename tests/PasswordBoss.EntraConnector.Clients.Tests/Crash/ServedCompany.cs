using System;
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

/// <summary>A tenant and a company in a file, served on real sockets to a process that syncs them.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ServedCompany : StoreFactory, IAsyncDisposable
{
    private readonly ServedStore store;
    private readonly string name;
    private SandboxState sandbox = null!;

    private ServedCompany(ServedStore store, string name)
    {
        this.store = store;
        this.name = name;
    }

    public SandboxServer Server { get; private set; } = null!;

    public SandboxTenant Tenant => Server.Tenant;

    public ConnectionSettings Connection { get; private set; } = null!;

    public override IClock Clock { get; } = new SystemClock();

    public override StateLocation Location => store.Location;

    /// <summary>Serves a new company, and stores its connection as soon as its groups are known.</summary>
    /// <param name="store">The store of the process that syncs it, which the caller disposes.</param>
    /// <param name="name">The name of the connection.</param>
    public static async Task<ServedCompany> StartAsync(ServedStore store, string name)
    {
        var company = new ServedCompany(store, name) { sandbox = SandboxState.AtFile(store.SandboxFile(name)) };
        company.Server = await SandboxServer.StartAsync(company.sandbox, store.Certificates);
        var endpoints = company.Server.Endpoints;
        company.Connection = TestConnections.To(endpoints.AuthorityHost, endpoints.GraphEndpoint, endpoints.PasswordBossUri) with
        {
            Name = name,
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
        using var state = OpenStateStore();
        state.SaveConnection(Connection, new ConnectionSecrets { ClientSecret = SandboxCredentials.ClientSecret, PasswordBossToken = SandboxCredentials.PasswordBossToken });
    }

    /// <summary>A run in this process, without faults.</summary>
    public async Task<PBSyncResult> SyncAsync()
    {
        using var service = new ConnectorService(this);
        return (await service.SyncAsync(name, new SyncOptions(), new Unattended(), new Unattended(), default)).Result;
    }

    /// <summary>Waits until all connections of a killed process have ended, so that the server has processed or dropped its requests.</summary>
    public void ComeToRest() => Assert.True(SpinWait.SpinUntil(() => Server.IsAtRest, TimeSpan.FromSeconds(30)), "Connections of the killed process stay open.");

    /// <summary>The content of Password Boss and of the store as text, without the IDs from servers.</summary>
    public string[] Snapshot()
    {
        using var opened = OpenStateStore();
        using var journal = opened.OpenJournal(Connection.Id);
        var state = journal.Load(Clock.UtcNow.AddDays(-1));
        return Server.PasswordBoss.Accounts.Select(a => $"{a.Email} {a.State} {a.ManagedBy} {a.ExternalId} {a.DisplayName}: {string.Join(", ", a.Groups)}")
            .Concat(Server.PasswordBoss.Groups.Select(g => $"{g.DisplayName} {g.ManagedBy} {g.ExternalId}: {string.Join(", ", g.Members)}"))
            .Concat(state.Links.Select(l => $"link {l.EntraId} {l.Email} {l.Kind} {l.AppliedRule} {l.HandledEvent}").Order(StringComparer.Ordinal))
            .Concat(state.GroupLinks.Select(l => $"group link {l.GroupId} {l.DisplayName}").Order(StringComparer.Ordinal))
            .Append($"removed {state.Removals.Count(r => r.GroupId is null)}")
            .ToArray();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    // The same responses without sockets.
    protected override HttpMessageHandler OpenHandler(ConnectionSettings connection) => new SandboxHandler(sandbox, Server.Endpoints);
}
