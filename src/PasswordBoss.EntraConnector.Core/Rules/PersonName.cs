using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Rules;

/// <summary>A person's name as an account needs it: first name, last name and display name are all required by Password Boss.</summary>
/// <param name="Given">First name.</param>
/// <param name="Family">Last name.</param>
/// <param name="Display">Display name.</param>
public readonly record struct PersonName(string Given, string Family, string Display)
{
    /// <summary>
    /// The name of an Entra user. A missing first or last name is taken from the display name, where that has at least two words; null when it cannot be.
    /// </summary>
    /// <param name="user">The user.</param>
    public static PersonName? Of(DirectoryUser user)
    {
        var given = Clean(user.GivenName);
        var family = Clean(user.Surname);
        var display = Clean(user.DisplayName);
        if ((given is null || family is null) && display is not null)
        {
            var space = display.IndexOf(' ');
            if (space > 0)
            {
                given ??= Remainder(display, family, fromEnd: true) ?? display.Substring(0, space);
                family ??= Remainder(display, given, fromEnd: false) ?? display.Substring(space + 1).Trim();
            }
        }

        if (given is null || family is null)
            return null;
        return new PersonName(given, family, display ?? given + " " + family);
    }

    // "Anna van der Berg" with the known last name "van der Berg" leaves "Anna".
    private static string? Remainder(string display, string? known, bool fromEnd)
    {
        if (known is null || display.Length <= known.Length + 1)
            return null;
        if (fromEnd && display.EndsWith(" " + known, StringComparison.OrdinalIgnoreCase))
            return display.Substring(0, display.Length - known.Length - 1).Trim();
        if (!fromEnd && display.StartsWith(known + " ", StringComparison.OrdinalIgnoreCase))
            return display.Substring(known.Length + 1).Trim();
        return null;
    }

    private static string? Clean(string? text)
    {
        var trimmed = text?.Trim();
        return string.IsNullOrEmpty(trimmed) ? null : trimmed;
    }
}
