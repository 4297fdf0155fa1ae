using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Module.Tests.Servers;

/// <summary>A receiver of alerts over HTTPS. The test sets its responses.</summary>
internal sealed class WebhookServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12FromFile(ServerTrust.CertificateFile, null);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<(string Head, string Body)> requests = new();

    public WebhookServer()
    {
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The address without its secret part.</summary>
    public Uri Address => new($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    /// <summary>The head and the body of each request.</summary>
    public IReadOnlyList<(string Head, string Body)> Requests => [.. requests];

    /// <summary>The bodies as JSON.</summary>
    public IReadOnlyList<JsonElement> Events => Requests.Select(request => JsonDocument.Parse(request.Body).RootElement).ToList();

    /// <summary>The status line and headers of the responses. Requests wait until the test sets them.</summary>
    public Func<Task<string>> Answer { get; set; } = () => Task.FromResult("204 No Content");

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        certificate.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var closing = client;
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(certificate);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var head = new StringBuilder();
            while (await reader.ReadLineAsync(stop.Token) is { Length: > 0 } line)
                head.Append(line).Append('\n');
            var length = int.Parse(head.ToString().Split('\n').Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
            var body = new char[length];
            await reader.ReadBlockAsync(body, stop.Token);
            requests.Enqueue((head.ToString(), Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body))));
            var answer = await Answer().WaitAsync(stop.Token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client or the test has ended.
        }
    }
}
