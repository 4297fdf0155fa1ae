using System;
#if !NET8_0_OR_GREATER
using System.Diagnostics;
#endif
using System.Net;
using System.Net.Http;
using System.Security.Authentication;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// The platform's handler, which all connections of this process share. It has one pool of sockets per host and proxy, so a thousand connections to one host
/// open as many sockets as they have requests at the same time, and the next run finds them open. It stores nothing about a connection: no tokens, no cookies.
/// It is never disposed, because other connections may use it; idle sockets close by themselves.
/// </summary>
internal static class NetworkHandler
{
    // A name is resolved again when a socket is opened, so this is how long a change of an address may go unnoticed.
    private static readonly TimeSpan SocketLifetime = TimeSpan.FromMinutes(5);
    private static readonly object Gate = new();
    private static HttpMessageHandler? current;

    /// <summary>The handler for the current proxy settings.</summary>
    public static HttpMessageHandler Current
    {
        get
        {
            lock (Gate)
            {
                if (current is null || !IsUsable())
                    current = Create();
                return current;
            }
        }
    }

#if NET8_0_OR_GREATER
    private static IWebProxy? proxy;
    private static ICredentials? proxyCredentials;

    // The handler reads its proxy and the credentials for it once. A session may set others.
    private static bool IsUsable() => ReferenceEquals(proxy, HttpClient.DefaultProxy) && ReferenceEquals(proxyCredentials, HttpClient.DefaultProxy.Credentials);

    // The number of sockets has no limit: each connection limits its own requests, and one whose requests hang must not delay the others.
    private static SocketsHttpHandler Create()
    {
        proxy = HttpClient.DefaultProxy;
        proxyCredentials = proxy.Credentials;
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            Proxy = proxy,
            PooledConnectionLifetime = SocketLifetime,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            SslOptions = { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
        };
    }
#else
    private static readonly Stopwatch Age = new();

    // A socket that is always in use is never closed here, but a new handler opens its own. The proxy is read for each request.
    private static bool IsUsable() => Age.Elapsed < SocketLifetime;

    private static HttpClientHandler Create()
    {
        Age.Restart();
        return new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            // Each connection limits its own requests, and one whose requests hang must not delay the others. The platform's default is 2.
            MaxConnectionsPerServer = int.MaxValue,
            // Set on the handler: the process-wide default of Windows PowerShell may still allow older versions, and is not ours to change.
            SslProtocols = SslProtocols.Tls12,
        };
    }
#endif
}
