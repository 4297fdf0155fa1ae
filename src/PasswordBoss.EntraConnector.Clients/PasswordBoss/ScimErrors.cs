using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Turns error responses and missing responses of one server into errors of the catalogue.</summary>
internal sealed class ScimErrors
{
    private readonly Uri baseAddress;

    /// <summary>Creates the translation for one server.</summary>
    /// <param name="baseAddress">The base address.</param>
    /// <param name="token">The token, which no message may contain, even if the server repeats it.</param>
    public ScimErrors(Uri baseAddress, string token)
    {
        this.baseAddress = baseAddress;
        Token = new BearerToken(token);
        Server = baseAddress.AbsoluteUri.TrimEnd('/');
    }

    /// <summary>The token, which is masked in texts of the server.</summary>
    public BearerToken Token { get; }

    /// <summary>The name of the server in messages.</summary>
    public string Server { get; }

    /// <summary>The error for a missing response.</summary>
    /// <param name="exception">The reason.</param>
    public ConnectorException FromTransport(TransportException exception) => exception.Failure switch
    {
        TransportFailure.Untrusted => new ConnectorException(Problems.AccountServerUntrusted(baseAddress.Authority, ServerText.Sentence(exception.Reason)).About(Server), exception.InnerException),
        TransportFailure.ResponseTooLarge => new ConnectorException(Invalid(exception.Reason)),
        _ => new ConnectorException(Problems.AccountServerUnreachable(Server, ServerText.Sentence(exception.Reason)).About(Server), exception.InnerException),
    };

    /// <summary>The problem for an error response to a general read, such as discovery or a list.</summary>
    /// <param name="response">The response.</param>
    public Problem FromRead(ScimResponse response) => FromStatus(response, null) ?? response.Status switch
    {
        403 => Problems.AccountServerForbidden(Server, Detail(response)).About(Server),
        404 => NotScim(Detail(response)),
        _ => Failed(response),
    };

    /// <summary>
    /// The problem for an error response to a write of one account or group. Some statuses above 500 refuse this request for good (RFC 9110 section 15.6: 501, 505; also
    /// 506, 508 and 510): a widely used library returns 501 for a change of an attribute that it does not store. They do not indicate that the server is unhealthy.
    /// </summary>
    /// <param name="response">The response.</param>
    /// <param name="subject">The name of the account or group in messages.</param>
    public Problem FromWrite(ScimResponse response, string subject) => FromStatus(response, subject) ?? (response.Status switch
    {
        404 or 410 => Problems.AccountNotFound(subject).About(subject),
        var status when RefusesForGood(status) || status is >= 400 and < 500 and not 408 => Problems.AccountRefused(subject, ServerText.Sentence(Detail(response))).About(subject),
        _ => Failed(response),
    });

    /// <summary>Whether the server understood a write but refuses it. It may still accept another value or another attribute.</summary>
    /// <param name="response">The response.</param>
    /// <param name="subject">The name of the account or group in messages.</param>
    public bool IsRefusal(ScimResponse response, string subject) => !response.IsSuccess && FromWrite(response, subject).Id is ErrorId.AccountRefused or ErrorId.LicenseLimit;

    /// <summary>The problem for attributes that were sent alone and refused.</summary>
    /// <param name="refused">The path of each attribute, and the response.</param>
    /// <param name="subject">The name of the account or group in messages.</param>
    /// <param name="isPart">Whether the server accepted other attributes.</param>
    public Problem FromAttributes(IReadOnlyList<(string Path, ScimResponse Response)> refused, string subject, bool isPart)
    {
        var refusals = new List<string>(refused.Count);
        foreach (var (path, response) in refused)
        {
            // A licence limit comes first: the admin can act on it, and the account's state matters most.
            if (FromWrite(response, subject) is { Id: ErrorId.LicenseLimit } licences)
                return licences;
            refusals.Add(NameOf(path) + " (" + Detail(response) + ")");
        }

        var attributes = ServerText.Sentence(string.Join("; ", refusals));
        return isPart
            ? new Problem(ErrorId.AccountRefused, Texts.AccountRefusedAttributes(subject, attributes), Texts.FixAccountRefused).About(subject)
            : Problems.AccountRefused(subject, attributes).About(subject);
    }

