using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>How groups lie in groups.</summary>
internal enum Nesting
{
    /// <summary>There are no groups in groups.</summary>
    None,
    /// <summary>The members of inner groups count.</summary>
    Included,
    /// <summary>There are groups in groups, and only direct members count; <c>checkMemberGroups</c> does not distinguish these.</summary>
    Ignored,
}

/// <summary>
/// A world in which histories take place: four people with four addresses between them, two groups, two more that may be in them and in the user group, and
/// three people that no step touches.
/// </summary>
internal sealed class Company
{
    private static readonly LeaverRule[] LeaverRules = { LeaverRule.None, LeaverRule.Disable, LeaverRule.ConvertToPersonal, LeaverRule.Delete };

    // The limits have their own tests; here they would only stand in the way.
    private static readonly SyncRules WithoutLimits = World.DefaultRules with { FullSyncHours = 144, MaxRemovalCount = 1_000_000, MaxRemovalPercent = 100 };

    /// <summary>A run may free what the next one needs: an address, or a person's claim to one.</summary>
    public const int MostRuns = 8;

    private readonly string[] people = new string[4];
    private readonly FakeEntra.Group[] groups = new FakeEntra.Group[2];
    private readonly FakeEntra.Group[] innerGroups = new FakeEntra.Group[2];
    private readonly Dictionary<string, string> owners = new();
    private readonly HashSet<string> anchorsSeen = new();
    // Leavers whose event a run met while its rule was None: a rule acts on events from its own time on.
    private readonly HashSet<(string Person, LeavingEvent Event)> spared = new();
    // Accounts that an admin gave back to a leaver, or after the connector had taken them.
    private readonly HashSet<string> givenBack = new();
    private readonly FaultyRun faults;
    private readonly Nesting nesting;
    // An account that belongs to no user in Entra.
    private readonly string stranger;
    private int hires;
    private FakeStore.Committed? backup;
    private bool wasPutBack;
    private World? twin;
    // Nothing has happened since the company came to rest.
    private bool isQuiet;

    public Company(Nesting nesting = Nesting.None, bool hidesDisabled = false)
    {
        World = new World { Rules = WithoutLimits, ReadsTwice = false };
        // All companies that live one history must have the same time, however often one of them waits.
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

    /// <summary>Whether no other installation synchronises the same company.</summary>
    public bool IsAlone { get; init; } = true;

    /// <summary>Whether deletions may wait, by rule.</summary>
    public bool DeletionsWait { get; init; }

    /// <summary>Whether change tracking always reports what is true.</summary>
    public bool IsTrackedWell { get; init; }

    /// <summary>
    /// Whether something happened since everything was last read that change tracking does not report: Password Boss was changed, or a list lacked people.
    /// </summary>
    public bool OnlyFullRunsShow { get; private set; }

    public void Apply(Step step)
    {
        OnlyFullRunsShow |= step.What is Happening.AdminDisable or Happening.AdminEnable or Happening.AdminDelete or Happening.AdminMakesPersonal or Happening.AdminCreates;
        OnlyFullRunsShow |= step.What is Happening.AdminAddsMember;
        // What is done on the other side, and by rules, to a user that reads still show as before, is another history.
        if (World.Entra.IsAnyUserBehind && step.What is >= Happening.ChangeRules and <= Happening.Wait or Happening.AdminAddsMember)
            return;
        isQuiet &= step.What is Happening.ReadsFallBehind or >= Happening.Run;
        var person = people[step.Who];
        // Change tracking has reported the deletion before, and does not report that the user can no longer be restored.
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
            case Happening.ChangeRules:
                World.Rules = WithoutLimits with
                {
                    DeletedUser = LeaverRules[step.Who],
                    RemovedUser = LeaverRules[step.Which],
                    DisabledUser = LeaverRules[step.Number % 4],
                    DeleteAfterDays = DeletionsWait && step.Number % 5 < 3 ? 30 : 0,
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
            // When a group joins or leaves another, nothing is reported about its members: if reads of them lag, only the next regular full run sees that.
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
            // If only change tracking shows the direct members, its late reports are believed for that long.
            case Happening.TrackingFallsBehind when nesting != Nesting.Ignored && !IsTrackedWell:
                World.Entra.Changes.FallBehind();
                break;
            // What reads still show was handled: acting on it once more changes nothing. With nested groups a joiner that two runs in a row do not
            // read as a member waits for a full run.
            case Happening.ReadsFallBehind when isQuiet && ((nesting == Nesting.None && LeavingOf(person) is not null) || (living && World.PasswordBoss.FindAt(World.Entra.Users[person].Mail!)?.ExternalId == person)):
                World.Entra.ReadsFallBehind(person);
                break;
            case Happening.BackUp:
                backup = World.State.Copy();
                break;
            case Happening.PutBack when backup is not null:
                World.Store.PutBack(World.Connection.Id, backup);
                wasPutBack = true;
                break;
            case Happening.AdminAddsMember when World.PasswordBoss.Groups.Values.FirstOrDefault(g => g.ExternalId == groups[step.Who % 2].Id) is { } group:
                World.PasswordBoss.AdminAddMember(group.Id, account is null or { State: AccountState.Personal } || IsOfNoUser(account) || step.Number % 2 == 0 ? stranger : account.Id);
                break;
        }
    }

    /// <summary>One attempt of a run in which something goes wrong, and what must hold whatever it was.</summary>
    public void Attempt(Step step, bool full = true)
    {
        if (step.What == Happening.RunOfTwin)
            RunTwin(full);
        else
            faults.Run(step, full, people, groups);
        OnlyFullRunsShow |= faults.OnlyFullRunsShow;
        CheckInvariants();
    }

    /// <summary>Runs in which everything works, until nothing changes any more.</summary>
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

        throw new HistoryException("does not come to rest");
    }

