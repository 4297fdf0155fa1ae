using System;
using System.Collections.Generic;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Reads from an access token what an admin should know about it. No decision depends on it: only Graph validates the token, and its format may change
/// (https://learn.microsoft.com/entra/identity-platform/access-tokens). So nothing is verified, and an unreadable token is used all the same.
/// </summary>
internal static class AccessTokenFacts
{
    /// <summary>Reads the claims.</summary>
    /// <param name="token">The access token.</param>
    /// <param name="expiresOn">The expiry that the sign-in returned.</param>
    public static SignInFacts Read(string token, DateTimeOffset expiresOn)
    {
        var unknown = new SignInFacts { ExpiresOn = expiresOn };
        using var document = TryParse(token);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } claims)
            return unknown;
        return unknown with
        {
            TenantId = Text(claims, "tid"),
            // azp in version 2 tokens, appid in version 1 tokens; Graph's are version 1.
            ClientId = Text(claims, "appid") ?? Text(claims, "azp"),
            Roles = Roles(claims),
            Audience = Text(claims, "aud") is { } audience ? ServerText.Clean(audience) : null,
        };
    }

    /// <summary>The expiry in a token, UTC; null for none.</summary>
    /// <param name="token">The access token.</param>
    public static DateTimeOffset? ExpiryOf(string token)
    {
        using var document = TryParse(token);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } claims
            || !claims.TryGetProperty("exp", out var value) || value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var seconds))
        {
            return null;
        }

        return seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    private static JsonDocument? TryParse(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
            return null;
        try
        {
            return JsonDocument.Parse(JsonStrings.Repair(Decode(parts[1])));
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    private static byte[] Decode(string base64Url)
    {
        var text = base64Url.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // A token without any consent has no roles claim: that means an empty list, not an unknown one.
    private static List<string>? Roles(JsonElement claims)
    {
        var roles = new List<string>();
        if (!claims.TryGetProperty("roles", out var value))
            return roles;
        if (value.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var role in value.EnumerateArray())
        {
            if (role.ValueKind == JsonValueKind.String)
                roles.Add(role.GetString()!);
        }

        return roles;
    }
}
