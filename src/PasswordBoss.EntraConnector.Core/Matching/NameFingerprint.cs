using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>
/// Recognises names that were written or read before, without storing them. The fingerprint is stored (<see cref="AccountLink.NamesWritten"/>,
/// <see cref="AccountLink.NamesRead"/>), so the same names must give the same number in every process and on every runtime.
/// </summary>
public static class NameFingerprint
{
    // FNV-1a, 64 bits (RFC 9923).
    private const ulong Start = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    // Markers between names and for a missing name, outside the range of characters.
    private const uint End = 0x1_0000;
    private const uint Missing = 0x1_0001;

    /// <summary>The fingerprint of names, character by character: different case or composition gives a different result.</summary>
    /// <param name="names">The names as sent, or as returned by the server.</param>
    public static long Of(AccountNames names)
    {
        var hash = Add(Add(Add(Start, names.Given), names.Family), names.Display);
        return unchecked((long)hash);
    }

    /// <summary>The fingerprint of the names that a user's account should have.</summary>
    /// <param name="name">The name in Entra.</param>
    public static long Of(PersonName name) => Of(new AccountNames(name.Given, name.Family, name.Display));

    /// <summary>The fingerprint of the names that an account has.</summary>
    /// <param name="account">The account as read from the server.</param>
    public static long Of(Account account) => Of(new AccountNames(account.GivenName, account.FamilyName, account.DisplayName));

    private static ulong Add(ulong hash, string? name)
    {
        if (name is null)
            return Add(hash, Missing);
        foreach (var c in name)
            hash = Add(hash, c);
        return Add(hash, End);
    }

    private static ulong Add(ulong hash, uint unit)
    {
        for (var shift = 0; shift < 24; shift += 8)
            hash = unchecked((hash ^ ((unit >> shift) & 0xFF)) * Prime);
        return hash;
    }
}
