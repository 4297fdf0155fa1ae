using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>
/// Judges how a server declares the extension. A declaration decides nothing: what the server answers to reads and writes does, so that a wrong one, or one that
/// cannot be read, is told and no more.
/// </summary>
internal static class ExtensionCheck
{
    /// <summary>What the declaration is; without one, null.</summary>
    public static async Task<(bool IsDescribed, Message? Problem)> RunAsync(IAccountDirectory accounts, string host, CancellationToken cancellationToken)
    {
        try
        {
            var description = await accounts.DescribeExtensionAsync(cancellationToken).ConfigureAwait(false);
            return (description.IsDescribed, description.Deviations.Count == 0
                ? null
                : new Message("Check_SchemasDeviate", host, string.Join("; ", description.Deviations.Select(d => d.Render()))));
        }
        catch (ConnectorException e)
        {
            return (true, new Message("Check_SchemasUnreadable", e.Text.Render()));
        }
    }

    /// <summary>The problem alone.</summary>
    public static async Task<Message?> FindProblemAsync(IAccountDirectory accounts, string host, CancellationToken cancellationToken) =>
        (await RunAsync(accounts, host, cancellationToken).ConfigureAwait(false)).Problem;
}
