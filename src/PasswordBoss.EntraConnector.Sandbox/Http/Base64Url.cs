using System;

namespace PasswordBoss.EntraConnector.Sandbox.Http;

/// <summary>Base64 with the URL-safe alphabet and without padding (RFC 4648 section 5).</summary>
internal static class Base64Url
{
    public static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>The bytes; null if the text does not have this format.</summary>
    public static byte[]? Decode(string text)
    {
        try
        {
            var padded = text.Replace('-', '+').Replace('_', '/');
            return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
