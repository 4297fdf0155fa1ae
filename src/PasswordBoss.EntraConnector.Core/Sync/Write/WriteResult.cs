using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>The result of a write that the server has accepted. A closed hierarchy: no other derived types.</summary>
internal abstract record WriteResult
{
    private WriteResult()
    {
    }

    /// <summary>The server accepted the write; a read must confirm it before the change counts as done.</summary>
    public static WriteResult Sent { get; } = new Unread();

    /// <summary>A read must confirm the write before the change counts as done.</summary>
    public sealed record Unread : WriteResult;

    /// <summary>The change is done.</summary>
    /// <param name="StateChanges">The changes of the state.</param>
    /// <param name="Result">The result to report.</param>
    public sealed record Done(StateChange[] StateChanges, ChangeResult Result) : WriteResult;
}