    /// <summary>The problem if the address does not belong to a SCIM server.</summary>
    /// <param name="reason">The evidence.</param>
    public Problem NotScim(MessageArgument reason) => Problems.AccountServerNotScim(Server, ServerText.Sentence(reason)).About(Server);

    /// <summary>The problem if a SCIM server sends an unusable response.</summary>
    /// <param name="reason">What is wrong.</param>
    public Problem Invalid(MessageArgument reason) => Problems.AccountServerAnswerInvalid(Server, ServerText.Sentence(reason)).About(Server);

    /// <summary>The problem for a successful response whose body does not have the expected content.</summary>
    /// <param name="response">The response.</param>
    public Problem Unusable(ScimResponse response) => response.IsHtml || !response.ClaimsJson
        ? NotScim(Texts.ScimNotJson(Clean(response.MediaType ?? "HTML")))
        : Invalid(Texts.ScimBrokenJson);

    /// <summary>The <c>scimType</c> of an error (RFC 7644 section 3.12); null for none.</summary>
    /// <param name="response">The response.</param>
    public static string? TypeOf(ScimResponse response)
    {
        using var document = response.TryParse();
        return document is null ? null : ScimJson.Text(document.RootElement, "scimType");
    }

    /// <summary>Whether an error has a certain <c>scimType</c>.</summary>
    /// <param name="response">The response.</param>
    /// <param name="scimType">The type.</param>
    public static bool IsOfType(ScimResponse response, string scimType) => ScimJson.SameWord(TypeOf(response), scimType);

    /// <summary>Whether a status means that the server failed, and not that it will never carry out this request.</summary>
    /// <param name="status">The status.</param>
    public static bool MeansServerFailed(int status) => status >= 500 && !RefusesForGood(status);

    private static bool RefusesForGood(int status) => status is 501 or 505 or 506 or 508 or 510;

    // The last part of a path: accountState, givenName.
    private static string NameOf(string path)
    {
        var parts = path.Split(':', '.');
        return parts[parts.Length - 1];
    }

    /// <summary>Makes a text of the server, which may repeat the token, safe for messages.</summary>
    /// <param name="text">A text of a response.</param>
    public string Clean(string text) => ServerText.Clean(Token.MaskIn(text));

    private Problem Failed(ScimResponse response) => Problems.AccountServerFailed(Server, Detail(response)).About(Server);

    // The statuses that mean the same for reads and writes.
    private Problem? FromStatus(ScimResponse response, string? subject)
    {
        switch (response.Status)
        {
            case 401:
                return Problems.AccountServerTokenRejected(Server, Detail(response)).About(Server);
            case 429:
                return Problems.AccountServerThrottled(Server).About(Server);
            case 403 when subject is not null && IsOfType(response, "licenseLimit"):
                return Problems.LicenseLimit(subject).About(subject);
            case >= 300 and < 400:
                return response.Location is { IsAbsoluteUri: true } location && location.Authority != baseAddress.Authority
                    ? ForeignHost(Clean(location.Authority))
                    : NotScim(response.Location is { } here ? Texts.ScimRedirect(Clean(here.OriginalString.Split('?')[0]), Detail(response)) : Detail(response));
            case 404 or 410 when response.IsHtml:
                return NotScim(Detail(response));
            default:
                return null;
        }
    }

    private string Detail(ScimResponse response)
    {
        var text = new StringBuilder("HTTP ").Append(response.Status.ToString(CultureInfo.InvariantCulture));
        using var document = response.TryParse();
        if (document is not null)
        {
            if (ScimJson.Text(document.RootElement, "scimType") is { } type)
                text.Append(", ").Append(Clean(type));
            if (ScimJson.Text(document.RootElement, "detail") is { } detail)
                text.Append(": ").Append(Clean(detail));
        }

        return text.ToString();
    }

    private static Problem ForeignHost(string host) => Problems.ForeignHost(host).About(host);
}
