using System;

namespace PasswordBoss.EntraConnector.Sandbox;

/// <summary>The three addresses that a <see cref="SandboxHandler"/> serves.</summary>
public sealed record SandboxEndpoints
{
    /// <summary>
    /// The addresses inside the process. Their top-level domain is reserved (RFC 6761 section 6.4), so a request that bypasses the handler cannot reach any
    /// host.
    /// </summary>
    public static SandboxEndpoints Default { get; } = new();

    /// <summary>The sign-in host.</summary>
    public Uri AuthorityHost { get; init; } = new("https://login.sandbox.invalid/");
    /// <summary>The root of Microsoft Graph, with its version.</summary>
    public Uri GraphEndpoint { get; init; } = new("https://graph.sandbox.invalid/v1.0");
    /// <summary>The base address of the Password Boss SCIM server.</summary>
    public Uri PasswordBossUri { get; init; } = new("https://passwordboss.sandbox.invalid/scim/v2");
}
