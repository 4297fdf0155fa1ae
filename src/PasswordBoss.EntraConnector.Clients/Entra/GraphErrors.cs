using System;
using System.Globalization;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>Turns error responses and missing responses of Microsoft Graph into errors of the catalogue (https://learn.microsoft.com/graph/errors).</summary>
internal sealed class GraphErrors
{
    private readonly Uri endpoint;
    private volatile BearerToken token = BearerToken.None;
    private volatile string hidden = "";

    /// <summary>Creates the translation for one Graph endpoint.</summary>
    /// <param name="endpoint">The root of Graph.</param>
    public GraphErrors(Uri endpoint) => this.endpoint = endpoint;

    /// <summary>The current token of the requests, which is masked in texts of the server.</summary>
    public BearerToken Token => token;

    /// <summary>The same token as text; empty before the first request.</summary>
    public string TokenText => hidden;

    private string Host => endpoint.Authority;

    /// <summary>Sets the token that requests carry from now on.</summary>
    /// <param name="accessToken">The token.</param>
    public void MaskToken(string accessToken)
    {
        if (string.Equals(hidden, accessToken, StringComparison.Ordinal))
            return;
        token = new BearerToken(accessToken);
        hidden = accessToken;
    }

    /// <summary>The error for a missing response.</summary>
    /// <param name="exception">The reason.</param>
    /// <param name="clientRequestId">The id that the request had in <c>client-request-id</c>. Graph may have received it, so Microsoft's support may find it.</param>
    public ConnectorException FromTransport(TransportException exception, string clientRequestId)
    {
        var reason = ServerText.Sentence(exception.Reason);
        return exception.Failure switch
        {
            TransportFailure.Untrusted => new ConnectorException(Problems.GraphUntrusted(Host, reason).About(Host), exception.InnerException),
            TransportFailure.AnswerTooLarge => new ConnectorException(Invalid(exception.Message + ", " + Named(clientRequestId)).OfRequest(null, clientRequestId)),
            _ => new ConnectorException(Problems.GraphUnreachable(Host, reason + ", " + Named(clientRequestId)).About(Host).OfRequest(null, clientRequestId), exception.InnerException),
        };
    }

    /// <summary>The problem for an error response, or for one that cannot be used.</summary>
    /// <param name="answer">The response.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public Problem FromAnswer(GraphAnswer answer, string permission) => Named(answer, answer.Status switch
    {
        401 => Problems.GraphUnauthorized(Detail(answer)).About(Host),
        // An HTML page comes from a proxy: Graph itself refuses with an error in its own format.
        403 when answer.ErrorCode is not null => Problems.PermissionMissing(permission).About(permission),
        429 => Problems.GraphThrottled(Detail(answer)).About(Host),
        408 or >= 500 => Problems.GraphFailed(Detail(answer)).About(Host),
        >= 300 and < 400 => FromRedirect(answer),
        >= 400 when answer.ErrorCode is not null => Problems.GraphFailed(Detail(answer)).About(Host),
        _ => Unusable(answer),
    });

    /// <summary>The problem if change tracking is refused or not available.</summary>
    /// <param name="answer">The response.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public Problem NotTracked(GraphAnswer answer, string permission)
    {
        var reason = answer.Status == 403 ? permission : Detail(answer);
        return Named(answer, Problems.ChangesNotTracked(reason).About(answer.Status == 403 ? permission : Host));
    }

    /// <summary>The problem if a delta link is no longer valid.</summary>
    /// <param name="answer">The response.</param>
    public Problem Lost(GraphAnswer answer) => Named(answer, Problems.ChangesLost(Detail(answer)).About(Host));

    /// <summary>Throws if a link leads to another host, which would receive the token.</summary>
    /// <param name="link">The link.</param>
    public void RefuseForeign(string link)
    {
        var target = new Uri(link);
        if (!HostGuardHandler.IsOf(endpoint, target))
            throw new ConnectorException(HostGuardHandler.Refusal(target, token));
    }

    /// <summary>The problem for a response that does not have the expected content.</summary>
    /// <param name="reason">What is wrong with it.</param>
    public static Problem Invalid(MessageArgument reason) => Problems.GraphAnswerInvalid(ServerText.Sentence(reason));

    private static Problem Unusable(GraphAnswer answer)
    {
        var claimsJson = answer.MediaType?.IndexOf("json", StringComparison.OrdinalIgnoreCase) >= 0;
        return Invalid(claimsJson || answer.IsObject
            ? Texts.GraphBrokenJson(Detail(answer))
            : Texts.GraphNotJson(answer.MediaType is null ? "?" : ServerText.Clean(answer.MediaType), Detail(answer)));
    }

    private Problem FromRedirect(GraphAnswer answer)
    {
        if (answer.Location is { IsAbsoluteUri: true } location && !string.Equals(location.Authority, Host, StringComparison.OrdinalIgnoreCase))
        {
            var named = ServerText.Clean(token.MaskIn(location.Authority));
            return Problems.ForeignHost(named).About(named);
        }

        return Invalid(Texts.GraphRedirect(Detail(answer)));
    }

    /// <summary>The details of a response: status, code, and the ids by which Microsoft's support finds the request.</summary>
    /// <param name="answer">The response.</param>
    public static string Detail(GraphAnswer answer)
    {
        var text = new StringBuilder("HTTP ").Append(answer.Status.ToString(CultureInfo.InvariantCulture));
        if (answer.ErrorCode is { Length: > 0 } code)
            text.Append(", ").Append(code);
        if (RequestIdOf(answer) is { } id)
            text.Append(", request-id ").Append(id);
        if (answer.ClientRequestId is { } own)
            text.Append(", ").Append(Named(own));
        return text.ToString();
    }

    private static Problem Named(GraphAnswer answer, Problem problem) => problem.OfRequest(RequestIdOf(answer), answer.ClientRequestId);

    private static string? RequestIdOf(GraphAnswer answer) => answer.RequestId is { Length: > 0 } id ? ServerText.Clean(id) : null;

    private static string Named(string clientRequestId) => "client-request-id " + clientRequestId;
}
