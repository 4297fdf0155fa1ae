using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

public sealed class EndpointProbeTests
{
    private static readonly EndpointProbe Direct = new(() => null);

    [TlsFact]
    public async Task A_trusted_host_is_reached_and_gets_no_request()
    {
        await using var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask);

        var reach = await Direct.ProbeAsync(new Uri(server.Address, "deep/path"), default);

        Assert.Equal((ReachStage.Reached, "Loopback test authority", (Uri?)null), (reach.Stage, reach.Issuer, reach.Proxy));
        Assert.StartsWith("Tls1", reach.Protocol, StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", Assert.Single(reach.Addresses));
        Assert.Empty(server.Requests);
    }

    [TlsTheory]
    [InlineData("self-signed", "localhost")]
    [InlineData("another host", "Loopback test authority")]
    public async Task An_untrusted_host_is_reported_with_its_issuer(string fault, string issuer)
    {
        await using var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask, fault == "self-signed" ? LoopbackTrust.SelfSigned : LoopbackTrust.ForAnotherHost);

        var reach = await Direct.ProbeAsync(server.Address, default);

        Assert.Equal((ReachStage.Tls, issuer), (reach.Stage, reach.Issuer));
        Assert.NotEmpty(reach.Reason.Render());
        Assert.Empty(server.Requests);
    }

    [TlsFact]
    public async Task A_certificate_that_is_not_valid_now_is_reported_as_a_clock_problem()
    {
        using var key = RSA.Create(2048);
        using var old = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(-10));
        await using var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask, old);

        var reach = await Direct.ProbeAsync(server.Address, default);

        Assert.Equal(ReachStage.CertificateTime, reach.Stage);
        Assert.Contains(old.NotAfter.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), reach.Reason.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_is_reported_as_refused()
    {
        var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        var address = server.Address;
        await server.DisposeAsync();

        var reach = await Direct.ProbeAsync(address, default);

        Assert.Equal(ReachStage.Connection, reach.Stage);
        Assert.NotEmpty(reach.Reason.Render());
    }

    [Fact]
    public async Task An_unknown_host_name_is_reported()
    {
        var probe = new EndpointProbe(() => null, (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)));

        var reach = await probe.ProbeAsync(new Uri("https://login.example.com/"), default);

        Assert.Equal(ReachStage.NameResolution, reach.Stage);
        Assert.NotEmpty(reach.Reason.Render());
    }

    [TlsFact]
    public async Task A_proxy_is_used_and_reported()
    {
        await using var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        using var proxy = new TunnelProxy(accepts: true);

        var reach = await new EndpointProbe(() => new WebProxy(proxy.Address)).ProbeAsync(new UriBuilder(server.Address) { Host = "localhost" }.Uri, default);

        Assert.Equal((ReachStage.Reached, proxy.Address, "Loopback test authority"), (reach.Stage, reach.Proxy, reach.Issuer));
        Assert.StartsWith("CONNECT localhost:" + server.Address.Port + " HTTP/1.1", proxy.Head, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", proxy.Head, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task The_refusal_of_a_proxy_is_reported()
    {
        using var proxy = new TunnelProxy(accepts: false);

        var reach = await new EndpointProbe(() => new WebProxy(proxy.Address)).ProbeAsync(new Uri("https://login.example.com/"), default);

        Assert.Equal((ReachStage.Proxy, "HTTP/1.1 407 Proxy Authentication Required"), (reach.Stage, reach.Reason));
    }

    [Fact]
    public async Task A_host_that_closes_the_connection_is_not_reachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var hangUp = Task.Run(async () => (await listener.AcceptTcpClientAsync()).Dispose());

        var reach = await Direct.ProbeAsync(new Uri("https://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port), default);

        Assert.Equal(ReachStage.Tls, reach.Stage);
        await hangUp;
    }

    [Fact]
    public async Task Cancelling_ends_a_probe()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var accepted = listener.AcceptTcpClientAsync();

        var probe = Direct.ProbeAsync(new Uri("https://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port), stop.Token);
        using var client = await accepted;
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
    }

    /// <summary>A proxy for one tunnel.</summary>
    private sealed class TunnelProxy : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly bool accepts;

        public TunnelProxy(bool accepts)
        {
            this.accepts = accepts;
            listener.Start();
            Address = new Uri("http://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port + "/");
            _ = ServeAsync();
        }

        public Uri Address { get; }

        public string Head { get; private set; } = "";

        public void Dispose() => listener.Dispose();

        private async Task ServeAsync()
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var stream = client.GetStream();
            var head = new StringBuilder();
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                head.Append((char)stream.ReadByte());
            Head = head.ToString();
            if (!accepts)
            {
                await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                return;
            }

            using var target = new TcpClient();
            await target.ConnectAsync(IPAddress.Loopback, int.Parse(Head.Split(' ')[1].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
            await using var other = target.GetStream();
            try
            {
                await Task.WhenAny(stream.CopyToAsync(other), other.CopyToAsync(stream));
            }
            catch (IOException)
            {
                // One side has closed the connection.
            }
        }
    }
}
