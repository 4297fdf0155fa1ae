using System;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>A lone surrogate in the texts that Graph returns.</summary>
public sealed class GraphTextTests
{
    [Fact]
    public async Task A_lone_surrogate_in_a_group_or_its_members_is_replaced()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = Guid.NewGuid().ToString();
        var ann = Guid.NewGuid().ToString();
        var bob = Guid.NewGuid().ToString();
        entra.OnGraph = async c =>
        {
            var isMembers = c.Request.Path.Value!.EndsWith("/members", StringComparison.Ordinal);
            await LoopbackServer.JsonAsync(c, isMembers
                ? "{\"\\ud800\":1,\"value\":[{\"@odata.type\":\"#microsoft.graph.user\",\"\\udc00\":1,\"id\":\"" + ann + "\",\"displayName\":\"Ann \\ud83d\",\"mail\":\"ann\\ud83d@contoso.example\",\"accountEnabled\":true},"
                    + "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" + bob + "\",\"displayName\":\"Bob\"}]}"
                : "{\"id\":\"" + id + "\",\"displayName\":\"Sales \\ude00\",\"securityEnabled\":true}");
            return true;
        };
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "old", false, null, default);

        Assert.Equal((ReadingStatus.Complete, "Sales \uFFFD"), (reading.Status, reading.DisplayName));
        Assert.Equal(["Ann \uFFFD", "Bob"], reading.Users.Select(u => u.DisplayName));
        Assert.Equal("ann\uFFFD@contoso.example", reading.Users[0].Mail);
    }

    [Fact]
    public async Task A_lone_surrogate_in_a_batch_or_change_tracking_is_replaced()
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = (string)entra.AddUser("ann")["id"]!;
        using var reader = entra.Open();
        var links = await reader.StartTrackingAsync([], default);
        entra.OnGraph = async c =>
        {
            var user = "{\"id\":\"" + ann + "\",\"displayName\":\"Ann \\ud83d\",\"accountEnabled\":false}";
            await LoopbackServer.JsonAsync(c, c.Request.Path.Value!.EndsWith("/$batch", StringComparison.Ordinal)
                ? "{\"responses\":[{\"id\":\"0\",\"status\":200,\"headers\":{\"\\ud800\":\"\\ud800\",\"Retry-After\":\"\\ud800\"},\"body\":" + user + "}]}"
                : "{\"value\":[" + user + "],\"@odata.deltaLink\":\"" + entra.Graph + "/users/delta?$deltatoken=x\"}");
            return true;
        };

        var lookup = (await reader.LookUpUsersAsync([ann], [], default))[ann];
        var change = Assert.Single((await reader.ReadChangesAsync(links, default)).Users);

        Assert.Equal((UserExistence.Exists, "Ann \uFFFD"), (lookup.Existence, lookup.User!.DisplayName));
        Assert.Equal("Ann \uFFFD", Assert.Single(change.Reported).DisplayName);
    }

    [Fact]
    public async Task A_lone_surrogate_in_an_error_is_replaced()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, "{\"error\":{\"code\":\"Odd\\ud83d\",\"innerError\":{\"code\":\"\\ud83d\"}}}", 400);
            return true;
        };
        using var reader = entra.Open();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));

        Assert.Equal(ErrorId.GraphFailed, error.Id);
        Assert.Contains("Odd", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lone_surrogate_in_a_refused_sign_in_is_replaced()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnSignIn = async (c, _) =>
        {
            await LoopbackServer.JsonAsync(c, "{\"error\":\"odd\\ud83d\",\"error_description\":\"\\ud83d\"}", 400);
            return true;
        };
        using var reader = entra.Open();

        await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync("Sales", default));
    }
}
