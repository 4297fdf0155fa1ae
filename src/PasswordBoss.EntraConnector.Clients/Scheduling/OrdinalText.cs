using System;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>Replaces and finds text without a culture, in a way that both frameworks support.</summary>
internal static class OrdinalText
{
#pragma warning disable CA1307, CA2249 // The overloads that these rules ask for do not exist on .NET Framework; Replace is ordinal without one.
    /// <summary>Replaces each occurrence.</summary>
    /// <param name="text">The text.</param>
    /// <param name="part">The part to replace.</param>
    /// <param name="other">The replacement.</param>
    public static string ReplaceAll(this string text, string part, string other) => text.Replace(part, other);

    /// <summary>Whether the text contains a part, ignoring case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="part">The part.</param>
    public static bool Holds(this string text, string part) => text.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0;
#pragma warning restore CA1307, CA2249
}
