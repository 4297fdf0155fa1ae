using System;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Lists and rounds that always return another next link.</summary>
[Trait("Speed", "Slow")]
public sealed class GraphEndlessTests
{
    private const string Ann = "a0000000-0000-0000-0000-000000000001";

    [Theory]
    [InlineData("")]
    [InlineData("{\"id\":\"" + Ann + "\",\"displayName\":\"Ann\"}")]
    public async Task A_delta_query_for_users_without_new_data_ends_after_a_thousand_pages(string item)
    {
        await using var entra = await EntraDouble.StartAsync();
        using var reader = entra.Open();
        var links = await reader.StartTrackingAsync([], default);
        var pages = 0;
        entra.OnGraph = c => AnswerAsync(entra, c, "/users/delta", _ => item, ref pages);

        await FailsAsync(() => reader.ReadChangesAsync(links, default));

        // The first page may contain a user.
        Assert.InRange(pages, 1000, 1001);
    }

    [Fact]
    public async Task An_endless_start_of_change_tracking_ends()
    {
        await using var entra = await EntraDouble.StartAsync();
        using var reader = entra.Open();
        var pages = 0;
        entra.OnGraph = c => AnswerAsync(entra, c, "/users/delta", static _ => "", ref pages);

        await FailsAsync(() => reader.StartTrackingAsync([], default));
        Assert.Equal(1000, pages);
    }

    [Fact]
    public async Task Endless_pages_without_new_members_make_the_read_incomplete()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("Sales");
        using var reader = entra.Open();
        var pages = 0;
        entra.OnGraph = c => AnswerAsync(entra, c, "/members", static _ => "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" + Ann + "\"}", ref pages);

        var reading = await reader.ReadGroupAsync(group, "", false, null, default);

        Assert.Equal((ReadingStatus.Incomplete, ErrorId.GraphAnswerInvalid, 1001), (reading.Status, reading.Problem!.Id, pages));
    }

    // One large group, returned in more than a thousand parts.
    [Fact]
    public async Task New_members_of_a_known_group_count_as_new_data()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = Guid.NewGuid().ToString();
        entra.Delta.GroupPages = [.. Enumerable.Range(0, 1200).Select(i => new JsonArray(DeltaDouble.Group(group, null, DeltaDouble.Member(IdOf(i)))))];
        using var reader = entra.Open();

        var changes = await reader.ReadChangesAsync(await reader.StartTrackingAsync([group], default), default);

        Assert.Equal(1200, changes.Memberships.Count);
    }

    // Empty pages are allowed, but only a limited number in a row.
    [Fact]
    public async Task A_new_ID_resets_the_page_count()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.Delta.UserPages = [.. Enumerable.Range(1, 2000).Select(i => i % 999 == 0 ? new JsonArray(DeltaDouble.User(IdOf(i))) : new JsonArray())];
        using var reader = entra.Open();

        Assert.Equal(2, (await reader.ReadChangesAsync(await reader.StartTrackingAsync([], default), default)).Users.Count);
    }

    [Theory]
    [InlineData("users")]
    [InlineData("members")]
    [InlineData("group")]
    public async Task The_number_of_objects_is_limited(string what)
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("Sales");
        using var reader = entra.Open(mostObjects: 50);
        var links = await reader.StartTrackingAsync([group], default);
        var pages = 0;
        entra.OnGraph = c => AnswerAsync(
            entra,
            c,
            what switch { "users" => "/users/delta", "members" => "/groups/delta", _ => "/members" },
            n => what == "members"
                ? "{\"id\":\"" + group + "\",\"members@delta\":[{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" + IdOf(n) + "\"}]}"
                : "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" + IdOf(n) + "\",\"displayName\":\"x\"}",
            ref pages);

        if (what == "group")
            Assert.Equal(ErrorId.GraphAnswerInvalid, (await reader.ReadGroupAsync(group, "", false, null, default)).Problem!.Id);
        else
            await FailsAsync(() => reader.ReadChangesAsync(links, default));
        Assert.Equal(what == "members" ? 26 : 51, pages);
    }

    private static string IdOf(int number) => "a0000000-0000-0000-0000-" + number.ToString("x12", CultureInfo.InvariantCulture);

    // Each page has another link to the next.
    private static Task<bool> AnswerAsync(EntraDouble entra, HttpContext context, string pathEnd, Func<int, string> item, ref int pages)
    {
        var path = context.Request.Path.Value!;
        if (!path.EndsWith(pathEnd, StringComparison.Ordinal))
            return Task.FromResult(false);
        var page = Interlocked.Increment(ref pages);
        return SendAsync(context, "{\"value\":[" + item(page) + "],\"@odata.nextLink\":\"" + entra.Server.Address.AbsoluteUri.TrimEnd('/') + path + "?$skiptoken=" + page + "\"}");
    }

    private static async Task<bool> SendAsync(HttpContext context, string json)
    {
        await LoopbackServer.JsonAsync(context, json);
        return true;
    }

    private static async Task FailsAsync(Func<Task> call) => Assert.Equal(ErrorId.GraphAnswerInvalid, (await Assert.ThrowsAsync<ConnectorException>(call)).Id);
}
