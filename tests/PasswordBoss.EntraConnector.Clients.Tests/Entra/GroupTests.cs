using System;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

public sealed class GroupTests
{
    [Theory]
    [InlineData("Password Boss Users")]
    [InlineData("O'Brien's team")]
    [InlineData("R&D + Ops = 100 % #1?")]
    [InlineData("Équipe Ångström Łódź 日本 😀")]
    [InlineData("a/b\\c;d\"e")]
    [InlineData("%27 already encoded")]
    public async Task A_group_is_found_by_any_name(string name)
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup(name);
        entra.AddGroup("Another");
        using var reader = entra.Open();

        var group = Assert.Single(await reader.FindGroupsAsync(name, default));

        Assert.Equal(id, group.Id);
        Assert.Equal(name, group.DisplayName);
    }

    [Fact]
    public async Task All_groups_of_one_name_are_found_on_all_pages()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 2;
        for (var i = 0; i < 5; i++)
            entra.AddGroup("Same + 'name'");
        using var reader = entra.Open();

        Assert.Equal(5, (await reader.FindGroupsAsync("Same + 'name'", default)).Select(g => g.Id).Distinct().Count());
        Assert.Equal(3, entra.GraphRequests.Count);
    }

    [Fact]
    public async Task A_group_is_found_by_ID_with_one_request()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A");
        using var reader = entra.Open();

        Assert.Equal("A", Assert.Single(await reader.FindGroupsAsync(" " + id.ToUpperInvariant() + " ", default)).DisplayName);
        Assert.Single(entra.GraphRequests);
    }

    [Fact]
    public async Task A_group_name_in_the_form_of_an_ID_is_found()
    {
        await using var entra = await EntraDouble.StartAsync();
        var name = Guid.NewGuid().ToString();
        var id = entra.AddGroup(name);
        using var reader = entra.Open();

        Assert.Equal(id, Assert.Single(await reader.FindGroupsAsync(name, default)).Id);
    }

    [Fact]
    public async Task Nothing_found_is_an_empty_list()
    {
        await using var entra = await EntraDouble.StartAsync();
        using var reader = entra.Open();

        Assert.Empty(await reader.FindGroupsAsync("Missing", default));
        Assert.Empty(await reader.FindGroupsAsync(Guid.NewGuid().ToString(), default));
        Assert.Empty(await reader.FindGroupsAsync("  ", default));
    }

    [Theory]
    [InlineData("", false, true, null, DirectoryGroupKind.Security, null)]
    [InlineData("Unified", true, false, null, DirectoryGroupKind.Microsoft365, null)]
    [InlineData("Unified", true, true, null, DirectoryGroupKind.Microsoft365, null)]
    [InlineData("", true, true, null, DirectoryGroupKind.MailEnabledSecurity, null)]
    [InlineData("", true, false, null, DirectoryGroupKind.Distribution, null)]
    [InlineData("DynamicMembership", false, true, "On", DirectoryGroupKind.DynamicSecurity, true)]
    [InlineData("DynamicMembership", false, true, "Paused", DirectoryGroupKind.DynamicSecurity, false)]
    [InlineData("Unified,DynamicMembership", true, false, "On", DirectoryGroupKind.DynamicMicrosoft365, true)]
    public async Task The_kind_of_a_group_is_returned(string types, bool mail, bool security, string? rule, DirectoryGroupKind kind, bool? processing)
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A");
        var raw = entra.Groups[id];
        raw["groupTypes"] = new JsonArray([.. types.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(t => (JsonNode)t)]);
        raw["mailEnabled"] = mail;
        raw["securityEnabled"] = security;
        raw["membershipRuleProcessingState"] = rule;
        raw["visibility"] = kind == DirectoryGroupKind.Microsoft365 ? "HiddenMembership" : null;
        using var reader = entra.Open();

        var group = Assert.Single(await reader.FindGroupsAsync(id, default));

        Assert.Equal(kind, group.Kind);
        Assert.Equal(security, group.SecurityEnabled);
        Assert.Equal(processing, group.RuleProcessingOn);
        Assert.Equal(kind == DirectoryGroupKind.Microsoft365, group.HiddenMembership);
    }

    [Fact]
    public async Task Groups_are_listed_by_the_start_of_their_name_up_to_a_limit()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 3;
        for (var i = 0; i < 10; i++)
            entra.AddGroup("It's group " + i);
        entra.AddGroup("Other");
        using var reader = entra.Open();

        Assert.Equal(5, (await reader.ListGroupsAsync("it's", 5, default)).Count);
        Assert.Equal(2, entra.GraphRequests.Count);
        Assert.Equal(10, (await reader.ListGroupsAsync("It's group", 5000, default)).Count);
        Assert.Equal(11, (await reader.ListGroupsAsync("", 5000, default)).Count);
        Assert.Empty(await reader.ListGroupsAsync("", 0, default));
    }

    [Fact]
    public async Task Members_are_counted()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", entra.AddUser("ann"), EntraDouble.Other("device"));
        using var reader = entra.Open();

        Assert.Equal(2, await reader.CountMembersAsync(id, default));
        Assert.Null(await reader.CountMembersAsync(Guid.NewGuid().ToString(), default));
    }

    [Theory]
    [InlineData(400, "Request_BadRequest")]
    [InlineData(403, "Authorization_RequestDenied")]
    [InlineData(501, "NotImplemented")]
    public async Task A_refused_count_is_unknown(int status, string code)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, status, code);
        using var reader = entra.Open();

        Assert.Null(await reader.CountMembersAsync(Guid.NewGuid().ToString(), default));
    }

    [Theory]
    [InlineData(403, "Authorization_RequestDenied", ErrorId.PermissionMissing, "GroupMember.Read.All", 1)]
    [InlineData(400, "Request_UnsupportedQuery", ErrorId.GraphFailed, "Request_UnsupportedQuery", 1)]
    [InlineData(429, "TooManyRequests", ErrorId.GraphThrottled, "abc-123", 4)]
    [InlineData(503, "serviceNotAvailable", ErrorId.GraphFailed, "serviceNotAvailable", 4)]
    public async Task A_refusal_maps_to_a_connector_error(int status, string code, ErrorId expected, string named, int requests)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, status, code);
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.ListGroupsAsync("", 10, default));

        Assert.Equal(expected, error.Id);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(requests, entra.GraphRequests.Count);
        SignInTests.AssertClean(error);
    }

    [Theory]
    [InlineData(200, ErrorId.GraphAnswerInvalid)]
    [InlineData(403, ErrorId.GraphAnswerInvalid)]
    [InlineData(404, ErrorId.GraphAnswerInvalid)]
    [InlineData(429, ErrorId.GraphThrottled)]
    [InlineData(502, ErrorId.GraphFailed)]
    public async Task An_HTML_error_page_keeps_its_status(int status, ErrorId expected)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.HtmlAsync(c, status);
            return true;
        };
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync(Guid.NewGuid().ToString(), default));

        Assert.Equal(expected, error.Id);
        SignInTests.AssertClean(error);
    }

    [Fact]
    public async Task A_throttled_request_is_repeated_after_the_wait()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A");
        var asked = 0;
        entra.OnGraph = c =>
        {
            c.Response.Headers.RetryAfter = "0";
            return ++asked == 1 ? EntraDouble.RefuseAsync(c, 429, "TooManyRequests") : Task.FromResult(false);
        };
        using var reader = entra.Open();

        Assert.Single(await reader.FindGroupsAsync(id, default));
        Assert.Equal(2, asked);
    }

    [TlsFact]
    public async Task An_untrusted_Graph_endpoint_gets_no_request()
    {
        await using var entra = await EntraDouble.StartAsync();
        await using var stranger = await LoopbackServer.StartAsync(_ => Task.CompletedTask, LoopbackTrust.ForAnotherHost);
        using var reader = EntraDouble.Open(entra.Connection with { GraphEndpoint = new Uri(stranger.Address, "v1.0") }, new() { ClientSecret = EntraDouble.Secret });

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("A", default));

        Assert.Equal(ErrorId.GraphUntrusted, error.Id);
        Assert.Empty(stranger.Requests);
        SignInTests.AssertClean(error);
    }
}
