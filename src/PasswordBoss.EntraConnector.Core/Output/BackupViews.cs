using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts what a backup contains to the output of a command.</summary>
internal static class BackupViews
{
    /// <summary>A connection in a new backup.</summary>
    /// <param name="content">The backup.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="path">The file.</param>
    public static PBBackup Written(BackupContent content, BackedUpConnection connection, string path) => new()
    {
        Connection = connection.Name,
        Path = path,
        BackedUpAt = content.CreatedAt,
        ManagedUsers = connection.ManagedUsers,
        LastSync = connection.LastSync,
        NotIncluded = NotIncluded(connection).Select(what => what.RenderFor(connection.Name)).ToList(),
    };

    /// <summary>A connection that was restored and is not activated.</summary>
    /// <param name="content">The backup.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="missingRuns">How many runs this machine saved after the backup; zero if none are known.</param>
    public static PBRestoredConnection Restored(BackupContent content, BackedUpConnection connection, long missingRuns) => new()
    {
        Connection = connection.Name,
        BackedUpAt = content.CreatedAt,
        Machine = content.Machine,
        ManagedUsers = connection.ManagedUsers,
        LastSync = connection.LastSync,
        Lacks = Lacks(content.CreatedAt, missingRuns).Render(),
        NotIncluded = NotIncluded(connection).Select(what => what.RenderFor(connection.Name)).ToList(),
    };

    /// <summary>A connection that was activated.</summary>
    /// <param name="connection">Its settings.</param>
    /// <param name="summary">What is stored about it.</param>
    /// <param name="origin">The backup that it comes from.</param>
    public static PBRestoredConnection Activated(ConnectionSettings connection, ConnectionSummary summary, BackupOrigin origin) => new()
    {
        Connection = connection.Name,
        BackedUpAt = origin.BackedUpAt,
        Machine = origin.Machine,
        IsActive = origin.IsActive,
        ManagedUsers = summary.ManagedUsers,
        LastSync = summary.Health.LastSync,
        Lacks = Lacks(origin.BackedUpAt, 0).Render(),
        NotIncluded = NotIncluded(connection, hasSecrets: true).Select(what => what.RenderFor(connection.Name)).ToList(),
    };

    private static Message Lacks(DateTimeOffset time, long missingRuns) => missingRuns switch
    {
        <= 0 => Texts.LacksUnknown(BackupTime.Format(time)),
        1 => Texts.LacksOneRun(BackupTime.Format(time)),
        _ => Texts.LacksRuns(BackupTime.Format(time), missingRuns.ToString(CultureInfo.CurrentCulture)),
    };

    private static IEnumerable<Message> NotIncluded(BackedUpConnection connection) => connection.Settings is { } settings
        ? NotIncluded(settings, connection.HasSecrets)
        : new[] { Texts.NotIncludedSettings };

    private static IEnumerable<Message> NotIncluded(ConnectionSettings connection, bool hasSecrets)
    {
        if (!hasSecrets)
            yield return Texts.NotIncludedSecrets;
        switch (connection.Credential)
        {
            case CredentialKind.CertificateThumbprint:
                yield return Texts.NotIncludedThumbprint(connection.CertificateReference ?? "");
                break;
            case CredentialKind.CertificatePath:
                yield return Texts.NotIncludedCertificateFile(connection.CertificateReference ?? "");
                break;
            case CredentialKind.ManagedIdentity:
                yield return Texts.NotIncludedIdentity;
                break;
            case CredentialKind.EnvironmentVariable:
                yield return Texts.NotIncludedEnvironment;
                break;
            case CredentialKind.None:
            case CredentialKind.ClientSecret:
            case CredentialKind.Certificate:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(connection));
        }

        yield return Texts.NotIncludedTask;
    }
}
