using System;
using System.Globalization;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>Turns answers and missing answers of Microsoft Graph into errors of the catalogue (https://learn.microsoft.com/graph/errors).</summary>
internal sealed class GraphErrors
{
    private readonly Uri endpoint;
    private volatile BearerToken token = BearerToken.None;
    private volatile string hidden = "";

    /// <summary>Creates the translation for one Graph.</summary>
    /// <param name="endpoint">The root of Graph.</param>
    public GraphErrors(Uri endpoint) => this.endpoint = endpoint;

    /// <summary>The token that requests carry now, to be looked for in what the other side says.</summary>
    public BearerToken Token => token;

    private string Host => endpoint.Authority;

    /// <summary>Names the token that requests carry from now on.</summary>
    /// <param name="accessToken">The token.</param>
    public void Hide(string accessToken)
    {
        if (string.Equals(hidden, accessToken, StringComparison.Ordinal))
            return;
        token = new BearerToken(accessToken);
        hidden = accessToken;
    }

    /// <summary>No answer arrived.</summary>
    /// <param name="exception">Why.</param>
    public ConnectorException FromTransport(TransportException exception) => exception.Failure switch
    {
        TransportFailure.Untrusted => new ConnectorException(Problems.GraphUntrusted(Host, ServerText.Sentence(exception.Message)).About(Host), exception.InnerException),
        TransportFailure.AnswerTooLarge => new ConnectorException(Invalid(exception.Message)),
        _ => new ConnectorException(Problems.GraphUnreachable(Host, ServerText.Sentence(exception.Message)).About(Host), exception.InnerException),
    };

    /// <summary>The answer says no, or cannot be used.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public Problem FromAnswer(GraphAnswer answer, string permission) => answer.Status switch
    {
        401 => Problems.GraphUnauthorized(Detail(answer)).About(Host),
        // A page for people comes from a proxy: Graph itself refuses with an error of its own form.
        403 when answer.ErrorCode is not null => Problems.PermissionMissing(permission).About(permission),
        429 => Problems.GraphThrottled(Detail(answer)).About(Host),
        408 or >= 500 => Problems.GraphFailed(Detail(answer)).About(Host),
        >= 300 and < 400 => FromRedirect(answer),
        >= 400 when answer.ErrorCode is not null => Problems.GraphFailed(Detail(answer)).About(Host),
        _ => Unusable(answer),
    };

    /// <summary>Change tracking is refused, or not offered.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public Problem NotTracked(GraphAnswer answer, string permission)
    {
        var reason = answer.Status == 403 ? permission : Detail(answer);
        return Problems.ChangesNotTracked(reason).About(answer.Status == 403 ? permission : Host);
    }

    /// <summary>A link of change tracking is dead.</summary>
    /// <param name="answer">The answer.</param>
    public Problem Lost(GraphAnswer answer) => Problems.ChangesLost(Detail(answer)).About(Host);

    /// <summary>A link leads to another host, which would be given the token.</summary>
    /// <param name="link">The link.</param>
    public void RefuseForeign(string link)
    {
        var target = new Uri(link);
        if (!HostGuardHandler.IsOf(endpoint, target))
            throw new ConnectorException(HostGuardHandler.Refusal(target, token));
    }

    /// <summary>What arrived is not what was asked for.</summary>
    /// <param name="reason">How that shows.</param>
    public static Problem Invalid(string reason) => Problems.GraphAnswerInvalid(ServerText.Sentence(reason));

    private static Problem Unusable(GraphAnswer answer)
    {
        var claimsJson = answer.MediaType?.IndexOf("json", StringComparison.OrdinalIgnoreCase) >= 0;
        return Invalid(claimsJson || answer.IsObject
            ? Texts.GraphBrokenJson(Detail(answer)).Render()
            : Texts.GraphNotJson(answer.MediaType is null ? "?" : ServerText.Clean(answer.MediaType), Detail(answer)).Render());
    }

    private Problem FromRedirect(GraphAnswer answer)
    {
        if (answer.Location is { IsAbsoluteUri: true } location && !string.Equals(location.Authority, Host, StringComparison.OrdinalIgnoreCase))
        {
            var named = ServerText.Clean(token.MaskIn(location.Authority));
            return Problems.ForeignHost(named).About(named);
        }

        return Invalid(Texts.GraphRedirect(Detail(answer)).Render());
    }

    /// <summary>What an answer says of itself: status, code, and what Microsoft's support finds the request by.</summary>
    /// <param name="answer">The answer.</param>
    public static string Detail(GraphAnswer answer)
    {
        var text = new StringBuilder("HTTP ").Append(answer.Status.ToString(CultureInfo.InvariantCulture));
        if (answer.ErrorCode is { Length: > 0 } code)
            text.Append(", ").Append(code);
        if (answer.RequestId is { Length: > 0 } id)
            text.Append(", request-id ").Append(ServerText.Clean(id));
        return text.ToString();
    }
}
