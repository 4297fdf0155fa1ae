using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What is known about one person after reading and verifying.</summary>
public enum PersonPresence
{
    /// <summary>Could not be read for certain; nothing is done.</summary>
    Unknown,
    /// <summary>In the user group and enabled.</summary>
    Present,
    /// <summary>A leaver, by <see cref="Person.Event"/>.</summary>
    Leaver,
}

/// <summary>One person, known by object id and nothing else, and the one event that her state means.</summary>
public readonly record struct Person
{
    /// <summary>The object id.</summary>
    public required string EntraId { get; init; }
    /// <summary>What is known.</summary>
    public required PersonPresence Presence { get; init; }
    /// <summary>The event of highest precedence that holds.</summary>
    public LeavingEvent Event { get; init; }
    /// <summary>The next event that holds too and speaks when the rule of the first is None: a person who left the group and is disabled.</summary>
    public LeavingEvent NextEvent { get; init; }
    /// <summary>Whether the person's state was read by id in this run; nothing is taken away, and nothing given back, without.</summary>
    public bool IsVerified { get; init; }
    /// <summary>Whether the person counts as a member of the user group.</summary>
    public bool InUserGroup { get; init; }
    /// <summary>The person as Entra reports her; null when she no longer exists or was not read.</summary>
    public DirectoryUser? User { get; init; }
    /// <summary>The complete reads in a row, this one included, that lacked the person.</summary>
    public int AbsentReads { get; init; }
    /// <summary>Whether another complete read of the user group will tell what lookups cannot.</summary>
    public bool NeedsCompleteRead { get; init; }
    /// <summary>Why nothing certain is known.</summary>
    public Message? Doubt { get; init; }
}
