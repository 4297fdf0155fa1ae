namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts the results of checks to the output of a command.</summary>
internal static class CheckViews
{
    /// <summary>The result of a check.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="status">Its result.</param>
    /// <param name="detail">What was found.</param>
    /// <param name="recommendation">What an admin should do; empty if nothing.</param>
    public static PBConnectionCheck Render(string connection, string name, CheckStatus status, string detail, string recommendation) => new()
    {
        Connection = connection,
        Name = name,
        Status = status,
        Detail = detail,
        Recommendation = recommendation,
    };
}
