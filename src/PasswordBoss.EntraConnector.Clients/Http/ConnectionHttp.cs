using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Security.Authentication;
using System.Threading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// The HTTP clients of one connection. Each named client reaches one origin only, repeats what may be repeated, and tells a missing answer by
/// <see cref="TransportException"/>. No cookies, no redirects, no logging: what is sent holds tokens.
/// </summary>
internal sealed class ConnectionHttp : IDisposable
{
    /// <summary>The client that asks for access tokens, at <see cref="ConnectionSettings.AuthorityHost"/>.</summary>
    public const string SignIn = "entra-sign-in";

    /// <summary>The client that reads Microsoft Graph, at <see cref="ConnectionSettings.GraphEndpoint"/>.</summary>
    public const string Graph = "microsoft-graph";

    /// <summary>The client that speaks SCIM, at <see cref="ConnectionSettings.PasswordBossUri"/>.</summary>
    public const string PasswordBoss = "password-boss";

    /// <summary>What the connector calls itself, in <c>User-Agent</c>.</summary>
    public static readonly string Product = "PasswordBoss.EntraConnector/" + typeof(ConnectionHttp).Assembly.GetName().Version?.ToString(3);

    private const int ConnectionsPerHost = 32;

    private readonly ServiceProvider services;
    private readonly List<HttpMessageHandler> ownHandlers = [];
    private readonly IHttpClientFactory factory;

    /// <summary>Prepares the clients; nothing is connected yet.</summary>
    /// <param name="connection">Where the three sides are.</param>
    /// <param name="innerHandler">Answers inside the process, for the sandbox; null for the network. Stays the caller's.</param>
    /// <param name="timing">Times and limits; null for <see cref="HttpTiming.Default"/>.</param>
    /// <param name="writesToGraph">Whether POST requests to Graph create something, so that they are not to be repeated by themselves.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.EndpointNotHttps"/>: an address would send tokens in the clear.</exception>
    public ConnectionHttp(ConnectionSettings connection, HttpMessageHandler? innerHandler = null, HttpTiming? timing = null, bool writesToGraph = false)
    {
        var times = timing ?? HttpTiming.Default;
        var collection = new ServiceCollection();
        var signInTimes = times with { MaxAnswerBytes = Math.Min(times.MaxAnswerBytes, times.MaxSignInAnswerBytes) };
        AddClient(collection, SignIn, nameof(connection.AuthorityHost), connection.AuthorityHost, postIsRepeatable: true, innerHandler, signInTimes);
        AddClient(collection, Graph, nameof(connection.GraphEndpoint), connection.GraphEndpoint, postIsRepeatable: !writesToGraph, innerHandler, times);
        AddClient(collection, PasswordBoss, nameof(connection.PasswordBossUri), connection.PasswordBossUri, postIsRepeatable: false, innerHandler, times);
        // The factory's own filters log, and hand handlers a maker of meters: the framework's handlers take only one of the framework's own
        // System.Diagnostics.DiagnosticSource, and on .NET 8 the one beside us is newer.
        collection.RemoveAll<IHttpMessageHandlerBuilderFilter>();
        services = collection.BuildServiceProvider();
        factory = services.GetRequiredService<IHttpClientFactory>();
    }

    /// <summary>Raised with the status of every answer of Password Boss, of each try; by several threads at once.</summary>
    public event Action<int>? PasswordBossAnswered;

    /// <summary>A client for one side. Clients of one name share their connections; disposing one does not close them.</summary>
    /// <param name="name"><see cref="SignIn"/>, <see cref="Graph"/> or <see cref="PasswordBoss"/>.</param>
    public HttpClient CreateClient(string name) => factory.CreateClient(name);

    /// <summary>
    /// The pipeline of one side without a client around it, which would only do again what that does: watch the token, tell failures. Requests bring all their
    /// headers.
    /// </summary>
    /// <param name="name"><see cref="SignIn"/>, <see cref="Graph"/> or <see cref="PasswordBoss"/>.</param>
    public HttpMessageInvoker CreateInvoker(string name) => new(services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name), disposeHandler: false);

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        services.Dispose();
        // The factory leaves its handlers to the garbage collector, and their sockets open until then.
        lock (ownHandlers)
        {
            foreach (var handler in ownHandlers)
                handler.Dispose();
            ownHandlers.Clear();
        }
    }

    private void AddClient(
        IServiceCollection collection, string name, string parameter, Uri endpoint, bool postIsRepeatable, HttpMessageHandler? innerHandler, HttpTiming timing)
    {
        if (endpoint.Scheme != Uri.UriSchemeHttps && !(endpoint.Scheme == Uri.UriSchemeHttp && endpoint.IsLoopback))
            throw new ConnectorException(ErrorId.EndpointNotHttps, parameter, endpoint.AbsoluteUri) { Target = endpoint.AbsoluteUri };

        var policies = new RetryPolicies(timing, postIsRepeatable);
        collection.AddHttpClient(name, client =>
            {
                // The time limit is per try, below the policies; this one would cover all tries and the waits between them.
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Product);
            })
            // Handlers live as long as this object; address changes are followed by the lifetime of pooled connections.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => innerHandler ?? OpenNetwork())
            .AddHttpMessageHandler(() => new HostGuardHandler(endpoint))
            .AddHttpMessageHandler(() => new FailureTranslationHandler(timing, name == SignIn ? timing.SignInLimit : null))
            .AddPolicyHandler(policies.For)
            .AddHttpMessageHandler(() => new SingleTryHandler(timing, name == PasswordBoss ? status => PasswordBossAnswered?.Invoke(status) : null));
    }

#if NET8_0_OR_GREATER
    private SocketsHttpHandler OpenNetwork()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            MaxConnectionsPerServer = ConnectionsPerHost,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(20),
            SslOptions = { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
        };
        lock (ownHandlers)
            ownHandlers.Add(handler);
        return handler;
    }
#else
    private HttpClientHandler OpenNetwork()
    {
        // Named on the handler: the process-wide default of Windows PowerShell may still allow less, and is not ours to change.
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            MaxConnectionsPerServer = ConnectionsPerHost,
            SslProtocols = SslProtocols.Tls12,
        };
        lock (ownHandlers)
            ownHandlers.Add(handler);
        return handler;
    }
#endif
}
