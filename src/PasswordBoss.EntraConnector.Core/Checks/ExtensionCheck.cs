using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>
/// Checks how a server declares the extension. The connector never relies on the declaration, only on responses to reads and writes. A wrong or unreadable
/// declaration is therefore only reported.
/// </summary>
internal static class ExtensionCheck
{
    /// <summary>Whether the server declares the extension, and the problem with the declaration; null if there is none.</summary>
    public static async Task<(bool IsDescribed, Message? Problem)> RunAsync(IAccountDirectory accounts, string host, CancellationToken cancellationToken)
    {
        try
        {
            var description = await accounts.DescribeExtensionAsync(cancellationToken).ConfigureAwait(false);
            return (description.IsDescribed, description.Deviations.Count == 0
                ? null
                : Texts.CheckSchemasDeviate(host, Texts.PartsOf(description.Deviations.Select(d => (MessageArgument)d))));
        }
        catch (ConnectorException e)
        {
            return (true, Texts.CheckSchemasUnreadable(e.Text));
        }
    }

    /// <summary>The problem with the declaration; null if there is none.</summary>
    public static async Task<Message?> FindProblemAsync(IAccountDirectory accounts, string host, CancellationToken cancellationToken) =>
        (await RunAsync(accounts, host, cancellationToken).ConfigureAwait(false)).Problem;
}
