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
    /// <param name="secrets">Its secrets; only the form of the client secret is used.</param>
    /// <param name="isAdmin">Whether a person signs in instead of an application.</param>
    /// <param name="givenByAdmin">Whether that person provided an access token.</param>
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

    /// <summary>Translates the failure.</summary>
    /// <param name="exception">The exception of the sign-in library.</param>
    /// <param name="refusal">The last response of the sign-in host, if it was not a token.</param>
    /// <param name="clockDifference">How far this machine's clock is ahead of the sign-in host's; null if unknown.</param>
    public ConnectorException Translate(Exception exception, SignInRefusal? refusal, TimeSpan? clockDifference)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case ConnectorException known:
                    return known;
                case TransportException { Failure: TransportFailure.Untrusted } untrusted:
                    return new ConnectorException(Problems.GraphUntrusted(host, ServerText.Sentence(untrusted.Reason)).About(host), untrusted.InnerException);
                case TransportException unreachable:
                    return Unreachable(unreachable.Reason, unreachable.InnerException);
                case CredentialUnavailableException:
                    return Unavailable();
                case CryptographicException unsigned:
                    return NotSigned(unsigned);
            }
        }

        if (isAdmin && (refusal is null || (refusal.IsOAuth && !IsBusy(refusal))))
            return OfAdmin(exception, refusal);
        if (refusal is not null)
            return Translate(refusal, clockDifference);
        // Not a refusal: there was no response, or the library found no token in it.
        return tenant.Credential == CredentialKind.ManagedIdentity ? Unavailable() : Unreachable(Texts.SignInNoToken(ServerText.Clean(exception.GetType().Name)));
    }

    /// <summary>The error if the text that was received or provided as an access token cannot be sent as one. Nothing was sent with it.</summary>
    public ConnectorException NoToken() => givenByAdmin
        ? new ConnectorException(Problems.AdminTokenUnusable(Texts.TokenMalformed))
        : Unreachable(Texts.SignInUnusableToken);

    private ConnectorException Translate(SignInRefusal refusal, TimeSpan? clockDifference)
    {
        var status = "HTTP " + refusal.Status.ToString(CultureInfo.InvariantCulture);
        if (IsBusy(refusal))
            return Unreachable(Texts.SignInFailed(status));
        if (!refusal.IsJson)
            return Unreachable(Texts.SignInNotJson(refusal.MediaType is null ? "?" : ServerText.Clean(refusal.MediaType), status));
        if (refusal.Codes.Count == 0)
            return Failed(refusal.Error ?? status);

        var number = refusal.Codes[0];
        var code = "AADSTS" + number.ToString(CultureInfo.InvariantCulture);
        return !SignInCodes.Known.TryGetValue(number, out var meaning) ? Failed(code) : meaning switch
        {
            ErrorId.SignInUnreachable => Unreachable(Texts.SignInFailed(code)),
            ErrorId.TenantUnknown => new ConnectorException(Problems.TenantUnknown(tenant.TenantId, code).About(tenant.TenantId)),
            ErrorId.ApplicationUnknown => new ConnectorException(Problems.ApplicationUnknown(tenant.TenantId, application, code).About(application)),
            ErrorId.SecretWrong when secretHasFormOfId => OfApplication(Problems.SecretIdPasted(application, code)),
            ErrorId.SecretWrong => OfApplication(Problems.SecretWrong(application, code)),
            ErrorId.SecretExpired => OfApplication(Problems.SecretExpired(application, code)),
            ErrorId.ApplicationDisabled => OfApplication(Problems.ApplicationDisabled(application, code)),
            ErrorId.CertificateRejected => OfApplication(Problems.CertificateRejected(application, code)),
            ErrorId.FederationRejected => OfApplication(Problems.FederationRejected(application, code)),
            ErrorId.CloudMismatch => OfApplication(Problems.CloudMismatch(application, code, tenant.TenantId)),
            ErrorId.AccessBlocked => OfApplication(Problems.AccessBlocked(application, code, tenant.TenantId)),
            ErrorId.ClockWrong => OfApplication(Problems.ClockWrong(application, code, DescribeClock(clockDifference))),
            ErrorId.ConsentMissing => OfApplication(Problems.ConsentMissing(
                application, code, tenant.TenantId, ConsentLink.For(tenant.AuthorityHost, tenant.TenantId, application))),
            _ => Failed(code),
        };
    }

    private static bool IsBusy(SignInRefusal refusal) => refusal.Status >= 500 || refusal.Status is 408 or 429 || refusal.Error == "temporarily_unavailable";

    // If the sign-in was cancelled, or no browser can open, there is no refusal, and the library's own message is shown.
    // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code has the errors of a code that was not entered.
    private static ConnectorException OfAdmin(Exception exception, SignInRefusal? refusal) => new(Problems.AdminSignInFailed(refusal switch
    {
        null => ServerText.Sentence(ServerText.Clean(FailureClassifier.Describe(exception))),
        { Error: "authorization_pending" or "expired_token" } => Texts.SignInNotInTime,
        { Codes.Count: > 0 } => ServerText.Sentence(Texts.SignInFailed("AADSTS" + refusal.Codes[0].ToString(CultureInfo.InvariantCulture))),
        _ => ServerText.Sentence(Texts.SignInFailed(refusal.Error!)),
    }));

    private ConnectorException OfApplication(Problem problem) => new(problem.About(application));

    private static Message DescribeClock(TimeSpan? difference) => difference is not { } known || known.Duration() < TimeSpan.FromMinutes(1)
        ? Texts.SignInClockUnknown
        : (known < TimeSpan.Zero ? Texts.SignInClockBehind(ClockDifference.Format(known)) : Texts.SignInClockAhead(ClockDifference.Format(known)));

    private ConnectorException Failed(string code) => new ConnectorException(Problems.SignInFailed(application, code).About(application));

    private ConnectorException Unreachable(MessageArgument reason, Exception? inner = null)
    {
        var problem = Problems.SignInUnreachable(host, ServerText.Sentence(reason)).About(host);
        // No later run repeats the sign-in of an admin.
        return new ConnectorException(isAdmin ? problem.Advising(Texts.AdviceSignInAgain) : problem, inner);
    }

    private ConnectorException Unavailable() => new ConnectorException(Problems.CredentialUnavailable(tenant.Name, Texts.SignInNoManagedIdentity).About(tenant.Name));

    // Nothing was sent: the key could not be used, or does not support the padding of the assertion's signature.
    private ConnectorException NotSigned(CryptographicException exception)
    {
        var name = string.IsNullOrEmpty(tenant.CertificateReference) ? tenant.Name : tenant.CertificateReference!;
        return new ConnectorException(Problems.CertificateNotUsable(name, Texts.CertificateCannotSign(ServerText.Clean(exception.Message))).About(name), exception);
    }
}
