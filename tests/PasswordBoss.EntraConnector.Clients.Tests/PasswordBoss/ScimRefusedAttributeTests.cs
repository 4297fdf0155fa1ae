using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>If a server refuses a change because of an attribute, each attribute is sent once in its own request.</summary>
public class ScimRefusedAttributeTests : ScimTestBase
{
    private static readonly AccountPatch Names = new() { GivenName = "Ann", FamilyName = "Ng", DisplayName = "Ann Ng" };

    private IReadOnlyList<RecordedRequest> Patches => [.. Server.Calls.Where(c => c.Method == "PATCH")];

    // The statuses that servers return for an attribute that they do not store, such as displayName.
    [Theory]
    [InlineData(501)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(413)]
    public async Task A_single_refused_attribute_is_reported_and_the_rest_is_written(int status)
    {
        Server.AddUser("ann@contoso.com");
        Refuse(status, "displayName");

        var patched = await Directory.PatchAccountAsync("u1", Names with { State = AccountState.Disabled }, CancellationToken.None);

        Assert.Equal(new AccountPatch { DisplayName = "Ann Ng" }, patched.Refusal!.Patch);
        Assert.Equal(ErrorId.AccountRefused, patched.Refusal.Error.Id);
        Assert.StartsWith("The Password Boss server refused these attributes of 'u1' and accepted the others: displayName (HTTP " + status, patched.Refusal.Error.Render(), StringComparison.Ordinal);
        Assert.Equal(["displayName,name.familyName,name.givenName,accountState", "name.givenName", "name.familyName", "displayName", "accountState"], Patches.Select(PathsOf).Select(Sorted));
        var account = (await Directory.GetAccountAsync("u1", CancellationToken.None))!;
        Assert.Equal(("Ann", "Ng", "Given Family", AccountState.Disabled), (account.GivenName, account.FamilyName, account.DisplayName, account.State));
    }

    [Fact]
    public async Task Attributes_refused_together_but_accepted_one_by_one_are_written()
    {
        Server.AddUser("ann@contoso.com");
        Next("PATCH", "/Users/u1", c => ScimServer.ErrorAsync(c, 400), times: 1);

        var patched = await Directory.PatchAccountAsync("u1", Names, CancellationToken.None);

        Assert.Null(patched.Refusal);
        Assert.Equal("Ann Ng", (string)Server.User("u1")["displayName"]!);
        Assert.Equal(4, Patches.Count);
    }

    [Fact]
    public async Task Each_attribute_is_reported_if_all_are_refused()
    {
        Server.AddUser("ann@contoso.com");
        Refuse(501, "name.givenName", "name.familyName", "displayName");

        var error = await FailsAsync(ErrorId.AccountRefused, () => Directory.PatchAccountAsync("u1", Names, CancellationToken.None));

        Assert.Equal("The Password Boss server refused the request for 'u1': givenName (HTTP 501); familyName (HTTP 501); displayName (HTTP 501).", error.Message);
        Assert.Equal(4, Patches.Count);
    }

    [Fact]
    public async Task One_attribute_is_sent_once()
    {
        Server.AddUser("ann@contoso.com");
        Refuse(501, "displayName");

        await FailsAsync(ErrorId.AccountRefused, () => Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None));

        Assert.Single(Patches);
    }

    // These failures are not about an attribute.
    [Theory]
    [InlineData(401, ErrorId.AccountServerTokenRejected)]
    [InlineData(404, ErrorId.AccountNotFound)]
    [InlineData(410, ErrorId.AccountNotFound)]
    [InlineData(429, ErrorId.AccountServerThrottled)]
    [InlineData(500, ErrorId.AccountServerFailed)]
    [InlineData(503, ErrorId.AccountServerFailed)]
    public async Task A_failure_that_is_not_a_refusal_is_not_split_into_attributes(int status, ErrorId expected)
    {
        Next("PATCH", "/Users/u1", c => ScimServer.ErrorAsync(c, status));

        await FailsAsync(expected, () => Directory.PatchAccountAsync("u1", Names, CancellationToken.None));

        Assert.All(Patches, p => Assert.Equal(3, PathsOf(p).Count));
    }

    [Fact]
    public async Task A_failure_between_two_attributes_is_reported()
    {
        Server.AddUser("ann@contoso.com");
        Server.Intercept = async c =>
        {
            if (c.Request.Method != "PATCH" || (await PathsOfAsync(c)) is ["name.givenName"])
                return false;
            await ScimServer.ErrorAsync(c, (await PathsOfAsync(c)).Count == 1 ? 503 : 400);
            return true;
        };

        await FailsAsync(ErrorId.AccountServerFailed, () => Directory.PatchAccountAsync("u1", Names, CancellationToken.None));
    }

    [Fact]
    public async Task A_missing_licence_for_the_state_does_not_stop_name_changes()
    {
        Server.AddUser("ann@contoso.com", accountState: "disabled");
        Server.Intercept = async c =>
        {
            if (c.Request.Method != "PATCH" || !(await PathsOfAsync(c)).Contains("accountState"))
                return false;
            await ScimServer.ErrorAsync(c, 403, "licenseLimit");
            return true;
        };

        var patched = await Directory.PatchAccountAsync("u1", new AccountPatch { State = AccountState.Active, DisplayName = "Ann Ng" }, CancellationToken.None);

        Assert.Equal((ErrorId.LicenseLimit, (AccountState?)AccountState.Active), (patched.Refusal!.Error.Id, patched.Refusal.Patch.State));
        Assert.Equal("Ann Ng", (string)Server.User("u1")["displayName"]!);
    }

    [Fact]
    public async Task The_rest_of_a_group_change_is_written()
    {
        Server.AddGroup("Sales", "e1");
        Refuse(501, "externalId");

        var error = await FailsAsync(ErrorId.AccountRefused, () => Directory.PatchGroupAsync(
            (string)Server.Groups[0]["id"]!, new AccountGroupPatch { DisplayName = "Sales and Marketing", ExternalId = "e2" }, CancellationToken.None));

        Assert.Contains("externalId (HTTP 501)", error.Message, StringComparison.Ordinal);
        Assert.Equal(("Sales and Marketing", "e1"), ((string)Server.Groups[0]["displayName"]!, (string)Server.Groups[0]["externalId"]!));
    }

    private void Refuse(int status, params string[] paths) => Server.Intercept = async context =>
    {
        if (context.Request.Method != "PATCH" || !(await PathsOfAsync(context)).Intersect(paths).Any())
            return false;
        await ScimServer.ErrorAsync(context, status);
        return true;
    };

    private static async Task<List<string>> PathsOfAsync(HttpContext context)
    {
        context.Request.EnableBuffering();
        var body = await JsonNode.ParseAsync(context.Request.Body);
        context.Request.Body.Position = 0;
        return PathsOf(body!);
    }

    private static List<string> PathsOf(RecordedRequest request) => PathsOf(JsonNode.Parse(request.Body)!);

    private static List<string> PathsOf(JsonNode body) => [.. body["Operations"]!.AsArray().Select(o => ((string)o!["path"]!).Split(':')[^1])];

    private static string Sorted(List<string> paths) => paths.Count == 1 ? paths[0] : string.Join(",", paths.Order(StringComparer.Ordinal).OrderBy(p => p == "accountState"));
}
