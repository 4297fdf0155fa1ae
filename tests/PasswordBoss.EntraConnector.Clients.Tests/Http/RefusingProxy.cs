using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

/// <summary>A proxy on a loopback port that opens no tunnel.</summary>
internal sealed class RefusingProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int status;
    private readonly List<string> asked = [];

    public RefusingProxy(int status)
    {
        this.status = status;
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The address of the proxy for <c>HTTPS_PROXY</c>.</summary>
    /// <param name="userInfo">User and password.</param>
    public Uri AddressWith(string userInfo) => new($"http://{userInfo}@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>The hosts of the requested tunnels.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (asked)
                return [.. asked];
        }
    }

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var head = new StringBuilder();
            var buffer = new byte[4096];
            int read;
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && (read = await stream.ReadAsync(buffer)) > 0)
                head.Append(Encoding.ASCII.GetString(buffer, 0, read));
            lock (asked)
                asked.Add(head.ToString().Split(' ')[1]);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }
    }
}
