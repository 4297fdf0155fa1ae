using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>Lists that always announce more resources.</summary>
public sealed class ScimEndlessTests : ScimTestBase
{
    [Fact]
    public async Task A_total_that_keeps_growing_ends_at_the_limit()
    {
        using var directory = Open(Server.Address, mostResources: 50);
        Pages(start => (start + 10, string.Join(',', Enumerable.Range(start, 10).Select(i => User("\"" + i + "\"")))));

        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => directory.ListAccountsAsync(null, CancellationToken.None));
        Assert.Equal(5, Server.Calls.Count);
    }

    [Theory]
    [InlineData(2_000_001)]
    [InlineData(int.MaxValue)]
    public async Task Too_large_a_total_is_refused_at_once(int total)
    {
        Pages(start => (total, User("\"" + start + "\"")));
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.ListAccountsAsync(null, CancellationToken.None));
        Assert.Single(Server.Calls);
    }

    // One page has more resources than the announced total.
    [Fact]
    public async Task A_page_with_more_resources_than_the_limit_is_refused()
    {
        using var directory = Open(Server.Address, mostResources: 5);
        Pages(_ => (1, string.Join(',', Enumerable.Range(1, 6).Select(i => User("\"" + i + "\"")))));
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => directory.ListAccountsAsync(null, CancellationToken.None));
    }

    [Fact]
    public async Task Resources_without_an_ID_end_after_a_thousand_pages()
    {
        Pages(static start => (start + 1, User("null")));
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.ListAccountsAsync(null, CancellationToken.None));
        Assert.Equal(1000, Server.Calls.Count);
    }

    private static string User(string id) => "{\"id\":" + id + ",\"userName\":\"a@b.c\"}";

    private void Pages(Func<int, (int Total, string Resources)> page) => Next("GET", "/Users", c =>
    {
        var (total, resources) = page(int.Parse(c.Request.Query["startIndex"]!, CultureInfo.InvariantCulture));
        return LoopbackServer.JsonAsync(
            c,
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":" + total.ToString(CultureInfo.InvariantCulture) + ",\"Resources\":[" + resources + "]}",
            200,
            "application/scim+json");
    });
}
