using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The applications and groups of one tenant, written on behalf of an admin who is signed in. All members throw <see cref="Errors.ConnectorException"/> and
/// <see cref="OperationCanceledException"/> only: <see cref="Errors.ErrorId.DirectoryObjectMissing"/> where Graph does not, or not yet, know what a request is
/// about, <see cref="Errors.ErrorId.AdminNotAllowed"/> where the admin may not do it, <see cref="Errors.ErrorId.DirectoryRefused"/> where Graph refuses it for another
/// reason, <see cref="Errors.ErrorId.AdminTokenUnusable"/> where it rejects the token that the admin gave. Creations answer null for what is there already, though it
/// may not be found yet.
/// </summary>
public interface IApplicationDirectory : IDisposable
{
    /// <summary>Signs in and tells what the token says of itself.</summary>
    Task<SignInFacts> SignInAsync(CancellationToken cancellationToken);

    /// <summary>The id of the tenant that a domain belongs to, which the sign-in host gives to everybody. The request carries no token.</summary>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.TenantUnknown"/>, <see cref="Errors.ErrorId.SignInUnreachable"/>.</exception>
    Task<string> ResolveTenantAsync(string domain, CancellationToken cancellationToken);

    /// <summary>The group with this id, or all groups whose display name is exactly this.</summary>
    Task<IReadOnlyList<DirectoryGroup>> FindGroupsAsync(string idOrDisplayName, CancellationToken cancellationToken);

    /// <summary>The group that <see cref="CreateGroupAsync"/> created under a key; null when there is none, or it cannot be seen yet.</summary>
    Task<DirectoryGroup?> FindCreatedGroupAsync(string uniqueName, CancellationToken cancellationToken);

    /// <summary>Creates a security group without members under a key that Graph gives to one group alone.</summary>
    Task<DirectoryGroup?> CreateGroupAsync(string uniqueName, string displayName, string description, CancellationToken cancellationToken);

    /// <summary>The registrations whose display name is exactly this.</summary>
    Task<IReadOnlyList<RegisteredApplication>> FindApplicationsAsync(string displayName, CancellationToken cancellationToken);

    /// <summary>The registration of an application; null where it is registered in another tenant, or nowhere.</summary>
    Task<RegisteredApplication?> FindApplicationAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>The application that <see cref="CreateApplicationAsync"/> registered under a key; null when there is none, or it cannot be seen yet.</summary>
    Task<RegisteredApplication?> FindCreatedApplicationAsync(string uniqueName, CancellationToken cancellationToken);

    /// <summary>Registers an application under a key that Graph gives to one application alone.</summary>
    Task<RegisteredApplication?> CreateApplicationAsync(string uniqueName, ApplicationRegistration registration, CancellationToken cancellationToken);

    /// <summary>Adds to a registration what it lacks of another, and takes nothing away.</summary>
    Task CompleteApplicationAsync(string objectId, ApplicationRegistration registration, CancellationToken cancellationToken);

    /// <summary>The service principal of an application in this tenant; null when there is none.</summary>
    Task<ServicePrincipal?> FindServicePrincipalAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>Creates the service principal of an application in this tenant.</summary>
    Task<ServicePrincipal?> CreateServicePrincipalAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>The ids of the application permissions of a resource that a service principal was granted.</summary>
    Task<IReadOnlyList<string>> ListGrantedRolesAsync(string principalId, string resourceId, CancellationToken cancellationToken);

    /// <summary>Grants an application permission: the consent of the whole tenant. Granting it again is no error.</summary>
    Task GrantRoleAsync(string principalId, string resourceId, string roleId, CancellationToken cancellationToken);

    /// <summary>Makes a certificate and adds its public part to a registration, beside those that are there.</summary>
    /// <returns>The certificate with its private key, which can be exported and lies in no store.</returns>
    Task<X509Certificate2> AddCertificateAsync(string objectId, string displayName, DateTimeOffset begins, DateTimeOffset expires, CancellationToken cancellationToken);

    /// <summary>Adds a client secret to a registration, beside those that are there.</summary>
    /// <returns>The value, which Graph shows this once.</returns>
    Task<string> AddSecretAsync(string objectId, string displayName, DateTimeOffset expires, CancellationToken cancellationToken);
}