    /// <summary>Runs in which everything works, of all installations; what a limit holds back is allowed.</summary>
    public void SettleAlone(bool full)
    {
        Settle(full || OnlyFullRunsShow);
        if (World.State.Pause is not null)
        {
            World.Force();
            CheckInvariants();
            Settle(full: true);
        }

        if (IsAlone || twin is null)
            return;
        for (var run = 0; run < MostRuns; run++)
        {
            var before = World.PasswordBoss.Writes;
            TimePasses(twin.State, doubtsToo: true);
            var others = RunTwin(full: true);
            TimePasses(World.State, doubtsToo: true);
            var ours = Run(full: true);
            if (World.PasswordBoss.Writes > before)
                continue;
            Judge(ours, World.State);
            Judge(others, twin.State);
            ForgetWhatWas();
            return;
        }

        // Each removes the members that the other has added to a group, if only one of them knows the account.
        Require(World.Rules.UnknownMember == UnknownMemberRule.Remove, "the two do not come to rest");
    }

    private PBSyncResult RunTwin(bool full)
    {
        twin ??= new World(World);
        twin.Change(c => World.Connection with { Id = c.Id });
        var result = twin.Sync(new SyncOptions { Full = full });
        Spare(twin.State);
        CheckInvariants();
        return result;
    }

    /// <summary>A run, and what must hold of its outcome.</summary>
    public PBSyncResult Run(bool full, CancellationToken cancellationToken = default)
    {
        var strangers = World.PasswordBoss.Groups.Values.Any(g => g.MemberIds.Any(m => !World.State.Links.ContainsKey(m)));
        var result = World.Sync(new SyncOptions { Full = full }, null, cancellationToken);
        // A user that is adopted together with a membership that is not theirs loses it in the next full run.
        OnlyFullRunsShow |= !full && strangers && result.Adopted > 0;
        Spare(World.State);
        // Two installations can only be judged together: one may take for an admin's act what the other has done.
        if (IsAlone)
            Judge(result, World.State);
        return result;
    }

