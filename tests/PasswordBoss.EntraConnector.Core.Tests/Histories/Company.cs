using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>Whether groups contain groups, and whose members count.</summary>
internal enum Nesting
{
    /// <summary>No group contains a group.</summary>
    None,
    /// <summary>The members of inner groups count.</summary>
    Included,
    /// <summary>Groups contain groups, but only direct members count. <c>checkMemberGroups</c> does not distinguish them.</summary>
    Ignored,
}

/// <summary>
/// A world in which histories take place: four users who share four addresses, two synced groups, two inner groups that can be in them and in the user group,
/// and three users that no step touches.
/// </summary>
internal sealed class Company
{
    private static readonly LeaverRule[] LeaverRules = { LeaverRule.None, LeaverRule.Disable, LeaverRule.ConvertToPersonal, LeaverRule.Delete };

    private static readonly SyncRules WithoutLimits = World.DefaultRules with { FullSyncHours = 144, MaxRemovalCount = 1_000_000, MaxRemovalPercent = 100 };
    // The second removal within 24 hours waits for an admin.
    private static readonly SyncRules WithLimits = WithoutLimits with { MaxRemovalCount = 1, MaxRemovalPercent = 0 };

    /// <summary>The largest number of runs until nothing changes any more. A run can free an address that the next run needs.</summary>
    public const int MostRuns = 8;

    private readonly string[] people = new string[4];
    private readonly FakeEntra.Group[] groups = new FakeEntra.Group[2];
    private readonly FakeEntra.Group[] innerGroups = new FakeEntra.Group[2];
    private readonly Dictionary<string, string> owners = new();
    private readonly HashSet<string> anchorsSeen = new();
    // Leavers whose event a run handled under the rule None. A later rule does not apply to earlier events.
    private readonly HashSet<(string Person, LeavingEvent Event)> spared = new();
    // Accounts that an admin enabled for a leaver, or after the connector had disabled them.
    private readonly HashSet<string> givenBack = new();
    private readonly FaultyRun faults;
    private readonly SyncRules limits;
    private readonly Nesting nesting;
    // An account that belongs to no user in Entra.
    private readonly string stranger;
    private int hires;
    private FakeStore.Committed? backup;
    private bool wasRolledBack;
    private World? other;
    // True if no step happened since the last runs changed nothing.
    private bool isQuiet;

    public Company(Nesting nesting = Nesting.None, bool hidesDisabled = false, bool hasLimits = false)
    {
        limits = hasLimits ? WithLimits : WithoutLimits;
        World = new World { Rules = limits, ReadsTwice = false };
        // All companies with one history must have the same time, although their runs wait differently.
        World.Clock.StandsStill = true;
        this.nesting = nesting;
        World.Change(c => c with { IncludeNested = nesting == Nesting.Included });
        faults = new FaultyRun(World, Run);
        var anchors = Enumerable.Range(0, 3).Select(i => World.Join("anchor" + i)).ToArray();
        for (var i = 0; i < 2; i++)
        {
            groups[i] = World.NewSyncedGroup("Group " + i, anchors);
            innerGroups[i] = World.NewGroup("Inner group " + i);
        }

        for (var i = 0; i < 4; i++)
            people[i] = Hire(i);
        World.PasswordBoss.HidesDisabled = hidesDisabled;
        stranger = World.PasswordBoss.AdminCreate(World.AddressOf("stranger")).Id;
    }

    public World World { get; }

    /// <summary>Whether no other installation syncs the same company.</summary>
    public bool IsAlone { get; init; } = true;

    /// <summary>Whether the rules may delay deletions.</summary>
    public bool DeletionsWait { get; init; }

    /// <summary>Whether change tracking always reports the true changes.</summary>
    public bool IsTrackedWell { get; init; }

    /// <summary>
    /// Whether something happened since the last full read that change tracking does not report: an admin changed Password Boss, or a list lacked users.
    /// </summary>
    public bool OnlyFullRunsShow { get; private set; }

