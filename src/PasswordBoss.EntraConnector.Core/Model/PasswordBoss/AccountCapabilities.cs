namespace PasswordBoss.EntraConnector.Model;

/// <summary>What the server offers, read from <c>/ServiceProviderConfig</c> and <c>/ResourceTypes</c> (RFC 7643 sections 5 and 6).</summary>
public sealed record AccountCapabilities
{
    /// <summary>PATCH is offered; a server without it is refused.</summary>
    public bool Patch { get; init; }
    /// <summary>The User extension of this project is offered: pending, personal and <c>managedBy</c> can be expressed.</summary>
    public bool UserExtension { get; init; }
    /// <summary>The Group extension of this project is offered: <c>managedBy</c> of groups can be expressed.</summary>
    public bool GroupExtension { get; init; }
    /// <summary>The server has groups.</summary>
    public bool Groups { get; init; }
    /// <summary>Filters are offered.</summary>
    public bool Filter { get; init; }
    /// <summary>The server has no <c>/ServiceProviderConfig</c>, as products made for Entra's provisioning have none: that PATCH and filters are offered is assumed.</summary>
    public bool IsAssumed { get; init; }
}
