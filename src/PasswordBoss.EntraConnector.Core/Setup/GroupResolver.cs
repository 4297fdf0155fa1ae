using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>
/// Finds the one group with an id or a display name. Names are resolved only once, when an admin selects the group; afterwards only the id counts.
/// </summary>
internal static class GroupResolver
{
    private const int Candidates = 10;

    public static async Task<GroupReference> ResolveAsync(IDirectoryReader directory, string idOrName, CancellationToken cancellationToken)
    {
        var found = await directory.FindGroupsAsync(idOrName.Trim(), cancellationToken).ConfigureAwait(false);
        if (found.Count == 1)
            return new GroupReference(found[0].Id, found[0].DisplayName);
        if (found.Count > 1)
            throw new ConnectorException(Problems.GroupAmbiguous(idOrName, List(found)).About(idOrName));

        var prefix = idOrName.Trim();
        var similar = await directory.ListGroupsAsync(prefix.Length > 4 ? prefix.Substring(0, 4) : prefix, Candidates, cancellationToken).ConfigureAwait(false);
        throw new ConnectorException(Problems.GroupNotFound(idOrName, similar.Count == 0 ? "" : Texts.NamesSimilar(string.Join(", ", similar.Select(g => $"'{g.DisplayName}'")))).About(idOrName));
    }

    public static async Task<IReadOnlyList<GroupReference>> ResolveAllAsync(IDirectoryReader directory, IEnumerable<string> idsOrNames, CancellationToken cancellationToken)
    {
        var groups = new List<GroupReference>();
        foreach (var idOrName in idsOrNames)
        {
            var group = await ResolveAsync(directory, idOrName, cancellationToken).ConfigureAwait(false);
            if (!groups.Any(g => EntraId.Same(g.Id, group.Id)))
                groups.Add(group);
        }

        return groups;
    }

    private static string List(IReadOnlyList<DirectoryGroup> groups) => string.Join(", ", groups.Take(Candidates).Select(g => $"{g.Id} ({g.DisplayName}, {g.Kind})"));
}
