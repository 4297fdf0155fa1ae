using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Sandbox.Tests;

/// <summary>Sends raw requests, because the tests check the wire format and not the objects of a client library.</summary>
internal sealed class SandboxClient : IDisposable
{
    public const string Graph = "https://graph.sandbox.invalid/v1.0";
    public const string Scim = "https://passwordboss.sandbox.invalid/scim/v2";
    public const string SignIn = "https://login.sandbox.invalid";
    private readonly HttpClient http;
    private string? token;

    public SandboxClient(SandboxState state)
        : this(new SandboxHandler(state))
    {
    }

    public SandboxClient(HttpMessageHandler handler) => http = new HttpClient(handler);

    public HttpClient Http => http;

    public static Dictionary<string, string> SignInForm() => new()
    {
        ["grant_type"] = "client_credentials",
        ["client_id"] = SandboxCredentials.ClientId,
        ["client_secret"] = SandboxCredentials.ClientSecret,
        ["scope"] = "https://graph.microsoft.com/.default",
    };

    public async Task<ReceivedResponse> SignInAsync(Dictionary<string, string>? form = null, string tenant = SandboxCredentials.TenantId, string authority = SignIn)
    {
        using var content = new FormUrlEncodedContent(form ?? SignInForm());
        return await ReceivedResponse.ReadAsync(await http.PostAsync($"{authority}/{tenant}/oauth2/v2.0/token", content));
    }

    public async Task RefreshTokenAsync() => token = (await SignInAsync()).Json["access_token"]!.GetValue<string>();

    public async Task<ReceivedResponse> GraphAsync(string pathOrLink, string method = "GET", string? body = null, params (string Name, string Value)[] headers)
    {
        if (token is null)
            await RefreshTokenAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), pathOrLink.StartsWith("https://", StringComparison.Ordinal) ? pathOrLink : Graph + pathOrLink);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await ReceivedResponse.ReadAsync(await http.SendAsync(request));
    }

    /// <summary>Follows every next link and returns all items and the last page.</summary>
    public async Task<(List<JsonObject> Items, ReceivedResponse Last, int Pages)> GraphAllAsync(string pathOrLink, params (string Name, string Value)[] headers)
    {
        var items = new List<JsonObject>();
        for (var pages = 1; ; pages++)
        {
            var page = await GraphAsync(pathOrLink, "GET", null, headers);
            Assert.Equal(200, page.Status);
            items.AddRange(page.Json["value"]!.AsArray().Select(item => item!.AsObject()));
            Assert.False(page.Json.ContainsKey("@odata.nextLink") && page.Json.ContainsKey("@odata.deltaLink"));
            if (page.Json["@odata.nextLink"] is not { } next)
                return (items, page, pages);
            pathOrLink = next.GetValue<string>();
        }
    }

    public async Task<ReceivedResponse> ScimAsync(string method, string path, string? body = null, string mediaType = "application/scim+json", string? token = SandboxCredentials.PasswordBossToken, string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Scim + path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        return await ReceivedResponse.ReadAsync(await http.SendAsync(request));
    }

    public Task<ReceivedResponse> PatchAsync(string path, string operations) =>
        ScimAsync("PATCH", path, $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{operations}}]}""");

    public async Task<string> CreateUserAsync(string userName = "ann@fjordlight.example", string state = "active", string? externalId = null)
    {
        var answer = await ScimAsync("POST", "/Users", UserBody(userName, $$""","accountState":"{{state}}","managedBy":"AzureAD" """, externalId));
        Assert.Equal(201, answer.Status);
        return answer.Json["id"]!.GetValue<string>();
    }

    public static string UserBody(string userName, string extension = "", string? externalId = null, string more = "") => $$"""
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User"],
        "userName":"{{userName}}",{{(externalId is null ? "" : $"\"externalId\":\"{externalId}\",")}}"name":{"givenName":"Ann","familyName":"Lee"},"displayName":"Ann Lee"{{more}},
        "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User":{ {{extension.TrimStart(',')}} } }
        """;

    public void Dispose() => http.Dispose();
}

/// <summary>A complete response.</summary>
internal sealed class ReceivedResponse
{
    private readonly HttpResponseMessage message;

    private ReceivedResponse(HttpResponseMessage message, string body)
    {
        this.message = message;
        Body = body;
    }

    public int Status => (int)message.StatusCode;

    public string Body { get; }

    public string? MediaType => message.Content.Headers.ContentType?.MediaType;

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    /// <summary>The code of a Graph error.</summary>
    public string Code => Json["error"]!["code"]!.GetValue<string>();

    /// <summary>The scimType of a SCIM error.</summary>
    public string? ScimType
    {
        get
        {
            Assert.Equal("application/scim+json", MediaType);
            Assert.Equal("urn:ietf:params:scim:api:messages:2.0:Error", Json["schemas"]![0]!.GetValue<string>());
            Assert.Equal(Status.ToString(System.Globalization.CultureInfo.InvariantCulture), Json["status"]!.GetValue<string>());
            return Json["scimType"]?.GetValue<string>();
        }
    }

    public string? Header(string name) => message.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    public static async Task<ReceivedResponse> ReadAsync(HttpResponseMessage message) => new(message, await message.Content.ReadAsStringAsync());
}

/// <summary>A clock that moves only when the test moves it.</summary>
internal sealed class ManualClock : IClock
{
    public DateTimeOffset UtcNow { get; set; } = new(2025, 5, 6, 7, 8, 9, TimeSpan.Zero);

    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        UtcNow += time;
        return Task.CompletedTask;
    }

    public void CancelAfter(CancellationTokenSource source, TimeSpan time) => source.CancelAfter(time);
}
