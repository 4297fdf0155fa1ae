using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace PasswordBoss.EntraConnector.TenantHost;

/// <summary>
/// The sign-in host: client credentials with a secret or a signed assertion, the device code and the authorization code of an admin
/// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, v2-oauth2-device-code, v2-oauth2-auth-code-flow).
/// </summary>
internal sealed class SignInEndpoint
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private readonly Tenant tenant;
    private readonly Uri authority;
    private readonly ConcurrentDictionary<string, bool> assertionsSeen = new();
    private int issued;
    private int pending = 1;

    public SignInEndpoint(Tenant tenant, Uri authority)
    {
        this.tenant = tenant;
        this.authority = authority;
    }

    public async Task AnswerAsync(HttpContext context)
    {
        var segments = context.Request.Path.Value!.Trim('/').Split('/', 2);
        var isTenant = segments[0] == tenant.Id || tenant.Domains.Contains(segments[0]);
        var isUser = isTenant || segments[0] is "organizations";
        if (segments.Length == 2 && segments[1] == "oauth2/v2.0/authorize" && isUser)
        {
            await AuthorizeAsync(context);
            return;
        }

        // https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
        if (segments.Length == 2 && segments[1] == "v2.0/.well-known/openid-configuration" && isUser)
        {
            var issuer = segments[0] == "organizations" ? "{tenantid}" : tenant.Id;
            await TenantServer.JsonAsync(context, new JsonObject { ["issuer"] = authority + issuer + "/v2.0", ["token_endpoint"] = authority + segments[0] + "/oauth2/v2.0/token" });
            return;
        }

        var form = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString())
            : [];
        if (!isTenant && !(isUser && form.GetValueOrDefault("grant_type") != "client_credentials"))
        {
            await RefuseAsync(context, 400, "invalid_request", 90002, $"Tenant '{segments[0]}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.");
            return;
        }

        switch (segments[1])
        {
            case "oauth2/v2.0/devicecode":
                await TenantServer.JsonAsync(context, new JsonObject
                {
                    ["user_code"] = "DBXK-QWNV",
                    ["device_code"] = "device-code-of-this-test",
                    ["verification_uri"] = "https://microsoft.com/devicelogin",
                    ["expires_in"] = 900,
                    ["interval"] = 1,
                    ["message"] = "To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code DBXK-QWNV to authenticate.",
                });
                break;
            case "oauth2/v2.0/token":
                await IssueAsync(context, form);
                break;
            default:
                await RefuseAsync(context, 404, "invalid_request", 90100, tenant.Violate("sign-in: " + context.Request.Path));
                break;
        }
    }

    private Task AuthorizeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["response_type"] != "code" || query["code_challenge_method"] != "S256" || query["code_challenge"].Count != 1)
            tenant.Violate("authorize: no code with PKCE: " + context.Request.QueryString);
        if (!Uri.TryCreate(query["redirect_uri"], UriKind.Absolute, out var back) || !back.IsLoopback)
            tenant.Violate("authorize: " + query["redirect_uri"]);
        if (query["response_mode"] != "form_post")
        {
            context.Response.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"].ToString(), new Dictionary<string, string?> { ["code"] = "code-of-this-test", ["state"] = query["state"] }));
            return Task.CompletedTask;
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"""<form method="post" action="{query["redirect_uri"]}"><input name="code" value="code-of-this-test"><input name="state" value="{query["state"]}"></form>""");
    }

    private Task IssueAsync(HttpContext context, Dictionary<string, string> form) => form.GetValueOrDefault("grant_type") switch
    {
        "client_credentials" => IssueToApplicationAsync(context, form),
        "urn:ietf:params:oauth:grant-type:device_code" or "device_code" => form.GetValueOrDefault("device_code") != "device-code-of-this-test"
            ? RefuseAsync(context, 400, "bad_verification_code", 70018, "Invalid verification code.")
            : this.pending-- > 0
                ? RefuseAsync(context, 400, "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
                : IssueToAdminAsync(context, form),
        "authorization_code" when form.ContainsKey("code_verifier") && form.GetValueOrDefault("code") == "code-of-this-test" => IssueToAdminAsync(context, form),
        var other => RefuseAsync(context, 400, "unsupported_grant_type", 70003, tenant.Violate("grant type " + other)),
    };

    private Task IssueToAdminAsync(HttpContext context, Dictionary<string, string> form)
    {
        foreach (var permission in new[] { "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Group.ReadWrite.All" })
        {
            // Not every library repeats the scope of the request for the code. If one does, the scope must be valid.
            if (form.TryGetValue("scope", out var scope) && !scope.Contains("/" + permission, StringComparison.Ordinal))
                tenant.Violate("scope: " + scope);
        }

        var token = Token(new JsonObject { ["aud"] = "https://graph.microsoft.com", ["tid"] = tenant.Id, ["appid"] = form.GetValueOrDefault("client_id"), ["upn"] = "admin@contoso.example", ["scp"] = "Application.ReadWrite.All" });
        tenant.Tokens[token] = "admin";
        var identity = Token(new JsonObject
        {
            ["aud"] = form.GetValueOrDefault("client_id"),
            ["tid"] = tenant.Id,
            ["oid"] = "22220000-0000-4000-8000-000000000001",
            ["sub"] = "subject",
            ["preferred_username"] = "admin@contoso.example",
            ["name"] = "Admin",
            ["iss"] = authority + tenant.Id + "/v2.0",
            ["exp"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(),
            ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["nbf"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["ver"] = "2.0",
        });
        var client = WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(new JsonObject { ["uid"] = "22220000-0000-4000-8000-000000000001", ["utid"] = tenant.Id }.ToJsonString()));
        return TenantServer.JsonAsync(context, new JsonObject
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = 3599,
            ["ext_expires_in"] = 3599,
            ["access_token"] = token,
            ["id_token"] = identity,
            ["client_info"] = client,
            ["scope"] = "Application.ReadWrite.All AppRoleAssignment.ReadWrite.All Group.ReadWrite.All",
        });
    }

    private Task IssueToApplicationAsync(HttpContext context, Dictionary<string, string> form)
    {
        var clientId = form.GetValueOrDefault("client_id") ?? "";
        if (form.GetValueOrDefault("scope") != "https://graph.microsoft.com/.default")
            return RefuseAsync(context, 400, "invalid_scope", 70011, this.tenant.Violate("scope " + form.GetValueOrDefault("scope")));
        lock (this.tenant.Gate)
        {
            var application = this.tenant.ApplicationOf(clientId);
            var principal = this.tenant.PrincipalOf(clientId);
            if (application is null || principal is null || !this.tenant.IsVisible("sign-in of " + clientId))
                return RefuseAsync(context, 400, "unauthorized_client", 700016, $"Application with identifier '{clientId}' was not found in the directory 'Contoso'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.");
            var refusal = form.TryGetValue("client_assertion", out var assertion)
                ? CheckAssertion(application, clientId, assertion, form.GetValueOrDefault("client_assertion_type"))
                : CheckSecret(clientId, form.GetValueOrDefault("client_secret"));
            if (refusal is { } refused)
                return RefuseAsync(context, 401, "invalid_client", refused.Code, refused.Text);

            var claims = new JsonObject { ["aud"] = "https://graph.microsoft.com", ["tid"] = tenant.Id, ["appid"] = clientId };
            if (tenant.GrantedTo(clientId) is { Length: > 0 } roles)
                claims["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]);
            var token = Token(claims);
            tenant.Tokens[token] = clientId;
            return TenantServer.JsonAsync(context, new JsonObject { ["token_type"] = "Bearer", ["expires_in"] = 3599, ["ext_expires_in"] = 3599, ["access_token"] = token });
        }
    }

    private (int Code, string Text)? CheckSecret(string clientId, string? value)
    {
        var known = tenant.Secrets.Where(s => string.Equals(s.AppId, clientId, StringComparison.OrdinalIgnoreCase) && s.Value == value).ToList();
        if (known.Count == 0)
            return (7000215, $"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{clientId}'.");
        return known.TrueForAll(s => s.Ends < tenant.Now) ? (7000222, $"The provided client secret keys for app '{clientId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret.") : null;
    }

    // https://learn.microsoft.com/entra/identity-platform/certificate-credentials
    private (int Code, string Text)? CheckAssertion(JsonObject application, string clientId, string assertion, string? type)
    {
        if (type != AssertionType)
            return (900144, tenant.Violate("client_assertion_type " + type));
        var parts = assertion.Split('.');
        var header = JsonNode.Parse(WebEncoders.Base64UrlDecode(parts[0]))!;
        var claims = JsonNode.Parse(WebEncoders.Base64UrlDecode(parts[1]))!;
        var hash = (string?)header["x5t#S256"];
        var key = application["keyCredentials"]!.AsArray().FirstOrDefault(k => WebEncoders.Base64UrlEncode(SHA256.HashData(Convert.FromBase64String((string)k!["key"]!))) == hash);
        if (key is null)
            return (700027, $"The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{hash}'.]");
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String((string)key["key"]!));
        using var rsa = certificate.GetRSAPublicKey()!;
        if ((string?)header["alg"] != "PS256"
            || !rsa.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), WebEncoders.Base64UrlDecode(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pss))
        {
            return (700027, tenant.Violate("assertion: signature, " + (string?)header["alg"]));
        }

        var audience = authority + tenant.Id + "/oauth2/v2.0/token";
        if ((string?)claims["aud"] != audience || (string?)claims["iss"] != clientId || (string?)claims["sub"] != clientId)
            return (700021, tenant.Violate("assertion: " + claims.ToJsonString()));
        if ((string?)claims["jti"] is not { Length: > 0 } id || !assertionsSeen.TryAdd(id, true))
            return (700027, tenant.Violate("assertion: jti"));
        var from = Time(claims["nbf"]!);
        var to = Time(claims["exp"]!);
        if (to - from > TimeSpan.FromMinutes(10) || to <= from)
            tenant.Violate("assertion: lives for " + (to - from));
        if (tenant.Now < from - TimeSpan.FromMinutes(5) || tenant.Now > to + TimeSpan.FromMinutes(5))
            return (700024, $"Client assertion is not within its valid time range. Current time: {tenant.Now.UtcDateTime:o}, assertion valid from {from.UtcDateTime:o}, expiry time of assertion {to.UtcDateTime:o}.");
        return null;
    }

    private static DateTimeOffset Time(JsonNode claim) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(claim.ToString(), CultureInfo.InvariantCulture));

    private string Token(JsonObject claims)
    {
        claims["uti"] = ++issued;
        return string.Join('.', Part("{\"typ\":\"JWT\",\"alg\":\"RS256\"}"), Part(claims.ToJsonString()), Part("signature"));

        static string Part(string text) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text));
    }

    private static Task RefuseAsync(HttpContext context, int status, string error, int code, string text) => TenantServer.JsonAsync(
        context,
        new JsonObject
        {
            ["error"] = error,
            ["error_description"] = $"AADSTS{code}: {text} Trace ID: 8d5c4c3a-0000-4000-8000-a1b2c3d4e5f6 Correlation ID: 8d5c4c3a-0000-4000-8000-a1b2c3d4e5f7 Timestamp: 2026-01-02 03:04:05Z",
            ["error_codes"] = new JsonArray(code),
            ["timestamp"] = "2026-01-02 03:04:05Z",
            ["trace_id"] = "8d5c4c3a-0000-4000-8000-a1b2c3d4e5f6",
            ["correlation_id"] = "8d5c4c3a-0000-4000-8000-a1b2c3d4e5f7",
            ["error_uri"] = "https://login.microsoftonline.com/error?code=" + code,
        },
        status);
}
