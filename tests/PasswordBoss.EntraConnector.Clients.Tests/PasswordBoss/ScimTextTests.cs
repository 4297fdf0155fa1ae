using System;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>Texts that a server cut in the middle of a character: half of a surrogate pair, or a part of a UTF-8 sequence.</summary>
public sealed class ScimTextTests : ScimTestBase
{
    private const string List = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

    /// <summary>The text in the JSON, and the text that is read.</summary>
    public static TheoryData<byte[], string> Texts => new()
    {
        { Encoding.ASCII.GetBytes("Ann \\ud83d"), "Ann \uFFFD" },
        { Encoding.ASCII.GetBytes("Ann \\uDE00."), "Ann \uFFFD." },
        { Encoding.ASCII.GetBytes("\\ud83d\\ud83d\\ude00"), "\uFFFD\U0001F600" },
        { Encoding.ASCII.GetBytes("\\ud83dx\\ude00"), "\uFFFDx\uFFFD" },
        { Encoding.ASCII.GetBytes("\\\\ud83d"), "\\ud83d" },
        { Encoding.ASCII.GetBytes("\\\\\\ud83d"), "\\\uFFFD" },
        { Encoding.ASCII.GetBytes("\\\"\\ud83d\\\""), "\"\uFFFD\"" },
        { [.. "Ann "u8, 0xF0, 0x9F, 0x98], "Ann \uFFFD" },
        { [.. "Ann "u8, 0xFF, (byte)'.', .. "\\ud83d"u8], "Ann \uFFFD.\uFFFD" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_lone_surrogate_in_a_name_is_replaced(byte[] written, string read)
    {
        Server.Intercept = c => AnswerAsync(
            c,
            "/Users",
            [.. Encoding.ASCII.GetBytes("{\"schemas\":[\"" + List + "\"],\"totalResults\":2,\"Resources\":[{\"id\":\"1\",\"userName\":\"a@b.c\",\"displayName\":\""), .. written,
                .. "\"},{\"id\":\"2\",\"userName\":\"d@e.f\",\"displayName\":\"Bob\"}]}"u8]);

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal([read, "Bob"], listing.Accounts.Select(a => a.DisplayName));
    }

    [Theory]
    [InlineData("{\"\\ud800\":1,\"id\":\"1\",\"userName\":\"a@b.c\",\"i\\ud800\":2,\"name\":{\"\\udc00\":3,\"givenName\":\"Ann\"}}", "a@b.c")]
    [InlineData("{\"id\":\"1\",\"userName\":\"a\\ud800@b.c\",\"externalId\":\"\\ud800\",\"active\":\"\\ud800\",\"name\":{\"givenName\":\"Ann\"}}", "a\uFFFD@b.c")]
    [InlineData("{\"id\":\"1\",\"userName\":\"a@b.c\",\"schemas\":[\"\\ud800\"],\"EXT\":{\"accountState\":\"\\ud800\",\"managedBy\":\"\\ud800\"},\"name\":{\"givenName\":\"Ann\"}}", "a@b.c")]
    public async Task A_lone_surrogate_in_any_attribute_is_replaced(string user, string userName)
    {
        user = user.Replace("EXT", ScimServer.UserExtension, StringComparison.Ordinal);
        Server.Intercept = c => AnswerAsync(c, "/Users/1", Encoding.ASCII.GetBytes(user));

        Assert.Equal((userName, "Ann"), Names(await Directory.GetAccountAsync("1", CancellationToken.None)));
        Assert.Equal((userName, "Ann"), Names((await Directory.PatchAccountAsync("1", new AccountPatch { DisplayName = "x" }, CancellationToken.None)).Shown));

        static (string, string?) Names(Account? account) => (account!.UserName, account.GivenName);
    }

    [Fact]
    public async Task A_lone_surrogate_in_a_group_is_replaced()
    {
        Server.Intercept = c => AnswerAsync(c, "/Groups/1", "{\"id\":\"1\",\"displayName\":\"Sales \\ud83d\",\"members\":[{\"value\":\"u1\",\"display\":\"\\ud83d\",\"type\":\"\\ud83d\"}]}"u8.ToArray());
        var group = (await Directory.GetGroupAsync("1", CancellationToken.None))!;
        Assert.Equal("Sales \uFFFD", group.DisplayName);
        Assert.Equal(["u1"], group.MemberIds);
    }

    [Theory]
    [InlineData("\\ud83d", "broken \\ud83d")]
    [InlineData("invalidValue", "\\ude00 broken")]
    public async Task A_lone_surrogate_in_an_error_is_replaced(string type, string detail)
    {
        Server.AddUser("ann@contoso.com");
        Server.Intercept = c => AnswerAsync(c, "/Users/u1", Encoding.ASCII.GetBytes("{\"scimType\":\"" + type + "\",\"detail\":\"" + detail + "\"}"), 400);
        var error = await FailsAsync(ErrorId.AccountRefused, () => Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None));
        Assert.Contains("\uFFFD", error.Message, StringComparison.Ordinal);
    }

    // Shortening a long text does not split a surrogate pair, either.
    [Fact]
    public async Task A_quoted_error_text_is_cut_between_characters()
    {
        Server.Intercept = c => AnswerAsync(c, "/Users/u1", Encoding.UTF8.GetBytes("{\"detail\":\"" + new string('x', 199) + "\U0001F600\U0001F600\"}"), 400);
        var error = await FailsAsync(ErrorId.AccountRefused, () => Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None));
        Assert.DoesNotContain(error.Message, char.IsSurrogate);
        Assert.Contains("x…", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lone_surrogate_in_discovery_is_replaced()
    {
        Server.Intercept = async c => await AnswerAsync(c, "/ServiceProviderConfig", "{\"schemas\":[\"\\ud800\",\"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig\"],\"documentationUri\":\"\\ud800\",\"patch\":{\"supported\":true}}"u8.ToArray())
            || await AnswerAsync(c, "/ResourceTypes", Encoding.ASCII.GetBytes("[{\"name\":\"\\ud800\",\"schema\":\"\\ud800\"},{\"name\":\"User\",\"schema\":\"" + ScimServer.UserSchema + "\",\"schemaExtensions\":[{\"schema\":\"\\ud800\"},{\"schema\":\"" + ScimServer.UserExtension + "\"}]}]"))
            || await AnswerAsync(c, "/Schemas", Encoding.ASCII.GetBytes("[{\"id\":\"\\ud800\"},{\"id\":\"" + ScimServer.UserExtension + "\",\"attributes\":[{\"name\":\"\\ud800\"},{\"name\":\"accountState\",\"type\":\"\\ud800\"},{\"name\":\"managedBy\"}]}]"));

        Assert.True((await Directory.DiscoverAsync(CancellationToken.None)).UserExtension);
        var description = await Directory.DescribeExtensionAsync(CancellationToken.None);
        Assert.Contains("\uFFFD", Assert.Single(description.Deviations).Render(), StringComparison.Ordinal);
    }

    // A truncated ID does not identify an account, because two of them can look the same.
    [Fact]
    public async Task An_ID_with_a_lone_surrogate_is_invalid()
    {
        Server.Intercept = c => AnswerAsync(c, "/Users/\uFFFD", "{\"id\":\"\\ud800\",\"userName\":\"a@b.c\"}"u8.ToArray());
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.GetAccountAsync("\uFFFD", CancellationToken.None));
    }

    private static async Task<bool> AnswerAsync(HttpContext context, string pathEnd, byte[] body, int status = 200)
    {
        if (!context.Request.Path.Value!.EndsWith(pathEnd, StringComparison.Ordinal))
            return false;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/scim+json";
        await context.Response.Body.WriteAsync(body);
        return true;
    }
}
