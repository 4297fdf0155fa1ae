using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>
/// Whether an account bears the name of a user. It stops mistakes: an address that was given to the wrong person. It proves nothing about somebody who
/// administers both the addresses and the names of users.
/// </summary>
/// <remarks>
/// First and last name together are one form of a name, the display name is another. Two people's names agree when one form of the one has the same words as one
/// form of the other, in any order, or the same letters without the breaks between words (<c>山田太郎</c>, <c>O'Brien</c> and <c>OBrien</c>). Words are compared
/// without case and accents; whatever is neither letter nor digit separates them. A middle name that only one side has does not agree.
/// </remarks>
internal static class NameAgreement
{
    /// <summary>Whether the names agree. An account that shows no name agrees with nobody.</summary>
    /// <param name="user">The user.</param>
    /// <param name="account">The account.</param>
    public static bool Holds(DirectoryUser user, Account account)
    {
        var ofAccount = FormsOf(account.GivenName, account.FamilyName, account.DisplayName);
        return ofAccount.Count > 0 && ofAccount.Overlaps(
            PersonName.Of(user) is { } name ? FormsOf(name.Given, name.Family, name.Display) : FormsOf(user.GivenName, user.Surname, user.DisplayName));
    }

    /// <summary>The name of an account as a person would say it; null when the server shows none.</summary>
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

    // Also full-width letters, ligatures and half-width kana become the letters that they are.
    private static string Decompose(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            // .NET Framework refuses code points that are no characters.
            return text;
        }
    }

    // Apostrophes are letters to Unicode where they are written as U+02B9 to U+02BF.
    private static bool IsPartOfWord(char c) =>
        (char.IsLetterOrDigit(c) && c is not (>= '\u02B9' and <= '\u02BF') and not '\u0640') || char.IsSurrogate(c) || (IsMark(c) && !IsAccent(c));

    // Accents of Latin, Greek and Cyrillic letters, points of Hebrew and Arabic ones, the Arabic lengthening stroke. Elsewhere marks are vowels, and count.
    private static bool IsAccent(char c) =>
        c is (>= '\u0300' and <= '\u036F') or (>= '\u0591' and <= '\u05BD') or '\u05BF' or '\u05C1' or '\u05C2' or (>= '\u064B' and <= '\u065F') or '\u0670' or '\u0640';

    private static bool IsMark(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Letters that no composition takes apart, as they are written where they are missing.
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
