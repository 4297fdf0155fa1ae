using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Is asked before each single write.</summary>
public interface IStepApprover
{
    /// <summary>Whether nothing is to be written: then every step is asked about, so that it is listed, and none is approved.</summary>
    bool IsPreview { get; }

    /// <summary>Whether a step may be done.</summary>
    /// <param name="target">To what.</param>
    /// <param name="action">What is to be done.</param>
    /// <param name="cancellationToken">Gives up waiting for an answer.</param>
    Task<bool> ApproveAsync(string target, Message action, CancellationToken cancellationToken);
}
