using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// Connects as a request would and stops before sending it, to find out which step fails: an HTTP client only reports that the whole path failed. The proxy is asked
/// for a tunnel without credentials (RFC 9110 section 9.3.6).
/// </summary>
internal sealed class EndpointProbe : IEndpointProbe
{
    private const int LongestHead = 16 * 1024;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(15);
    private readonly TimeProvider time;
    private readonly Func<IWebProxy?> proxies;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve;

    /// <summary>Creates the probe.</summary>
    /// <param name="proxies">The proxy settings; null for those that requests use.</param>
    /// <param name="resolve">Finds the addresses of a name; null for the platform's resolver.</param>
    /// <param name="time">The clock of this machine; null for the platform's.</param>
    public EndpointProbe(Func<IWebProxy?>? proxies = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        this.proxies = proxies ?? SystemProxy;
        this.resolve = resolve ?? ResolveAsync;
    }

    /// <inheritdoc/>
    public async Task<EndpointReach> ProbeAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        var reach = new EndpointReach { Stage = ReachStage.NameResolution, Proxy = ProxyFor(endpoint) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            var target = reach.Proxy ?? endpoint;
            var addresses = await resolve(target.DnsSafeHost, limit.Token).ConfigureAwait(false);
            reach = reach with { Stage = ReachStage.Connection, Addresses = addresses.Select(a => a.ToString()).ToArray() };
            using var client = await ConnectAsync(addresses, target.Port, limit.Token).ConfigureAwait(false);
            // Framework streams do not always observe a token; closing the connection ends their waits.
            using var closing = limit.Token.Register(static c => ((TcpClient)c!).Dispose(), client);
            if (endpoint.Scheme != Uri.UriSchemeHttps)
                return reach with { Stage = ReachStage.Reached };
            if (reach.Proxy is not null && await OpenTunnelAsync(client.GetStream(), endpoint).ConfigureAwait(false) is { } refusal)
                return reach with { Stage = ReachStage.Proxy, Reason = refusal };
            reach = reach with { Stage = ReachStage.Tls };
            return await HandshakeAsync(reach, client.GetStream(), endpoint.DnsSafeHost).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException or ArgumentException or NotSupportedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return reach with { Reason = limit.IsCancellationRequested ? TimedOut() : Describe(e) };
        }
    }

    private Uri? ProxyFor(Uri endpoint)
    {
        var settings = proxies();
        if (settings is null || settings.IsBypassed(endpoint))
            return null;
        // Other kinds of proxy (SOCKS) open a tunnel in another way, and are rare.
        return settings.GetProxy(endpoint) is { } proxy && proxy != endpoint && proxy.Scheme == Uri.UriSchemeHttp ? proxy : null;
    }

#if NET8_0_OR_GREATER
    private static IWebProxy? SystemProxy() => System.Net.Http.HttpClient.DefaultProxy;

    private static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
#else
    private static IWebProxy? SystemProxy() => WebRequest.DefaultWebProxy;

    private static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Dns.GetHostAddressesAsync(host);
    }
#endif

    private static async Task<TcpClient> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        SocketException? failure = null;
        foreach (var address in addresses)
        {
            var client = new TcpClient(address.AddressFamily);
            try
            {
                using (cancellationToken.Register(static c => ((TcpClient)c!).Dispose(), client))
                    await client.ConnectAsync(address, port).ConfigureAwait(false);
                return client;
            }
            catch (SocketException e) when (!cancellationToken.IsCancellationRequested)
            {
                failure = e;
                client.Dispose();
            }
            catch
            {
                client.Dispose();
                throw;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Asks the proxy for a tunnel; null if it opens one, else its status line.</summary>
    private static async Task<string?> OpenTunnelAsync(Stream stream, Uri endpoint)
    {
        var host = endpoint.IdnHost + ":" + endpoint.Port.ToString(CultureInfo.InvariantCulture);
        var request = Encoding.ASCII.GetBytes("CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        using (var whole = new MemoryStream(request))
            await whole.CopyToAsync(stream).ConfigureAwait(false);
        var line = ServerText.Clean((await Task.Run(() => ReadHead(stream)).ConfigureAwait(false)).Split('\r')[0]);
        var parts = line.Split(' ');
        return parts.Length > 1 && parts[1].StartsWith("2", StringComparison.Ordinal) ? null : line.Length == 0 ? "-" : line;
    }

    // Byte by byte: the bytes after the head belong to the handshake.
    private static string ReadHead(Stream stream)
    {
        var head = new StringBuilder();
        int next;
        while (head.Length < LongestHead && !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && (next = stream.ReadByte()) >= 0)
            head.Append((char)next);
        return head.ToString();
    }

    private async Task<EndpointReach> HandshakeAsync(EndpointReach reach, Stream stream, string host)
    {
        var isOutOfTime = false;
        MessageArgument? reason = null;
        using var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, chain, errors) =>
        {
            if (certificate is null)
                return false;
            using var seen = new System.Security.Cryptography.X509Certificates.X509Certificate2(certificate);
            reach = reach with { Issuer = ServerText.Clean(seen.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, forIssuer: true)) };
            var now = time.GetLocalNow().DateTime;
            isOutOfTime = now < seen.NotBefore || now > seen.NotAfter;
            reason = isOutOfTime
                ? (MessageArgument)Texts.ProbeValidity(MessageValue.LocalDay(seen.NotBefore), MessageValue.LocalDay(seen.NotAfter), MessageValue.LocalDay(now))
                : ServerText.Sentence(string.Join(", ", new[] { errors.ToString() }.Concat(chain?.ChainStatus.Select(s => s.Status.ToString()) ?? []).Distinct(StringComparer.Ordinal)));
            return errors == SslPolicyErrors.None;
        });
        try
        {
#if NET8_0_OR_GREATER
            await tls.AuthenticateAsClientAsync(host, null, SslProtocols.Tls12 | SslProtocols.Tls13, checkCertificateRevocation: false).ConfigureAwait(false);
#else
            await tls.AuthenticateAsClientAsync(host, null, SslProtocols.Tls12, checkCertificateRevocation: false).ConfigureAwait(false);
#endif
            return reach with { Stage = ReachStage.Reached, Protocol = tls.SslProtocol.ToString() };
        }
        catch (AuthenticationException e)
        {
            return reach with { Stage = isOutOfTime ? ReachStage.CertificateTime : ReachStage.Tls, Reason = reason ?? Describe(e) };
        }
    }

    private static MessageArgument TimedOut() => ServerText.Sentence(Texts.TransportTimedOut(TimeLimit.TotalSeconds.ToString("0", CultureInfo.CurrentCulture)));

    private static MessageArgument Describe(Exception exception) => ServerText.Sentence(ServerText.Clean(FailureClassifier.Describe(exception)));
}
