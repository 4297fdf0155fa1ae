namespace PasswordBoss.EntraConnector;

/// <summary>The result of one check of <c>Test-PBConnection</c>.</summary>
public sealed class PBConnectionCheck
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>What was checked.</summary>
    public string Name { get; init; } = "";
    /// <summary>The result.</summary>
    public CheckStatus Status { get; init; }
    /// <summary>The details of the result.</summary>
    public string Detail { get; init; } = "";
    /// <summary>The recommended action; empty if none is needed.</summary>
    public string Recommendation { get; init; } = "";
}
