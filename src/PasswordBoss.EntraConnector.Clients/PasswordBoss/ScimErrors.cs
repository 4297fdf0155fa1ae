using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Turns answers and missing answers of one server into errors of the catalogue.</summary>
internal sealed class ScimErrors
{
    private readonly Uri baseAddress;

    /// <summary>Creates the translation for one server.</summary>
    /// <param name="baseAddress">The base address.</param>
    /// <param name="token">The token, which no message may contain even if the server repeats it.</param>
    public ScimErrors(Uri baseAddress, string token)
    {
        this.baseAddress = baseAddress;
        Token = new BearerToken(token);
        Server = baseAddress.AbsoluteUri.TrimEnd('/');
    }

    /// <summary>The token, to be looked for in what the server says.</summary>
    public BearerToken Token { get; }

    /// <summary>The server as messages name it.</summary>
    public string Server { get; }

    /// <summary>No answer arrived.</summary>
    /// <param name="exception">Why.</param>
    public ConnectorException FromTransport(TransportException exception) => exception.Failure switch
    {
        TransportFailure.Untrusted => new ConnectorException(ErrorId.AccountServerUntrusted, exception.InnerException, baseAddress.Authority, ServerText.Sentence(exception.Message)) { Target = Server },
        TransportFailure.AnswerTooLarge => Invalid(exception.Message),
        _ => new ConnectorException(ErrorId.AccountServerUnreachable, exception.InnerException, Server, ServerText.Sentence(exception.Message)) { Target = Server },
    };

    /// <summary>The answer to a read of the whole, such as discovery or a list, says no.</summary>
    /// <param name="answer">The answer.</param>
    public ConnectorException FromRead(ScimAnswer answer) => FromStatus(answer, null) ?? answer.Status switch
    {
        403 => new ConnectorException(ErrorId.AccountServerForbidden, Server, Detail(answer)) { Target = Server },
        404 => NotScim(Detail(answer)),
        _ => Failed(answer),
    };

    /// <summary>
    /// The answer to a write of one account or group says no. Of the answers above 500 some refuse this request for good (RFC 9110 section 15.6: 501, 505; further
    /// 506, 508 and 510): a widely used library answers 501 to a change of an attribute that it does not keep. They say nothing about the server's health.
    /// </summary>
    /// <param name="answer">The answer.</param>
    /// <param name="subject">The account or group, as messages name it.</param>
    public ConnectorException FromWrite(ScimAnswer answer, string subject) => FromStatus(answer, subject) ?? (answer.Status switch
    {
        404 or 410 => new ConnectorException(ErrorId.AccountNotFound, subject) { Target = subject },
        var status when RefusesForGood(status) || status is >= 400 and < 500 and not 408 => new ConnectorException(ErrorId.AccountRefused, subject, ServerText.Sentence(Detail(answer))) { Target = subject },
        _ => Failed(answer),
    });

    /// <summary>Whether the server understood a write and will not do it: another value, or another attribute, it may take.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="subject">The account or group, as messages name it.</param>
    public bool IsRefusal(ScimAnswer answer, string subject) => !answer.IsSuccess && FromWrite(answer, subject).Id is ErrorId.AccountRefused or ErrorId.LicenseLimit;

    /// <summary>Attributes that were sent alone and refused.</summary>
    /// <param name="refused">The path of each, and the answer.</param>
    /// <param name="subject">The account or group, as messages name it.</param>
    /// <param name="isPart">Whether the server took others.</param>
    public ConnectorException FromAttributes(IReadOnlyList<(string Path, ScimAnswer Answer)> refused, string subject, bool isPart)
    {
        var said = new List<string>(refused.Count);
        foreach (var (path, answer) in refused)
        {
            // It says what an admin can do, and the state is what matters most.
            if (FromWrite(answer, subject) is { Id: ErrorId.LicenseLimit } licences)
                return licences;
            said.Add(NameOf(path) + " (" + Detail(answer) + ")");
        }

        var attributes = ServerText.Sentence(string.Join("; ", said));
        return isPart
            ? ConnectorException.Saying(ErrorId.AccountRefused, new Message("AccountRefused_Attributes", subject, attributes), subject, targetIsUnnamed: false)
            : new ConnectorException(ErrorId.AccountRefused, subject, attributes) { Target = subject };
    }

