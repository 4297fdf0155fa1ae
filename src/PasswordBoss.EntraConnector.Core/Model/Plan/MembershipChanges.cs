namespace PasswordBoss.EntraConnector.Model;

/// <summary>A member is added to a group, or removed from it.</summary>
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

/// <summary>A member is added to a group.</summary>
public sealed record AddMember : PlannedMembershipChange
{
    /// <summary>The server's id of the group; null when this run creates the group.</summary>
    public required string? KnownAccountGroupId { get; init; }

    /// <summary>The server's id of the account; null when this run creates the account.</summary>
    public required string? KnownAccountId { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.AddMember;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.AddMembers;

    /// <inheritdoc/>
    public override Subject Subject => new(Group, User, KnownAccountId);

    /// <summary>What it does to the state.</summary>
    /// <param name="accountId">The server's id of the account.</param>
    /// <param name="effect">What a read has shown of it; a server that hides members shows nothing.</param>
    public StateChange[] EffectsWhen(string accountId, Effect effect) => new StateChange[]
    {
        new StateChange.MemberSaved(new GroupMember(Group.Id, accountId, effect is Effect.NotShown ? GroupMemberMark.AddedNotShown : GroupMemberMark.Added)),
    };
}

/// <summary>A member is removed from a group.</summary>
public sealed record RemoveMember : PlannedMembershipChange
{
    /// <summary>The server's id of the group.</summary>
    public required string AccountGroupId { get; init; }

    /// <summary>The server's id of the account.</summary>
    public required string MemberId { get; init; }

    /// <summary>Whether the list that the plan was made from showed the member.</summary>
    public required bool WasShown { get; init; }

    /// <summary>Whether it repeats a removal that was weighed by the limits before and whose effect was not read.</summary>
    public required bool IsRetry { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.RemoveMember;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.RemoveMembers;

    /// <inheritdoc/>
    public override Subject Subject => new(Group, User, MemberId);

    /// <summary>What it does to the state.</summary>
    /// <param name="effect">What a read has shown of it.</param>
    /// <param name="removal">The removal to count, where the limits count it.</param>
    public StateChange[] EffectsWhen(Effect effect, RemovalRecord removal)
    {
        StateChange member = effect.IsDone
            ? new StateChange.MemberForgotten(Group.Id, MemberId)
            : new StateChange.MemberSaved(new GroupMember(Group.Id, MemberId, GroupMemberMark.RemovalAsked));
        return IsRetry ? new[] { member } : new[] { new StateChange.RemovalCounted(removal), member };
    }
}
