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
    private volatile string tokenText = "";

    /// <summary>Creates the translation for one Graph endpoint.</summary>
    /// <param name="endpoint">The root of Graph.</param>
    public GraphErrors(Uri endpoint) => this.endpoint = endpoint;

    /// <summary>The current token of the requests, which is masked in texts of the server.</summary>
    public BearerToken Token => token;

    /// <summary>The same token as text; empty before the first request.</summary>
    public string TokenText => tokenText;

    private string Host => endpoint.Authority;

    /// <summary>Sets the token that requests carry from now on.</summary>
    /// <param name="accessToken">The token.</param>
    public void SetToken(string accessToken)
    {
        if (string.Equals(tokenText, accessToken, StringComparison.Ordinal))
            return;
        token = new BearerToken(accessToken);
        tokenText = accessToken;
    }

    /// <summary>The error for a missing response.</summary>
    /// <param name="exception">The reason.</param>
    /// <param name="clientRequestId">The id that the request had in <c>client-request-id</c>. Graph may have received it, so Microsoft's support may find it.</param>
    public ConnectorException FromTransport(TransportException exception, string clientRequestId)
    {
        if (exception.Failure is TransportFailure.Untrusted)
            return new ConnectorException(Problems.GraphUntrusted(Host, ServerText.Sentence(exception.Reason)).About(Host), exception.InnerException);
        // The reason stays a message, so that each reader gets it in their language. The text of a platform may end with a full stop.
        var reason = Texts.TextWithDetail(exception.Reason.Text is { } text ? text.TrimEnd('.') : exception.Reason, Named(clientRequestId));
        return exception.Failure is TransportFailure.ResponseTooLarge
            ? new ConnectorException(Invalid(reason).OfRequest(null, clientRequestId))
            : new ConnectorException(Problems.GraphUnreachable(Host, ServerText.Sentence(reason)).About(Host).OfRequest(null, clientRequestId), exception.InnerException);
    }

    /// <summary>The problem for an error response, or for one that cannot be used.</summary>
    /// <param name="response">The response.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public Problem FromResponse(GraphResponse response, string permission) => Named(response, response.Status switch
    {
        401 => Problems.GraphUnauthorized(Detail(response)).About(Host),
        // An HTML page comes from a proxy: Graph itself refuses with an error in its own format.
        403 when response.ErrorCode is not null => Problems.PermissionMissing(permission).About(permission),
        429 => Problems.GraphThrottled(Detail(response)).About(Host),
        408 or >= 500 => Problems.GraphFailed(Detail(response)).About(Host),
        >= 300 and < 400 => FromRedirect(response),
        >= 400 when response.ErrorCode is not null => Problems.GraphFailed(Detail(response)).About(Host),
        _ => Unusable(response),
    });

    /// <summary>The problem if change tracking is refused or not available.</summary>
    /// <param name="response">The response.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public Problem NotTracked(GraphResponse response, string permission)
    {
        var reason = response.Status == 403 ? permission : Detail(response);
        return Named(response, Problems.ChangesNotTracked(reason).About(response.Status == 403 ? permission : Host));
    }

    /// <summary>The problem if a delta link is no longer valid.</summary>
    /// <param name="response">The response.</param>
    public Problem Lost(GraphResponse response) => Named(response, Problems.ChangesLost(Detail(response)).About(Host));

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

    private static Problem Unusable(GraphResponse response)
    {
        var claimsJson = response.MediaType?.IndexOf("json", StringComparison.OrdinalIgnoreCase) >= 0;
        return Invalid(claimsJson || response.IsObject
            ? Texts.GraphBrokenJson(Detail(response))
            : Texts.GraphNotJson(response.MediaType is null ? "?" : ServerText.Clean(response.MediaType), Detail(response)));
    }

    private Problem FromRedirect(GraphResponse response)
    {
        if (response.Location is { IsAbsoluteUri: true } location && !string.Equals(location.Authority, Host, StringComparison.OrdinalIgnoreCase))
        {
            var named = ServerText.Clean(token.MaskIn(location.Authority));
            return Problems.ForeignHost(named).About(named);
        }

        return Invalid(Texts.GraphRedirect(Detail(response)));
    }

    /// <summary>The details of a response: status, code, and the ids by which Microsoft's support finds the request.</summary>
    /// <param name="response">The response.</param>
    public static string Detail(GraphResponse response)
    {
        var text = new StringBuilder("HTTP ").Append(response.Status.ToString(CultureInfo.InvariantCulture));
        if (response.ErrorCode is { Length: > 0 } code)
            text.Append(", ").Append(code);
        if (RequestIdOf(response) is { } id)
            text.Append(", request-id ").Append(id);
        if (response.ClientRequestId is { } own)
            text.Append(", ").Append(Named(own));
        return text.ToString();
    }

    private static Problem Named(GraphResponse response, Problem problem) => problem.OfRequest(RequestIdOf(response), response.ClientRequestId);

    private static string? RequestIdOf(GraphResponse response) => response.RequestId is { Length: > 0 } id ? ServerText.Clean(id) : null;

    private static string Named(string clientRequestId) => "client-request-id " + clientRequestId;
}
