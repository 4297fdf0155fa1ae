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
        TransportFailure.Untrusted => new ConnectorException(ErrorId.GraphUntrusted, exception.InnerException, Host, ServerText.Sentence(exception.Message)) { Target = Host },
        TransportFailure.AnswerTooLarge => Invalid(exception.Message),
        _ => new ConnectorException(ErrorId.GraphUnreachable, exception.InnerException, Host, ServerText.Sentence(exception.Message)) { Target = Host },
    };

    /// <summary>The answer says no, or cannot be used.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public ConnectorException FromAnswer(GraphAnswer answer, string permission) => answer.Status switch
    {
        401 => new ConnectorException(ErrorId.GraphUnauthorized, Detail(answer)) { Target = Host },
        // A page for people comes from a proxy: Graph itself refuses with an error of its own form.
        403 when answer.ErrorCode is not null => new ConnectorException(ErrorId.PermissionMissing, permission) { Target = permission },
        429 => new ConnectorException(ErrorId.GraphThrottled, Detail(answer)) { Target = Host },
        408 or >= 500 => new ConnectorException(ErrorId.GraphFailed, Detail(answer)) { Target = Host },
        >= 300 and < 400 => FromRedirect(answer),
        >= 400 when answer.ErrorCode is not null => new ConnectorException(ErrorId.GraphFailed, Detail(answer)) { Target = Host },
        _ => Unusable(answer),
    };

    /// <summary>Change tracking is refused, or not offered.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="permission">The application permission that the request needs.</param>
    public ConnectorException NotTracked(GraphAnswer answer, string permission)
    {
        var reason = answer.Status == 403 ? permission : Detail(answer);
        return new ConnectorException(ErrorId.ChangesNotTracked, reason) { Target = answer.Status == 403 ? permission : Host };
    }

    /// <summary>A link of change tracking is dead.</summary>
    /// <param name="answer">The answer.</param>
    public ConnectorException Lost(GraphAnswer answer) => new(ErrorId.ChangesLost, Detail(answer)) { Target = Host };

    /// <summary>A link leads to another host, which would be given the token.</summary>
    /// <param name="link">The link.</param>
    public void RefuseForeign(string link)
    {
        var target = new Uri(link);
        if (!HostGuardHandler.IsOf(endpoint, target))
            throw HostGuardHandler.Refusal(target, token);
    }

    /// <summary>What arrived is not what was asked for.</summary>
    /// <param name="reason">How that shows.</param>
    public static ConnectorException Invalid(string reason) => new(ErrorId.GraphAnswerInvalid, ServerText.Sentence(reason));

    /// <summary>A text of the catalogue.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">What its gaps are filled with.</param>
    public static string Say(string name, params string[] arguments) => new Message(name, arguments).Render();

    private static ConnectorException Unusable(GraphAnswer answer)
    {
        var claimsJson = answer.MediaType?.IndexOf("json", StringComparison.OrdinalIgnoreCase) >= 0;
        return Invalid(claimsJson || answer.IsObject
            ? Say("Graph_BrokenJson", Detail(answer))
            : Say("Graph_NotJson", answer.MediaType is null ? "?" : ServerText.Clean(answer.MediaType), Detail(answer)));
    }

    private ConnectorException FromRedirect(GraphAnswer answer)
    {
        if (answer.Location is { IsAbsoluteUri: true } location && !string.Equals(location.Authority, Host, StringComparison.OrdinalIgnoreCase))
        {
            var named = ServerText.Clean(token.MaskIn(location.Authority));
            return new ConnectorException(ErrorId.ForeignHost, named) { Target = named };
        }

        return Invalid(Say("Graph_Redirect", Detail(answer)));
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