    public void Apply(Step step)
    {
        OnlyFullRunsShow |= step.What is Happening.AdminDisable or Happening.AdminEnable or Happening.AdminDelete or Happening.AdminMakesPersonal or Happening.AdminCreates;
        OnlyFullRunsShow |= step.What is (>= Happening.AdminAddsMember and <= Happening.AdminDeletesGroup) or (>= Happening.DeleteGroup and <= Happening.HardDeleteGroup);
        // While reads show an old state of a user, changes in Password Boss and to the rules would have different effects in each company.
        if (World.Entra.IsAnyUserBehind && step.What is (>= Happening.DeleteGroup and <= Happening.Wait) or (>= Happening.AdminAddsMember and <= Happening.SelectGroup))
            return;
        isQuiet &= step.What is Happening.ReadsFallBehind or >= Happening.Run;
        var person = people[step.Who];
        // Change tracking reported the soft deletion, but does not report the permanent one.
        OnlyFullRunsShow |= step.What == Happening.HardDelete && World.Entra.DeletedItems.ContainsKey(person);
        var living = World.Entra.Users.ContainsKey(person);
        var account = World.PasswordBoss.FindAt(Address(step.Which));
        switch (step.What)
        {
            case Happening.Join when living:
                World.UserGroup.Members.Add(person);
                break;
            case Happening.Leave:
                World.Leave(person);
                break;
            case Happening.Disable when living:
                World.Disable(person);
                break;
            case Happening.Enable when living:
                World.Enable(person);
                break;
            case Happening.SoftDelete when living:
                World.SoftDelete(person);
                break;
            case Happening.Restore when World.Entra.DeletedItems.ContainsKey(person):
                World.Restore(person);
                break;
            case Happening.HardDelete:
                World.HardDelete(person);
                break;
            case Happening.Rehire when !living && !World.Entra.DeletedItems.ContainsKey(person):
                people[step.Who] = Hire(step.Which);
                break;
            case Happening.Rename when living:
                World.Edit(person, u => u with { Surname = "Name" + step.Number, DisplayName = u.GivenName + " Name" + step.Number });
                break;
            case Happening.ChangeAddress when living:
                World.Edit(person, u => u with { Mail = Address(step.Which) });
                break;
            case Happening.SwapAddresses when living && World.Entra.Users.TryGetValue(people[step.Which], out var other):
                var mine = World.Entra.Users[person].Mail;
                World.Edit(person, u => u with { Mail = other.Mail });
                World.Edit(other.Id, u => u with { Mail = mine });
                break;
            case Happening.JoinGroup when living:
                groups[step.Which % 2].Members.Add(person);
                break;
            case Happening.LeaveGroup:
                groups[step.Which % 2].Members.Remove(person);
                break;
            case Happening.RenameGroup:
                groups[step.Which % 2].Name = $"Group {step.Which % 2} {step.Number}";
                break;
            case Happening.DeleteGroup when World.Entra.Groups.Remove(groups[step.Which % 2].Id):
                World.Entra.GroupsInDeletedItems.Add(groups[step.Which % 2].Id);
                break;
            case Happening.RestoreGroup when World.Entra.GroupsInDeletedItems.Remove(groups[step.Which % 2].Id):
                World.Entra.Groups.Add(groups[step.Which % 2].Id, groups[step.Which % 2]);
                break;
            case Happening.HardDeleteGroup:
                World.Entra.GroupsInDeletedItems.Remove(groups[step.Which % 2].Id);
                break;
            case Happening.ChangeRules:
                World.Rules = limits with
                {
                    DeletedUser = LeaverRules[step.Who],
                    RemovedUser = LeaverRules[step.Which],
                    DisabledUser = LeaverRules[step.Number % 4],
                    DeleteAfterDays = DeletionsWait && step.Number % 5 < 3 ? 30 : 0,
                    RemovedGroup = step.Number % 8 < 4 ? RemovedGroupRule.Release : RemovedGroupRule.Delete,
                    UnknownMember = step.Number % 3 == 0 ? UnknownMemberRule.Remove : UnknownMemberRule.Report,
                    NewUser = step.Number >= 70 ? NewUserRule.CreatePending : NewUserRule.CreateActive,
                    ExistingAccount = step.Number switch { >= 40 and < 60 => ExistingAccountRule.AdoptAny, >= 60 and < 80 => ExistingAccountRule.Skip, _ => ExistingAccountRule.Adopt },
                };
                break;
            case Happening.AdminDisable when account?.State is AccountState.Active or AccountState.Pending:
                World.PasswordBoss.AdminSet(account!.Id, AccountState.Disabled);
                break;
            case Happening.AdminEnable when account?.State is AccountState.Disabled or AccountState.Pending:
                if (account!.State == AccountState.Disabled && account.ExternalId is { } given
                    && (World.PasswordBoss.StateSetByConnector.Contains(account.Id) || LeavingOf(given) is not null))
                {
                    givenBack.Add(account.Id);
                }

                World.PasswordBoss.AdminSet(account.Id, AccountState.Active);
                break;
            case Happening.AdminDelete when account is not null:
                World.PasswordBoss.AdminDelete(account.Id);
                break;
            case Happening.AdminMakesPersonal when account is not null:
                World.PasswordBoss.AdminSet(account.Id, AccountState.Personal);
                break;
            case Happening.AdminCreates when account is null:
                World.PasswordBoss.AdminCreate(
                    Address(step.Which),
                    step.Number < 20 ? AccountState.Disabled : AccountState.Active,
                    step.Number < 10 ? ManagedBy.ActiveDirectory : ManagedBy.PasswordBoss,
                    name: step.Number % 3 == 0 ? "Some Stranger" : World.NameAt(Address(step.Which)));
                break;
            case Happening.Wait:
                World.Clock.Advance(step.Number >= 60 && DeletionsWait ? TimeSpan.FromDays(15) : TimeSpan.FromMinutes(step.Number < 30 ? 20 : 120));
                break;
            case Happening.JoinInnerGroup when living:
                innerGroups[step.Which % 2].Members.Add(person);
                break;
            case Happening.LeaveInnerGroup:
                innerGroups[step.Which % 2].Members.Remove(person);
                break;
            // If a group joins or leaves another, change tracking reports nothing about its members. If reads lag, only the next full run sees it.
            case Happening.NestGroup:
                World.Entra.ReadsCatchUp();
                OuterGroup(step).Members.Add(innerGroups[step.Which % 2].Id);
                break;
            case Happening.TakeGroupOut:
                World.Entra.ReadsCatchUp();
                OuterGroup(step).Members.Remove(innerGroups[step.Which % 2].Id);
                break;
            case Happening.TrackingMisbehaves when !IsTrackedWell:
                World.Entra.Changes.Replays = step.Number % 2 == 0;
                World.Entra.Changes.Repeats = step.Number % 3 == 0;
                World.Entra.Changes.Strays = step.Number % 5 == 0;
                World.Entra.Changes.SilentAboutTheGone = step.Number % 7 == 0;
                World.Entra.Changes.Lost = step.Number % 11 == 0;
                World.Entra.TrackingRefused = step.Number % 13 == 0;
                break;
            // If only change tracking distinguishes direct members, runs use its outdated reports until it catches up.
            case Happening.TrackingFallsBehind when nesting != Nesting.Ignored && !IsTrackedWell:
                World.Entra.Changes.FallBehind();
                break;
            // The old state that reads show was handled before, so handling it again changes nothing. With nested groups, a joiner that two
            // consecutive runs do not read as a member waits for a full run.
            case Happening.ReadsFallBehind when isQuiet && ((nesting == Nesting.None && LeavingOf(person) is not null) || (living && World.PasswordBoss.FindAt(World.Entra.Users[person].Mail!)?.ExternalId == person)):
                World.Entra.ReadsFallBehind(person);
                break;
            case Happening.BackUp:
                backup = World.State.Copy();
                break;
            case Happening.RollBack when backup is not null:
                World.Store.RollBackTo(World.Connection.Id, backup);
                wasRolledBack = true;
                break;
            case Happening.AdminAddsMember when GroupInPasswordBoss(step) is { } group:
                World.PasswordBoss.AdminAddMember(group.Id, account is null or { State: AccountState.Personal } || IsOfNoUser(account) || step.Number % 2 == 0 ? stranger : account.Id);
                break;
            case Happening.AdminRemovesMember when GroupInPasswordBoss(step) is { } group && account is not null:
                World.PasswordBoss.AdminRemoveMember(group.Id, account.Id);
                break;
            case Happening.AdminRenamesGroup when GroupInPasswordBoss(step) is { } group:
                World.PasswordBoss.AdminRenameGroup(group.Id, "Admin's " + group.DisplayName);
                break;
            case Happening.AdminDeletesGroup when GroupInPasswordBoss(step) is { } group:
                World.PasswordBoss.AdminDeleteGroup(group.Id);
                break;
            case Happening.DeselectGroup:
                World.Change(c => c with { AdditionalGroups = c.AdditionalGroups.Where(g => g.Id != groups[step.Who % 2].Id).ToList() });
                break;
            case Happening.SelectGroup when World.Connection.AdditionalGroups.All(g => g.Id != groups[step.Who % 2].Id):
                World.Change(c => c with { AdditionalGroups = c.AdditionalGroups.Append(new GroupReference(groups[step.Who % 2].Id, groups[step.Who % 2].Name)).ToList() });
                break;
        }
    }

