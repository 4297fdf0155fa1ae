using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Sandbox.Tests;

public sealed class SignInTests
{
    private readonly SandboxState state = SandboxState.InMemory();

    [Theory]
    [InlineData(SandboxCredentials.TenantId)]
    [InlineData(SandboxCredentials.TenantDomain)]
    public async Task A_valid_secret_gets_a_bearer_token_with_the_consented_roles(string tenant)
    {
        using var client = new SandboxClient(state);
        var answer = await client.SignInAsync(tenant: tenant);
        Assert.Equal(200, answer.Status);
        Assert.Equal("Bearer", answer.Json["token_type"]!.GetValue<string>());
        Assert.Equal(3599, answer.Json["expires_in"]!.GetValue<int>());
        Assert.Contains("no-store", answer.Header("Cache-Control"), StringComparison.Ordinal);
        var claims = JsonNode.Parse(Encoding.UTF8.GetString(Decode(answer.Json["access_token"]!.GetValue<string>().Split('.')[1])))!;
        Assert.Equal(SandboxCredentials.TenantId, claims["tid"]!.GetValue<string>());
        Assert.Equal(SandboxCredentials.ClientId, claims["appid"]!.GetValue<string>());
        Assert.Equal("""["Group.Read.All","User.Read.All"]""", claims["roles"]!.ToJsonString());
    }

    public static TheoryData<string, string, string?, int, string, int> Refusals => new()
    {
        // tenant, field, value (null: left out), status, error, code
        { "11111111-2222-3333-4444-555555555555", "scope", "https://graph.microsoft.com/.default", 400, "invalid_request", 90002 },
        { SandboxCredentials.TenantId, "client_id", "11111111-2222-3333-4444-555555555555", 400, "unauthorized_client", 700016 },
        { SandboxCredentials.TenantId, "client_id", null, 400, "invalid_request", 900144 },
        { SandboxCredentials.TenantId, "client_secret", "wrong", 401, "invalid_client", 7000215 },
        { SandboxCredentials.TenantId, "client_secret", null, 401, "invalid_client", 7000218 },
        { SandboxCredentials.TenantId, "client_assertion", "a.b.c", 401, "invalid_client", 700027 },
        { SandboxCredentials.TenantId, "grant_type", "password", 400, "unsupported_grant_type", 70003 },
        { SandboxCredentials.TenantId, "grant_type", null, 400, "invalid_request", 900144 },
        { SandboxCredentials.TenantId, "scope", null, 400, "invalid_request", 90014 },
        { SandboxCredentials.TenantId, "scope", "User.Read.All", 400, "invalid_scope", 1002012 },
        { SandboxCredentials.TenantId, "scope", "https://vault.azure.net/.default", 400, "invalid_resource", 500011 },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task An_invalid_request_gets_the_error_that_Entra_returns(string tenant, string field, string? value, int status, string error, int code)
    {
        using var client = new SandboxClient(state);
        var form = SandboxClient.SignInForm();
        if (value is null)
            form.Remove(field);
        else
            form[field] = value;
        AssertRefused(await client.SignInAsync(form, tenant), status, error, code);
    }

    [Fact]
    public async Task An_expired_secret_and_a_disabled_application_get_different_errors()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        tenant.SetSecretExpired(true);
        AssertRefused(await client.SignInAsync(), 401, "invalid_client", 7000222);
        tenant.SetApplicationDisabled(true);
        AssertRefused(await client.SignInAsync(), 400, "unauthorized_client", 7000112);
        tenant.SetSecretExpired(false);
        tenant.SetApplicationDisabled(false);
        Assert.Equal(200, (await client.SignInAsync()).Status);
    }

    [Fact]
    public async Task A_GET_and_a_body_that_is_not_a_form_are_refused()
    {
        using var client = new SandboxClient(state);
        var address = $"{SandboxClient.SignIn}/{SandboxCredentials.TenantId}/oauth2/v2.0/token";
        AssertRefused(await ReceivedResponse.ReadAsync(await client.Http.GetAsync(address)), 400, "invalid_request", 900561);
        using var json = new StringContent("{}", Encoding.UTF8, "application/json");
        AssertRefused(await ReceivedResponse.ReadAsync(await client.Http.PostAsync(address, json)), 400, "invalid_request", 900144);
    }

    [Fact]
    public async Task Discovery_returns_the_host_of_the_request()
    {
        using var client = new SandboxClient(state);
        var tenant = await ReceivedResponse.ReadAsync(await client.Http.GetAsync($"{SandboxClient.SignIn}/{SandboxCredentials.TenantDomain}/v2.0/.well-known/openid-configuration"));
        Assert.Equal($"{SandboxClient.SignIn}/{SandboxCredentials.TenantId}/oauth2/v2.0/token", tenant.Json["token_endpoint"]!.GetValue<string>());
        var instance = await ReceivedResponse.ReadAsync(await client.Http.GetAsync($"{SandboxClient.SignIn}/common/discovery/instance?api-version=1.1"));
        Assert.Equal("login.sandbox.invalid", instance.Json["metadata"]![0]!["preferred_network"]!.GetValue<string>());
    }

    [Fact]
    public void A_synchronous_request_gets_a_response()
    {
        using var client = new SandboxClient(state);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{SandboxClient.SignIn}/{SandboxCredentials.TenantId}/oauth2/v2.0/token")
        {
            Content = new FormUrlEncodedContent(SandboxClient.SignInForm()),
        };
        using var response = client.Http.Send(request);
        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_host_outside_the_sandbox_is_unknown()
    {
        using var client = new SandboxClient(state);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync("https://graph.microsoft.com/v1.0/groups"));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync("http://graph.sandbox.invalid/v1.0/groups"));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync("https://graph.sandbox.invalid/v1.00/groups"));
    }

    private static void AssertRefused(ReceivedResponse answer, int status, string error, int code)
    {
        Assert.Equal((status, error), (answer.Status, answer.Json["error"]!.GetValue<string>()));
        Assert.Equal(code, answer.Json["error_codes"]![0]!.GetValue<int>());
        Assert.StartsWith($"AADSTS{code}: ", answer.Json["error_description"]!.GetValue<string>(), StringComparison.Ordinal);
        foreach (var name in new List<string> { "timestamp", "trace_id", "correlation_id", "error_uri" })
            Assert.NotNull(answer.Json[name]);
        Assert.DoesNotContain(SandboxCredentials.ClientSecret, answer.Body, StringComparison.Ordinal);
    }

    private static byte[] Decode(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
    }
}