    // No leaver keeps access behind a good outcome. What holds is what is true on either side, and not what the connector remembers.
    private void Judge(PBSyncResult result, FakeStore.Committed state)
    {
        var isGood = result.Outcome is SyncOutcome.Succeeded or SyncOutcome.NoChange;
        foreach (var link in state.Links.Values.Where(l => l.Kind == LinkKind.Current))
        {
            if (LeavingOf(link.EntraId) is { } leaving && World.Rules.For(leaving) != LeaverRule.None && isGood && IsReported(link.EntraId, result.Mode) && HasAccess(link.AccountId) && !spared.Contains((link.EntraId, leaving)))
                throw new HistoryException($"{link.Email} has left and keeps access behind {result.Mode} {result.Outcome}");
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

    // A run that uses change tracking cannot know what that does not report yet; nor can one that uses lists and reads know what those do not show. If both
    // are used and contradict each other, the run must report it; only reads show members of groups in groups.
    private bool IsReported(string person, SyncMode mode) => mode == SyncMode.Full ? !World.Entra.IsBehind(person)
        : !World.Entra.Changes.IsBehind && (nesting == Nesting.None || !World.Entra.IsBehind(person));

    private bool HasAccess(string accountId) =>
        World.PasswordBoss.Accounts.TryGetValue(accountId, out var account) && account.State is AccountState.Active or AccountState.Pending
        && !(givenBack.Contains(accountId) && !World.PasswordBoss.StateSetByConnector.Contains(accountId));

    // The event that decides about a user, by what is true; null for one who is present.
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

    /// <summary>Everything was read: who is present again has nothing left of an earlier leaving, and of a leaver only the present event counts.</summary>
    public void ForgetWhatWas()
    {
        spared.RemoveWhere(s => LeavingOf(s.Person) != s.Event);
        isQuiet = true;
        givenBack.RemoveWhere(id => !World.PasswordBoss.Accounts.TryGetValue(id, out var account) || LeavingOf(account.ExternalId!) is null);
    }

    /// <summary>
    /// What is open is due, who waits for a second read has waited, and in the end doubts are old. The clock stands: what was made lately is as young as it was.
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

    /// <summary>What is written on either side of the links: when it no longer changes, the company has come to rest.</summary>
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
        for (var i = 0; i < 3; i++)
        {
            var address = World.AddressOf("anchor" + i);
            var account = World.PasswordBoss.FindAt(address);
            Require(account is { State: AccountState.Active } || !anchorsSeen.Contains(address), "a user that no step touched lost the account");
            if (account is not null)
                anchorsSeen.Add(address);
        }

        foreach (var link in World.State.Links.Values.Concat(twin?.State.Links.Values.ToList() ?? new()))
        {
            if (owners.TryGetValue(link.AccountId, out var owner))
                Require(owner == link.EntraId, "the vault of " + link.Email + " went to another user");
            owners[link.AccountId] = link.EntraId;
        }

        foreach (var account in World.PasswordBoss.Accounts.Values.Where(a => a.ExternalId is not null && !wasPutBack && IsAlone))
            Require(World.State.Links.TryGetValue(account.Id, out var link) ? link.EntraId == account.ExternalId : World.State.Intents.Count > 0, account.UserName + " has an external ID that no link remembers");
        // A group whose link was lost is known by its mark.
        foreach (var group in World.PasswordBoss.Groups.Values.Where(g => g.ExternalId is not null))
        {
            Require(World.PasswordBoss.Groups.Values.Count(g => g.ExternalId == group.ExternalId) == 1, group.DisplayName + " was made twice");
            Require(!World.State.GroupLinks.TryGetValue(group.ExternalId!, out var link) || link.AccountGroupId == group.Id, group.DisplayName + " is not the linked group");
        }

        Require(!World.Factory.Locked, "the lock was not released");
    }

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new HistoryException(otherwise);
    }

    // The first inner group may lie in the user group; the second in a selected group, or in the first.
    private FakeEntra.Group OuterGroup(Step step) => step.Which % 2 == 0 ? World.UserGroup : step.Who % 2 == 0 ? groups[0] : innerGroups[0];

    // Whether its user exists no more: sooner or later the link is forgotten, and then the account counts as a stranger's.
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
