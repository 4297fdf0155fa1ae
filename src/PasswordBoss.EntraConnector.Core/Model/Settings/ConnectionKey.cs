using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// The two sides of a connection in normalised form, for comparing connections: tenant and Password Boss address. Differences of case in the
/// tenant, the scheme and the host, the standard port and a trailing slash are ignored. Stores contain it, so its form must not change.
/// </summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Address">The Password Boss address.</param>
public readonly record struct ConnectionKey(string Tenant, string Address)
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

    /// <summary>Whether two connections may have the same two sides.</summary>
    /// <param name="other">The key of the other connection.</param>
    public bool MayEqual(ConnectionKey other) => Tenant == other.Tenant && string.Equals(Address, other.Address, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether two addresses are equal.</summary>
    /// <param name="left">An address.</param>
    /// <param name="right">Another one.</param>
    public static bool IsSameAddress(Uri left, Uri right) => NormalAddress(left) == NormalAddress(right);

    /// <summary>Whether two addresses may lead to the same server: most servers ignore the case of the path too.</summary>
    /// <param name="left">An address.</param>
    /// <param name="right">Another one.</param>
    public static bool MayBeSameServer(Uri left, Uri right) => string.Equals(NormalAddress(left), NormalAddress(right), StringComparison.OrdinalIgnoreCase);

    private static string NormalTenant(string tenant) =>
        Guid.TryParse(tenant, out var id) ? id.ToString("D", CultureInfo.InvariantCulture) : tenant.Trim().ToLowerInvariant();

    private static string NormalAddress(Uri address) =>
        address.Scheme.ToLowerInvariant() + "://" + address.IdnHost.ToLowerInvariant()
        + (address.IsDefaultPort ? "" : ":" + address.Port.ToString(CultureInfo.InvariantCulture))
        + address.AbsolutePath.TrimEnd('/');
}
