using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>How an admin signs in. Without an access token a browser opens.</summary>
public sealed record AdminSignIn
{
    /// <summary>Graph's own command line client, which every tenant of the worldwide cloud knows ("Microsoft Graph Command Line Tools").</summary>
    public const string GraphCommandLineTools = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

    /// <summary>The tenant to sign in to; null for that of the admin.</summary>
    public string? TenantId { get; init; }
    /// <summary>A token of Microsoft Graph that the admin has already.</summary>
    public string? AccessToken { get; init; }
    /// <summary>Show a code to enter in a browser elsewhere.</summary>
    public bool UseDeviceCode { get; init; }
    /// <summary>The public client that asks for the admin's token.</summary>
    public string ClientId { get; init; } = GraphCommandLineTools;
    /// <summary>The national cloud.</summary>
    public EntraEnvironment Environment { get; init; }
    /// <summary>The sign-in host of a private cloud; null for that of <see cref="Environment"/>.</summary>
    public Uri? AuthorityHost { get; init; }
    /// <summary>The root of Microsoft Graph of a private cloud; null for that of <see cref="Environment"/>.</summary>
    public Uri? GraphEndpoint { get; init; }

    /// <summary>Never the token.</summary>
    public override string ToString() => nameof(AdminSignIn);
}
