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
    /// <summary>Reads and checks the declaration.</summary>
    public static async Task<ExtensionDeclaration> RunAsync(IAccountDirectory accounts, string host, CancellationToken cancellationToken)
    {
        try
        {
            var description = await accounts.DescribeExtensionAsync(cancellationToken).ConfigureAwait(false);
            if (description.Deviations.Count > 0)
                return new ExtensionDeclaration.Doubtful(Texts.CheckSchemasDeviate(host, Texts.PartsOf(description.Deviations.Select(d => (MessageArgument)d))));
            return description.IsDescribed ? new ExtensionDeclaration.AsNeeded() : new ExtensionDeclaration.Missing();
        }
        catch (ConnectorException e)
        {
            return new ExtensionDeclaration.Doubtful(Texts.CheckSchemasUnreadable(e.Text));
        }
    }
}

/// <summary>How a server declares the extension.</summary>
internal abstract record ExtensionDeclaration
{
    private ExtensionDeclaration()
    {
    }

    /// <summary>As the connector needs it.</summary>
    internal sealed record AsNeeded : ExtensionDeclaration;

    /// <summary>The server describes no extension, so there is nothing to compare.</summary>
    internal sealed record Missing : ExtensionDeclaration;

    /// <summary>The declaration differs from what the connector needs, or cannot be read.</summary>
    /// <param name="Problem">The problem, as a warning.</param>
    internal sealed record Doubtful(Message Problem) : ExtensionDeclaration;
}
