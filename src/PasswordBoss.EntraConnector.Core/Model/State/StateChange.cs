namespace PasswordBoss.EntraConnector.Model;

/// <summary>One change of the state of a connection. A closed hierarchy: no other derived types.</summary>
public abstract record StateChange
{
    private StateChange()
    {
    }

    /// <summary>A link is inserted, or replaces the one of the same account.</summary>
    /// <param name="Link">The link.</param>
    public sealed record LinkSaved(AccountLink Link) : StateChange;

    /// <summary>A group link is inserted, or replaces the one of the same Entra group.</summary>
    /// <param name="Link">The group link.</param>
    public sealed record GroupLinkSaved(GroupLink Link) : StateChange;

    /// <summary>The link of a group is deleted, with everything stored about its members.</summary>
    /// <param name="GroupId">The Entra object id of the group.</param>
    public sealed record GroupLinkForgotten(string GroupId) : StateChange;

    /// <summary>A removal counts for the safety limits.</summary>
    /// <param name="Removal">The removal.</param>
    public sealed record RemovalCounted(RemovalRecord Removal) : StateChange;

    /// <summary>The record of a member of a group is inserted or replaced.</summary>
    /// <param name="Member">The member.</param>
    public sealed record MemberSaved(GroupMember Member) : StateChange;

    /// <summary>The record of a member of a group is deleted.</summary>
    /// <param name="GroupId">The Entra object id of the group.</param>
    /// <param name="AccountId">The server's id of the account.</param>
    public sealed record MemberForgotten(string GroupId, string AccountId) : StateChange;
}
