using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.SandboxHost;

/// <summary>
/// The sandbox on real sockets: HTTPS on three loopback ports for sign-in, Graph and Password Boss, so that a token for the wrong server is detected.
/// Links in responses have the address that the client used.
/// </summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly TestCertificates certificates;
    private readonly bool ownsCertificates;
    private HttpMessageInvoker invoker = null!;
    private long requests;
    private int connections;
    private long bytesSent;

    private SandboxServer(WebApplication application, SandboxState state, TestCertificates certificates, bool ownsCertificates)
    {
        this.application = application;
        this.certificates = certificates;
        this.ownsCertificates = ownsCertificates;
        State = state;
        Tenant = new SandboxTenant(state);
        PasswordBoss = new SandboxPasswordBoss(state);
    }

    /// <summary>The state of the tenant and the company.</summary>
    public SandboxState State { get; }

    /// <summary>The tenant, to change it.</summary>
    public SandboxTenant Tenant { get; }

    /// <summary>The Password Boss company, to change it.</summary>
    public SandboxPasswordBoss PasswordBoss { get; }

    /// <summary>The addresses.</summary>
    public SandboxEndpoints Endpoints { get; private set; } = SandboxEndpoints.Default;

    /// <summary>The certificate authority as PEM.</summary>
    public string AuthorityPem => certificates.AuthorityPem;

    /// <summary>
    /// Runs for each request before the sandbox, on the request's own thread. A response replaces that of the sandbox, null passes the request on, and an
    /// <see cref="IOException"/> resets the connection, here or while the content of a response is read.
    /// </summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Fault { get; set; }

    /// <summary>The delay of each response.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The number of requests so far, including those with a fault.</summary>
    public long Requests => Interlocked.Read(ref requests);

    /// <summary>The number of open connections. While one is open, a request that its client sent before it died may still be waiting to be read.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>The number of bytes in all bodies sent so far.</summary>
    public long BytesSent => Interlocked.Read(ref bytesSent);

    /// <summary>Starts a server on free ports.</summary>
    /// <param name="state">The state to serve; null for the sandbox company in memory.</param>
    /// <param name="certificates">The certificates, which the caller disposes; null for new ones.</param>
    /// <param name="names">The addresses that clients use if a proxy forwards to this server; null for <see cref="Endpoints"/>.</param>
    public static async Task<SandboxServer> StartAsync(SandboxState? state = null, TestCertificates? certificates = null, SandboxEndpoints? names = null)
    {
        var used = certificates ?? TestCertificates.Create();
        SandboxServer? server = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            for (var i = 0; i < 3; i++)
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen =>
                {
                    listen.Use(next => connection => server!.CountAsync(next, connection));
                    listen.UseHttps(used.Server);
                });
            }
        });
        var application = builder.Build();
        server = new SandboxServer(application, state ?? SandboxState.InMemory(), used, certificates is null);
        application.Run(server.HandleAsync);
        await application.StartAsync();
        var ports = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => new Uri(address).Port).ToArray();
        server.Endpoints = new SandboxEndpoints
        {
            AuthorityHost = new Uri($"https://localhost:{ports[0]}/"),
            GraphEndpoint = new Uri($"https://localhost:{ports[1]}/v1.0"),
            PasswordBossUri = new Uri($"https://localhost:{ports[2]}/scim/v2"),
        };
        server.invoker = new HttpMessageInvoker(new SandboxHandler(server.State, names ?? server.Endpoints));
        return server;
    }

    /// <summary>A handler that trusts only the server's authority, and follows no redirects.</summary>
    public SocketsHttpHandler CreateTrustingHandler() => CreateTrustingHandler(AuthorityPem);

    /// <summary>A handler that trusts only this authority, and follows no redirects.</summary>
    /// <param name="authorityPem">The authority as PEM.</param>
    public static SocketsHttpHandler CreateTrustingHandler(string authorityPem) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509Certificate2.CreateFromPem(authorityPem) },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
        invoker.Dispose();
        Tenant.Dispose();
        if (ownsCertificates)
            certificates.Dispose();
    }

    private async Task CountAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        Interlocked.Increment(ref connections);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref connections);
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        try
        {
            using var request = await ReadRequestAsync(context.Request);
            if (Latency > TimeSpan.Zero)
                await Task.Delay(Latency, context.RequestAborted);
            using var response = Fault?.Invoke(request) ?? await AnswerAsync(request, context.RequestAborted);
            await WriteAsync(response, context);
        }
        catch (IOException)
        {
            context.Abort();
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await invoker.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException)
        {
            // The path belongs to another of the three addresses, so this one returns 404.
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }
    }

    private static async Task<HttpRequestMessage> ReadRequestAsync(HttpRequest source)
    {
        // The encoded path of the request, because the endpoints decode it.
        var request = new HttpRequestMessage(new HttpMethod(source.Method), new Uri(source.GetEncodedUrl()));
        var target = source.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.StartsWith('/'))
            request.RequestUri = new Uri($"{source.Scheme}://{source.Host}{target}");
        using var body = new MemoryStream();
        await source.Body.CopyToAsync(body);
        if (body.Length > 0 || source.ContentType is not null)
            request.Content = new ByteArrayContent(body.ToArray());
        foreach (var header in source.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray());
        }

        return request;
    }

    private async Task WriteAsync(HttpResponseMessage response, HttpContext context)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var header in response.Headers.Concat(response.Content.Headers))
            context.Response.Headers[header.Key] = header.Value.ToArray();
        if (context.Response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
        {
            context.Response.Headers.ContentLength = null;
            return;
        }

        await using var body = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            Interlocked.Add(ref bytesSent, read);
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
        }
    }
}
