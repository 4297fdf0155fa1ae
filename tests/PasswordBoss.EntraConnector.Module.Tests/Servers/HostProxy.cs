using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Module.Tests.Servers;

/// <summary>An HTTP proxy that forwards some hosts to servers on this machine and refuses all others, so that a test can use the real names of hosts.</summary>
internal sealed class HostProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly IReadOnlyDictionary<string, int> ports;
    private readonly ConcurrentQueue<string> refused = new();

    /// <summary>Starts the proxy.</summary>
    /// <param name="ports">The port for each host.</param>
    public HostProxy(IReadOnlyDictionary<string, int> ports)
    {
        this.ports = ports;
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The value of <c>HTTPS_PROXY</c>.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>The first lines of the requests that it refused.</summary>
    public IReadOnlyCollection<string> Refused => refused;

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var closing = client;
            var stream = client.GetStream();
            var request = await ReadHeadAsync(stream);
            if (!ports.TryGetValue(HostOf(request), out var port))
            {
                refused.Enqueue(request);
                await stream.WriteAsync("HTTP/1.1 502 Unknown host\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                return;
            }

            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, port);
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
            await Task.WhenAny(stream.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(stream));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client, the server or the test has ended.
        }
    }

    // The client sends nothing after the head until it has the response. Returns the first line.
    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[4096];
        int read;
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && (read = await stream.ReadAsync(buffer)) > 0)
            head.Append(Encoding.ASCII.GetString(buffer, 0, read));
        return head.ToString().Split("\r\n")[0];
    }

    private static string HostOf(string request) => request.Split(' ') is ["CONNECT", var target, _] && target.EndsWith(":443", StringComparison.Ordinal) ? target[..^":443".Length] : "";
}
