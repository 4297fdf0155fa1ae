using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>How an incremental run read one part of what it needs.</summary>
/// <typeparam name="T">The type of the part.</typeparam>
internal abstract record PartialRead<T>
{
    private PartialRead()
    {
    }

    /// <summary>The part was read.</summary>
    /// <param name="Value">The part.</param>
    public sealed record Complete(T Value) : PartialRead<T>;

    /// <summary>The part cannot be trusted, or cannot be read alone: the run must read everything.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record NotEnough(Message Reason) : PartialRead<T>;
}
