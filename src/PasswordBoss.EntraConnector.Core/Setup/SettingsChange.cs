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

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>A change of the settings of a connection that an admin sees, with the old and the new values, before it is stored.</summary>
internal sealed class SettingsChange
{
    private const string RulePrefix = "rules.";

    private readonly ConnectionCatalog catalog;
    private readonly ConnectionSettings before;
    private readonly ConnectionSettings after;

    public SettingsChange(ConnectionCatalog catalog, ConnectionSettings before, ConnectionSettings after)
    {
        this.catalog = catalog;
        this.before = before;
        this.after = after;
    }

    /// <summary>Asks for the approval. Throws <see cref="ErrorId.ConfigurationOutdated"/> if the settings changed while the admin decided.</summary>
    /// <param name="action">The action, in general.</param>
    /// <param name="approver">Approves the change.</param>
    /// <param name="cancellationToken">Stops the prompt.</param>
    /// <returns>
    /// The settings as they are stored now, to which the change is applied; null if it was not approved. Those that no admin sees, such as the expiry of the secret,
    /// may have changed meanwhile.
    /// </returns>
    public async Task<ConnectionSettings?> ApproveAsync(Message action, IStepApprover approver, CancellationToken cancellationToken)
    {
        var differences = ConfigurationViews.Differences(before, after);
        var shown = differences.Count == 0 ? action : Texts.DoSet(action, string.Join("; ", differences.Select(Show)));
        if (!await approver.ApproveAsync(before.Name, shown, cancellationToken).ConfigureAwait(false))
            return null;
        return RequireUnchanged(catalog, before);
    }

    /// <summary>
    /// The settings as they are stored now. Throws <see cref="ErrorId.ConfigurationOutdated"/> if another command changed the connection since it was read.
    /// </summary>
    /// <param name="catalog">The stored connections.</param>
    /// <param name="before">The settings as they were read.</param>
    public static ConnectionSettings RequireUnchanged(ConnectionCatalog catalog, ConnectionSettings before) =>
        catalog.Get(before.Name) is var now && IsUnchanged(before, now) ? now : throw new ConnectorException(Problems.ConfigurationOutdated(before.Name).About(before.Name));

    /// <summary>Whether no command changed the connection. Runs store the current names of its groups, which identify nothing: the ids do.</summary>
    /// <param name="before">The settings as they were read.</param>
    /// <param name="now">The settings as they are stored now.</param>
    public static bool IsUnchanged(ConnectionSettings before, ConnectionSettings now) =>
        now.Id == before.Id && ConfigurationViews.Differences(before.WithNames(GroupsOf(now)), now).Count == 0;

    /// <summary>The changed settings, with the names of groups that a run has stored meanwhile.</summary>
    /// <param name="changed">The changed settings.</param>
    /// <param name="before">The settings as they were read.</param>
    /// <param name="now">The settings as they are stored now.</param>
    public static ConnectionSettings WithNewNames(ConnectionSettings changed, ConnectionSettings before, ConnectionSettings now)
    {
        var renamed = GroupsOf(now).Except(GroupsOf(before)).ToList();
        return renamed.Count == 0 ? changed : changed.WithNames(renamed);
    }

    private static List<GroupReference> GroupsOf(ConnectionSettings connection) => connection.AdditionalGroups.Concat(connection.UserGroup is { } group ? [group] : []).ToList();

    // An admin knows the names of the parameters: the names in the file, with a capital first letter.
    private static string Show(PBSettingDifference difference)
    {
        var name = difference.Setting.StartsWith(RulePrefix, StringComparison.Ordinal) ? difference.Setting.Substring(RulePrefix.Length) : difference.Setting;
        return $"{char.ToUpperInvariant(name[0])}{name.Substring(1)}: {difference.Before ?? "-"} -> {difference.After ?? "-"}";
    }
}
