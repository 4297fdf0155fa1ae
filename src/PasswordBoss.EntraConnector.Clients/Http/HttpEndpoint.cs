using System;
using System.Net.Http;
using System.Threading;
using Microsoft.Extensions.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// One host as one connection uses it, and the clients for it. They reach only this host, retry what may be retried, and report a missing response by
/// <see cref="TransportException"/>. Only the sockets are shared with other connections (<see cref="NetworkHandler"/>): each connection has its own throttle and
/// circuit breaker for the host, so one connection does not hold back the others. No cookies, no redirects, no logging: requests contain tokens.
/// </summary>
internal sealed class HttpEndpoint
{
    /// <summary>The name of the connector in <c>User-Agent</c>.</summary>
    public static readonly string Product = "PasswordBoss.EntraConnector/" + typeof(HttpEndpoint).Assembly.GetName().Version?.ToString(3);

    // Not disposed: all connections share the last handler, which holds the sockets, and the others have nothing to release.
    private readonly HttpMessageHandler handlers;
    private int requestCount;

    private HttpEndpoint(EndpointRole role, Uri address, HttpMessageHandler? innerHandler, HttpTiming timing)
    {
        Address = address;
        Timing = timing;
        handlers = InOrder(
            innerHandler ?? NetworkHandler.Current,
            new HostGuardHandler(address),
            new FailureTranslationHandler(timing, role.HasLimitForAllTries ? timing.SignInLimit : null),
            new PolicyHttpMessageHandler(new RetryPolicies(timing, role.RepeatsPosts).For),
            new SingleTryHandler(timing, () => Interlocked.Increment(ref requestCount), status => ResponseReceived?.Invoke(status)));
    }

    /// <summary>Raised with the status of every response, for each try; several threads may raise it at once.</summary>
    public event Action<int>? ResponseReceived;

    /// <summary>The number of requests sent so far, each try counted.</summary>
    public int RequestCount => Volatile.Read(ref requestCount);

    /// <summary>The address of the host, with the path below which requests go.</summary>
    public Uri Address { get; }

    /// <summary>The times and limits of the host.</summary>
    public HttpTiming Timing { get; }

    /// <summary>Prepares the clients; nothing is connected yet.</summary>
    /// <param name="role">The role of the host.</param>
    /// <param name="address">Its address.</param>
    /// <param name="innerHandler">Responds inside the process, for the sandbox; null for the network. The caller still owns it.</param>
    /// <param name="timing">Times and limits; null for <see cref="HttpTiming.Default"/>.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.EndpointNotHttps"/>: the address would send tokens unencrypted.</exception>
    public static HttpEndpoint Open(EndpointRole role, Uri address, HttpMessageHandler? innerHandler = null, HttpTiming? timing = null)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            throw new ConnectorException(Problems.EndpointNotHttps(role.Setting, address.AbsoluteUri).About(address.AbsoluteUri));
        return new HttpEndpoint(role, address, innerHandler, role.TimingFor(timing ?? HttpTiming.Default));
    }

    /// <summary>Creates a client for the host. All clients of the process share their sockets; disposing one does not close them.</summary>
    public HttpClient CreateClient()
    {
        // The time limit applies per try, below the policies; this one would cover all tries and the waits between them.
        var client = new HttpClient(handlers, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Product);
        return client;
    }

    /// <summary>
    /// The handlers without an <see cref="HttpClient"/>, whose own cancellation and error handling are not needed. Requests must bring all their headers.
    /// </summary>
    public HttpMessageInvoker CreateInvoker() => new(handlers, disposeHandler: false);

    private static HttpMessageHandler InOrder(HttpMessageHandler last, params DelegatingHandler[] before)
    {
        for (var i = before.Length - 1; i >= 0; i--)
        {
            before[i].InnerHandler = last;
            last = before[i];
        }

        return last;
    }
}
