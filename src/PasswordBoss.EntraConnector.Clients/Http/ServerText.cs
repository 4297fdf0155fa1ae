using System;
using System.Globalization;
using System.Text;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>Makes text from a server or a platform safe for messages. It reaches consoles and logs, so it must neither control nor flood them.</summary>
internal static class ServerText
{
    private const int Longest = 200;

    /// <summary>The text on one line, shortened, without control characters and without the user info of addresses.</summary>
    /// <param name="text">The text of the server or platform.</param>
    public static string Clean(string text)
    {
        // Mask before shortening: a cut before the @ would leave half of a password that the mask no longer recognises.
        text = UserInfoMask.Apply(text);
        var clean = new StringBuilder(Math.Min(text.Length, Longest));
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var isPair = i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]);
            if (clean.Length + (isPair ? 2 : 1) > Longest)
            {
                clean.Append('…');
                break;
            }

            // Half of a surrogate pair can be neither stored nor displayed.
            if (isPair || char.IsSurrogate(c))
            {
                clean.Append(isPair ? text.Substring(i, 2) : JsonStrings.Unreadable);
                i += isPair ? 1 : 0;
                continue;
            }

            var isSpace = char.IsControl(c) || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;
            if (!isSpace)
                clean.Append(c);
            else if (clean.Length > 0 && clean[clean.Length - 1] != ' ')
                clean.Append(' ');
        }

        return clean.ToString().TrimEnd();
    }

    /// <summary>The text with a full stop at its end.</summary>
    /// <param name="text">A reason.</param>
    public static MessageArgument Sentence(MessageArgument text) => text.Message is { } message
        ? IsSentence(message.Render(CultureInfo.InvariantCulture)) ? message : Texts.TextSentence(message)
        : IsSentence(text.Text ?? "") ? text : text.Text + ".";

    private static bool IsSentence(string text) => text.Length == 0 || text[text.Length - 1] is '.' or '!' or '?';
}
