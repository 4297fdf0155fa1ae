using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Tests how far a connection to a host gets: connects and does the TLS handshake; sends no request and no secret.</summary>
public interface IEndpointProbe
{
    /// <summary>Tries to reach a host. Throws only <see cref="OperationCanceledException"/>.</summary>
    /// <param name="endpoint">An address of the host.</param>
    /// <param name="cancellationToken">Stops the probe.</param>
    Task<EndpointReach> ProbeAsync(Uri endpoint, CancellationToken cancellationToken);
}

/// <summary>Where the connection to a host fails.</summary>
public enum ReachStage
{
    /// <summary>It does not fail: the host is reached.</summary>
    Reached,
    /// <summary>The name of the host, or of the proxy, cannot be resolved.</summary>
    NameResolution,
    /// <summary>Nothing accepts the connection.</summary>
    Connection,
    /// <summary>The proxy refuses the request.</summary>
    Proxy,
    /// <summary>No trusted, encrypted connection could be established.</summary>
    Tls,
    /// <summary>The certificate of the host is not valid at this machine's time.</summary>
    CertificateTime,
}

/// <summary>The result of a probe.</summary>
public sealed record EndpointReach
{
    /// <summary>Where the connection fails.</summary>
    public required ReachStage Stage { get; init; }
    /// <summary>The proxy in use; null for none.</summary>
    public Uri? Proxy { get; init; }
    /// <summary>The addresses of the host, or of the proxy.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = Array.Empty<string>();
    /// <summary>The TLS version; null without TLS.</summary>
    public string? Protocol { get; init; }
    /// <summary>The issuer of the host's certificate. The name of the user's own company or of a security product indicates a TLS-inspecting proxy.</summary>
    public string? Issuer { get; init; }
    /// <summary>The platform's description of the failure.</summary>
    public MessageArgument Reason { get; init; } = "";
}