    // The group in Password Boss that belongs to a synced group, or to one that was synced.
    private AccountGroup? GroupInPasswordBoss(Step step) => World.PasswordBoss.Groups.Values.FirstOrDefault(g => g.ExternalId == groups[step.Who % 2].Id);

    /// <summary>A run with a fault, and the checks that hold under every fault.</summary>
    public void Attempt(Step step, bool full = true)
    {
        if (step.What == Happening.RunOfOtherInstallation)
            RunOther(full);
        else
            faults.Run(step, full, people, groups);
        OnlyFullRunsShow |= faults.OnlyFullRunsShow;
        CheckInvariants();
    }

    /// <summary>Good runs until nothing changes any more.</summary>
    public void Settle(bool full = true)
    {
        if (full)
            OnlyFullRunsShow = faults.OnlyFullRunsShow = false;
        World.Entra.Changes.CatchUp();
        World.Entra.ReadWell();
        for (var run = 0; run < MostRuns; run++)
        {
            var before = Snapshot;
            TimePasses(World.State, doubtsToo: run > 0);
            Run(full);
            CheckInvariants();
            if (Snapshot == before && World.State.Progress.Doubts.Count == 0)
            {
                ForgetWhatWas();
                return;
            }
        }

        throw new HistoryException("the runs do not stop changing something");
    }

