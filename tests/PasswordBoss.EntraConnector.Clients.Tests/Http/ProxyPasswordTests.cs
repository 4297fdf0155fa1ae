using System;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

/// <summary>If a proxy refuses, the platform's message contains its whole address with the password.</summary>
public sealed class ProxyPasswordTests
{
    private const string Password = "hunter2%40of-this%2Ftest";

    public static TheoryData<int, string> Refusals
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var status in new[] { 407, 503 })
            {
                foreach (var side in new[] { "sign-in", "graph", "admin", "domain", "accounts", "creation" })
                    data.Add(status, side);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task The_proxy_password_is_in_no_error_and_no_inner_exception(int status, string side)
    {
        using var proxy = new RefusingProxy(status);
        var address = proxy.AddressWith("user:" + Password);
        using var network = new SocketsHttpHandler { Proxy = new WebProxy(address) };
        var connection = TestConnections.To(new Uri("https://login.invalid/"), new Uri("https://graph.invalid/v1.0"), new Uri("https://scim.invalid/v2"));
        HttpEndpoint Accounts() => HttpEndpoint.Open(EndpointRole.PasswordBoss, connection.PasswordBossUri, network, TestConnections.Fast);

        var error = await Assert.ThrowsAsync<ConnectorException>(async () =>
        {
            switch (side)
            {
                case "sign-in":
                    using (var reader = TestConnections.OpenReader(connection, new ConnectionSecrets { ClientSecret = "s" }, network))
                        await reader.SignInAsync(default);
                    break;
                case "accounts":
                    using (var accounts = new ScimAccountDirectory(Accounts(), "token-of-this-test"))
                        await accounts.DiscoverAsync(default);
                    break;
                case "creation":
                    using (var channel = new ScimChannel(Accounts(), "token-of-this-test"))
                    {
                        // Requests without a retry use another code path.
                        var lost = await Assert.ThrowsAsync<TransportException>(() => channel.SendAsync(HttpMethod.Post, "Users", [], CancellationToken.None));
                        AssertClean(lost);
                        throw channel.Errors.FromTransport(lost);
                    }

                default:
                    var admin = new AdminSignIn { AccessToken = side == "graph" ? "h.e30.s" : null, UseDeviceCode = side == "admin" };
                    using (var directory = new GraphApplicationDirectory(EntraEndpoints.ToRead(EntraTenant.Of(connection), network, TestConnections.Fast), EntraTenant.Of(connection), admin, _ => { }))
                    {
                        if (side == "domain")
                            await directory.ResolveTenantAsync("contoso.example", default);
                        else if (side == "admin")
                            await directory.SignInAsync(default);
                        else
                            await directory.FindApplicationsAsync("A", default);
                    }

                    break;
            }
        });

        Assert.NotEmpty(proxy.Asked);
        Assert.Contains("***@127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
        AssertClean(error);
    }

    private static void AssertClean(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            foreach (var secret in new[] { Password, Uri.UnescapeDataString(Password), "hunter2", "user:" })
                Assert.DoesNotContain(secret, cause + cause.Message, StringComparison.OrdinalIgnoreCase);
        }
    }
}
