using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What is known about one user after reading and verifying.</summary>
public enum PersonPresence
{
    /// <summary>The state could not be read reliably; nothing is done.</summary>
    Unknown,
    /// <summary>In the user group and enabled.</summary>
    Present,
    /// <summary>A leaver; see <see cref="Person.Event"/>.</summary>
    Leaver,
}

/// <summary>One user, identified only by the object id, and the leaving event that follows from their state.</summary>
public readonly record struct Person
{
    /// <summary>The object id.</summary>
    public required string EntraId { get; init; }
    /// <summary>What is known about the user.</summary>
    public required PersonPresence Presence { get; init; }
    /// <summary>The leaving event with the highest precedence that applies.</summary>
    public LeavingEvent Event { get; init; }
    /// <summary>
    /// The next event that also applies, for a user who left the group and is disabled. It takes effect if the rule of the first event is None.
    /// </summary>
    public LeavingEvent NextEvent { get; init; }
    /// <summary>Whether the user's state was read by id in this run. Without this, the connector neither removes nor restores access.</summary>
    public bool IsVerified { get; init; }
    /// <summary>Whether the user counts as a member of the user group.</summary>
    public bool InUserGroup { get; init; }
    /// <summary>The user as returned by Entra; null if they no longer exist or were not read.</summary>
    public DirectoryUser? User { get; init; }
    /// <summary>The number of consecutive complete reads, including this one, without the user.</summary>
    public int AbsentReads { get; init; }
    /// <summary>Whether lookups were inconclusive, so that another complete read of the user group is needed.</summary>
    public bool NeedsCompleteRead { get; init; }
    /// <summary>Why nothing is known for certain.</summary>
    public Message? Doubt { get; init; }
}
