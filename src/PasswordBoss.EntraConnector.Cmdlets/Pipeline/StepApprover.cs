using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>Calls PowerShell's <c>ShouldProcess</c> before each step.</summary>
internal sealed class StepApprover : IStepApprover
{
    private readonly ConnectorCommand command;
    private readonly PipelinePump pump;

    /// <summary>Creates the approver. Must run on the pipeline thread, because it reads preference variables.</summary>
    internal StepApprover(ConnectorCommand command, PipelinePump pump)
    {
        this.command = command;
        this.pump = pump;
        IsPreview = ShouldProcessApprover.IsWhatIf(command);
    }

    public bool IsPreview { get; }

    public Task<bool> ApproveAsync(string target, Message action, CancellationToken cancellationToken) =>
        pump.AskAsync(() => command.Approve(target, action), cancellationToken);
}
