namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The restored connections that no admin has activated yet, as conditions of queries.</summary>
internal static class NotActivatedConnections
{
    /// <summary>True for a connection that is activated, or was never restored</summary>
    public const string AreExcluded =
        "COALESCE(CASE WHEN json_valid(progress) THEN progress ->> '$.restored' IS NOT NULL AND COALESCE(progress ->> '$.restored.isActive', 0) = 0 END, 0) = 0";

    /// <summary>The progress of a connection that was restored from a backup. Null for the others, because a progress can be large and few connections come from a backup.</summary>
    public const string RestoredProgress = "CASE WHEN json_valid(progress) AND progress ->> '$.restored' IS NOT NULL THEN progress END";
}
