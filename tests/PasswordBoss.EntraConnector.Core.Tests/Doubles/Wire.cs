using System;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>
/// Every port call passes here twice, before and after its effect. At the chosen passage the process dies: that call and every later one throws, until the
/// process is started again.
/// </summary>
internal sealed class Wire
{
    private readonly object gate = new();
    private int passages;
    private int? deathAt;
    private bool dead;

    public bool Died => dead;

    /// <summary>How many passages there were since the last start.</summary>
    public int Passages => passages;

    public void StartProcess(int? dieAtPassage = null)
    {
        lock (gate)
        {
            passages = 0;
            dead = false;
            deathAt = dieAtPassage;
        }
    }

    public void Pass()
    {
        lock (gate)
        {
            if (dead || passages++ == deathAt)
            {
                dead = true;
                throw new ProcessDiedException();
            }
        }
    }
}

internal sealed class ProcessDiedException : Exception;

/// <summary>How a call fails: before anything was done, or after everything was and only the answer was lost.</summary>
internal sealed record Fault(ErrorId Id, bool AnswerLost = false)
{
    /// <summary>The call is given up because the run is to stop.</summary>
    public bool IsStop => Id is ErrorId.Cancelled or ErrorId.DeadlineExceeded;

    public Exception Exception(string target) => IsStop ? new OperationCanceledException() : Error(target);

    /// <summary>The server that the error names, where it does not name the account that was written.</summary>
    public string? Of { get; init; }

    public ConnectorException Error(string target) => new(AnyProblem.Of(Id, Of ?? target, "injected", "fault", "", ""));
}
