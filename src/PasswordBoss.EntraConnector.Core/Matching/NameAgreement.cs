using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>
/// Whether an account and a user have the same name. This catches mistakes, such as an address that was given to the wrong user. It does not protect against
/// someone who controls both the addresses and the names of users.
/// </summary>
/// <remarks>
/// First and last name together are one form of a name; the display name is another. Two names agree if a form of one has the same words as a form of the
/// other, in any order, or the same letters without word breaks (<c>山田太郎</c>, <c>O'Brien</c> and <c>OBrien</c>). Words are compared without case and accents.
/// Every character that is neither a letter nor a digit separates words. Names do not agree if only one has a middle name.
/// </remarks>
internal static class NameAgreement
{
    /// <summary>Whether the names agree. An account without a name agrees with no user.</summary>
    /// <param name="user">The user.</param>
    /// <param name="account">The account.</param>
    public static bool Holds(DirectoryUser user, Account account)
    {
        var ofAccount = FormsOf(account.GivenName, account.FamilyName, account.DisplayName);
        return ofAccount.Count > 0 && ofAccount.Overlaps(
            PersonName.Of(user) is { } name ? FormsOf(name.Given, name.Family, name.Display) : FormsOf(user.GivenName, user.Surname, user.DisplayName));
    }

    /// <summary>The full name of an account for display; null if the server returns none.</summary>
    /// <param name="account">The account.</param>
    public static string? NameOf(Account account) => NameText.Clean(account.DisplayName) ?? NameText.Clean(account.GivenName + " " + account.FamilyName);

    private static HashSet<string> FormsOf(string? given, string? family, string? display)
    {
        var forms = new HashSet<string>(StringComparer.Ordinal);
        var first = WordsOf(given);
        var last = WordsOf(family);
        Add(forms, first.Concat(last));
        Add(forms, last.Concat(first));
        Add(forms, WordsOf(display));
        return forms;
    }

    private static void Add(HashSet<string> forms, IEnumerable<string> words)
    {
        var list = words.ToList();
        if (list.Count == 0)
            return;
        forms.Add(string.Concat(list));
        list.Sort(StringComparer.Ordinal);
        forms.Add(string.Join(" ", list));
    }

    private static List<string> WordsOf(string? name)
    {
        var words = new List<string>();
        if (NameText.Clean(name) is not { } text)
            return words;
        var word = new StringBuilder();
        var decomposed = Decompose(text);
        for (var i = 0; i < decomposed.Length; i++)
        {
            var c = decomposed[i];
            if (NameText.IsInvisible(decomposed, i))
                i += char.IsHighSurrogate(c) ? 1 : 0;
            else if (IsPartOfWord(c))
                Append(word, char.ToLowerInvariant(c));
            else if (!IsAccent(c))
                End();
        }

        End();
        return words;

        void End()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }

    // FormKD also turns full-width letters, ligatures and half-width kana into their ordinary letters.
    private static string Decompose(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            // .NET Framework rejects noncharacter code points.
            return text;
        }
    }

    // Unicode counts the apostrophes U+02B9 to U+02BF as letters.
    private static bool IsPartOfWord(char c) =>
        (char.IsLetterOrDigit(c) && c is not (>= '\u02B9' and <= '\u02BF') and not '\u0640') || char.IsSurrogate(c) || (IsMark(c) && !IsAccent(c));

    // Accents of Latin, Greek and Cyrillic letters, points of Hebrew and Arabic letters, and the Arabic tatweel. In other scripts, marks are vowels and count.
    private static bool IsAccent(char c) =>
        c is (>= '\u0300' and <= '\u036F') or (>= '\u0591' and <= '\u05BD') or '\u05BF' or '\u05C1' or '\u05C2' or (>= '\u064B' and <= '\u065F') or '\u0670' or '\u0640';

    private static bool IsMark(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Letters that normalisation does not decompose, replaced by their usual substitutes.
    private static void Append(StringBuilder word, char c)
    {
        switch (c)
        {
            case 'ß':
                word.Append("ss");
                break;
            case 'æ':
                word.Append("ae");
                break;
            case 'œ':
                word.Append("oe");
                break;
            case 'þ':
                word.Append("th");
                break;
            case 'ø':
                word.Append('o');
                break;
            case 'ł':
                word.Append('l');
                break;
            case 'đ' or 'ð':
                word.Append('d');
                break;
            case 'ħ':
                word.Append('h');
                break;
            case 'ı':
                word.Append('i');
                break;
            case 'ς':
                word.Append('σ');
                break;
            default:
                word.Append(c);
                break;
        }
    }
}
