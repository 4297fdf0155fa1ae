using System;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Object IDs of Entra are GUIDs. Any other ID means that the response is damaged or does not come from Microsoft Graph.</summary>
public sealed class GraphIdTests
{
    [Theory]
    [InlineData("7")]
    [InlineData("\"7\"")]
    [InlineData("\"u1\"")]
    [InlineData("\"00000000-0000-0000-0000-00000000000\"")]
    [InlineData("\" 0000000-0000-0000-0000-000000000001\"")]
    [InlineData("\"{0000000-0000-0000-0000-00000000001}\"")]
    [InlineData("\"00000000-0000-0000-0000-00000000000g\"")]
    [InlineData("\"../groups/00000000-0000-0000-0000-00000\"")]
    public async Task An_ID_that_is_not_a_GUID_is_refused(string id)
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("Sales");
        using var reader = entra.Open();
        var links = await reader.StartTrackingAsync([group], default);
        entra.OnGraph = async c =>
        {
            if (c.Request.Path.Value!.EndsWith("/groups/" + group, StringComparison.Ordinal))
                return false;
            var user = "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":" + id + ",\"displayName\":\"Ann\",\"mail\":\"ann@contoso.example\"}";
            await LoopbackServer.JsonAsync(c, "{\"value\":[" + user + "],\"@odata.deltaLink\":\"" + entra.Graph + "/x\"}");
            return true;
        };

        var reading = await reader.ReadGroupAsync(group, "", false, null, default);
        Assert.Equal((ReadingStatus.Incomplete, ErrorId.GraphAnswerInvalid), (reading.Status, reading.Problem!.Id));
        await FailsAsync(() => reader.FindUsersAsync("ann@contoso.example", default));
        await FailsAsync(() => reader.FindGroupsAsync("Ann", default));
        await FailsAsync(() => reader.ReadChangesAsync(links, default));
    }

    [Fact]
    public async Task The_ID_of_a_member_in_change_tracking_must_be_a_GUID()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("Sales");
        using var reader = entra.Open();
        var links = await reader.StartTrackingAsync([group], default);
        entra.Delta.GroupPages = [[DeltaDouble.Group(group, null, DeltaDouble.Member("u1"))]];

        await FailsAsync(() => reader.ReadChangesAsync(links, default));
    }

    [Fact]
    public async Task A_different_group_than_the_requested_one_is_refused()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, "{\"id\":\"" + Guid.NewGuid() + "\",\"displayName\":\"Sales\"}");
            return true;
        };
        using var reader = entra.Open();

        await FailsAsync(() => reader.FindGroupsAsync(Guid.NewGuid().ToString(), default));
    }

    private static async Task FailsAsync(Func<Task> call) => Assert.Equal(ErrorId.GraphAnswerInvalid, (await Assert.ThrowsAsync<ConnectorException>(call)).Id);
}
