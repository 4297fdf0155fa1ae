using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The effect of one write, as a read has shown it afterwards. The kinds are closed: there are no others than those in here.</summary>
public abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>Whether the write counts as done.</summary>
    public bool IsDone => this is Seen or NotShown;

    /// <summary>The server shows that it was done.</summary>
    /// <param name="Account">The account as it was read; null for a membership, and for an account that is no longer shown.</param>
    public sealed record Seen(Account? Account) : Effect;

    /// <summary>The server does not show what would tell.</summary>
    public sealed record NotShown : Effect;

    /// <summary>The server shows that it was not done, or not yet.</summary>
    /// <param name="Found">What was found instead.</param>
    public sealed record NotSeen(Message Found) : Effect;

    /// <summary>It could not be read.</summary>
    /// <param name="Because">Why.</param>
    public sealed record NotRead(Message Because) : Effect;
}
