using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Approves each single write before it is done.</summary>
public interface IStepApprover
{
    /// <summary>Whether nothing is written: every step is still submitted, so that it is listed, but none is approved.</summary>
    bool IsPreview { get; }

    /// <summary>Whether to do a step.</summary>
    /// <param name="target">The object that the step changes.</param>
    /// <param name="action">The change.</param>
    /// <param name="cancellationToken">Stops waiting for an answer.</param>
    Task<bool> ApproveAsync(string target, Message action, CancellationToken cancellationToken);
}
