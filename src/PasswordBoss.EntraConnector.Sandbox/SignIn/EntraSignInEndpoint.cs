using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sandbox.Http;

namespace PasswordBoss.EntraConnector.Sandbox.SignIn;

/// <summary>
/// The sign-in host: the token endpoint for client credentials (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow) and the
/// two discovery documents that sign-in libraries may read. The error codes are from https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
/// </summary>
internal sealed class EntraSignInEndpoint
{
    private const string ContentType = "application/json; charset=utf-8";
    private const string RealGraph = "https://graph.microsoft.com";
    private readonly SandboxState state;
    private readonly string graph;

    public EntraSignInEndpoint(SandboxState state, Uri graphEndpoint)
    {
        this.state = state;
        graph = graphEndpoint.GetLeftPart(UriPartial.Authority);
    }

    public SandboxResponse Answer(SandboxRequest request)
    {
        var path = string.Join("/", request.Segments);
        if (string.Equals(path, "common/discovery/instance", StringComparison.OrdinalIgnoreCase))
            return request.Method == "GET" ? DiscoverInstance(request) : new SandboxResponse(HttpStatusCode.MethodNotAllowed);
        if (request.Segments.Count < 2)
            return NotFound();
        var tenant = request.Segments[0];
        return path.Substring(tenant.Length + 1).ToUpperInvariant() switch
        {
            "OAUTH2/V2.0/TOKEN" => IssueToken(request, tenant),
            "V2.0/.WELL-KNOWN/OPENID-CONFIGURATION" => DescribeTenant(request, tenant),
            _ => NotFound(),
        };
    }

