using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Sync;

/// <summary>Keeps the stored names of the selected groups current, because admins refer to a group by its current name.</summary>
internal static class GroupNames
{
    /// <summary>Stores the names that a full read found, if they differ from the stored ones.</summary>
    /// <param name="store">The store.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="outcome">What was read.</param>
    public static void StoreCurrent(IStateStore store, ConnectionSettings connection, ReadOutcome outcome)
    {
        // Only a complete reading contains the current name; any other repeats the stored name.
        var present = GroupsOf(outcome)
            .Where(g => g is { Status: ReadingStatus.Complete, DisplayName.Length: > 0 }).Select(g => new GroupReference(g.GroupId, g.DisplayName)).ToList();
        var named = connection.WithNames(present);
        if (named.UserGroup != connection.UserGroup || !named.AdditionalGroups.SequenceEqual(connection.AdditionalGroups))
            store.RenameGroups(connection.Id, present);
    }

    private static IEnumerable<GroupReading> GroupsOf(ReadOutcome outcome) => outcome switch
    {
        ReadOutcome.Read { Coverage: Coverage.AllUsers } read => read.Input.AdditionalGroups.Prepend(read.Input.UserGroup),
        ReadOutcome.Refused refused => new[] { refused.UserGroup },
        _ => Enumerable.Empty<GroupReading>(),
    };
}