    /// <summary>Runs with -Reapply, of which a conversion needs two, and good runs until nothing changes any more.</summary>
    /// <param name="withFaults">The faults of a run; null for none. Writes that are only acknowledged are left to the good runs.</param>
    public void Reapply(Step? withFaults = null)
    {
        for (var run = 0; run < 2; run++)
        {
            TimePasses(World.State);
            if (withFaults is not null)
                faults.Reapply(withFaults);
            if (withFaults is not { Who: > 1 })
                World.Reapply();
            CheckInvariants();
        }

        Settle();
    }

    /// <summary>Good runs until nothing changes any more, while an admin allows what the limits hold back.</summary>
    public void SettleWithForce()
    {
        for (var pause = 0; pause < MostRuns; pause++)
        {
            Settle();
            if (World.State.Pause is null)
                return;
            World.Force();
            CheckInvariants();
        }

        throw new HistoryException("the admin must allow removals again and again");
    }

    /// <summary>Good runs of all installations until nothing changes any more. Changes that a limit holds back are allowed.</summary>
    public void SettleAlone(bool full)
    {
        Settle(full || OnlyFullRunsShow);
        if (World.State.Pause is not null)
        {
            World.Force();
            CheckInvariants();
            Settle(full: true);
        }

        if (IsAlone || other is null)
            return;
        for (var run = 0; run < MostRuns; run++)
        {
            var before = World.PasswordBoss.Writes;
            TimePasses(other.State, doubtsToo: true);
            var others = RunOther(full: true);
            TimePasses(World.State, doubtsToo: true);
            var ours = Run(full: true);
            if (World.PasswordBoss.Writes > before)
                continue;
            Judge(ours, World.State);
            Judge(others, other.State);
            ForgetWhatWas();
            return;
        }

        // Each installation removes the members that the other added to a group, if only one of them has a link to the account.
        Require(World.Rules.UnknownMember == UnknownMemberRule.Remove, "the two installations do not stop changing something");
    }

    private PBSyncResult RunOther(bool full)
    {
        other ??= new World(World);
        other.Change(c => World.Connection with { Id = c.Id });
        var result = other.Sync(new SyncOptions { Full = full });
        Spare(other.State);
        CheckInvariants();
        return result;
    }

