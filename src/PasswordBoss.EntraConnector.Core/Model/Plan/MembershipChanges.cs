namespace PasswordBoss.EntraConnector.Model;

/// <summary>Adds a member to a group, or removes one from it.</summary>
public abstract record PlannedMembershipChange : PlannedChange
{
    private protected PlannedMembershipChange()
    {
    }

    /// <summary>The group.</summary>
    public required GroupSubject Group { get; init; }

    /// <summary>The member.</summary>
    public required UserSubject User { get; init; }
}

/// <summary>Adds a member to a group.</summary>
public sealed record AddMember : PlannedMembershipChange
{
    /// <summary>The server's id of the group; null if this run creates the group.</summary>
    public required string? KnownAccountGroupId { get; init; }

    /// <summary>The server's id of the account; null if this run creates the account.</summary>
    public required string? KnownAccountId { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.AddMember;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.AddMembers;

    /// <inheritdoc/>
    public override Subject Subject => new(Group, User, KnownAccountId);

    /// <summary>The changes of the state.</summary>
    /// <param name="accountId">The server's id of the account.</param>
    /// <param name="effect">The effect that a read has shown; <see cref="Effect.NotShown"/> on a server that hides members.</param>
    public StateChange[] StateChangesWhen(string accountId, Effect effect) => new StateChange[]
    {
        new StateChange.MemberSaved(new GroupMember(Group.Id, accountId, effect is Effect.NotShown ? GroupMemberMark.AddedNotShown : GroupMemberMark.Shown)),
    };
}

/// <summary>Removes a member from a group.</summary>
public sealed record RemoveMember : PlannedMembershipChange
{
    /// <summary>The server's id of the group.</summary>
    public required string AccountGroupId { get; init; }

    /// <summary>The server's id of the account.</summary>
    public required string MemberId { get; init; }

    /// <summary>Whether the list that the plan was made from showed the member.</summary>
    public required bool WasShown { get; init; }

    /// <summary>Whether the change repeats a removal that the limits counted before and whose effect was not read.</summary>
    public required bool IsRetry { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.RemoveMember;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.RemoveMembers;

    /// <inheritdoc/>
    public override Subject Subject => new(Group, User, MemberId);

    /// <summary>The changes of the state.</summary>
    /// <param name="effect">The effect that a read has shown.</param>
    /// <param name="removal">The removal to count, if the limits count it.</param>
    public StateChange[] StateChangesWhen(Effect effect, RemovalRecord removal)
    {
        StateChange member = effect.IsDone
            ? new StateChange.MemberForgotten(Group.Id, MemberId)
            : new StateChange.MemberSaved(new GroupMember(Group.Id, MemberId, GroupMemberMark.RemovalUnconfirmed));
        return IsRetry ? new[] { member } : new[] { new StateChange.RemovalCounted(removal), member };
    }
}
