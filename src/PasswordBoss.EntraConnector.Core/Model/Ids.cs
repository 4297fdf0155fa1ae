using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Compares object ids and application ids of Entra: they are GUIDs, and their letter case differs between responses.</summary>
public static class EntraId
{
    /// <summary>Compares ids for sets, dictionaries and sorting.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>Whether two ids identify the same object. A missing id equals only a missing id.</summary>
    /// <param name="left">One id.</param>
    /// <param name="right">The other id.</param>
    public static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Compares ids of accounts and groups of Password Boss: a SCIM server chooses them, and they are compared exactly (RFC 7643 section 3.1). GUIDs are compared without
/// regard to case: some servers write them in one case in an account and in another case in a list of members.
/// </summary>
public static class AccountId
{
    private const int GuidLength = 36;

    /// <summary>Compares ids for sets, dictionaries and sorting.</summary>
    public static StringComparer Comparer { get; } = new IdComparer();

    /// <summary>Whether two ids identify the same account or group. A missing id equals only a missing id.</summary>
    /// <param name="left">One id.</param>
    /// <param name="right">The other id.</param>
    public static bool Same(string? left, string? right) =>
        string.Equals(left, right, StringComparison.Ordinal)
        || (left?.Length == GuidLength && string.Equals(left, right, StringComparison.OrdinalIgnoreCase) && Guid.TryParseExact(left, "D", out _));

    private sealed class IdComparer : StringComparer
    {
        public override int Compare(string? x, string? y) => string.CompareOrdinal(ToSort(x), ToSort(y));

        public override bool Equals(string? x, string? y) => Same(x, y);

        public override int GetHashCode(string obj) => obj.Length == GuidLength ? OrdinalIgnoreCase.GetHashCode(obj) : Ordinal.GetHashCode(obj);

        private static string? ToSort(string? id) => id?.Length == GuidLength && Guid.TryParseExact(id, "D", out var guid) ? guid.ToString("D") : id;
    }
}
