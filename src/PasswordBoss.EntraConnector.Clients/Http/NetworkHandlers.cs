using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Security.Authentication;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>Creates the platform's handlers and disposes them. The client factory would leave them, and their sockets, to the garbage collector.</summary>
internal sealed class NetworkHandlers : IDisposable
{
    private const int ConnectionsPerHost = 32;
    private readonly List<HttpMessageHandler> opened = [];

    /// <summary>Creates a handler.</summary>
    public HttpMessageHandler Open()
    {
        var handler = Create();
        lock (opened)
            opened.Add(handler);
        return handler;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (opened)
        {
            foreach (var handler in opened)
                handler.Dispose();
            opened.Clear();
        }
    }

#if NET8_0_OR_GREATER
    private static SocketsHttpHandler Create() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        MaxConnectionsPerServer = ConnectionsPerHost,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(20),
        SslOptions = { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
    };
#else
    private static HttpClientHandler Create() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        MaxConnectionsPerServer = ConnectionsPerHost,
        // Set on the handler: the process-wide default of Windows PowerShell may still allow older versions, and is not ours to change.
        SslProtocols = SslProtocols.Tls12,
    };
#endif
}
