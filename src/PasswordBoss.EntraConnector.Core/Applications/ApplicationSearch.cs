using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>The existing parts of an application.</summary>
internal sealed record ApplicationFindings
{
    /// <summary>The service principal of Microsoft Graph in this tenant.</summary>
    public required ServicePrincipal Graph { get; init; }
    /// <summary>The user group; null if there is none.</summary>
    public DirectoryGroup? Group { get; init; }
    /// <summary>The registration; null if there is none in this tenant.</summary>
    public RegisteredApplication? Application { get; init; }
    /// <summary>The service principal; null if there is none.</summary>
    public ServicePrincipal? Principal { get; init; }
    /// <summary>The ids of Graph's application permissions that are granted to the service principal.</summary>
    public IReadOnlyList<string> GrantedRoles { get; init; } = Array.Empty<string>();
}

/// <summary>
/// Looks for everything before the first write. So if a person must decide first (two objects with one name, an unsuitable group), nothing is left half-done.
/// </summary>
internal sealed class ApplicationSearch
{
    private readonly IApplicationDirectory directory;
    private readonly ApplicationRequest request;
    private readonly IRunObserver observer;

    public ApplicationSearch(IApplicationDirectory directory, ApplicationRequest request, IRunObserver observer)
    {
        this.directory = directory;
        this.request = request;
        this.observer = observer;
    }

    /// <summary>
    /// The key for a new application or group with this name. Lists show new objects only after a while, but a search by key finds them at once. Graph allows each
    /// key for only one object.
    /// </summary>
    /// <param name="displayName">The display name.</param>
    public static string UniqueNameOf(string displayName)
    {
        using var hash = SHA256.Create();
        var bytes = hash.ComputeHash(Encoding.UTF8.GetBytes(displayName.Trim().ToUpperInvariant()));
        return "passwordboss-entraconnector-" + string.Concat(bytes.Take(8).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }

    /// <summary>Looks for everything.</summary>
    /// <param name="tenant">The tenant, for error messages.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<ApplicationFindings> FindAllAsync(string tenant, CancellationToken cancellationToken)
    {
        var graph = await FindGraphAsync(cancellationToken).ConfigureAwait(false);
        var group = await FindGroupAsync(cancellationToken).ConfigureAwait(false);
        if (group is null && Guid.TryParse(request.Group, out _))
            throw new ConnectorException(Problems.GroupNotFound(request.Group, "").About(request.Group));
        var application = await FindApplicationAsync(cancellationToken).ConfigureAwait(false);
        if (application is null && request.ClientId is { } foreign && !request.MultiTenant)
            throw new ConnectorException(Problems.ApplicationUnknown(tenant, foreign, Texts.ObstacleNotRegisteredHere).About(foreign));

        var clientId = application?.ClientId ?? request.ClientId;
        var principal = clientId is null ? null : await directory.FindServicePrincipalAsync(clientId, cancellationToken).ConfigureAwait(false);
        return new ApplicationFindings
        {
            Graph = graph,
            Group = group,
            Application = application,
            Principal = principal,
            GrantedRoles = principal is null ? Array.Empty<string>() : await directory.ListGrantedRolesAsync(principal.Id, graph.Id, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>The user group; null if there is none.</summary>
    /// <exception cref="ConnectorException"><see cref="ErrorId.GroupAmbiguous"/>, or <see cref="ErrorId.GroupNotSuitable"/> if only unsuitable groups have the
    /// name.</exception>
    public async Task<DirectoryGroup?> FindGroupAsync(CancellationToken cancellationToken)
    {
        var found = await directory.FindGroupsAsync(request.Group, cancellationToken).ConfigureAwait(false);
        // An id is a deliberate choice. A name may match a team, and in many tenants any user can create one or join it.
        var isChosen = Guid.TryParse(request.Group, out _);
        var suitable = found.Where(g => ObstacleOf(g, isChosen) is null).ToList();
        if (suitable.Count > 1)
            throw new ConnectorException(Problems.GroupAmbiguous(request.Group, string.Join(", ", suitable.Select(g => g.Id))).About(request.Group));
        var others = found.Select(g => ObstacleOf(g, isChosen)).OfType<Message>().Select(o => (MessageArgument)o).ToList();
        if (suitable.Count == 1)
        {
            if (others.Count > 0)
                observer.Warning(request.DisplayName, Texts.WarningOtherGroups(suitable[0].Id, Texts.ListOf(others)));
            return suitable[0];
        }

        if (others.Count > 0)
            throw new ConnectorException(Problems.GroupNotSuitable(request.Group, Texts.ListOf(others)).About(request.Group));
        return isChosen ? null : await directory.FindCreatedGroupAsync(UniqueNameOf(request.Group), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The registration; null if there is none in this tenant.</summary>
    /// <exception cref="ConnectorException"><see cref="ErrorId.ApplicationAmbiguous"/>.</exception>
    public async Task<RegisteredApplication?> FindApplicationAsync(CancellationToken cancellationToken)
    {
        if (request.ClientId is { } clientId)
            return await directory.FindApplicationAsync(clientId, cancellationToken).ConfigureAwait(false);
        var found = await directory.FindApplicationsAsync(request.DisplayName, cancellationToken).ConfigureAwait(false);
        return found.Count switch
        {
            0 => await directory.FindCreatedApplicationAsync(UniqueNameOf(request.DisplayName), cancellationToken).ConfigureAwait(false),
            1 => found[0],
            _ => throw new ConnectorException(Problems.ApplicationAmbiguous(request.DisplayName, string.Join(", ", found.Select(a => a.ClientId))).About(request.DisplayName)),
        };
    }

    // The ids are constants. If Graph's service principal offers the permissions under the same ids, it really is Microsoft Graph.
    private async Task<ServicePrincipal> FindGraphAsync(CancellationToken cancellationToken)
    {
        var graph = await directory.FindServicePrincipalAsync(ApplicationRegistration.GraphClientId, cancellationToken).ConfigureAwait(false)
            ?? throw new ConnectorException(Problems.DirectoryObjectMissing("Microsoft Graph", ApplicationRegistration.GraphClientId));
        foreach (var role in ApplicationRegistration.Roles)
        {
            if (!graph.Roles.TryGetValue(role.Key, out var id) || !EntraId.Same(id, role.Value))
                throw new ConnectorException(Problems.DirectoryObjectMissing(role.Key, role.Value));
        }

        return graph;
    }

    // The reason why a group cannot be the user group; null if it can.
    private static Message? ObstacleOf(DirectoryGroup group, bool isChosen) => group switch
    {
        { HiddenMembership: true } => Texts.GroupKindHidden(group.Id),
        { Kind: DirectoryGroupKind.Distribution } => Texts.GroupKindDistribution(group.Id),
        { Kind: DirectoryGroupKind.Microsoft365 or DirectoryGroupKind.DynamicMicrosoft365 } when !isChosen || !group.SecurityEnabled => Texts.GroupKindMicrosoft365(group.Id),
        { SecurityEnabled: false } => Texts.GroupKindNotSecurity(group.Id),
        _ => null,
    };
}
