using System;
using System.Collections.Generic;
using System.Text;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// The token of requests. Servers may echo it: in another case, URL-encoded or in base64. It must never reach a message or a record.
/// </summary>
internal sealed class BearerToken
{
    /// <summary>No token yet; masks nothing.</summary>
    public static readonly BearerToken None = new("");

    /// <summary>The longest token that is sent, in characters. Servers refuse headers of this size; a token of Entra has a few thousand characters.</summary>
    public const int MaxLength = 32_768;

    private const string Mask = "***";
    // Shorter tokens would match parts of ordinary names. No product issues tokens that short.
    private const int ShortestForNames = 16;
    private const int ShortestEncoded = 8;

    private readonly string token;
    private readonly string escaped = "";
    private readonly List<string> encoded = [];
    private readonly int shortest;

    /// <summary>Prepares the search for a token.</summary>
    /// <param name="token">The token.</param>
    public BearerToken(string token)
    {
        this.token = token;
        shortest = token.Length;
        if (token.Length == 0)
            return;
        escaped = Uri.EscapeDataString(token);
        foreach (var core in Base64Cores(Encoding.UTF8.GetBytes(token)))
        {
            encoded.Add(core);
            var urlSafe = core.Replace('+', '-').Replace('/', '_');
            if (urlSafe != core)
                encoded.Add(urlSafe);
        }
    }

    /// <summary>
    /// Whether a text is a token that a header can carry (RFC 6750 section 2.1, <c>b64token</c>) and has at most <see cref="MaxLength"/> characters. Any other
    /// text could end the header and start another one.
    /// </summary>
    /// <param name="text">The text to check.</param>
    public static bool IsWellFormed(string text)
    {
        if (text.Length > MaxLength)
            return false;
        var end = text.Length;
        while (end > 0 && text[end - 1] == '=')
            end--;
        for (var i = 0; i < end; i++)
        {
            if (text[i] is not (>= 'A' and <= 'Z' or >= 'a' and <= 'z' or >= '0' and <= '9' or '-' or '.' or '_' or '~' or '+' or '/'))
                return false;
        }

        return end > 0;
    }

    /// <summary>The text with the token masked.</summary>
    /// <param name="text">The text of a server.</param>
    public string MaskIn(string text)
    {
        // The token is the shortest of the forms.
        if (shortest == 0 || text.Length < shortest)
            return text;
        text = Replace(text, token, wholeRun: false);
        if (escaped.Length > token.Length)
            text = Replace(text, escaped, wholeRun: false);
        foreach (var form in encoded)
            text = Replace(text, form, wholeRun: true);
        return text;
    }

    /// <summary>Masks the token in the name of a user or an object. Short tokens are ignored, because they could be part of an ordinary name.</summary>
    /// <param name="name">The name; null for none.</param>
    public string? MaskInName(string? name) => name is null || shortest < ShortestForNames ? name : MaskIn(name);

    /// <summary>Whether the name or the id of a user or an object contains the token.</summary>
    /// <param name="text">The text; null for none.</param>
    public bool IsIn(string? text) => !ReferenceEquals(MaskInName(text), text);

    /// <summary>Whether any of the texts contains the token.</summary>
    /// <param name="texts">Names and ids; null for none.</param>
    public bool IsInAny(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text?.Length >= shortest && IsIn(text))
                return true;
        }

        return false;
    }

    // In base64 the same bytes have three forms, by their offset modulo 3. The characters at both ends that also depend on neighbouring bytes are left out.
    private static IEnumerable<string> Base64Cores(byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var padded = new byte[before + bytes.Length];
            bytes.CopyTo(padded, before);
            var text = Convert.ToBase64String(padded);
            var start = (before * 8 + 5) / 6;
            var end = padded.Length * 8 / 6;
            if (end - start >= ShortestEncoded)
                yield return text.Substring(start, end - start);
        }
    }

    private static string Replace(string text, string form, bool wholeRun)
    {
        var at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return text;
        var clean = new StringBuilder(text.Length);
        var kept = 0;
        while (at >= 0)
        {
            var end = at + form.Length;
            if (wholeRun)
            {
                // Mask the whole encoded run: the rest of it is useless to a reader, and its ends contain bits of the token.
                while (at > kept && IsEncoding(text[at - 1]))
                    at--;
                while (end < text.Length && IsEncoding(text[end]))
                    end++;
            }

            clean.Append(text, kept, at - kept).Append(Mask);
            kept = end;
            at = text.IndexOf(form, end, StringComparison.OrdinalIgnoreCase);
        }

        return clean.Append(text, kept, text.Length - kept).ToString();
    }

    private static bool IsEncoding(char c) => c is >= 'A' and <= 'Z' or >= 'a' and <= 'z' or >= '0' and <= '9' or '+' or '/' or '-' or '_' or '=';
}
