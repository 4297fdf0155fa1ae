using System;
using System.Net;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace PasswordBoss.EntraConnector.Neighbour;

/// <summary>Another module in the same session. Like most modules, it loads its own versions of our packages in the default context.</summary>
public static class NeighbourModule
{
    /// <summary>Signs in with prepared responses, and returns the versions of the packages.</summary>
    public static string SignIn()
    {
        var options = new ClientSecretCredentialOptions { Transport = new HttpClientTransport(new SignInAnswers()), DisableInstanceDiscovery = true };
        var credential = new ClientSecretCredential("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222", "secret", options);
        var token = credential.GetToken(new TokenRequestContext(["https://neighbour.invalid/.default"]), CancellationToken.None);
        return $"{token.Token} {Version(typeof(TokenRequestContext))} {Version(typeof(JsonSerializer))}";
    }

    private static string Version(Type type) => type.Assembly.GetName().Version!.ToString(3);

    private sealed class SignInAnswers : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => new(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new StringContent(JsonSerializer.Serialize(new { token_type = "Bearer", expires_in = 3600, access_token = "neighbours-token" })),
        };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));
    }
}
