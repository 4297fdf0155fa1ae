using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The part of the plan that is about groups and their members, while it is being built.</summary>
internal sealed class GroupPlan
{
    public List<PlannedChange> Changes { get; } = new();

    public List<StateChange> StateChanges { get; } = new();

    public List<Problem> Refusals { get; } = new();

    public bool IsPartial { get; set; }

    /// <summary>Whether another complete read of a group will decide what lookups cannot.</summary>
    public bool NeedsCompleteRead { get; set; }

    public void Skip(GroupReading reading, Message reason, Problem obstacle) => Report(reading, reason, obstacle, isConflict: false);

    public void Conflict(GroupReading reading, Message reason, Problem obstacle) => Report(reading, reason, obstacle, isConflict: true);

    public void Remember(GroupReading reading, string accountId, GroupMemberMark mark) =>
        StateChanges.Add(new StateChange.MemberSaved(new GroupMember(reading.GroupId, accountId, mark)));

    public void Forget(GroupReading reading, string accountId) =>
        StateChanges.Add(new StateChange.MemberForgotten(reading.GroupId, accountId));

    public static GroupSubject SubjectOf(GroupReading reading) => new(reading.GroupId, reading.DisplayName);

    private void Report(GroupReading reading, Message reason, Problem obstacle, bool isConflict) =>
        Changes.Add(new ReportOnly { Reason = reason, About = new Subject(SubjectOf(reading)), Because = obstacle, IsConflict = isConflict });
}
