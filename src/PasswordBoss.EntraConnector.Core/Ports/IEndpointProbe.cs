using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Finds out how far the way to a host is open. Connects and shakes hands; sends no request and no secret.</summary>
public interface IEndpointProbe
{
    /// <summary>Goes the way to a host. Throws <see cref="OperationCanceledException"/> only.</summary>
    /// <param name="endpoint">An address of the host.</param>
    /// <param name="cancellationToken">Stops the probe.</param>
    Task<EndpointReach> ProbeAsync(Uri endpoint, CancellationToken cancellationToken);
}

/// <summary>Where the way to a host ends.</summary>
public enum ReachStage
{
    /// <summary>It does not: the host answers.</summary>
    Reached,
    /// <summary>The name of the host, or of the proxy, is not known.</summary>
    NameResolution,
    /// <summary>Nothing accepts the connection.</summary>
    Connection,
    /// <summary>The proxy refuses to go on.</summary>
    Proxy,
    /// <summary>No trusted, encrypted connection comes about.</summary>
    Tls,
    /// <summary>The certificate of the host is not valid at this machine's time.</summary>
    CertificateTime,
}

/// <summary>What a probe saw.</summary>
public sealed record EndpointReach
{
    /// <summary>Where the way ends.</summary>
    public required ReachStage Stage { get; init; }
    /// <summary>The proxy on the way; null for none.</summary>
    public Uri? Proxy { get; init; }
    /// <summary>The addresses of the host, or of the proxy.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = Array.Empty<string>();
    /// <summary>The version of TLS; null without TLS.</summary>
    public string? Protocol { get; init; }
    /// <summary>Who issued the host's certificate; a name of one's own company or of a security product means that the connection is broken open on the way.</summary>
    public string? Issuer { get; init; }
    /// <summary>What the platform says of the failure.</summary>
    public string Reason { get; init; } = "";
}
