using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.StateProcess;

/// <summary>An unattended run: everything is approved, and messages are dropped.</summary>
public sealed class Unattended : IPlanApprover, IRunObserver
{
    /// <inheritdoc/>
    public bool IsPreview => false;

    /// <inheritdoc/>
    public bool IsInteractive => false;

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<string>>(actions.Select(a => a.Key).ToList());

    /// <inheritdoc/>
    public void Progress(string connection, Message activity, int done, int total)
    {
    }

    /// <inheritdoc/>
    public void Warning(string connection, Message warning)
    {
    }

    /// <inheritdoc/>
    public void Detail(string connection, Message detail)
    {
    }
}
