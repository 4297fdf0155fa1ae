using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// The meaning of AADSTS numbers for an admin (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). Microsoft reserves the right to
/// change them, so unknown numbers are reported unchanged.
/// </summary>
internal static class SignInCodes
{
    /// <summary>The codes that have a more precise meaning than a refused sign-in.</summary>
    public static readonly IReadOnlyDictionary<int, ErrorId> Known = new Dictionary<int, ErrorId>
    {
        [50059] = ErrorId.TenantUnknown, // no tenant in the request
        [90002] = ErrorId.TenantUnknown,
        [900023] = ErrorId.TenantUnknown, // neither an id nor a domain

        [90038] = ErrorId.CloudMismatch,
        [90051] = ErrorId.CloudMismatch,
        [500011] = ErrorId.CloudMismatch, // the requested Graph does not exist in the tenant
        [900382] = ErrorId.CloudMismatch,
        [900432] = ErrorId.CloudMismatch,

        [700011] = ErrorId.ApplicationUnknown,
        [700016] = ErrorId.ApplicationUnknown,
        [70001] = ErrorId.ApplicationDisabled,
        [1000031] = ErrorId.ApplicationDisabled,
        [7000112] = ErrorId.ApplicationDisabled,

        [70002] = ErrorId.SecretWrong,
        [7000215] = ErrorId.SecretWrong,
        [7000222] = ErrorId.SecretExpired,

        [50012] = ErrorId.CertificateRejected,
        [700027] = ErrorId.CertificateRejected,
        [700030] = ErrorId.CertificateRejected, // subject not authorized
        [1000502] = ErrorId.CertificateRejected, // outside its validity period
        [7000213] = ErrorId.CertificateRejected, // chain not valid
        [500133] = ErrorId.ClockWrong,
        [700024] = ErrorId.ClockWrong,

        [70021] = ErrorId.FederationRejected,
        [700211] = ErrorId.FederationRejected, // issuer
        [700212] = ErrorId.FederationRejected, // audience
        [700213] = ErrorId.FederationRejected, // subject
        [700229] = ErrorId.FederationRejected,
        [7002138] = ErrorId.FederationRejected, // upper and lower case

        [50002] = ErrorId.AccessBlocked, // tenant restrictions of a proxy
        [500021] = ErrorId.AccessBlocked,
        [500022] = ErrorId.AccessBlocked,
        [53003] = ErrorId.AccessBlocked, // Conditional Access
        [530032] = ErrorId.AccessBlocked,
        [530035] = ErrorId.AccessBlocked,

        [65001] = ErrorId.ConsentMissing,
        [90008] = ErrorId.ConsentMissing,
        [90094] = ErrorId.ConsentMissing,
        [90095] = ErrorId.ConsentMissing,
        [90099] = ErrorId.ConsentMissing, // a partner's delegated admin
        [650056] = ErrorId.ConsentMissing,

        [50196] = ErrorId.SignInUnreachable, // too many requests
        [90006] = ErrorId.SignInUnreachable,
        [90012] = ErrorId.SignInUnreachable,
        [90024] = ErrorId.SignInUnreachable,
        [90033] = ErrorId.SignInUnreachable,
        [90055] = ErrorId.SignInUnreachable,
        [90090] = ErrorId.SignInUnreachable,
    };
}
