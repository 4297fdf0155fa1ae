using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>How groups lie in groups.</summary>
internal enum Nesting
{
    /// <summary>There are no groups in groups.</summary>
    None,
    /// <summary>The members of inner groups count.</summary>
    Included,
    /// <summary>There are groups in groups, and only direct members count; <c>checkMemberGroups</c> does not tell these.</summary>
    Ignored,
}

/// <summary>
/// A world in which histories take place: four people with four addresses between them, two groups, two more that may lie in them and in the user group, and
/// three people to whom nothing happens.
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
    private readonly FaultyRun faults;
    private readonly Nesting nesting;
    private int hires;

    public Company(Nesting nesting = Nesting.None)
    {
        World = new World { Rules = WithoutLimits };
        this.nesting = nesting;
        World.Change(c => c with { IncludeNested = nesting == Nesting.Included });
        faults = new FaultyRun(World);
        var anchors = Enumerable.Range(0, 3).Select(i => World.Join("anchor" + i)).ToArray();
        for (var i = 0; i < 2; i++)
        {
            groups[i] = World.NewSyncedGroup("Group " + i, anchors);
            innerGroups[i] = World.NewGroup("Inner group " + i);
        }

        for (var i = 0; i < 4; i++)
            people[i] = Hire(i);
    }

    public World World { get; }

    /// <summary>
    /// Whether something happened since everything was last read that change tracking does not tell: somebody changed Password Boss, or a list lacked people.
    /// </summary>
    public bool OnlyFullRunsTell { get; private set; }

    public void Apply(Step step)
    {
        OnlyFullRunsTell |= step.What is Happening.AdminDisable or Happening.AdminEnable or Happening.AdminDelete or Happening.AdminMakesPersonal or Happening.AdminCreates;
        var person = people[step.Who];
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
                    NewUser = step.Number >= 70 ? NewUserRule.CreatePending : NewUserRule.CreateActive,
                    ExistingAccount = step.Number switch { >= 40 and < 60 => ExistingAccountRule.AdoptAny, >= 60 and < 80 => ExistingAccountRule.Skip, _ => ExistingAccountRule.Adopt },
                };
                break;
            case Happening.AdminDisable when account?.State is AccountState.Active or AccountState.Pending:
                World.PasswordBoss.AdminSet(account!.Id, AccountState.Disabled);
                break;
            case Happening.AdminEnable when account?.State is AccountState.Disabled or AccountState.Pending:
                World.PasswordBoss.AdminSet(account!.Id, AccountState.Active);
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
                World.Clock.Advance(TimeSpan.FromMinutes(step.Number < 30 ? 20 : 120));
                break;
            case Happening.JoinInnerGroup when living:
                innerGroups[step.Which % 2].Members.Add(person);
                break;
            case Happening.LeaveInnerGroup:
                innerGroups[step.Which % 2].Members.Remove(person);
                break;
            case Happening.NestGroup:
                OuterGroup(step).Members.Add(innerGroups[step.Which % 2].Id);
                break;
            case Happening.TakeGroupOut:
                OuterGroup(step).Members.Remove(innerGroups[step.Which % 2].Id);
                break;
            case Happening.TrackingMisbehaves:
                World.Entra.Changes.Replays = step.Number % 2 == 0;
                World.Entra.Changes.Repeats = step.Number % 3 == 0;
                World.Entra.Changes.Strays = step.Number % 5 == 0;
                World.Entra.Changes.SilentAboutTheGone = step.Number % 7 == 0;
                World.Entra.Changes.Lost = step.Number % 11 == 0;
                World.Entra.TrackingRefused = step.Number % 13 == 0;
                break;
            // Where change tracking alone tells who is a direct member, what it tells late is believed for that long.
            case Happening.TrackingFallsBehind when nesting != Nesting.Ignored:
                World.Entra.Changes.FallBehind();
                break;
        }
    }

    /// <summary>One attempt of a run in which something goes wrong, and what must hold whatever it was.</summary>
    public void Attempt(Step step, bool full = true)
    {
        faults.Run(step, full, people, groups);
        OnlyFullRunsTell |= faults.OnlyFullRunsTell;
        CheckInvariants();
    }

    /// <summary>Runs in which everything works, until nothing changes any more.</summary>
    public void Settle(bool full = true)
    {
        if (full)
            OnlyFullRunsTell = faults.OnlyFullRunsTell = false;
        World.Entra.Changes.CatchUp();
        World.Entra.ReadWell();
        for (var run = 0; run < MostRuns; run++)
        {
            var before = Standing;
            // Time passes: what is open is due.
            World.State.OpenMatters = World.State.OpenMatters.Select(m => m with { NotBefore = World.Clock.UtcNow }).ToList();
            if (full)
                World.Sync();
            else
                World.SyncChanges();
            CheckInvariants();
            if (Standing == before)
                return;
        }

        throw new HistoryException("does not come to rest");
    }

    /// <summary>What is written on either side of the links: when it no longer changes, the company has come to rest.</summary>
    public (int Writes, string Links) Standing => (
        World.PasswordBoss.Writes,
        string.Join(
            ";",
            World.State.Links.Values.Select(l => $"{l.AccountId} {l.Kind} {l.Done} {l.HandledEvent} {l.AbsentReads}")
                .Concat(World.State.GroupLinks.Values.Select(l => $"{l.GroupId} {l.AbsentOnce.Count} {l.NotFoundReads}"))
                .OrderBy(l => l, StringComparer.Ordinal)
                .Append(World.State.Progress.FullNeeded.ToString())));

    public void CheckInvariants()
    {
        Require(World.PasswordBoss.Violations.Count == 0, string.Join("; ", World.PasswordBoss.Violations));
        for (var i = 0; i < 3; i++)
        {
            var address = World.AddressOf("anchor" + i);
            var account = World.PasswordBoss.FindAt(address);
            Require(account is { State: AccountState.Active } || !anchorsSeen.Contains(address), "somebody to whom nothing happened lost her account");
            if (account is not null)
                anchorsSeen.Add(address);
        }

        foreach (var link in World.State.Links.Values)
        {
            if (owners.TryGetValue(link.AccountId, out var owner))
                Require(owner == link.EntraId, "the vault of " + link.Email + " went to somebody else");
            owners[link.AccountId] = link.EntraId;
        }

        foreach (var account in World.PasswordBoss.Accounts.Values.Where(a => a.ExternalId is not null))
            Require(World.State.Links.TryGetValue(account.Id, out var link) ? link.EntraId == account.ExternalId : World.State.Intents.Count > 0, account.UserName + " bears a mark that nobody remembers");
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

    private string Hire(int address)
    {
        var id = World.Hire("person" + hires++);
        World.Edit(id, u => u with { Mail = Address(address) });
        return id;
    }

    private static string Address(int which) => "address" + which + "@contoso.com";
}

internal sealed class HistoryException(string message) : Exception(message);
