using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>The result of a write that the server has accepted. The kinds are closed: only those nested here exist.</summary>
internal abstract record WriteResult
{
    private WriteResult()
    {
    }

    /// <summary>The effect must be read before the change counts as done: accepted is not done.</summary>
    public static WriteResult Sent { get; } = new Unread();

    /// <summary>The effect must be read before the change counts as done.</summary>
    public sealed record Unread : WriteResult;

    /// <summary>The change is done.</summary>
    /// <param name="StateChanges">The changes of the state.</param>
    /// <param name="Result">The result to report.</param>
    public sealed record Done(StateChange[] StateChanges, ChangeResult Result) : WriteResult;
}
