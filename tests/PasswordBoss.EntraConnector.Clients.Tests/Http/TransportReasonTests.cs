using System;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

/// <summary>The reason for which no response arrived, in the errors of Graph and of the sign-in host. It stays a message, because errors are stored and each reader has a language.</summary>
public sealed class TransportReasonTests
{
    private const string Id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    [Theory]
    [InlineData("timed out", "no response within 5 seconds (client-request-id " + Id + ").", "pas de réponse en 5 secondes (client-request-id " + Id + ").")]
    [InlineData("too large", "the response is larger than 5 MB (client-request-id " + Id + ").", "la réponse dépasse 5 Mo (client-request-id " + Id + ").")]
    [InlineData("a clause", "Connection refused (client-request-id " + Id + ").", "Connection refused (client-request-id " + Id + ").")]
    [InlineData("a sentence", "The connection broke (client-request-id " + Id + ").", "The connection broke (client-request-id " + Id + ").")]
    public void An_error_of_Graph_ends_with_the_reason_and_the_id(string reason, string english, string french)
    {
        var exception = reason switch
        {
            "timed out" => new TransportException(TransportFailure.TimedOut, Texts.TransportTimedOut("5"), null),
            "too large" => new TransportException(TransportFailure.ResponseTooLarge, Texts.TransportAnswerTooLarge("5"), null),
            "a clause" => new TransportException(TransportFailure.Unreachable, "Connection refused", null),
            _ => new TransportException(TransportFailure.Broken, "The connection broke.", null),
        };

        var problem = new GraphErrors(new Uri("https://graph.example/v1.0")).FromTransport(exception, Id).Problem;

        Assert.EndsWith(": " + english, problem.Text.Render(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.EndsWith(": " + french, problem.Text.Render(French), StringComparison.Ordinal);
        Assert.Equal(Id, problem.ClientRequestId);
    }

    [Fact]
    public async Task The_search_for_a_tenant_gives_the_reason_in_each_language()
    {
        using var platform = new HangingPlatform();
        var endpoint = HttpEndpoint.Open(EndpointRole.SignIn, new Uri("https://login.invalid/"), platform, TestConnections.Fast with { MaxTries = 1, TryTimeout = TimeSpan.FromSeconds(7) });

        var error = await Assert.ThrowsAsync<ConnectorException>(() => new TenantResolver(endpoint).ResolveAsync("contoso.example", default));

        Assert.Equal(ErrorId.SignInUnreachable, error.Id);
        Assert.EndsWith(": no response within 7 seconds.", error.Problem.Text.Render(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.EndsWith(": pas de réponse en 7 secondes.", error.Problem.Text.Render(French), StringComparison.Ordinal);
    }

    private sealed class HangingPlatform : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new TaskCanceledException());
    }
}
