using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Groups as words.</summary>
internal static class GroupWords
{
    /// <summary>The names of selected groups; the ids of those whose name is not unique.</summary>
    /// <param name="service">The service.</param>
    /// <param name="context">What was typed before.</param>
    /// <param name="isMeant">Whether a group may be chosen.</param>
    internal static IEnumerable<StoredWord> Of(ConnectorService service, CompletionContext context, Func<PBSyncGroup, bool> isMeant) => context.Connections(service)
        .SelectMany(name => service.ListSelectedGroups(name).Where(isMeant).GroupBy(group => group.DisplayName, StringComparer.OrdinalIgnoreCase))
        .SelectMany(same => same.Select(group => same.Count() == 1 ? new StoredWord(group.DisplayName, toolTip: group.Id) : new StoredWord(group.Id, group.DisplayName, group.Id)));
}
