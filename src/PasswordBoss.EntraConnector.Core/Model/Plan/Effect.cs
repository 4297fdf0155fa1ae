using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The effect of one write, as a later read shows it. A closed hierarchy: no other derived types.</summary>
public abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>Whether the write counts as done.</summary>
    public bool IsDone => this is Seen or NotShown;

    /// <summary>The server shows that the write was done.</summary>
    /// <param name="Account">The account as it was read; null for a membership, and for an account that is no longer shown.</param>
    public sealed record Seen(Account? Account) : Effect;

    /// <summary>The server does not return the data that would show the effect.</summary>
    public sealed record NotShown : Effect;

    /// <summary>The server shows that the write was not done, or not yet.</summary>
    /// <param name="Found">What was found instead.</param>
    public sealed record NotSeen(Message Found) : Effect;

    /// <summary>The effect could not be read.</summary>
    /// <param name="Because">Why.</param>
    public sealed record NotRead(Message Because) : Effect;
}
