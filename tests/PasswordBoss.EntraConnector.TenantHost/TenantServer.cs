using System;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PasswordBoss.EntraConnector.TenantHost;

/// <summary>A tenant's sign-in host and Microsoft Graph on one loopback address, over HTTPS if there is a certificate.</summary>
public sealed class TenantServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private TenantServer(WebApplication application, Tenant tenant)
    {
        this.application = application;
        Tenant = tenant;
    }

    /// <summary>The served tenant.</summary>
    public Tenant Tenant { get; }

    /// <summary>The sign-in host.</summary>
    public Uri Authority { get; private set; } = null!;

    /// <summary>The address of the sign-in host that clients use if a proxy forwards to this server; null for <see cref="Authority"/>.</summary>
    public Uri? Name { get; init; }

    /// <summary>The root of Graph.</summary>
    public Uri Graph => new(Authority, "v1.0");

    /// <summary>Responds to a request instead of the tenant; false leaves the request to the tenant.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="tenant">The tenant to serve.</param>
    /// <param name="certificate">The certificate; null for plain HTTP.</param>
    /// <param name="name">The value of <see cref="Name"/>.</param>
    public static async Task<TenantServer> StartAsync(Tenant tenant, X509Certificate2? certificate, Uri? name = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listener =>
            {
                if (certificate is not null)
                    listener.UseHttps(certificate);
            });
        });
        var server = new TenantServer(builder.Build(), tenant) { Name = name };
        server.application.Run(server.AnswerAsync);
        await server.application.StartAsync();
        var bound = server.application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Authority = new UriBuilder(bound) { Host = "localhost" }.Uri;
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync(new CancellationToken(true));
        await application.DisposeAsync();
    }

    /// <summary>Responds with JSON.</summary>
    public static Task JsonAsync(HttpContext context, JsonNode body, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.Date = Tenant.Now.ToString("R");
        if (Instead is { } instead && await instead(context))
            return;
        var path = context.Request.Path.Value!;
        if (path.StartsWith("/v1.0/", StringComparison.Ordinal))
            await new GraphEndpoint(Tenant).AnswerAsync(context, path["/v1.0".Length..]);
        else
            await SignIn.AnswerAsync(context);
    }

    private SignInEndpoint SignIn => field ??= new SignInEndpoint(Tenant, Name ?? Authority);
}