    private SandboxResponse IssueToken(SandboxRequest request, string tenant)
    {
        if (request.Method != "POST")
            return Refuse(request, HttpStatusCode.BadRequest, "invalid_request", 900561, "The endpoint only accepts POST requests. Received a " + request.Method + " request.");
        var form = new Dictionary<string, string>(StringComparer.Ordinal);
        if (request.MediaType == "application/x-www-form-urlencoded")
        {
            foreach (var field in SandboxRequest.ParseQuery(Encoding.UTF8.GetString(request.Body)))
            {
                if (form.ContainsKey(field.Key))
                    return Refuse(request, HttpStatusCode.BadRequest, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid.");
                form.Add(field.Key, field.Value);
            }
        }

        if (Missing("grant_type"))
            return Lacks(request, "grant_type");
        if (form["grant_type"] != "client_credentials")
            return Refuse(request, HttpStatusCode.BadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '" + form["grant_type"] + "'.");
        if (Missing("client_id"))
            return Lacks(request, "client_id");
        if (!IsTenant(tenant))
            return TenantUnknown(request, tenant);
        if (!EntraId.Same(form["client_id"], SandboxCredentials.ClientId))
        {
            return Refuse(
                request,
                HttpStatusCode.BadRequest,
                "unauthorized_client",
                700016,
                "Application with identifier '" + form["client_id"] + "' was not found in the directory 'Fjordlight Architects'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.");
        }

        var application = state.Read(data => (data.Directory.Application.Roles, data.Directory.Application.Disabled, data.Directory.Application.SecretExpired));
        if (application.Disabled)
            return Refuse(request, HttpStatusCode.BadRequest, "unauthorized_client", 7000112, "Application '" + SandboxCredentials.ClientId + "'(Password Boss Connector) is disabled.");
        if (Missing("scope"))
            return Refuse(request, HttpStatusCode.BadRequest, "invalid_request", 90014, "The required field 'scope' is missing from the credential. Ensure that you have all the necessary parameters for the login request.");
        if (!TryReadAudience(form["scope"], out var audience, out var refusal))
            return refusal(request);
        if (!Missing("client_assertion"))
            return Refuse(request, HttpStatusCode.Unauthorized, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.]");
        if (Missing("client_secret"))
            return Refuse(request, HttpStatusCode.Unauthorized, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.");
        if (!string.Equals(form["client_secret"], SandboxCredentials.ClientSecret, StringComparison.Ordinal))
            return Refuse(request, HttpStatusCode.Unauthorized, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + SandboxCredentials.ClientId + "'.");
        if (application.SecretExpired)
            return Refuse(request, HttpStatusCode.Unauthorized, "invalid_client", 7000222, "The provided client secret keys for app '" + SandboxCredentials.ClientId + "' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.");

        var token = AccessToken.Issue(audience, application.Roles, state.Now);
        return NoStore(SandboxResponse.Json(HttpStatusCode.OK, ContentType, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("token_type", "Bearer");
            writer.WriteNumber("expires_in", (int)AccessToken.Lifetime.TotalSeconds);
            writer.WriteNumber("ext_expires_in", (int)AccessToken.Lifetime.TotalSeconds);
            writer.WriteString("access_token", token);
            writer.WriteEndObject();
        }));

        bool Missing(string name) => !form.TryGetValue(name, out var value) || value.Length == 0;
    }

    private bool TryReadAudience(string scope, out string audience, out Func<SandboxRequest, SandboxResponse> refusal)
    {
        const string Suffix = "/.default";
        audience = scope.EndsWith(Suffix, StringComparison.Ordinal) ? scope.Substring(0, scope.Length - Suffix.Length).TrimEnd('/') : "";
        var resource = audience;
        if (resource.Length == 0)
        {
            refusal = request => Refuse(request, HttpStatusCode.BadRequest, "invalid_scope", 1002012, "The provided value for scope " + scope + " is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).");
            return false;
        }

        refusal = request => Refuse(request, HttpStatusCode.BadRequest, "invalid_resource", 500011, "The resource principal named " + resource + " was not found in the tenant named Fjordlight Architects. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.");
        return string.Equals(resource, RealGraph, StringComparison.OrdinalIgnoreCase) || string.Equals(resource, graph, StringComparison.OrdinalIgnoreCase);
    }

    private SandboxResponse DescribeTenant(SandboxRequest request, string tenant)
    {
        if (request.Method != "GET")
            return new SandboxResponse(HttpStatusCode.MethodNotAllowed);
        if (!IsTenant(tenant))
            return TenantUnknown(request, tenant);
        var root = request.BaseAddress + "/" + SandboxCredentials.TenantId;
        return SandboxResponse.Json(HttpStatusCode.OK, ContentType, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("token_endpoint", root + "/oauth2/v2.0/token");
            WriteList(writer, "token_endpoint_auth_methods_supported", "client_secret_post", "private_key_jwt");
            writer.WriteString("authorization_endpoint", root + "/oauth2/v2.0/authorize");
            writer.WriteString("issuer", root + "/v2.0");
            WriteList(writer, "response_types_supported", "code");
            WriteList(writer, "subject_types_supported", "pairwise");
            writer.WriteString("tenant_region_scope", "EU");
            writer.WriteEndObject();
        });
    }

    private static SandboxResponse DiscoverInstance(SandboxRequest request)
    {
        var host = new Uri(request.BaseAddress).Authority;
        return SandboxResponse.Json(HttpStatusCode.OK, ContentType, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("tenant_discovery_endpoint", request.BaseAddress + "/" + SandboxCredentials.TenantId + "/v2.0/.well-known/openid-configuration");
            writer.WriteString("api-version", "1.1");
            writer.WriteStartArray("metadata");
            writer.WriteStartObject();
            writer.WriteString("preferred_network", host);
            writer.WriteString("preferred_cache", host);
            WriteList(writer, "aliases", host);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static void WriteList(Utf8JsonWriter writer, string name, params string[] values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static bool IsTenant(string tenant) =>
        EntraId.Same(tenant, SandboxCredentials.TenantId)
        || string.Equals(tenant, SandboxCredentials.TenantDomain, StringComparison.OrdinalIgnoreCase);

    private SandboxResponse TenantUnknown(SandboxRequest request, string tenant) => Refuse(
        request,
        HttpStatusCode.BadRequest,
        "invalid_request",
        90002,
        "Tenant '" + tenant + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.");

    private SandboxResponse Lacks(SandboxRequest request, string field) =>
        Refuse(request, HttpStatusCode.BadRequest, "invalid_request", 900144, "The request body must contain the following parameter: '" + field + "'.");

    private static SandboxResponse NotFound() =>
        SandboxResponse.Text(HttpStatusCode.NotFound, "text/html; charset=utf-8", "<!DOCTYPE html><html><head><title>404</title></head><body>Not found</body></html>");

    private SandboxResponse Refuse(SandboxRequest request, HttpStatusCode status, string error, int code, string sentence)
    {
        var trace = Guid.NewGuid().ToString();
        var correlation = Guid.TryParse(request.Header("client-request-id"), out var given) ? given.ToString() : Guid.NewGuid().ToString();
        var time = state.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var number = code.ToString(CultureInfo.InvariantCulture);
        return NoStore(SandboxResponse.Json(status, ContentType, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("error", error);
            writer.WriteString("error_description", "AADSTS" + number + ": " + sentence + " Trace ID: " + trace + " Correlation ID: " + correlation + " Timestamp: " + time);
            writer.WriteStartArray("error_codes");
            writer.WriteNumberValue(code);
            writer.WriteEndArray();
            writer.WriteString("timestamp", time);
            writer.WriteString("trace_id", trace);
            writer.WriteString("correlation_id", correlation);
            writer.WriteString("error_uri", request.BaseAddress + "/error?code=" + number);
            writer.WriteEndObject();
        }));
    }

    // RFC 6749 section 5.1 requires both headers on every response that may contain a token.
    private static SandboxResponse NoStore(SandboxResponse response) => response.With("Cache-Control", "no-store, no-cache").With("Pragma", "no-cache");
}
