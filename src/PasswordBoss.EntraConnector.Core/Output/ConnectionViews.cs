using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts the settings of a connection to the output of a command.</summary>
internal static class ConnectionViews
{
    /// <summary>A connection, without its secrets.</summary>
    /// <param name="connection">Its settings.</param>
    /// <param name="current">The name of the session's current connection; null if there is none.</param>
    public static PBConnection Render(ConnectionSettings connection, string? current) => new()
    {
        Connection = connection.Name,
        TenantId = connection.TenantId,
        ClientId = connection.ClientId,
        Credential = connection.Credential,
        Environment = connection.Environment,
        AuthorityHost = connection.AuthorityHost,
        GraphEndpoint = connection.GraphEndpoint,
        PasswordBossUri = connection.PasswordBossUri,
        UserGroup = connection.UserGroup?.DisplayName,
        AdditionalGroups = connection.AdditionalGroups.Select(g => g.DisplayName).ToList(),
        IncludeNested = connection.IncludeNested,
        IsSandbox = connection.IsSandbox,
        IsCurrent = ConnectionName.Same(connection.Name, current),
        CreatedAt = connection.CreatedAt,
        Tags = connection.Tags,
    };

    /// <summary>The sync rules of a connection.</summary>
    /// <param name="connection">Its settings.</param>
    public static PBSyncRule RenderRules(ConnectionSettings connection) => connection.Rules.CopyTo(new PBSyncRule { Connection = connection.Name });
}
