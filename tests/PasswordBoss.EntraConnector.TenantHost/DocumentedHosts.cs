using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.TenantHost;

/// <summary>
/// Entra, Microsoft Graph and a Password Boss under the names that the documentation uses, for clients whose proxy forwards these hosts to the ports. A tenant answers sign-ins
/// and what an admin does. A sandbox with the same groups answers what an application reads, and the SCIM requests.
/// </summary>
internal sealed class DocumentedHosts : IAsyncDisposable
{
    private static readonly SandboxEndpoints Names = new()
    {
        AuthorityHost = new Uri("https://login.microsoftonline.com/"),
        GraphEndpoint = new Uri("https://graph.microsoft.com/v1.0"),
        PasswordBossUri = new Uri("https://scim.example.com/v2"),
    };

    // The client id that the documentation uses.
    private const string DocumentedClient = "00001111-aaaa-2222-bbbb-3333cccc4444";
    private static readonly string[] Domains = ["contoso.onmicrosoft.com", "fabrikam.onmicrosoft.com", "customer.onmicrosoft.com", "msp.onmicrosoft.com"];

    // A second Password Boss: one tenant and one server belong to only one connection.
    private const string FurtherPasswordBoss = "scim.fabrikam.example";

    private readonly TenantServer tenant;
    private readonly SandboxServer company;
    private readonly HttpClient toTenant = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly string sandboxToken;

    private DocumentedHosts(TenantServer tenant, SandboxServer company, string sandboxToken)
    {
        this.tenant = tenant;
        this.company = company;
        this.sandboxToken = sandboxToken;
        company.Fault = Answer;
    }

    /// <summary>The sign-in host.</summary>
    public static Uri SignInHost => Names.AuthorityHost;

    /// <summary>The port of each host.</summary>
    public IReadOnlyDictionary<string, int> Ports => new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [Names.AuthorityHost.Host] = company.Endpoints.AuthorityHost.Port,
        [Names.GraphEndpoint.Host] = company.Endpoints.GraphEndpoint.Port,
        [Names.PasswordBossUri.Host] = company.Endpoints.PasswordBossUri.Port,
        [FurtherPasswordBoss] = company.Endpoints.PasswordBossUri.Port,
    };

    /// <summary>A tenant for these hosts, with a directory of some people and without a group for Password Boss.</summary>
    /// <param name="directory">The users and groups.</param>
    public static Tenant CreateTenant(SandboxState directory)
    {
        var tenant = new Tenant { Directory = new SandboxTenant(directory) };
        tenant.Directory.RenameGroup(SandboxCredentials.UserGroupId, "Everyone");
        tenant.Domains.UnionWith(Domains);
        foreach (var client in new[] { DocumentedClient, SandboxCredentials.ClientId })
            tenant.Register(client, SandboxCredentials.ClientSecret);
        return tenant;
    }

    /// <summary>Starts the servers that the proxy forwards to.</summary>
    /// <param name="directory">The users and groups, and the accounts of Password Boss.</param>
    /// <param name="tenant">The tenant of <see cref="CreateTenant"/>, over HTTP, as <see cref="SignInHost"/>.</param>
    /// <param name="certificates">The certificates, with these names.</param>
    public static async Task<DocumentedHosts> StartAsync(SandboxState directory, TenantServer tenant, TestCertificates? certificates)
    {
        var token = await SignInToSandboxAsync(directory);
        return new DocumentedHosts(tenant, await SandboxServer.StartAsync(directory, certificates, Names), token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await company.DisposeAsync();
        toTenant.Dispose();
    }

    private static async Task<string> SignInToSandboxAsync(SandboxState directory)
    {
        using var client = new HttpClient(new SandboxHandler(directory));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = SandboxCredentials.ClientId,
            ["client_secret"] = SandboxCredentials.ClientSecret,
            ["scope"] = "https://graph.microsoft.com/.default",
        });
        using var response = await client.PostAsync(new Uri(SandboxEndpoints.Default.AuthorityHost, SandboxCredentials.TenantId + "/oauth2/v2.0/token"), form);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("access_token").GetString()!;
    }

    private HttpResponseMessage? Answer(HttpRequestMessage request)
    {
        var address = request.RequestUri!;
        if (address.Host == Names.AuthorityHost.Host || (address.Host == Names.GraphEndpoint.Host && !ReadsDirectory(request)))
            return Forward(request);
        if (address.Host == Names.GraphEndpoint.Host)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", sandboxToken);
        else if (address.Host == FurtherPasswordBoss)
            request.RequestUri = new UriBuilder(address) { Host = Names.PasswordBossUri.Host }.Uri;
        return null;
    }

    private bool ReadsDirectory(HttpRequestMessage request) =>
        request.Headers.Authorization?.Parameter is { } token && tenant.Tenant.Tokens.TryGetValue(token, out var caller) && caller != "admin"
        && !request.RequestUri!.AbsolutePath.Contains("/applications", StringComparison.Ordinal);

    private HttpResponseMessage Forward(HttpRequestMessage request)
    {
        request.RequestUri = new Uri(tenant.Authority, request.RequestUri!.PathAndQuery);
        var response = toTenant.Send(request);
        // The content is complete now, and the server that passes it on divides it by itself.
        response.Headers.TransferEncodingChunked = null;
        return response;
    }
}
