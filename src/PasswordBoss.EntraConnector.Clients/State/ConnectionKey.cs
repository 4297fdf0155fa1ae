using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// The two sides of a connection in normalised form, for comparing connections: tenant and Password Boss address. Differences of case in the
/// tenant, the scheme and the host, the standard port and a trailing slash are ignored.
/// </summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Address">The Password Boss address.</param>
internal readonly record struct ConnectionKey(string Tenant, string Address)
{
    /// <summary>The key of a connection.</summary>
    /// <param name="connection">The connection.</param>
    public static ConnectionKey Of(ConnectionSettings connection) => new(NormalTenant(connection.TenantId), NormalAddress(connection.PasswordBossUri));

    /// <summary>A name for the key that does not reveal it: the SHA-256 of both parts.</summary>
    public string Fingerprint()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes(Tenant + "|" + Address));
        var hash = sha.GetHashAndReset();
        var text = new StringBuilder(hash.Length * 2);
        foreach (var part in hash)
            text.Append(part.ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private static string NormalTenant(string tenant) =>
        Guid.TryParse(tenant, out var id) ? id.ToString("D", CultureInfo.InvariantCulture) : tenant.Trim().ToLowerInvariant();

    private static string NormalAddress(Uri address) =>
        address.Scheme.ToLowerInvariant() + "://" + address.IdnHost.ToLowerInvariant()
        + (address.IsDefaultPort ? "" : ":" + address.Port.ToString(CultureInfo.InvariantCulture))
        + address.AbsolutePath.TrimEnd('/');
}
