using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// Reads one Entra tenant. All members throw only <see cref="Errors.ConnectorException"/> and <see cref="OperationCanceledException"/>. Nothing is ever
/// written to Entra.
/// </summary>
public interface IDirectoryReader : IDisposable
{
    /// <summary>Signs in and returns the claims of the token.</summary>
    Task<SignInFacts> SignInAsync(CancellationToken cancellationToken);

    /// <summary>The number of requests sent so far to the sign-in host and to Microsoft Graph, retries included.</summary>
    int RequestCount { get; }

    /// <summary>How far this machine's clock is ahead of the sign-in host's, from its last response, even a refusal; null before the first.</summary>
    TimeSpan? ClockDifference { get; }

    /// <summary>
    /// How far this machine's clock is ahead of Microsoft Graph's, from the <c>Date</c> header of its last response (RFC 9110 section 6.6.1); null before the
    /// first.
    /// </summary>
    TimeSpan? GraphClockDifference { get; }

    /// <summary>
    /// When the credential used to sign in expires. A certificate shows that itself; for a client secret, the app registration is read. Null if the application may
    /// not read its registration, if the registration is in another tenant, or if it does not show which secret was used. The read needs Application.Read.All or a
    /// permission that includes it; without one in the token, no request is sent.
    /// </summary>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<DateTimeOffset?> FindCredentialExpiryAsync(CancellationToken cancellationToken);

    /// <summary>The group with this id, or all groups with exactly this display name (Graph ignores case).</summary>
    /// <param name="idOrDisplayName">An object id or a display name.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<DirectoryGroup>> FindGroupsAsync(string idOrDisplayName, CancellationToken cancellationToken);

    /// <summary>Groups of the tenant whose display name starts with a prefix; all groups if it is empty.</summary>
    /// <param name="displayNamePrefix">The start of the name.</param>
    /// <param name="limit">The maximum number of groups.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<DirectoryGroup>> ListGroupsAsync(string displayNamePrefix, int limit, CancellationToken cancellationToken);

    /// <summary>The number of direct members of any kind; null if Graph does not return it.</summary>
    /// <param name="groupId">The object id of the group.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<int?> CountMembersAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a group and every page of its members. If the group cannot be read completely, is hidden or is not found, <see cref="GroupReading.Status"/>
    /// reports it. Throws only if the sign-in fails or the group itself cannot be requested.
    /// </summary>
    /// <param name="groupId">The object id of the group.</param>
    /// <param name="lastKnownName">The name to report when the group cannot be read.</param>
    /// <param name="includeNested">Whether the members of nested groups count.</param>
    /// <param name="onProgress">Receives the number of users read so far, after each page.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<GroupReading> ReadGroupAsync(string groupId, string lastKnownName, bool includeNested, Action<int>? onProgress, CancellationToken cancellationToken);

    /// <summary>
    /// Reads users by id and checks their groups (<c>checkMemberGroups</c>), in batches of 20 requests. The result contains every requested id; facts that
    /// could not be determined are marked as unknown, user by user.
    /// </summary>
    /// <param name="userIds">Object ids.</param>
    /// <param name="groupIds">The groups to check; empty to read only the users.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyDictionary<string, UserLookup>> LookUpUsersAsync(IReadOnlyCollection<string> userIds, IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken);

    /// <summary>The users with exactly this object id, user principal name or mail address (Graph ignores case); empty if there are none.</summary>
    /// <param name="idOrAddress">An object id or an address.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<DirectoryUser>> FindUsersAsync(string idOrAddress, CancellationToken cancellationToken);

    /// <summary>The users with exactly this object id, user principal name, mail address or display name (Graph ignores case); empty if there are none.</summary>
    /// <param name="text">An object id, an address or a name.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<DirectoryUser>> SearchUsersAsync(string text, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the groups that contain a user directly, and how the user is a member of one group. What Graph refuses, or what takes too many requests, stays unknown.
    /// </summary>
    /// <param name="userId">The object id of the user.</param>
    /// <param name="groupId">The object id of the group.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<UserMemberships> ReadMembershipsAsync(string userId, string groupId, CancellationToken cancellationToken);

    /// <summary>
    /// Asks Graph for delta links that report every change from now on (<c>$deltatoken=latest</c>), for these groups and for all users of the tenant. Throws
    /// <see cref="Errors.ErrorId.ChangesNotTracked"/> if change tracking is refused or not offered; every run is then a full one.
    /// </summary>
    /// <param name="groupIds">Distinct object ids.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    Task<DeltaLinks> StartTrackingAsync(IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken);

    /// <summary>
    /// Follows the delta links to their end. Throws <see cref="Errors.ErrorId.ChangesLost"/> if a link has expired (410, <c>syncStateNotFound</c>,
    /// <c>resyncRequired</c>) and a full read is needed, and <see cref="Errors.ErrorId.ChangesNotTracked"/> if change tracking is refused.
    /// </summary>
    /// <param name="links">The delta links of the previous round.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    Task<DirectoryChanges> ReadChangesAsync(DeltaLinks links, CancellationToken cancellationToken);

    /// <summary>The ids whose users are in deleted items. An id that could not be checked is left out.</summary>
    /// <param name="userIds">Object ids.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyCollection<string>> FindDeletedUsersAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken);
}

/// <summary>The claims of an access token. A claim that cannot be read is null.</summary>
public sealed record SignInFacts
{
    /// <summary>The tenant that issued the token.</summary>
    public string? TenantId { get; init; }
    /// <summary>The application that the token was issued to.</summary>
    public string? ClientId { get; init; }
    /// <summary>The application permissions that the tenant consented to.</summary>
    public IReadOnlyList<string>? Roles { get; init; }
    /// <summary>The resource that the token is for.</summary>
    public string? Audience { get; init; }
    /// <summary>When the token expires, UTC.</summary>
    public DateTimeOffset ExpiresOn { get; init; }
    /// <summary>When the certificate that was used to sign in expires, UTC; null for other credentials.</summary>
    public DateTimeOffset? CertificateExpires { get; init; }
}