    /// <summary>A run, and the checks of its outcome.</summary>
    public PBSyncResult Run(bool full, CancellationToken cancellationToken = default)
    {
        var strangers = World.PasswordBoss.Groups.Values.Any(g => g.MemberIds.Any(m => !World.State.Links.ContainsKey(m)));
        var inUse = World.PasswordBoss.Accounts.Values.Where(IsInUse).Select(a => a.Id).ToList();
        var result = World.Sync(new SyncOptions { Full = full }, null, cancellationToken);
        Require(inUse.Count(id => !(World.PasswordBoss.Accounts.TryGetValue(id, out var account) && IsInUse(account))) <= limits.MaxRemovalCount, "a run removed more than the limit allows");
        // If an adopted account has a membership that its user does not have, the next full run removes it.
        OnlyFullRunsShow |= !full && strangers && result.Adopted > 0;
        Spare(World.State);
        // Two installations can only be judged together, because one may attribute changes of the other to an admin.
        if (IsAlone)
            Judge(result, World.State);
        return result;
    }

    // A run with a good outcome must not leave access to a leaver. This compares the true state of both sides, not the state of the connector.
    private void Judge(PBSyncResult result, FakeStore.Committed state)
    {
        var isGood = result.Outcome is SyncOutcome.Succeeded or SyncOutcome.NoChange;
        foreach (var link in state.Links.Values.Where(l => l.Kind == LinkKind.Current))
        {
            if (LeavingOf(link.EntraId) is { } leaving && World.Rules.For(leaving) != LeaverRule.None && isGood && IsReported(link.EntraId, result.Mode) && HasAccess(link.AccountId) && !spared.Contains((link.EntraId, leaving)))
                throw new HistoryException($"{link.Email} has left and keeps access after {result.Mode} {result.Outcome}");
        }
    }

    private void Spare(FakeStore.Committed state)
    {
        foreach (var link in state.Links.Values.Where(l => l.Kind == LinkKind.Current))
        {
            if (LeavingOf(link.EntraId) is { } leaving && World.Rules.For(leaving) == LeaverRule.None)
                spared.Add((link.EntraId, leaving));
        }
    }

    // A run cannot handle a change that its source does not show yet: change tracking in an incremental run, lists and reads in a full run. If both sources
    // are used and contradict each other, the run must report that. Only reads show the members of inner groups.
    private bool IsReported(string person, SyncMode mode) => mode == SyncMode.Full ? !World.Entra.IsBehind(person)
        : !World.Entra.Changes.IsBehind && (nesting == Nesting.None || !World.Entra.IsBehind(person));

    private static bool IsInUse(Account account) => account.State is AccountState.Active or AccountState.Pending;

    private bool HasAccess(string accountId) =>
        World.PasswordBoss.Accounts.TryGetValue(accountId, out var account) && account.State is AccountState.Active or AccountState.Pending
        && !(givenBack.Contains(accountId) && !World.PasswordBoss.StateSetByConnector.Contains(accountId));

    // The leaving event of a user by the true state; null if they are present.
    private LeavingEvent? LeavingOf(string person)
    {
        if (!World.Entra.Users.TryGetValue(person, out var user))
            return LeavingEvent.Deleted;
        var members = nesting == Nesting.Included ? World.Entra.TransitiveMembers(World.UserGroup.Id) : World.UserGroup.Members;
        var isDisabled = user.AccountEnabled == false;
        if (members.Contains(person))
            return isDisabled ? LeavingEvent.Disabled : null;
        return isDisabled && World.Rules.RemovedUser == LeaverRule.None && World.Rules.DisabledUser != LeaverRule.None ? LeavingEvent.Disabled : LeavingEvent.Removed;
    }

    /// <summary>After a full read: nothing is remembered of users who are present again, and only the current event of a leaver.</summary>
    public void ForgetWhatWas()
    {
        spared.RemoveWhere(s => LeavingOf(s.Person) != s.Event);
        isQuiet = true;
        givenBack.RemoveWhere(id => !World.PasswordBoss.Accounts.TryGetValue(id, out var account) || LeavingOf(account.ExternalId!) is null);
    }

