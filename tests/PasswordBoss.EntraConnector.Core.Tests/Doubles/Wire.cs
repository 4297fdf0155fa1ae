using System;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>
/// Every port call passes the wire twice, before and after its effect. At the chosen passage the process dies: this call and all later ones throw until the
/// process starts again.
/// </summary>
internal sealed class Wire
{
    private readonly object gate = new();
    private int passages;
    private int? deathAt;
    private bool dead;

    public bool Died => dead;

    /// <summary>The number of passages since the last start.</summary>
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

/// <summary>How a call fails: before its effect, or after it because the response was lost.</summary>
internal sealed record Fault(ErrorId Id, bool AnswerLost = false)
{
    /// <summary>Whether the call is abandoned because the run is stopped.</summary>
    public bool IsStop => Id is ErrorId.Cancelled or ErrorId.DeadlineExceeded;

    public Exception Exception(string target) => IsStop ? new OperationCanceledException() : Error(target);

    /// <summary>The server in the error, if the error does not name the written account.</summary>
    public string? Of { get; init; }

    public ConnectorException Error(string target) => new(AnyProblem.Of(Id, Of ?? target, "injected", "fault", "", ""));
}
