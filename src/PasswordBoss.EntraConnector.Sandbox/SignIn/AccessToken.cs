using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Sandbox.Http;

namespace PasswordBoss.EntraConnector.Sandbox.SignIn;

/// <summary>
/// The access tokens of the sandbox: JWTs with the claims of an app-only token
/// (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). Their signing key is public in this file, so that every process
/// accepts the tokens of every other; they give access only to the sandbox.
/// </summary>
internal static class AccessToken
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3599);
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("the sandbox signs with a key that is not secret");

    public static string Issue(string audience, IReadOnlyList<string> roles, DateTimeOffset now)
    {
        var header = Encode(writer =>
        {
            writer.WriteString("typ", "JWT");
            writer.WriteString("alg", "HS256");
        });
        var claims = Encode(writer =>
        {
            writer.WriteString("aud", audience);
            writer.WriteString("iss", "https://sts.windows.net/" + SandboxCredentials.TenantId + "/");
            writer.WriteNumber("iat", now.ToUnixTimeSeconds());
            writer.WriteNumber("nbf", now.ToUnixTimeSeconds());
            writer.WriteNumber("exp", now.Add(Lifetime).ToUnixTimeSeconds());
            writer.WriteString("appid", SandboxCredentials.ClientId);
            writer.WriteString("app_displayname", "Password Boss Connector");
            writer.WriteString("idtyp", "app");
            // The token of an application without permissions does not contain this claim.
            if (roles.Count > 0)
            {
                writer.WriteStartArray("roles");
                foreach (var role in roles)
                    writer.WriteStringValue(role);
                writer.WriteEndArray();
            }

            writer.WriteString("tid", SandboxCredentials.TenantId);
            writer.WriteString("ver", "1.0");
        });
        return header + "." + claims + "." + Sign(header + "." + claims);
    }

    /// <summary>Reads a token; null if the sandbox did not issue it.</summary>
    public static (IReadOnlyList<string> Roles, bool IsExpired)? Read(string token, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !string.Equals(parts[2], Sign(parts[0] + "." + parts[1]), StringComparison.Ordinal))
            return null;
        using var claims = JsonDocument.Parse(Base64Url.Decode(parts[1])!);
        var expires = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        var roles = claims.RootElement.TryGetProperty("roles", out var listed)
            ? listed.EnumerateArray().Select(role => role.GetString()!).ToList()
            : new List<string>();
        return (roles, expires <= now);
    }

    private static string Encode(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Base64Url.Encode(buffer.ToArray());
    }

    private static string Sign(string text)
    {
        using var algorithm = new HMACSHA256(Key);
        return Base64Url.Encode(algorithm.ComputeHash(Encoding.ASCII.GetBytes(text)));
    }
}
