using System;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>
/// What the secrets of a connection were entered for: the connection, its tenant, its client id and the three addresses. It is authenticated with the secrets and
/// not encrypted, so that secrets decrypt for these settings alone.
/// </summary>
internal sealed class SecretBinding
{
    private SecretBinding(Guid connectionId, byte[] digest)
    {
        ConnectionId = connectionId;
        Digest = digest;
    }

    /// <summary>The connection.</summary>
    public Guid ConnectionId { get; }

    /// <summary>The SHA-256 of the settings, 32 bytes.</summary>
    public byte[] Digest { get; }

    /// <summary>The digest as hexadecimal digits.</summary>
    public string DigestText => string.Concat(Digest.Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>What the secrets of a connection are bound to.</summary>
    /// <param name="connection">The settings by which the secrets will be used.</param>
    public static SecretBinding Of(ConnectionSettings connection)
    {
        // Each value stands behind its length, so that no two settings give one text. Stored secrets depend on this form: it never changes.
        var text = string.Concat(
            new[]
            {
                connection.TenantId,
                connection.ClientId,
                connection.AuthorityHost.OriginalString,
                connection.GraphEndpoint.OriginalString,
                connection.PasswordBossUri.OriginalString,
            }.Select(value => value.Length.ToString(CultureInfo.InvariantCulture) + ":" + value));
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes(text));
        return new SecretBinding(connection.Id, sha.GetHashAndReset());
    }
}
