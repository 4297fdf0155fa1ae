using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Errors of Graph contain only valid code characters and never repeat the token of the request. An invalid token is not sent.</summary>
public sealed class GraphEchoTests
{
    [Theory]
    [InlineData("Request_ResourceNotFound", "Request_ResourceNotFound")]
    [InlineData("Directory.Quota Exceeded!", "Directory.QuotaExceeded")]
    [InlineData("Odd\u001b]0;title\u0007\r\nPBSYNC exit=0", "Odd0titlePBSYNCexit0")]
    [InlineData("\u202eCode\u00e4\ud83d\ude00-<b>", "Codeb")]
    public async Task An_error_code_keeps_only_the_characters_of_codes(string code, string expected)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, JsonSerializer.Serialize(new { error = new { code } }), 400);
            return true;
        };
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));

        Assert.Contains("HTTP 400, " + expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("exit=0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_error_code_is_truncated()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, 400, new string('x', 5000));
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));

        Assert.True(error.Message.Length < 260);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_does_not_repeat_the_token_of_the_request(bool encoded)
    {
        await using var entra = await EntraDouble.StartAsync();
        var sent = "";
        entra.OnGraph = async c =>
        {
            sent = c.Request.Headers.Authorization.ToString()["Bearer ".Length..];
            var form = encoded ? Convert.ToBase64String(Encoding.UTF8.GetBytes("Bearer " + sent)) : sent.ToUpperInvariant();
            c.Response.Headers["request-id"] = form;
            await LoopbackServer.JsonAsync(c, JsonSerializer.Serialize(new { error = new { code = form } }), 400);
            return true;
        };
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));

        Assert.Contains("request-id ***", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(sent[..20], error.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("Bearer " + sent))[..20], error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task All_tries_of_a_request_have_one_client_request_id_which_the_error_contains()
    {
        await using var entra = await EntraDouble.StartAsync();
        var sent = new ConcurrentQueue<string>();
        entra.OnGraph = c =>
        {
            sent.Enqueue(c.Request.Headers["client-request-id"].ToString());
            return EntraDouble.RefuseAsync(c, 503, "serviceNotAvailable");
        };
        using var reader = entra.Open();

        var first = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));
        var tries = sent.Count;
        var second = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));

        Assert.True(tries > 1);
        Assert.Equal(sent.Count, reader.RequestCount - entra.Server.Requests.Count(r => !r.Path.StartsWith("/v1.0", StringComparison.Ordinal)));
        var ids = sent.Distinct().ToList();
        Assert.Equal(2, ids.Count);
        Assert.All(ids, id => Assert.True(Guid.TryParse(id, out _)));
        Assert.Contains("request-id abc-123, client-request-id " + ids[0], first.Message, StringComparison.Ordinal);
        Assert.Contains("client-request-id " + ids[1], second.Message, StringComparison.Ordinal);
        Assert.Equal(("abc-123", ids[0]), (first.Problem.RequestId, first.Problem.ClientRequestId));
    }

    [Fact]
    public async Task The_host_of_a_redirect_does_not_repeat_the_token()
    {
        await using var entra = await EntraDouble.StartAsync();
        const string token = "tokenofthistestthatisonelabel";
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.JsonAsync(c, $$"""{"token_type":"Bearer","expires_in":3599,"access_token":"{{token}}"}""");
            return true;
        };
        entra.Server.Handler = Redirecting(entra.Server.Handler, "https://" + token.ToUpperInvariant() + ".example/");
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));

        Assert.Equal((ErrorId.ForeignHost, "***.example"), (error.Id, error.Target));
        Assert.DoesNotContain(token, error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    // A line end in a header value would begin another header.
    [Theory]
    [InlineData("abc\\r\\nX-Other: 1")]
    [InlineData("abc\\n")]
    [InlineData("abc def")]
    [InlineData("abc\\u00e4")]
    [InlineData("abc\\u0000")]
    public async Task An_invalid_token_from_the_sign_in_host_is_not_sent(string token)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.JsonAsync(c, $$"""{"token_type":"Bearer","expires_in":3599,"access_token":"{{token}}"}""");
            return true;
        };
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));

        Assert.Equal(ErrorId.SignInUnreachable, error.Id);
        Assert.DoesNotContain("abc", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(entra.GraphRequests);
    }

    // An OAuth error is one word; any other text may repeat the request.
    [Theory]
    [InlineData("invalid_thing", "invalid_thing")]
    [InlineData("Secret" + EntraDouble.Secret, "HTTP 400")]
    public async Task A_refused_sign_in_does_not_repeat_the_secret(string error, string expected)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.JsonAsync(c, JsonSerializer.Serialize(new { error }), 400);
            return true;
        };
        using var reader = entra.Open();

        var thrown = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));

        Assert.Equal(ErrorId.SignInFailed, thrown.Id);
        Assert.Contains("(" + expected + ")", thrown.Message, StringComparison.Ordinal);
        SignInTests.AssertClean(thrown);
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> Redirecting(Func<Microsoft.AspNetCore.Http.HttpContext, Task> signIn, string location) => context =>
    {
        if (!context.Request.Path.Value!.StartsWith("/v1.0", StringComparison.Ordinal))
            return signIn(context);
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    };
}
