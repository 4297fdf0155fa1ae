using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// Reads one Entra tenant. All members throw <see cref="Errors.ConnectorException"/> and <see cref="OperationCanceledException"/> only. Nothing is ever
/// written to Entra.
/// </summary>
public interface IDirectoryReader : IDisposable
{
    /// <summary>Signs in and tells what the token says of itself.</summary>
    Task<SignInFacts> SignInAsync(CancellationToken cancellationToken);

    /// <summary>How far this machine's clock is ahead of the sign-in host's, as its last answer told, also a refusal; null before any.</summary>
    TimeSpan? ClockDifference { get; }

    /// <summary>How far this machine's clock is ahead of Microsoft Graph's, by the <c>Date</c> header of its last answer (RFC 9110 section 6.6.1); null before any.</summary>
    TimeSpan? GraphClockDifference { get; }

    /// <summary>
    /// When the credential that signed in expires, as the app registration tells; null where the application may not read its registration, or it lies in another
    /// tenant, or the credential cannot be told from others. Needs Application.Read.All, and is asked only when the token has it.
    /// </summary>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<DateTimeOffset?> FindCredentialExpiryAsync(CancellationToken cancellationToken);

    /// <summary>The group with this id, or all groups whose display name is exactly this (Graph compares without case).</summary>
    /// <param name="idOrDisplayName">An object id or a display name.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<DirectoryGroup>> FindGroupsAsync(string idOrDisplayName, CancellationToken cancellationToken);

    /// <summary>Groups of the tenant whose display name starts with a text; all when it is empty.</summary>
    /// <param name="displayNamePrefix">The start of the name.</param>
    /// <param name="limit">The largest number of groups wanted.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<DirectoryGroup>> ListGroupsAsync(string displayNamePrefix, int limit, CancellationToken cancellationToken);

    /// <summary>How many direct members of any kind a group has; null when Graph will not say.</summary>
    /// <param name="groupId">The object id of the group.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<int?> CountMembersAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a group and every page of its members. A group that cannot be read to its end, that is hidden or not found is told by
    /// <see cref="GroupReading.Status"/>; only a failed sign-in, and a Graph that cannot even be asked for the group itself, throw.
    /// </summary>
    /// <param name="groupId">The object id of the group.</param>
    /// <param name="lastKnownName">The name to report when the group cannot be read.</param>
    /// <param name="includeNested">Whether the members of nested groups count.</param>
    /// <param name="onProgress">Told the number of users read so far, after each page.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<GroupReading> ReadGroupAsync(string groupId, string lastKnownName, bool includeNested, Action<int>? onProgress, CancellationToken cancellationToken);

    /// <summary>
    /// Reads users by id and asks <c>checkMemberGroups</c> about them, in batches of 20 requests. What could not be found out is told as unknown, person
    /// by person; every id that was asked for is in the answer.
    /// </summary>
    /// <param name="userIds">Object ids.</param>
    /// <param name="groupIds">The groups to ask about; none for the users alone.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyDictionary<string, UserLookup>> LookUpUsersAsync(IReadOnlyCollection<string> userIds, IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken);

    /// <summary>The users whose object id, user principal name or mail address is exactly this (Graph compares without case); empty when there are none.</summary>
    /// <param name="idOrAddress">An object id or an address.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<DirectoryUser>> FindUsersAsync(string idOrAddress, CancellationToken cancellationToken);

    /// <summary>
    /// Asks Graph for links that tell of every change from now on (<c>$deltatoken=latest</c>), for these groups and for all users of the tenant. Throws
    /// <see cref="Errors.ErrorId.ChangesNotTracked"/> where change tracking is refused or not offered; everything is read in every run then.
    /// </summary>
    /// <param name="groupIds">Object ids, each once.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    Task<DeltaLinks> StartTrackingAsync(IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken);

    /// <summary>
    /// Follows the links to their end. Throws <see cref="Errors.ErrorId.ChangesLost"/> when a link is dead (410, <c>syncStateNotFound</c>,
    /// <c>resyncRequired</c>), so that everything has to be read; <see cref="Errors.ErrorId.ChangesNotTracked"/> when change tracking is refused.
    /// </summary>
    /// <param name="links">The links of the last round.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    Task<DirectoryChanges> ReadChangesAsync(DeltaLinks links, CancellationToken cancellationToken);

    /// <summary>Of these ids, those of users who lie in deleted items. What could not be found out counts as not there.</summary>
    /// <param name="userIds">Object ids.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyCollection<string>> FindDeletedUsersAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken);
}

/// <summary>What an access token says of itself. Roles are null when the token cannot be looked into.</summary>
public sealed record SignInFacts
{
    /// <summary>The tenant that issued the token.</summary>
    public string? TenantId { get; init; }
    /// <summary>The application that it was issued to.</summary>
    public string? ClientId { get; init; }
    /// <summary>The application permissions that were consented to.</summary>
    public IReadOnlyList<string>? Roles { get; init; }
    /// <summary>The resource that the token is for.</summary>
    public string? Audience { get; init; }
    /// <summary>When the token expires, UTC.</summary>
    public DateTimeOffset ExpiresOn { get; init; }
    /// <summary>When the certificate that signed expires, UTC; null for other credentials.</summary>
    public DateTimeOffset? CertificateExpires { get; init; }
}
