using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>Lists the groups of a connection and of its tenant, and changes the selection.</summary>
internal sealed class GroupChoice
{
    // Each count is a separate request. One after another, they would take minutes in a tenant with thousands of groups.
    private const int CountsAtOnce = 8;

    private readonly IDirectoryReader directory;
    private readonly ConnectionSettings connection;

    public GroupChoice(IDirectoryReader directory, ConnectionSettings connection)
    {
        this.directory = directory;
        this.connection = connection;
    }

    public async Task<IReadOnlyList<PBSyncGroup>> ListAsync(string? filter, int limit, CancellationToken cancellationToken)
    {
        // The server searches for the text before the first wildcard or escape; the rest of the pattern is matched here.
        var pattern = filter is { Length: > 0 } ? filter : "*";
        var wildcard = pattern.IndexOfAny(new[] { '*', '?', '[', '`' });
        var groups = await directory.ListGroupsAsync(wildcard < 0 ? pattern : pattern.Substring(0, wildcard), limit, cancellationToken).ConfigureAwait(false);
        var matches = ConnectionName.Matcher(pattern);
        var shown = groups.Where(g => matches(g.DisplayName)).OrderBy(g => g.DisplayName, StringComparer.OrdinalIgnoreCase).ToList();
        return await BoundedParallel.SelectAsync(shown, CountsAtOnce, g => DescribeWithCountAsync(g, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<PBSyncGroup> DescribeWithCountAsync(DirectoryGroup group, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return GroupViews.Render(connection, group, await directory.CountMembersAsync(group.Id, cancellationToken).ConfigureAwait(false));
    }

    public async Task<IReadOnlyList<PBSyncGroup>> DescribeSelectedAsync(string? filter, CancellationToken cancellationToken)
    {
        var matches = ConnectionName.Matcher(filter is { Length: > 0 } ? filter : "*");
        var selected = new List<GroupReference>();
        if (connection.UserGroup is not null)
            selected.Add(connection.UserGroup);
        selected.AddRange(connection.AdditionalGroups);
        var shown = await BoundedParallel.SelectAsync(selected, CountsAtOnce, reference => DescribeSelectedAsync(reference, matches, cancellationToken)).ConfigureAwait(false);
        return shown.OfType<PBSyncGroup>().ToList();
    }

    private async Task<PBSyncGroup?> DescribeSelectedAsync(GroupReference reference, Func<string, bool> matches, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var group = (await directory.FindGroupsAsync(reference.Id, cancellationToken).ConfigureAwait(false)).FirstOrDefault(g => EntraId.Same(g.Id, reference.Id));
        if (!matches(group?.DisplayName ?? reference.DisplayName))
            return null;
        return group is null
            ? GroupViews.Render(connection, reference)
            : GroupViews.Render(connection, group, await directory.CountMembersAsync(group.Id, cancellationToken).ConfigureAwait(false));
    }

    public async Task<ConnectionSettings> ApplyAsync(GroupSelection selection, CancellationToken cancellationToken)
    {
        var user = selection.UserGroup is not null
            ? await GroupResolver.ResolveAsync(directory, selection.UserGroup, cancellationToken).ConfigureAwait(false)
            : connection.UserGroup is { } chosen ? await WithCurrentNameAsync(chosen, cancellationToken).ConfigureAwait(false) : null;
        var additional = selection.AdditionalGroups is not null
            ? (await GroupResolver.ResolveAllAsync(directory, selection.AdditionalGroups, cancellationToken).ConfigureAwait(false)).ToList()
            : await WithCurrentNamesAsync(connection.AdditionalGroups, cancellationToken).ConfigureAwait(false);
        foreach (var group in await GroupResolver.ResolveAllAsync(directory, selection.AddGroups, cancellationToken).ConfigureAwait(false))
        {
            if (!additional.Any(g => EntraId.Same(g.Id, group.Id)))
                additional.Add(group);
        }

        foreach (var idOrName in selection.RemoveGroups)
        {
            var meant = FindSelected(additional, idOrName.Trim());
            if (meant.Count > 1)
                throw new ConnectorException(Problems.GroupAmbiguous(idOrName, string.Join(", ", meant.Select(g => $"{g.Id} ({g.DisplayName})"))).About(idOrName));
            if (meant.Count == 0)
            {
                throw new ConnectorException(Problems.GroupNotFound(idOrName, Texts.NamesSelected(string.Join(", ", additional.Select(g => $"'{g.DisplayName}'")))).About(idOrName));
            }

            additional.Remove(meant[0]);
        }

        return connection with { UserGroup = user, AdditionalGroups = additional, IncludeNested = selection.IncludeNested ?? connection.IncludeNested };
    }

    // Searches only the selected groups, so that a group deleted in Entra can still be deselected. The current name takes precedence over the stored one; the
    // stored one still works for an admin who does not know about a rename.
    private List<GroupReference> FindSelected(List<GroupReference> selected, string idOrName)
    {
        var meant = selected.FindAll(g => EntraId.Same(g.Id, idOrName));
        if (meant.Count == 0)
            meant = selected.FindAll(g => string.Equals(g.DisplayName, idOrName, StringComparison.OrdinalIgnoreCase));
        if (meant.Count > 0)
            return meant;
        var former = connection.AdditionalGroups.Where(g => string.Equals(g.DisplayName, idOrName, StringComparison.OrdinalIgnoreCase)).ToList();
        return selected.FindAll(g => former.Exists(f => EntraId.Same(f.Id, g.Id)));
    }

    private async Task<List<GroupReference>> WithCurrentNamesAsync(IReadOnlyList<GroupReference> groups, CancellationToken cancellationToken)
    {
        return (await BoundedParallel.SelectAsync(groups, CountsAtOnce, group => WithCurrentNameAsync(group, cancellationToken)).ConfigureAwait(false)).ToList();
    }

    // A deleted or unreadable group keeps its stored name.
    private async Task<GroupReference> WithCurrentNameAsync(GroupReference reference, CancellationToken cancellationToken)
    {
        try
        {
            var found = await directory.FindGroupsAsync(reference.Id, cancellationToken).ConfigureAwait(false);
            // If Graph returns no name, the reader fills in the requested name, which is the id here.
            return found.FirstOrDefault(g => EntraId.Same(g.Id, reference.Id)) is { DisplayName: { Length: > 0 } name } && !EntraId.Same(name, reference.Id)
                ? reference with { DisplayName = name }
                : reference;
        }
        catch (ConnectorException)
        {
            return reference;
        }
    }
}
