using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>What is known of a write that the server has taken. The kinds are closed: there are no others than those in here.</summary>
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
    /// <param name="Effects">What it does to the state.</param>
    /// <param name="Result">How it is told.</param>
    public sealed record Done(StateChange[] Effects, ChangeResult Result) : WriteResult;
}
