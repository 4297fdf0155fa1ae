namespace PasswordBoss.EntraConnector.Model;

/// <summary>The features of the server, read from <c>/ServiceProviderConfig</c> and <c>/ResourceTypes</c> (RFC 7643 sections 5 and 6).</summary>
public sealed record AccountCapabilities
{
    /// <summary>Whether the server supports this project's User extension, with the states pending and personal and with <c>managedBy</c>.</summary>
    public bool UserExtension { get; init; }
    /// <summary>Whether the server supports this project's Group extension, with <c>managedBy</c> for groups.</summary>
    public bool GroupExtension { get; init; }
    /// <summary>Whether the server has groups.</summary>
    public bool Groups { get; init; }
    /// <summary>Whether the server supports filters.</summary>
    public bool Filter { get; init; }
    /// <summary>
    /// Whether the server has no <c>/ServiceProviderConfig</c>, like many products made for Entra's provisioning. PATCH and filters are then assumed to be
    /// supported.
    /// </summary>
    public bool IsAssumed { get; init; }
}