    /// <summary>
    /// Makes pending retries due, ends the wait for a second read, and on request makes doubts old. The clock does not move, so the age of new accounts stays.
    /// </summary>
    public void TimePasses(FakeStore.Committed state, bool doubtsToo = false)
    {
        state.PendingRetries = state.PendingRetries.Select(m => m with { NotBefore = World.Clock.UtcNow }).ToList();
        if (doubtsToo)
            state.Progress = state.Progress with { Doubts = state.Progress.Doubts.Select(d => d with { Since = d.Since - TimeSpan.FromHours(2) }).ToList() };
        foreach (var link in state.Links.Values.ToList())
        {
            if (link.WaitingConversion is { } waiting)
                state.Links[link.AccountId] = link with { WaitingConversion = waiting with { Since = waiting.Since - TimeSpan.FromHours(2) } };
        }
    }

    /// <summary>The number of writes and the state of all links. If it no longer changes, the runs have nothing left to do.</summary>
    public (int Writes, string Links) Snapshot => (
        World.PasswordBoss.Writes,
        string.Join(
            ";",
            World.State.Links.Values.Select(l => $"{l.AccountId} {l.Kind} {l.AppliedRule} {l.HandledEvent} {l.AbsentReads} {l.WaitingConversion?.Event} {l.Unconfirmed.Request} {l.WaitingDeletion?.Event}")
                .Concat(World.State.GroupLinks.Values.Select(l => $"{l.GroupId} {l.AbsentOnce.Count} {l.NotFoundReads}"))
                .OrderBy(l => l, StringComparer.Ordinal)
                .Append($"{World.State.Progress.FullNeeded} {World.State.Progress.Doubts.Count}")));

    public void CheckInvariants()
    {
        Require(World.PasswordBoss.Violations.Count == 0, string.Join("; ", World.PasswordBoss.Violations));
        Require(World.Listener.Steps.All(s => s.Done <= s.Total || !s.Activity.Equals(Texts.PhaseExecute)), "a run reported more finished writes than it tried");
        for (var i = 0; i < 3; i++)
        {
            var address = World.AddressOf("anchor" + i);
            var account = World.PasswordBoss.FindAt(address);
            Require(account is { State: AccountState.Active } || !anchorsSeen.Contains(address), "a user that no step touched lost the account");
            if (account is not null)
                anchorsSeen.Add(address);
        }

        foreach (var link in World.State.Links.Values.Concat(other?.State.Links.Values.ToList() ?? new()))
        {
            if (owners.TryGetValue(link.AccountId, out var owner))
                Require(owner == link.EntraId, "the vault of " + link.Email + " went to another user");
            owners[link.AccountId] = link.EntraId;
        }

        foreach (var account in World.PasswordBoss.Accounts.Values.Where(a => a.ExternalId is not null && !wasRolledBack && IsAlone))
            Require(World.State.Links.TryGetValue(account.Id, out var link) ? link.EntraId == account.ExternalId : World.State.Intents.Count > 0, account.UserName + " has an external ID without a link");
        // A group whose link was lost is recognised by its external ID.
        foreach (var group in World.PasswordBoss.Groups.Values.Where(g => g.ExternalId is not null))
        {
            Require(World.PasswordBoss.Groups.Values.Count(g => g.ExternalId == group.ExternalId) == 1, group.DisplayName + " was made twice");
            Require(!World.State.GroupLinks.TryGetValue(group.ExternalId!, out var link) || link.AccountGroupId == group.Id || !World.PasswordBoss.Groups.ContainsKey(link.AccountGroupId), group.DisplayName + " is not the linked group");
        }

        Require(!World.Factory.Locked, "the lock was not released");
    }

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new HistoryException(otherwise);
    }

    // The first inner group can be in the user group; the second in a selected group, or in the first.
    private FakeEntra.Group OuterGroup(Step step) => step.Which % 2 == 0 ? World.UserGroup : step.Who % 2 == 0 ? groups[0] : innerGroups[0];

    // Whether its user no longer exists. A later run drops the link, and then the account counts as unknown.
    private bool IsOfNoUser(Account account) => account.ExternalId is { } id && !World.Entra.Users.ContainsKey(id) && !World.Entra.DeletedItems.ContainsKey(id);

    private string Hire(int address)
    {
        var id = World.Hire("person" + hires++);
        World.Edit(id, u => u with { Mail = Address(address) });
        return id;
    }

    private static string Address(int which) => "address" + which + "@contoso.com";
}

internal sealed class HistoryException(string message) : Exception(message);
