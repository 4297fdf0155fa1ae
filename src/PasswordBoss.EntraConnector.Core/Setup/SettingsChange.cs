using System;
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
    public async Task<bool> ApproveAsync(Message action, IStepApprover approver, CancellationToken cancellationToken)
    {
        var differences = ConfigurationViews.Differences(before, after);
        var shown = differences.Count == 0 ? action : Texts.DoSet(action, string.Join("; ", differences.Select(Show)));
        if (!await approver.ApproveAsync(before.Name, shown, cancellationToken).ConfigureAwait(false))
            return false;
        if (ConfigurationViews.Differences(before, catalog.Get(before.Name)).Count > 0)
            throw new ConnectorException(Problems.ConfigurationOutdated(before.Name).About(before.Name));
        return true;
    }

    // An admin knows the names of the parameters: the names in the file, with a capital first letter.
    private static string Show(PBSettingDifference difference)
    {
        var name = difference.Setting.StartsWith(RulePrefix, StringComparison.Ordinal) ? difference.Setting.Substring(RulePrefix.Length) : difference.Setting;
        return $"{char.ToUpperInvariant(name[0])}{name.Substring(1)}: {difference.Before ?? "-"} -> {difference.After ?? "-"}";
    }
}
