using System;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.Module.Tests.Servers;

/// <summary>A server that accepts connections and has a certificate that no one trusts. It can be silent before it shows the certificate.</summary>
internal sealed class UntrustedServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TestCertificates certificates = TestCertificates.Create();
    private TaskCompletionSource silence = NewSilence();

    public UntrustedServer()
    {
        silence.SetResult();
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The address.</summary>
    public string Address => $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/";

    /// <summary>Does not answer until <see cref="EndSilence"/>.</summary>
    public void BeginSilence() => silence = NewSilence();

    /// <summary>Answers, also on connections that are open.</summary>
    public void EndSilence() => silence.TrySetResult();

    public void Dispose()
    {
        listener.Dispose();
        EndSilence();
        certificates.Dispose();
    }

    private static TaskCompletionSource NewSilence() => new(TaskCreationOptions.RunContinuationsAsynchronously);

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
        using var closing = client;
        try
        {
            await silence.Task;
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(certificates.Server);
            // The client ends the connection. One that trusts the certificate would wait here.
            await stream.ReadExactlyAsync(new byte[1]);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or ObjectDisposedException)
        {
            // The client refused the certificate, or the test has ended.
        }
    }
}
