using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The applications and groups of one tenant, written on behalf of a signed-in admin. All members throw only <see cref="Errors.ConnectorException"/> and
/// <see cref="OperationCanceledException"/>: <see cref="Errors.ErrorId.DirectoryObjectMissing"/> if Graph does not find an object (yet),
/// <see cref="Errors.ErrorId.AdminNotAllowed"/> if the admin lacks the permission, <see cref="Errors.ErrorId.AdminTokenUnusable"/> if Graph rejects the admin's
/// token, <see cref="Errors.ErrorId.DirectoryRefused"/> if Graph refuses for another reason.
/// </summary>
public interface IApplicationDirectory : IDisposable
{
    /// <summary>Signs in and returns the claims of the token.</summary>
    Task<SignInFacts> SignInAsync(CancellationToken cancellationToken);

    /// <summary>The id of the tenant that owns a domain. The sign-in host publishes it, so the request needs no token.</summary>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.TenantUnknown"/>, <see cref="Errors.ErrorId.SignInUnreachable"/>.</exception>
    Task<string> ResolveTenantAsync(string domain, CancellationToken cancellationToken);

    /// <summary>The group with this id, or all groups whose display name is exactly this.</summary>
    Task<IReadOnlyList<DirectoryGroup>> FindGroupsAsync(string idOrDisplayName, CancellationToken cancellationToken);

    /// <summary>The group that <see cref="CreateGroupAsync"/> created under this key; null if there is none, or it is not visible yet.</summary>
    Task<DirectoryGroup?> FindCreatedGroupAsync(string uniqueName, CancellationToken cancellationToken);

    /// <summary>Creates a security group without members. Graph allows each key for only one group.</summary>
    Task<Creation<DirectoryGroup>> CreateGroupAsync(string uniqueName, string displayName, string description, CancellationToken cancellationToken);

    /// <summary>The registrations whose display name is exactly this.</summary>
    Task<IReadOnlyList<RegisteredApplication>> FindApplicationsAsync(string displayName, CancellationToken cancellationToken);

    /// <summary>The registration of an application; null if it is registered in another tenant, or not at all.</summary>
    Task<RegisteredApplication?> FindApplicationAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>The application that <see cref="CreateApplicationAsync"/> registered under this key; null if there is none, or it is not visible yet.</summary>
    Task<RegisteredApplication?> FindCreatedApplicationAsync(string uniqueName, CancellationToken cancellationToken);

    /// <summary>Registers an application. Graph allows each key for only one application.</summary>
    Task<Creation<RegisteredApplication>> CreateApplicationAsync(string uniqueName, ApplicationRegistration registration, CancellationToken cancellationToken);

    /// <summary>Adds the settings of <paramref name="registration"/> that an existing registration lacks; removes none.</summary>
    Task CompleteApplicationAsync(string objectId, ApplicationRegistration registration, CancellationToken cancellationToken);

    /// <summary>The service principal of an application in this tenant; null if there is none.</summary>
    Task<ServicePrincipal?> FindServicePrincipalAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>Creates the service principal of an application in this tenant.</summary>
    Task<Creation<ServicePrincipal>> CreateServicePrincipalAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>The ids of a resource's application permissions that are granted to a service principal.</summary>
    Task<IReadOnlyList<string>> ListGrantedRolesAsync(string principalId, string resourceId, CancellationToken cancellationToken);

    /// <summary>Grants an application permission for the whole tenant (admin consent). Granting it again is not an error.</summary>
    Task GrantRoleAsync(string principalId, string resourceId, string roleId, CancellationToken cancellationToken);

    /// <summary>Creates a certificate and adds its public part to a registration; existing ones stay.</summary>
    /// <returns>The certificate with its private key, exportable and not in any store.</returns>
    Task<X509Certificate2> AddCertificateAsync(string objectId, string displayName, DateTimeOffset begins, DateTimeOffset expires, CancellationToken cancellationToken);

    /// <summary>Adds a client secret to a registration; existing ones stay.</summary>
    /// <returns>The value; Graph shows it only this once.</returns>
    Task<string> AddSecretAsync(string objectId, string displayName, DateTimeOffset expires, CancellationToken cancellationToken);
}
