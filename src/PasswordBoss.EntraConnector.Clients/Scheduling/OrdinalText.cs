using System;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>Replaces and finds text without a culture, in the way that both frameworks have.</summary>
internal static class OrdinalText
{
#pragma warning disable CA1307, CA2249 // The overloads that these rules ask for are not there on .NET Framework; Replace is ordinal without one.
    /// <summary>Replaces each occurrence.</summary>
    /// <param name="text">The text.</param>
    /// <param name="part">What is replaced.</param>
    /// <param name="other">What takes its place.</param>
    public static string ReplaceAll(this string text, string part, string other) => text.Replace(part, other);

    /// <summary>Whether a part occurs, in upper or lower case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="part">The part.</param>
    public static bool Holds(this string text, string part) => text.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0;
#pragma warning restore CA1307, CA2249
}
