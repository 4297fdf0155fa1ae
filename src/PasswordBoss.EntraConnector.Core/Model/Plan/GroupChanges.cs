using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A change of a Password Boss group.</summary>
public abstract record PlannedGroupChange : PlannedChange
{
    private protected PlannedGroupChange()
    {
    }

    /// <summary>The group.</summary>
    public required GroupSubject Group { get; init; }

    /// <inheritdoc/>
    public sealed override Subject Subject => new(Group);
}

/// <summary>Creates a group.</summary>
public sealed record CreateGroup : PlannedGroupChange
{
    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.CreateGroup;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.WriteGroups;

    /// <summary>The changes of the state.</summary>
    /// <param name="accountGroupId">The server's id of the new group.</param>
    public StateChange[] StateChangesWith(string accountGroupId) =>
        new StateChange[] { new StateChange.GroupLinkSaved(new GroupLink { GroupId = Group.Id, AccountGroupId = accountGroupId, DisplayName = Group.Name }) };
}

/// <summary>A change of a group that the connector created.</summary>
public abstract record LinkedGroupChange : PlannedGroupChange
{
    private protected LinkedGroupChange()
    {
    }

    /// <summary>The server's id of the group.</summary>
    public required string AccountGroupId { get; init; }

    /// <summary>The changes of the state.</summary>
    public virtual StateChange[] StateChanges() => new StateChange[] { new StateChange.GroupLinkForgotten(Group.Id) };

    private protected sealed override string IntentAccountGroupId => AccountGroupId;
}

/// <summary>Renames a group, or marks it as managed from Entra again.</summary>
public sealed record UpdateGroup : LinkedGroupChange
{
    /// <summary>The attributes to write.</summary>
    public required AccountGroupPatch Patch { get; init; }

    /// <summary>The name, or the manager, before and after.</summary>
    public required Transition Shown { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.UpdateGroup;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.WriteGroups;

    /// <inheritdoc/>
    public override Transition Transition => Shown;

    /// <inheritdoc/>
    public override StateChange[] StateChanges() => Array.Empty<StateChange>();
}

/// <summary>Releases a group to Password Boss: it stays, and is no longer managed from Entra.</summary>
public sealed record ReleaseGroup : LinkedGroupChange
{
    /// <summary>The attributes to write.</summary>
    public static AccountGroupPatch Patch { get; } = new() { ManagedBy = ManagedBy.PasswordBoss };

    /// <summary>Whether the server stores who manages a group; otherwise nothing is sent.</summary>
    public required bool ServerStoresManager { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.ReleaseGroup;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.LeaveGroups;
}

/// <summary>Deletes a group.</summary>
public sealed record DeleteGroup : LinkedGroupChange
{
    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.DeleteGroup;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.LeaveGroups;
}

/// <summary>Removes the link of a group that no longer exists in Password Boss.</summary>
public sealed record ForgetGroup : LinkedGroupChange
{
    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Unlink;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.StateOnly;
}
