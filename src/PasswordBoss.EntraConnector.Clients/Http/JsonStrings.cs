using System;
using System.Text;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// Makes every string of a JSON body readable. A server that cuts a name in the middle of an emoji sends half of a surrogate pair, or part of a UTF-8 sequence.
/// JSON allows the first (RFC 8259 section 8.2), but System.Text.Json throws when it reads such a string. Both are replaced by U+FFFD.
/// </summary>
internal static class JsonStrings
{
    /// <summary>The replacement for unreadable text. An id that contains it is invalid.</summary>
    public const string Unreadable = "\uFFFD";

    private const int EscapeLength = 6;

#if !NET8_0_OR_GREATER
    private static readonly UTF8Encoding Strict = new(false, true);
#endif

    /// <summary>The body with readable strings; the same memory if nothing had to change, which is nearly always the case.</summary>
    /// <param name="body">The body; it need not be JSON.</param>
    public static ReadOnlyMemory<byte> Repair(ReadOnlyMemory<byte> body)
    {
        if (!IsUtf8(body))
            body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.ToArray()));

        byte[]? repaired = null;
        var text = body.Span;
        var at = 0;
        while (text.Slice(at).IndexOf((byte)'\\') is var step and >= 0)
        {
            at += step;
            if (CodeAt(text, at) is not { } code)
            {
                // Skip the escaped character too: it may itself be a backslash.
                at = Math.Min(at + 2, text.Length);
                continue;
            }

            if (char.IsHighSurrogate(code) && CodeAt(text, at + EscapeLength) is { } next && char.IsLowSurrogate(next))
            {
                at += 2 * EscapeLength;
                continue;
            }

            if (char.IsSurrogate(code))
            {
                repaired ??= body.ToArray();
                Encoding.ASCII.GetBytes("\\ufffd", 0, EscapeLength, repaired, at);
            }

            at += EscapeLength;
        }

        return repaired ?? body;
    }

    // Null if there is no \uXXXX at this position.
    private static char? CodeAt(ReadOnlySpan<byte> text, int at)
    {
        if (at + EscapeLength > text.Length || text[at] != '\\' || text[at + 1] != 'u')
            return null;
        var code = 0;
        for (var i = at + 2; i < at + EscapeLength; i++)
        {
            var digit = DigitOf(text[i]);
            if (digit < 0)
                return null;
            code = (code << 4) | digit;
        }

        return (char)code;
    }

    private static int DigitOf(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    private static bool IsUtf8(ReadOnlyMemory<byte> body)
    {
#if NET8_0_OR_GREATER
        return System.Text.Unicode.Utf8.IsValid(body.Span);
#else
        try
        {
            if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray(body, out var part))
                Strict.GetCharCount(part.Array!, part.Offset, part.Count);
            else
                Strict.GetCharCount(body.ToArray());
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
#endif
    }
}
