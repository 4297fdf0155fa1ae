using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>What is decided about groups, as it grows.</summary>
internal sealed class GroupActions
{
    public List<PlannedAction> Actions { get; } = new();

    public List<StateChange> StateChanges { get; } = new();

    public List<ConnectorException> Refusals { get; } = new();

    public bool IsPartial { get; set; }

    /// <summary>Whether another complete read of a group will tell what lookups cannot.</summary>
    public bool NeedsCompleteRead { get; set; }

    public void Report(SyncAction action, GroupReading reading, string reason, ConnectorException obstacle) =>
        Actions.Add(Describe(action, reading, new Message(reason)) with { Obstacle = obstacle });

    public void Remember(GroupReading reading, string accountId, GroupMemberMark mark) =>
        StateChanges.Add(new StateChange { GroupMember = new GroupMember(reading.GroupId, accountId, mark) });

    public void Forget(GroupReading reading, string accountId, GroupMemberMark mark) =>
        StateChanges.Add(new StateChange { ForgottenMember = new GroupMember(reading.GroupId, accountId, mark) });

    public static PlannedAction Describe(SyncAction action, GroupReading reading, Message reason) =>
        new() { Action = action, Reason = reason, GroupId = reading.GroupId, GroupName = reading.DisplayName };
}
