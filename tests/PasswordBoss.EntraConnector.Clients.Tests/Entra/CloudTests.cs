using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

public sealed class CloudTests
{
    [Theory]
    [InlineData(EntraEnvironment.Global, "login.microsoftonline.com", "graph.microsoft.com")]
    [InlineData(EntraEnvironment.USGov, "login.microsoftonline.us", "graph.microsoft.us")]
    [InlineData(EntraEnvironment.USGovDoD, "login.microsoftonline.us", "dod-graph.microsoft.us")]
    [InlineData(EntraEnvironment.China, "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn")]
    public async Task Each_cloud_uses_its_own_sign_in_host_scope_and_Graph_endpoint(EntraEnvironment environment, string authority, string graph)
    {
        var cloud = CloudEndpoints.Of(environment);
        var sent = await ReadAsync(TestConnections.To(cloud.AuthorityHost, cloud.GraphEndpoint, new Uri("https://localhost/")) with { Environment = environment });

        Assert.Equal(4, sent.Count);
        Assert.Equal($"POST https://{authority}/11111111-1111-1111-1111-111111111111/oauth2/v2.0/token", sent[0].Line);
        Assert.Contains("scope=" + Uri.EscapeDataString($"https://{graph}/.default"), sent[0].Body, StringComparison.Ordinal);
        Assert.Null(sent[0].Authorization);
        foreach (var request in sent.GetRange(1, 3))
        {
            Assert.Contains($" https://{graph}/v1.0/", request.Line, StringComparison.Ordinal);
            Assert.Equal("Bearer a-token", request.Authorization);
        }
    }

    [Theory]
    [InlineData("https://graph.contoso.example/v1.0")]
    [InlineData("https://graph.contoso.example:8443/deep/path/v1.0")]
    [InlineData("http://localhost:5000/v1.0")]
    [InlineData("http://127.0.0.1:5000/v1.0")]
    [InlineData("https://[::1]:5000/v1.0")]
    public async Task A_private_Graph_endpoint_gets_a_token_for_the_scope_of_the_cloud(string root)
    {
        var endpoint = new Uri(root);
        var sent = await ReadAsync(TestConnections.To(new Uri(endpoint, "/"), endpoint, new Uri("https://localhost/")));

        Assert.Contains("scope=" + Uri.EscapeDataString("https://graph.microsoft.com/.default"), sent[0].Body, StringComparison.Ordinal);
        Assert.StartsWith("POST " + new Uri(endpoint, "/11111111-1111-1111-1111-111111111111/oauth2/v2.0/token"), sent[0].Line, StringComparison.Ordinal);
        foreach (var request in sent.GetRange(1, 3))
        {
            Assert.Contains(" " + root + "/", request.Line, StringComparison.Ordinal);
            Assert.Equal("Bearer a-token", request.Authorization);
        }

        Assert.Contains("\"url\":\"/users/u?", sent[3].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("a-token", sent[3].Body, StringComparison.Ordinal);
    }

    private static async Task<List<Sent>> ReadAsync(ConnectionSettings connection)
    {
        using var network = new Network();
        using var reader = TestConnections.OpenReader(connection, new ConnectionSecrets { ClientSecret = "secret" }, network);
        await reader.ReadGroupAsync("b0000000-0000-0000-0000-000000000000", "", false, null, default);
        await reader.LookUpUsersAsync(["u"], [], default);
        return network.Sent;
    }

    private sealed record Sent(string Line, string? Authorization, string Body);

    /// <summary>Replaces the network.</summary>
    private sealed class Network : HttpMessageHandler
    {
        public List<Sent> Sent { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            Sent.Add(new Sent(request.Method + " " + request.RequestUri!.AbsoluteUri, request.Headers.Authorization?.ToString(), body));
            var path = request.RequestUri.AbsolutePath;
            var json = path.EndsWith("/token", StringComparison.Ordinal) ? """{"token_type":"Bearer","expires_in":3599,"access_token":"a-token"}"""
                : path.EndsWith("/b0000000-0000-0000-0000-000000000000", StringComparison.Ordinal) ? """{"id":"b0000000-0000-0000-0000-000000000000","displayName":"G"}"""
                : path.EndsWith("/$batch", StringComparison.Ordinal) ? """{"responses":[]}"""
                : """{"value":[]}""";
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        }
    }
}
