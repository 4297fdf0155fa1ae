using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Security.Authentication;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>Opens the platform's handlers and closes them: the client factory leaves them to the garbage collector, and their sockets open until then.</summary>
internal sealed class NetworkHandlers : IDisposable
{
    private const int ConnectionsPerHost = 32;
    private readonly List<HttpMessageHandler> opened = [];

    /// <summary>Opens a handler.</summary>
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
        // Named on the handler: the process-wide default of Windows PowerShell may still allow less, and is not ours to change.
        SslProtocols = SslProtocols.Tls12,
    };
#endif
}