    /// <summary>What is at the address is not a SCIM server.</summary>
    /// <param name="reason">How that shows.</param>
    public ConnectorException NotScim(string reason) => new(ErrorId.AccountServerNotScim, Server, ServerText.Sentence(reason)) { Target = Server };

    /// <summary>The server is one, and its answer cannot be used.</summary>
    /// <param name="reason">What is wrong.</param>
    public ConnectorException Invalid(string reason) => new(ErrorId.AccountServerAnswerInvalid, Server, ServerText.Sentence(reason)) { Target = Server };

    /// <summary>A successful answer whose body is not what was asked for.</summary>
    /// <param name="answer">The answer.</param>
    public ConnectorException Unusable(ScimAnswer answer) => answer.IsPage || !answer.ClaimsJson
        ? NotScim(Say("Scim_NotJson", Clean(answer.MediaType ?? "HTML")))
        : Invalid(Say("Scim_BrokenJson"));

    /// <summary>The <c>scimType</c> of an error (RFC 7644 section 3.12); null when there is none.</summary>
    /// <param name="answer">The answer.</param>
    public static string? TypeOf(ScimAnswer answer)
    {
        using var document = answer.TryParse();
        return document is null ? null : ScimJson.Text(document.RootElement, "scimType");
    }

    /// <summary>Whether an error has a certain <c>scimType</c>.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="scimType">The type.</param>
    public static bool IsOfType(ScimAnswer answer, string scimType) => ScimJson.SameWord(TypeOf(answer), scimType);

    /// <summary>A text of the catalogue.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">What its gaps are filled with.</param>
    public static string Say(string name, params string[] arguments) => new Message(name, arguments).Render();

    /// <summary>Whether an answer of a server that fails says that it fails, and not that it will never do this request.</summary>
    /// <param name="status">The status.</param>
    public static bool MeansServerFailed(int status) => status >= 500 && !RefusesForGood(status);

    private static bool RefusesForGood(int status) => status is 501 or 505 or 506 or 508 or 510;

    // The last part of a path: accountState, givenName.
    private static string NameOf(string path)
    {
        var parts = path.Split(':', '.');
        return parts[parts.Length - 1];
    }

    /// <summary>What the server says, fit for messages. It may repeat the token.</summary>
    /// <param name="text">A text of an answer.</param>
    public string Clean(string text) => ServerText.Clean(Token.MaskIn(text));

    private ConnectorException Failed(ScimAnswer answer) => new(ErrorId.AccountServerFailed, Server, Detail(answer)) { Target = Server };

    // What means the same for reads and writes.
    private ConnectorException? FromStatus(ScimAnswer answer, string? subject)
    {
        switch (answer.Status)
        {
            case 401:
                return new ConnectorException(ErrorId.AccountServerTokenRejected, Server, Detail(answer)) { Target = Server };
            case 429:
                return new ConnectorException(ErrorId.AccountServerThrottled, Server) { Target = Server };
            case 403 when subject is not null && IsOfType(answer, "licenseLimit"):
                return new ConnectorException(ErrorId.LicenseLimit, subject) { Target = subject };
            case >= 300 and < 400:
                return answer.Location is { IsAbsoluteUri: true } location && location.Authority != baseAddress.Authority
                    ? ForeignHost(Clean(location.Authority))
                    : NotScim(answer.Location is { } here ? Say("Scim_Redirect", Clean(here.OriginalString.Split('?')[0]), Detail(answer)) : Detail(answer));
            case 404 or 410 when answer.IsPage:
                return NotScim(Detail(answer));
            default:
                return null;
        }
    }

    private string Detail(ScimAnswer answer)
    {
        var text = new StringBuilder("HTTP ").Append(answer.Status.ToString(CultureInfo.InvariantCulture));
        using var document = answer.TryParse();
        if (document is not null)
        {
            if (ScimJson.Text(document.RootElement, "scimType") is { } type)
                text.Append(", ").Append(Clean(type));
            if (ScimJson.Text(document.RootElement, "detail") is { } detail)
                text.Append(": ").Append(Clean(detail));
        }

        return text.ToString();
    }

    private static ConnectorException ForeignHost(string host) => new(ErrorId.ForeignHost, host) { Target = host };
}
