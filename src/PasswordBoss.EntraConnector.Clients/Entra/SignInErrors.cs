using System;
using System.Globalization;
using System.Security.Cryptography;
using Azure.Identity;
using PasswordBoss.EntraConnector.Checks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>Turns a failed sign-in into an error of the catalogue. The codes are those of https://learn.microsoft.com/entra/identity-platform/reference-error-codes.</summary>
internal sealed class SignInErrors
{
    private readonly EntraTenant tenant;
    private readonly bool secretHasFormOfId;
    private readonly string host;
    private readonly string application;
    private readonly bool isAdmin;
    private readonly bool givenByAdmin;

    /// <summary>Creates the translation for one tenant.</summary>
    /// <param name="tenant">The tenant, and how to sign in to it.</param>
    /// <param name="secrets">Its secrets, of which only the form of the client secret is looked at.</param>
    /// <param name="isAdmin">Whether a person signs in, and no application.</param>
    /// <param name="givenByAdmin">Whether that person gave an access token.</param>
    public SignInErrors(EntraTenant tenant, ConnectionSecrets secrets, bool isAdmin = false, bool givenByAdmin = false)
    {
        this.givenByAdmin = givenByAdmin;
        this.isAdmin = isAdmin;
        this.tenant = tenant;
        host = tenant.AuthorityHost.Authority;
        application = tenant.Credential == CredentialKind.EnvironmentVariable ? EnvironmentApplication.ClientIdOf(tenant) : tenant.ClientId;
        secretHasFormOfId = Guid.TryParse(
            tenant.Credential == CredentialKind.EnvironmentVariable ? EnvironmentApplication.Secret : secrets.ClientSecret, out _);
    }

    /// <summary>What the failure means.</summary>
    /// <param name="exception">What the sign-in library threw.</param>
    /// <param name="refusal">The last answer of the sign-in host, when it was not a token.</param>
    /// <param name="clockDifference">How far this machine's clock is ahead of the sign-in host's; null when it did not say.</param>
    public ConnectorException Translate(Exception exception, SignInRefusal? refusal, TimeSpan? clockDifference)
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
                case CryptographicException unsigned:
                    return NotSigned(unsigned);
            }
        }

        if (isAdmin && (refusal is null || refusal.Codes.Count > 0))
            return OfAdmin(exception, refusal);
        if (refusal is not null)
            return Translate(refusal, clockDifference);
        // Nobody has refused anything: there was no answer, or one that the library could make no token of.
        return tenant.Credential == CredentialKind.ManagedIdentity ? Unavailable() : Unreachable(Say("SignIn_NoToken", ServerText.Clean(exception.GetType().Name)));
    }

    /// <summary>What arrived, or was given, as an access token cannot be sent as one; nothing was sent with it.</summary>
    public ConnectorException NoToken() => givenByAdmin
        ? new ConnectorException(ErrorId.AdminTokenUnusable, Say("Token_Malformed"))
        : Unreachable(Say("SignIn_UnusableToken"));

    private ConnectorException Translate(SignInRefusal refusal, TimeSpan? clockDifference)
    {
        var status = "HTTP " + refusal.Status.ToString(CultureInfo.InvariantCulture);
        if (refusal.Status >= 500 || refusal.Status is 408 or 429 || refusal.Error == "temporarily_unavailable")
            return Unreachable(Say("SignIn_Failed", status));
        if (!refusal.IsJson)
            return Unreachable(Say("SignIn_NotJson", refusal.MediaType is null ? "?" : ServerText.Clean(refusal.MediaType), status));
        if (refusal.Codes.Count == 0)
            return Failed(refusal.Error ?? status);

        var number = refusal.Codes[0];
        var code = "AADSTS" + number.ToString(CultureInfo.InvariantCulture);
        return !SignInCodes.Known.TryGetValue(number, out var meaning) ? Failed(code) : meaning switch
        {
            ErrorId.SignInUnreachable => Unreachable(Say("SignIn_Failed", code)),
            ErrorId.TenantUnknown => new ConnectorException(ErrorId.TenantUnknown, tenant.TenantId, code) { Target = tenant.TenantId },
            ErrorId.ApplicationUnknown => new ConnectorException(ErrorId.ApplicationUnknown, tenant.TenantId, application, code) { Target = application },
            ErrorId.SecretWrong when secretHasFormOfId => OfApplication(ErrorId.SecretIdPasted, code),
            ErrorId.ClockWrong => OfApplication(meaning, code, tenant.TenantId, DescribeClock(clockDifference)),
            ErrorId.ConsentMissing => OfApplication(
                meaning, code, tenant.TenantId, ConsentLink.For(tenant.AuthorityHost, tenant.TenantId, application)),
            _ => OfApplication(meaning, code, tenant.TenantId),
        };
    }

    // Cancelled, declined, too late, a browser that cannot open: the library says it in words for the person who sits there.
    private static ConnectorException OfAdmin(Exception exception, SignInRefusal? refusal) => new(
        ErrorId.AdminSignInFailed,
        refusal is null
            ? ServerText.Sentence(ServerText.Clean(FailureClassifier.Describe(exception)))
            : Say("SignIn_Failed", "AADSTS" + refusal.Codes[0].ToString(CultureInfo.InvariantCulture)) + ".");

    private ConnectorException OfApplication(ErrorId id, params string[] details)
    {
        var arguments = new string[details.Length + 1];
        arguments[0] = application;
        details.CopyTo(arguments, 1);
        return new ConnectorException(id, arguments) { Target = application };
    }

    private static string DescribeClock(TimeSpan? difference) => difference is not { } known || known.Duration() < TimeSpan.FromMinutes(1)
        ? Say("SignIn_ClockUnknown")
        : Say(known < TimeSpan.Zero ? "SignIn_ClockBehind" : "SignIn_ClockAhead", ClockDifference.Spell(known));

    private ConnectorException Failed(string code) => new(ErrorId.SignInFailed, application, code) { Target = application };

    private ConnectorException Unreachable(string reason, Exception? inner = null) =>
        new(ErrorId.SignInUnreachable, inner, host, ServerText.Sentence(reason)) { Target = host };

    private ConnectorException Unavailable() => new(
        ErrorId.CredentialUnavailable,
        tenant.Name,
        Say("SignIn_NoManagedIdentity"))
    { Target = tenant.Name };

    // Nothing was sent: the key could not be used, or does not know the padding that the assertion is signed with.
    private ConnectorException NotSigned(CryptographicException exception)
    {
        var name = string.IsNullOrEmpty(tenant.CertificateReference) ? tenant.Name : tenant.CertificateReference!;
        return new ConnectorException(ErrorId.CertificateNotUsable, exception, name, Say("Certificate_CannotSign", ServerText.Clean(exception.Message))) { Target = name };
    }

    private static string Say(string name, params string[] arguments) => new Message(name, arguments).Render();
}
