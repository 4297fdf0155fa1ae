using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// A response of the token endpoint that is not a token (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, "Error
/// response"). <c>error_description</c> is not kept: it is long, written for people, and may change.
/// </summary>
internal sealed record SignInRefusal
{
    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }
    /// <summary>The media type, for a response that is not JSON at all.</summary>
    public string? MediaType { get; init; }
    /// <summary>Whether the response is a JSON object.</summary>
    public bool IsJson { get; init; }
    /// <summary>The OAuth error, such as <c>invalid_client</c>; null if the text does not have that form, because it could then be anything, even a secret.</summary>
    public string? Error { get; init; }
    /// <summary>The numbers of the AADSTS codes; the first one is the cause.</summary>
    public IReadOnlyList<int> Codes { get; init; } = [];

    /// <summary>Whether the response is a refusal in the form of OAuth, or has a code of Entra. Otherwise the refusal did not come from Microsoft.</summary>
    public bool IsOAuth => Error is not null || Codes.Count > 0;

    /// <summary>Reads a response; null if it is a token.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="contentType">The content type.</param>
    /// <param name="body">The body.</param>
    public static SignInRefusal? Of(int status, string? contentType, ReadOnlyMemory<byte> body)
    {
        var refusal = new SignInRefusal { Status = status, MediaType = contentType?.Split(';')[0].Trim() };
        try
        {
            using var document = JsonDocument.Parse(JsonStrings.Repair(body));
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return refusal;
            if (status == 200 && root.TryGetProperty("access_token", out _))
                return null;
            return refusal with
            {
                IsJson = true,
                Error = root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String && IsCode(error.GetString()!) ? error.GetString() : null,
                Codes = ReadCodes(root),
            };
        }
        catch (JsonException)
        {
            return refusal;
        }
    }

    // All errors of RFC 6749 section 5.2 and its extensions have this form.
    private static bool IsCode(string text) => text.Length is > 0 and <= 40 && text.All(static c => c is (>= 'a' and <= 'z') or '_');

    private static List<int> ReadCodes(JsonElement root)
    {
        var codes = new List<int>();
        if (root.TryGetProperty("error_codes", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var code))
                    codes.Add(code);
            }
        }

        // Some gateways of the sign-in host omit error_codes.
        if (codes.Count == 0 && root.TryGetProperty("error_description", out var description) && description.ValueKind == JsonValueKind.String)
        {
            const string Prefix = "AADSTS";
            var text = description.GetString()!;
            var start = text.IndexOf(Prefix, StringComparison.Ordinal) + Prefix.Length;
            var digits = new string(text.Skip(start).TakeWhile(static c => c is >= '0' and <= '9').ToArray());
            if (start >= Prefix.Length && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
                codes.Add(code);
        }

        return codes;
    }
}
