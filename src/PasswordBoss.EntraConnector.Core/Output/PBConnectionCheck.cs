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
    /// <summary>What was seen.</summary>
    public string Detail { get; init; } = "";
    /// <summary>What to do; empty when nothing is to be done.</summary>
    public string Recommendation { get; init; } = "";
}
