using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PasswordBoss.EntraConnector.Clients.Tests;

/// <summary>A received request.</summary>
internal sealed record RecordedRequest(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The path without the query.</summary>
    public string Path => PathAndQuery.Split('?')[0];

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;
}

/// <summary>A real server on a free loopback port. The test defines its responses. It uses HTTPS if <see cref="LoopbackTrust"/> is available.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<RecordedRequest> requests = new();
    private readonly CancellationTokenSource stopping = new();

    private LoopbackServer(WebApplication app) => this.app = app;

    /// <summary>The address, with a trailing slash.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The requests in order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. requests];

    /// <summary>Called for each request; may be replaced at any time.</summary>
    public Func<HttpContext, Task> Handler { get; set; } = null!;

    /// <summary>Starts a server.</summary>
    /// <param name="handler">Writes the responses.</param>
    /// <param name="certificate">The server's certificate; null for the trusted one.</param>
    /// <param name="record">Whether requests are kept with their bodies.</param>
    public static async Task<LoopbackServer> StartAsync(Func<HttpContext, Task> handler, X509Certificate2? certificate = null, bool record = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listener =>
            {
                if (LoopbackTrust.Available)
                    listener.UseHttps(certificate ?? LoopbackTrust.Trusted);
            });
        });
        var server = new LoopbackServer(builder.Build()) { Handler = handler };
        server.app.Run(context => server.AnswerAsync(context, record));
        await server.app.StartAsync();
        var bound = server.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Address = new Uri(bound.TrimEnd('/') + "/");
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
            return;
        await stopping.CancelAsync();
        // Connections that still hang are closed at once.
        await app.StopAsync(new CancellationToken(true));
        await app.DisposeAsync();
    }

    /// <summary>Responds with JSON.</summary>
    public static Task JsonAsync(HttpContext context, string json, int status = 200, string contentType = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(json);
    }

    /// <summary>Responds with an HTML page.</summary>
    public static Task HtmlAsync(HttpContext context, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync("<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>");
    }

    /// <summary>Resets the connection without a response.</summary>
    public static Task ResetAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Announces a body, sends its beginning, and resets the connection.</summary>
    public static async Task TruncateAsync(HttpContext context, string beginning, int announced)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = announced;
        await context.Response.WriteAsync(beginning);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    /// <summary>Never responds.</summary>
    public async Task HangAsync(HttpContext context)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping.Token);
        await Task.Delay(Timeout.Infinite, both.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private async Task AnswerAsync(HttpContext context, bool record)
    {
        if (record)
        {
            context.Request.EnableBuffering();
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8, leaveOpen: true);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            context.Request.Body.Position = 0;
            var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            requests.Enqueue(new RecordedRequest(context.Request.Method, context.Request.Path.ToUriComponent() + context.Request.QueryString, headers, body));
        }

        await Handler(context);
    }
}
