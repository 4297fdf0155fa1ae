using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>An admin who approves or declines each action. The default is to approve.</summary>
internal sealed class Approver : IPlanApprover
{
    private readonly Func<PlannedChange, bool> answer;

    public Approver(Func<PlannedChange, bool>? answer = null, bool preview = false, bool interactive = false)
    {
        this.answer = answer ?? (_ => true);
        IsPreview = preview;
        IsInteractive = interactive;
    }

    public bool IsPreview { get; }

    public bool IsInteractive { get; }

    /// <summary>Runs while the prompt is open.</summary>
    public Action? Meanwhile { get; init; }

    public List<PlannedChange> Asked { get; } = new();

    /// <summary>The token of the run that prompted last.</summary>
    public CancellationToken Stop { get; private set; }

    public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken)
    {
        Asked.AddRange(actions);
        Stop = cancellationToken;
        Meanwhile?.Invoke();
        return Task.FromResult<IReadOnlyCollection<string>>(actions.Where(answer).Select(a => a.Key).ToList());
    }
}

internal sealed class Listener : IRunObserver
{
    public List<Message> Warnings { get; } = new();

    /// <summary>Every message that was reported.</summary>
    public List<Message> Reported { get; } = new();

    /// <summary>Every number of finished steps that was reported, with the total.</summary>
    public List<(Message Activity, int Done, int Total)> Steps { get; } = new();

    public void Progress(string connection, Message activity, int done, int total)
    {
        lock (Steps)
            Steps.Add((activity, done, total));
        Hear(activity);
    }

    public void Warning(string connection, Message warning)
    {
        lock (Warnings)
            Warnings.Add(warning);
        Hear(warning);
    }

    public void Detail(string connection, Message detail) => Hear(detail);

    private void Hear(Message message)
    {
        lock (Reported)
            Reported.Add(message);
    }
}
