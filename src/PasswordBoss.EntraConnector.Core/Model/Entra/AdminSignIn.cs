using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>How an admin signs in: by default in a browser, without one if an access token is given.</summary>
public sealed record AdminSignIn
{
    /// <summary>Graph's own command line client ("Microsoft Graph Command Line Tools"), which exists in every tenant of the worldwide cloud.</summary>
    public const string GraphCommandLineTools = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

    /// <summary>The tenant to sign in to; null for the admin's own.</summary>
    public string? TenantId { get; init; }
    /// <summary>A Microsoft Graph token that the admin already has.</summary>
    public string? AccessToken { get; init; }
    /// <summary>Whether to show a code to enter in a browser on another device.</summary>
    public bool UseDeviceCode { get; init; }
    /// <summary>The public client that requests the admin's token.</summary>
    public string ClientId { get; init; } = GraphCommandLineTools;
    /// <summary>The national cloud.</summary>
    public EntraEnvironment Environment { get; init; }
    /// <summary>The sign-in host of a private cloud; null for the one of <see cref="Environment"/>.</summary>
    public Uri? AuthorityHost { get; init; }
    /// <summary>The root of Microsoft Graph of a private cloud; null for the one of <see cref="Environment"/>.</summary>
    public Uri? GraphEndpoint { get; init; }

    /// <summary>The type name; never the token.</summary>
    public override string ToString() => nameof(AdminSignIn);
}
