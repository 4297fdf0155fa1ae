using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>
/// The settings that secrets were entered for: a connection, its tenant, its client id and the three addresses; or an alert, its host and its scope. They are
/// authenticated with the secrets but not encrypted, so that the secrets can be decrypted only for these settings.
/// </summary>
internal sealed class SecretBinding
{
    private SecretBinding(Guid ownerId, IEnumerable<string> values)
    {
        // Each value is preceded by its length, so that different settings never give the same text. Stored secrets depend on this format: never change it.
        var text = string.Concat(values.Select(value => value.Length.ToString(CultureInfo.InvariantCulture) + ":" + value));
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes(text));
        OwnerId = ownerId;
        Digest = sha.GetHashAndReset();
    }

    /// <summary>The connection or the alert.</summary>
    public Guid OwnerId { get; }

    /// <summary>The SHA-256 of the settings, 32 bytes.</summary>
    public byte[] Digest { get; }

    /// <summary>The digest as hexadecimal digits.</summary>
    public string DigestText => string.Concat(Digest.Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>The binding for the secrets of a connection.</summary>
    /// <param name="connection">The settings that the secrets will be used with.</param>
    public static SecretBinding Of(ConnectionSettings connection) => new(
        connection.Id,
        [
            connection.TenantId,
            connection.ClientId,
            connection.AuthorityHost.OriginalString,
            connection.GraphEndpoint.OriginalString,
            connection.PasswordBossUri.OriginalString,
        ]);

    /// <summary>The binding for the address of an alert's receiver: the host that commands show, and the connections that the alert is about.</summary>
    /// <param name="alert">The alert.</param>
    public static SecretBinding Of(AlertRegistration alert) => new(
        alert.Id,
        [alert.Settings.Host, alert.Scope.ConnectionId?.ToString("D", CultureInfo.InvariantCulture) ?? "", alert.Scope.Tag ?? ""]);
}
