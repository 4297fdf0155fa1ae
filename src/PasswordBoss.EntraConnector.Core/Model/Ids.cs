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

/// <summary>Compares ids of accounts and groups of Password Boss: a SCIM server chooses them, and they are compared exactly (RFC 7643 section 3.1).</summary>
public static class AccountId
{
    /// <summary>Compares ids for sets, dictionaries and sorting.</summary>
    public static StringComparer Comparer => StringComparer.Ordinal;

    /// <summary>Whether two ids identify the same account or group. A missing id equals only a missing id.</summary>
    /// <param name="left">One id.</param>
    /// <param name="right">The other id.</param>
    public static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.Ordinal);
}
