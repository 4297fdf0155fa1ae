using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.Tests.Mutations;

/// <summary>All three servers in one handler without sockets. The first requests get the mutated body, and later ones an error.</summary>
internal sealed class MutatedHost : HttpMessageHandler
{
    public const string Token =
        """{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"eyJhbGciOiJub25lIn0.eyJ0aWQiOiJ0IiwiYXBwaWQiOiJhIiwicm9sZXMiOlsiVXNlci5SZWFkLkFsbCJdfQ.c2ln"}""";

    private const int MostRequests = 30;
    private int requests;

    public static HttpTiming Timing { get; } = new() { MaxTries = 1, TryTimeout = TimeSpan.FromSeconds(20) };

    public static Uri Address { get; } = new("https://mutated.invalid/v1.0");

    public required byte[] Body { get; init; }

    public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

    public bool MutatesToken { get; init; }

    /// <summary>The discovery of a SCIM server, if it is not the mutated body.</summary>
    public Func<string, string?> Fixed { get; init; } = _ => null;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith("/token", StringComparison.Ordinal))
            return Task.FromResult(Answer(MutatesToken ? Status : HttpStatusCode.OK, MutatesToken ? Body : Encoding.UTF8.GetBytes(Token)));
        if (Fixed(path) is { } text)
            return Task.FromResult(Answer(HttpStatusCode.OK, Encoding.UTF8.GetBytes(text)));
        return Task.FromResult(++requests <= MostRequests ? Answer(Status, Body) : Answer(HttpStatusCode.BadRequest, "{}"u8.ToArray()));
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, byte[] body) => new(status)
    {
        Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };
}
