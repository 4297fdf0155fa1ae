using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>The user group, the properties of its members, and the additional groups.</summary>
internal sealed class GroupChecks
{
    private readonly IDirectoryReader directory;
    private readonly ConnectionSettings connection;
    private readonly CheckList list;

    public GroupChecks(IDirectoryReader directory, ConnectionSettings connection, CheckList list)
    {
        this.directory = directory;
        this.connection = connection;
        this.list = list;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await CheckUserGroupAsync(cancellationToken).ConfigureAwait(false);
        await CheckAdditionalGroupsAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckUserGroupAsync(CancellationToken cancellationToken)
    {
        if (connection.UserGroup is not { } group)
        {
            list.Fail("UserGroup", Problems.UserGroupNotChosen(connection.Name));
            list.Skip("Members");
            return;
        }

        GroupReading reading;
        DirectoryGroup? facts;
        try
        {
            facts = (await directory.FindGroupsAsync(group.Id, cancellationToken).ConfigureAwait(false)).FirstOrDefault(g => EntraId.Same(g.Id, group.Id));
            reading = await directory.ReadGroupAsync(group.Id, group.DisplayName, connection.IncludeNested, null, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e)
        {
            list.Fail("UserGroup", e.Problem);
            list.Skip("Members");
            return;
        }

        var refusal = reading.Status == ReadingStatus.Hidden
            ? Problems.UserGroupHidden(reading.DisplayName)
            : SafetyRules.RefusalOf(reading, null);
        if (refusal is { Id: not ErrorId.MembersUnreadable })
        {
            list.Fail("UserGroup", refusal);
            list.Skip("Members");
            return;
        }

        CheckUserGroup(reading, facts);
        CheckMembers(reading, refusal);
    }

    private void CheckUserGroup(GroupReading reading, DirectoryGroup? facts)
    {
        var doubts = new List<(Message Detail, Message Recommendation)>();
        if (facts is { SecurityEnabled: false })
            doubts.Add((Texts.CheckNotSecurityEnabled(reading.DisplayName), Texts.CheckFixNotSecurityEnabled));
        if (facts is { RuleProcessingOn: false })
            doubts.Add((Texts.CheckRulePaused(reading.DisplayName), Texts.CheckFixRulePaused));
        if (reading.NestedGroups.Count > 0 && !connection.IncludeNested)
            doubts.Add((Texts.WarningNestedIgnored(reading.DisplayName, Format(reading.NestedGroups.Count)), Texts.CheckFixNested));
        if (doubts.Count == 0)
            list.Add("UserGroup", CheckStatus.Passed, Texts.CheckUserGroup(reading.DisplayName, Format(reading.Users.Count)));
        else
            list.Add("UserGroup", CheckStatus.Warning, string.Join(" ", doubts.Select(d => d.Detail.Render())), string.Join(" ", doubts.Select(d => d.Recommendation.RenderFor(connection.Name))));
    }

    // Without User.Read.All, Graph returns 200 and members with only their ids (https://learn.microsoft.com/graph/permissions-overview).
    private void CheckMembers(GroupReading reading, Problem? unreadable)
    {
        if (unreadable is not null)
            list.Fail("Members", unreadable);
        else if (reading.Users.Any(u => u.AccountEnabled is null))
            list.Add("Members", CheckStatus.Warning, Texts.CheckMembersPartly, Texts.FixPermissionMissing(TokenChecks.UserRole));
        else
            list.Add("Members", CheckStatus.Passed, Texts.CheckMembers(Format(reading.Users.Count)));
    }

    private async Task CheckAdditionalGroupsAsync(CancellationToken cancellationToken)
    {
        if (connection.AdditionalGroups.Count == 0)
        {
            list.Add("AdditionalGroups", CheckStatus.Skipped, Texts.CheckNoAdditionalGroups);
            return;
        }

        var missing = new List<string>();
        var isComplete = await list.TryAsync("AdditionalGroups", async () =>
        {
            foreach (var group in connection.AdditionalGroups)
            {
                if ((await directory.FindGroupsAsync(group.Id, cancellationToken).ConfigureAwait(false)).All(g => !EntraId.Same(g.Id, group.Id)))
                    missing.Add(group.DisplayName);
            }
        }).ConfigureAwait(false);
        if (!isComplete)
            return;
        if (missing.Count > 0)
            list.Add("AdditionalGroups", CheckStatus.Warning, Texts.CheckGroupsMissing(string.Join(", ", missing)), Texts.CheckFixGroupsMissing);
        else
            list.Add("AdditionalGroups", CheckStatus.Passed, Texts.CheckGroups(string.Join(", ", connection.AdditionalGroups.Select(g => g.DisplayName))));
    }

    private static string Format(int number) => number.ToString(CultureInfo.CurrentCulture);
}
