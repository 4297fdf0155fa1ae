using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>Whether the chosen user group is still unsuitable: it is empty, or it hides its members.</summary>
internal static class UserGroupDoubt
{
    // One page of members. A larger group is not empty, so its members are not read.
    private const int MostReadMembers = 500;

    /// <summary>The warning about a group; null if there is none, or if the group cannot be read, which a run reports.</summary>
    /// <param name="directory">The tenant.</param>
    /// <param name="group">The group.</param>
    /// <param name="includeNested">Whether the members of nested groups count.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public static async Task<Message?> FindAsync(IDirectoryReader directory, GroupReference group, bool includeNested, CancellationToken cancellationToken)
    {
        try
        {
            var facts = (await directory.FindGroupsAsync(group.Id, cancellationToken).ConfigureAwait(false)).FirstOrDefault(g => EntraId.Same(g.Id, group.Id));
            if (facts is { HiddenMembership: true })
                return Texts.WarningUserGroupHidden(group.DisplayName);
            if (await directory.CountMembersAsync(group.Id, cancellationToken).ConfigureAwait(false) > MostReadMembers)
                return null;
            return Of(await directory.ReadGroupAsync(group.Id, group.DisplayName, includeNested: false, null, cancellationToken).ConfigureAwait(false), includeNested);
        }
        catch (ConnectorException)
        {
            return null;
        }
    }

    /// <summary>The warning about a group whose direct members were read; null if there is none.</summary>
    /// <param name="reading">The group.</param>
    /// <param name="includeNested">Whether the members of nested groups count.</param>
    public static Message? Of(GroupReading reading, bool includeNested) => reading switch
    {
        { Status: ReadingStatus.Hidden } => Texts.WarningUserGroupHidden(reading.DisplayName),
        { Status: ReadingStatus.Complete, Users.Count: 0 } when !includeNested || reading.NestedGroups.Count == 0 => Texts.WarningUserGroupEmpty(reading.DisplayName),
        _ => null,
    };
}
