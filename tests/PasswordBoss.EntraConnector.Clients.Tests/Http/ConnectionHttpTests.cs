using System.Net;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

public sealed class ConnectionHttpTests
{
    [Fact]
    public async Task Reaches_a_server_whose_certificate_the_platform_trusts()
    {
        await using var server = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"));
        using var http = new ConnectionHttp(TestConnections.To(server.Address), timing: TestConnections.Fast);
        using var client = http.CreateClient(ConnectionHttp.Graph);

        using var response = await client.GetAsync(server.Address);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync());
        Assert.StartsWith("PasswordBoss.EntraConnector/", server.Requests[0].Header("User-Agent"), System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_passing_failure_is_tried_again(int status)
    {
        var count = 0;
        await using var server = await LoopbackServer.StartAsync(c =>
        {
            c.Response.StatusCode = ++count == 1 ? status : 200;
            return Task.CompletedTask;
        });
        using var http = new ConnectionHttp(TestConnections.To(server.Address), timing: TestConnections.Fast);
        using var client = http.CreateClient(ConnectionHttp.PasswordBoss);

        using var response = await client.GetAsync(server.Address);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, count);
    }
}
