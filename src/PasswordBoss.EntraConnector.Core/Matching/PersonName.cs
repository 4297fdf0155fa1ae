using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>A name for an account: Password Boss requires first name, last name and display name.</summary>
/// <param name="Given">First name.</param>
/// <param name="Family">Last name.</param>
/// <param name="Display">Display name.</param>
public readonly record struct PersonName(string Given, string Family, string Display)
{
    /// <summary>
    /// The name of an Entra user, cleaned by <see cref="NameText.Clean"/>. A missing first or last name is taken from the display name: from both sides of its
    /// comma if it has exactly one ("last, first"), otherwise from its words if it has at least two. Null if that is not possible.
    /// </summary>
    /// <param name="user">The user.</param>
    public static PersonName? Of(DirectoryUser user)
    {
        var given = NameText.Clean(user.GivenName);
        var family = NameText.Clean(user.Surname);
        var display = NameText.Clean(user.DisplayName);
        if ((given is null || family is null) && display is not null)
        {
            var space = display.IndexOf(' ');
            if (TrySplitAtComma(display, out var last, out var first))
            {
                given ??= first;
                family ??= last;
            }
            else if (space > 0)
            {
                given ??= Remainder(display, family, fromEnd: true) ?? display.Substring(0, space);
                family ??= Remainder(display, given, fromEnd: false) ?? display.Substring(space + 1);
            }
        }

        if (given is null || family is null)
            return null;
        return new PersonName(given, family, display ?? given + " " + family);
    }

    private static bool TrySplitAtComma(string display, out string? last, out string? first)
    {
        last = first = null;
        var comma = display.IndexOf(',');
        if (comma < 0 || comma != display.LastIndexOf(','))
            return false;
        last = NameText.Clean(display.Substring(0, comma));
        first = NameText.Clean(display.Substring(comma + 1));
        return last is not null && first is not null;
    }

    // "Anna van der Berg" with the known last name "van der Berg" leaves "Anna".
    private static string? Remainder(string display, string? known, bool fromEnd)
    {
        if (known is null || display.Length <= known.Length + 1)
            return null;
        if (fromEnd && display.EndsWith(" " + known, StringComparison.OrdinalIgnoreCase))
            return display.Substring(0, display.Length - known.Length - 1);
        if (!fromEnd && display.StartsWith(known + " ", StringComparison.OrdinalIgnoreCase))
            return display.Substring(known.Length + 1);
        return null;
    }
}
