using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>A server that repeats the token of a request in a text that the connector reports.</summary>
public sealed class ScimEchoTests : ScimTestBase
{
    private const string List = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

    public static TheoryData<string> Forms => new(
        ScimServer.Token,
        ScimServer.Token.ToUpperInvariant(),
        Base64(ScimServer.Token),
        Base64("Bearer " + ScimServer.Token),
        Base64("x " + ScimServer.Token),
        Base64("Bearer " + ScimServer.Token).TrimEnd('=').Replace('+', '-').Replace('/', '_'));

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_error_does_not_repeat_the_token(string form)
    {
        Server.Intercept = c => AnswerAsync(c, "/Users/u1", 400, JsonSerializer.Serialize(new { scimType = form, detail = "You sent " + form + "." }));
        Show(form, await FailsAsync(ErrorId.AccountRefused, () => Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None)), 2);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_schema_deviation_does_not_repeat_the_token(string form)
    {
        Server.Intercept = c => AnswerAsync(
            c, "/Schemas", 200, JsonSerializer.Serialize(new[] { new { id = ScimServer.UserExtension, attributes = new[] { new { name = "accountState", type = form }, new { name = "managedBy", type = "string" } } } }));
        var deviation = Assert.Single((await Directory.DescribeExtensionAsync(CancellationToken.None)).Deviations);
        Assert.DoesNotContain(form, deviation.Render(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("***", deviation.Render(), StringComparison.Ordinal);
    }

    // A host name is reported in lower case.
    [Fact]
    public async Task The_host_of_a_redirect_does_not_repeat_the_token()
    {
        var label = new string(ScimServer.Token.Where(char.IsAsciiLetterOrDigit).ToArray());
        using var directory = Open(Server.Address, label);
        Server.Intercept = c =>
        {
            c.Response.StatusCode = 302;
            c.Response.Headers.Location = "https://" + label + ".example/";
            return Task.FromResult(true);
        };
        var error = await FailsAsync(ErrorId.ForeignHost, () => directory.DiscoverAsync(CancellationToken.None));
        Assert.DoesNotContain(label, error.ToString() + error.Target, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("***.example", error.Target);
    }

    [Fact]
    public async Task A_media_type_does_not_repeat_the_token()
    {
        Server.Intercept = async c =>
        {
            c.Response.ContentType = "text/" + new string(ScimServer.Token.Where(char.IsAsciiLetterOrDigit).ToArray());
            await c.Response.WriteAsync("x");
            return true;
        };
        using var directory = Open(Server.Address, new string(ScimServer.Token.Where(char.IsAsciiLetterOrDigit).ToArray()));
        var error = await FailsAsync(ErrorId.AccountServerNotScim, () => directory.DiscoverAsync(CancellationToken.None));
        Assert.Contains("text/***", error.Message, StringComparison.Ordinal);
    }

    // Names are part of results and of the history.
    [Theory]
    [MemberData(nameof(Forms))]
    public async Task The_names_of_an_account_or_a_group_do_not_repeat_the_token(string form)
    {
        Server.Intercept = async c => await AnswerAsync(c, "/Users", 200, JsonSerializer.Serialize(new
        {
            schemas = new[] { List },
            totalResults = 3,
            Resources = new object[]
            {
                new { id = "1", userName = form + "@b.c", displayName = "Ann " + form, name = new { givenName = form, familyName = "x" + form } },
                new { id = form, userName = "d@e.f" },
                new { id = "3", userName = "g@h.i", displayName = "Joe" },
            },
        })) || await AnswerAsync(c, "/Groups/1", 200, JsonSerializer.Serialize(new { id = "1", displayName = "Sales " + form }));

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);
        var group = await Directory.GetGroupAsync("1", CancellationToken.None);

        Assert.Equal(["***@b.c", "g@h.i"], listing.Accounts.Select(a => a.UserName));
        Assert.Equal(("Ann ***", "***"), (listing.Accounts[0].DisplayName, listing.Accounts[0].GivenName));
        Assert.EndsWith("***", listing.Accounts[0].FamilyName, StringComparison.Ordinal);
        Assert.Equal("Sales ***", group!.DisplayName);
        // An ID that contains the token is invalid, and is reported without the token.
        Assert.Equal("***", Assert.Single(listing.Unreadable));
    }

    private static void Show(string form, ConnectorException error, int times)
    {
        Assert.DoesNotContain(form, error.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(times, error.Message.Split("***").Length - 1);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<bool> AnswerAsync(HttpContext context, string pathEnd, int status, string body)
    {
        if (!context.Request.Path.Value!.EndsWith(pathEnd, StringComparison.Ordinal))
            return false;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/scim+json";
        await context.Response.WriteAsync(body);
        return true;
    }
}
