using System;
using System.Globalization;
using Azure.Identity;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>Turns a failed sign-in into an error of the catalogue. The codes are those of https://learn.microsoft.com/entra/identity-platform/reference-error-codes.</summary>
internal sealed class SignInErrors
{
    private readonly ConnectionSettings connection;
    private readonly bool secretHasFormOfId;
    private readonly string host;

    /// <summary>Creates the translation for one connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="secrets">Its secrets, of which only the form of the client secret is looked at.</param>
    public SignInErrors(ConnectionSettings connection, ConnectionSecrets secrets)
    {
        this.connection = connection;
        host = connection.AuthorityHost.Authority;
        secretHasFormOfId = connection.Credential == CredentialKind.ClientSecret && Guid.TryParse(secrets.ClientSecret, out _);
    }

    /// <summary>What the failure means.</summary>
    /// <param name="exception">What the sign-in library threw.</param>
    /// <param name="refusal">The last answer of the sign-in host, when it was not a token.</param>
    public ConnectorException Translate(Exception exception, SignInRefusal? refusal)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case ConnectorException known:
                    return known;
                case TransportException { Failure: TransportFailure.Untrusted } untrusted:
                    return new ConnectorException(ErrorId.GraphUntrusted, untrusted.InnerException, host, ServerText.Sentence(untrusted.Message)) { Target = host };
                case TransportException unreachable:
                    return Unreachable(unreachable.Message, unreachable.InnerException);
                case CredentialUnavailableException:
                    return Unavailable();
            }
        }

        if (refusal is not null)
            return Translate(refusal);
        return connection.Credential == CredentialKind.ManagedIdentity ? Unavailable() : Failed(ServerText.Clean(exception.GetType().Name));
    }

    private ConnectorException Translate(SignInRefusal refusal)
    {
        var status = "HTTP " + refusal.Status.ToString(CultureInfo.InvariantCulture);
        if (refusal.Status >= 500 || refusal.Status is 408 or 429 || refusal.Error == "temporarily_unavailable")
            return Unreachable(Say("SignIn_Failed", status));
        if (!refusal.IsJson)
            return Unreachable(Say("SignIn_NotJson", refusal.MediaType is null ? "?" : ServerText.Clean(refusal.MediaType), status));
        if (refusal.Codes.Count == 0)
            return Failed(refusal.Error is null ? status : ServerText.Clean(refusal.Error));

        var code = "AADSTS" + refusal.Codes[0].ToString(CultureInfo.InvariantCulture);
        var application = connection.ClientId;
        return refusal.Codes[0] switch
        {
            90002 or 900023 => new ConnectorException(ErrorId.TenantUnknown, connection.TenantId, code) { Target = connection.TenantId },
            700016 => new ConnectorException(ErrorId.ApplicationUnknown, connection.TenantId, application, code) { Target = application },
            7000112 => new ConnectorException(ErrorId.ApplicationDisabled, application, code) { Target = application },
            7000215 => new ConnectorException(secretHasFormOfId ? ErrorId.SecretIdPasted : ErrorId.SecretWrong, application, code) { Target = application },
            7000222 => new ConnectorException(ErrorId.SecretExpired, application, code) { Target = application },
            // 700024: the assertion is not within its valid time range, which a wrong clock causes.
            700027 or 700024 => new ConnectorException(ErrorId.CertificateRejected, application, code) { Target = application },
            _ => Failed(code),
        };
    }

    private ConnectorException Failed(string code) => new(ErrorId.SignInFailed, connection.ClientId, code) { Target = connection.ClientId };

    private ConnectorException Unreachable(string reason, Exception? inner = null) =>
        new(ErrorId.SignInUnreachable, inner, host, ServerText.Sentence(reason)) { Target = host };

    private ConnectorException Unavailable() => new(
        ErrorId.CredentialUnavailable,
        connection.Name,
        Say(connection.Credential == CredentialKind.ManagedIdentity ? "SignIn_NoManagedIdentity" : "SignIn_NoVariables")) { Target = connection.Name };

    private static string Say(string name, params string[] arguments) => new Message(name, arguments).Render();
}
