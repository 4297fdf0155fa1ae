using System;
using System.Net.Http;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>A server and a directory that uses it over a real socket.</summary>
public abstract class ScimTestBase : IAsyncLifetime
{
    private protected ScimServer Server { get; private set; } = null!;

    private protected ScimAccountDirectory Directory { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await ScimServer.StartAsync();
        Directory = Open(Server.Address);
    }

    public async Task DisposeAsync()
    {
        Directory.Dispose();
        await Server.DisposeAsync();
    }

    private protected static ScimAccountDirectory Open(Uri address, string? token = ScimServer.Token, HttpTiming? timing = null, HttpMessageHandler? inner = null, int mostResources = ScimAccountDirectory.MostResources) =>
        new(HttpEndpoint.Open(EndpointRole.PasswordBoss, address, inner, timing ?? TestConnections.Fast), token, mostResources);

    private protected static AccountDraft Draft(string userName = "ann@contoso.com", string externalId = "aaaa-1", bool pending = false) => new()
    {
        UserName = userName,
        ExternalId = externalId,
        GivenName = "Ann",
        FamilyName = "O'Hara-Müller",
        DisplayName = "Ann \"The Boss\" O'Hara-Müller",
        Pending = pending,
    };

    private protected static async Task<ConnectorException> FailsAsync(ErrorId expected, Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<ConnectorException>(call);
        Assert.Equal(expected, exception.Id);
        for (Exception? e = exception; e is not null; e = e.InnerException)
            Assert.DoesNotContain(ScimServer.Token, e.ToString(), StringComparison.Ordinal);
        return exception;
    }

    /// <summary>The test responds to the next requests with a method (and path end), up to <paramref name="times"/>.</summary>
    private protected void Next(string method, string pathEnd, Func<HttpContext, Task> answer, int times = int.MaxValue)
    {
        var left = times;
        Server.Intercept = async context =>
        {
            if (context.Request.Method != method || !context.Request.Path.Value!.EndsWith(pathEnd, StringComparison.Ordinal) || left-- <= 0)
                return false;
            await answer(context);
            return true;
        };
    }

    private protected static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;
}
