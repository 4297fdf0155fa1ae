using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>A world in which histories take place: four people with four addresses between them, two groups, and three people to whom nothing happens.</summary>
internal sealed class Company
{
    private static readonly LeaverRule[] LeaverRules = { LeaverRule.None, LeaverRule.Disable, LeaverRule.ConvertToPersonal, LeaverRule.Delete };

    // The limits have their own tests; here they would only stand in the way.
    private static readonly SyncRules WithoutLimits = SyncRules.Default with { MaxRemovalCount = 1_000_000, MaxRemovalPercent = 100 };

    /// <summary>A run may free what the next one needs: an address, or a person's claim to one.</summary>
    public const int MostRuns = 5;

    private readonly string[] people = new string[4];
    private readonly FakeEntra.Group[] groups = new FakeEntra.Group[2];
    private readonly Dictionary<string, string> owners = new();
    private int hires;

    public Company()
    {
        World = new World { Rules = WithoutLimits };
        var anchors = Enumerable.Range(0, 3).Select(i => World.Join("anchor" + i)).ToArray();
        for (var i = 0; i < 2; i++)
            groups[i] = World.NewSyncedGroup("Group " + i, anchors);
        for (var i = 0; i < 4; i++)
            people[i] = Hire(i);
    }

    public World World { get; }

    /// <summary>Whether somebody changed Password Boss since everything was last read: an incremental run does not look there.</summary>
    public bool AdminWasThere { get; private set; }

    public void Apply(Step step)
    {
        AdminWasThere |= step.What is Happening.AdminDisable or Happening.AdminEnable or Happening.AdminDelete or Happening.AdminMakesPersonal or Happening.AdminCreates;
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
                    ExistingAccount = step.Number is >= 60 and < 80 ? ExistingAccountRule.Skip : ExistingAccountRule.Adopt,
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
                World.PasswordBoss.AdminCreate(Address(step.Which), step.Number < 20 ? AccountState.Disabled : AccountState.Active, step.Number < 10 ? ManagedBy.ActiveDirectory : ManagedBy.PasswordBoss);
                break;
            case Happening.Wait:
                World.Clock.Advance(TimeSpan.FromMinutes(step.Number < 30 ? 20 : 120));
                break;
        }
    }

    /// <summary>One attempt of a run in which something goes wrong, and what must hold whatever it was.</summary>
    public void Attempt(Step step, bool full = true)
    {
        var before = World.PasswordBoss.Accounts.ToDictionary(a => a.Key, a => a.Value);
        var links = World.State.Links.Values.Where(l => l.Kind == LinkKind.Current).ToList();
        switch (step.What)
        {
            case Happening.RunThatDies:
                World.SyncAndDie(step.Number, full);
                break;
            case Happening.RunWithFaults:
                var call = 0;
                World.PasswordBoss.FaultOn = (name, _) => name is "DiscoverAsync" or "ListAccountsAsync" or "ListGroupsAsync" ? null : FaultOf(step, call++);
                Run(full);
                World.PasswordBoss.FaultOn = null;
                break;
            case Happening.RunThatReadsBadly:
                // An incremental run does not read the lists that are broken, and may do what changes and lookups allow.
                var refused = ReadBadly(step) && full;
                var writes = World.PasswordBoss.Writes;
                var result = Run(full);
                ReadWell();
                Require(!refused || (result.Outcome is SyncOutcome.Refused or SyncOutcome.Failed && writes == World.PasswordBoss.Writes), "a run that could not read wrote");
                foreach (var link in !full && !World.Entra.AllLookupsUnknown ? Array.Empty<AccountLink>() : links.Where(l => World.State.Links[l.AccountId].Kind == LinkKind.Current && before.ContainsKey(l.AccountId)))
                    Require(Rank(World.PasswordBoss.Accounts.GetValueOrDefault(link.AccountId)) >= Rank(before[link.AccountId]), link.Email + " was taken away by a run that could not read");
                break;
        }

        CheckInvariants();
    }

    /// <summary>Runs in which everything works, until nothing changes any more.</summary>
    public void Settle(bool full = true)
    {
        AdminWasThere &= !full;
        for (var run = 0; run < MostRuns; run++)
        {
            var before = Standing;
            Run(full);
            CheckInvariants();
            if (Standing == before)
                return;
        }

        throw new HistoryException("does not come to rest");
    }

    private PBSyncResult Run(bool full) => full ? World.Sync() : World.SyncChanges();

    /// <summary>What is written on either side of the links: when it no longer changes, the company has come to rest.</summary>
    public (int Writes, string Links) Standing => (
        World.PasswordBoss.Writes,
        string.Join(";", World.State.Links.Values.Select(l => $"{l.AccountId} {l.Kind} {l.Done} {l.HandledEvent}").OrderBy(l => l, StringComparer.Ordinal)));

    public void CheckInvariants()
    {
        Require(World.PasswordBoss.Violations.Count == 0, string.Join("; ", World.PasswordBoss.Violations));
        for (var i = 0; i < 3; i++)
            Require(World.PasswordBoss.FindAt("anchor" + i + "@contoso.com") is null or { State: AccountState.Active }, "somebody to whom nothing happened lost her account");
        foreach (var link in World.State.Links.Values)
        {
            if (owners.TryGetValue(link.AccountId, out var owner))
                Require(owner == link.EntraId, "the vault of " + link.Email + " went to somebody else");
            owners[link.AccountId] = link.EntraId;
        }

        foreach (var account in World.PasswordBoss.Accounts.Values.Where(a => a.ExternalId is not null))
            Require(World.State.Links.TryGetValue(account.Id, out var link) ? link.EntraId == account.ExternalId : World.State.Intents.Count > 0, account.UserName + " bears a mark that nobody remembers");
        Require(!World.Factory.Locked, "the lock was not released");
    }

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new HistoryException(otherwise);
    }

    private static Fault? FaultOf(Step step, int call)
    {
        // Three of eight calls fail, which ones depends on the step.
        var dice = (call * 31 + step.Number * 17 + step.Who * 7) % 8;
        return dice switch
        {
            0 => new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true),
            1 => new Fault(ErrorId.AccountServerThrottled),
            2 => new Fault(ErrorId.AccountRefused),
            _ => null,
        };
    }

    // Whether the whole run must be refused.
    private bool ReadBadly(Step step)
    {
        switch (step.Number % 8)
        {
            case 0:
                World.Entra.Broken[World.UserGroup.Id] = ReadingStatus.Incomplete;
                return true;
            case 1:
                World.Entra.Broken[World.UserGroup.Id] = ReadingStatus.NotFound;
                return true;
            case 2:
                World.Entra.Broken[World.UserGroup.Id] = ReadingStatus.Hidden;
                return true;
            case 3:
                World.Entra.NullProperties = true;
                return true;
            case 4:
                World.PasswordBoss.ListingIncomplete = true;
                return true;
            case 5:
                World.Entra.AllLookupsUnknown = true;
                return false;
            case 6:
                World.Entra.FaultOn = (call, _) => call == "LookUpUsersAsync" ? new Fault(ErrorId.GraphThrottled) : null;
                return false;
            default:
                World.Entra.Broken[groups[step.Who % 2].Id] = ReadingStatus.Incomplete;
                World.Entra.AllLookupsUnknown = true;
                return false;
        }
    }

    private void ReadWell()
    {
        World.Entra.Broken.Clear();
        World.Entra.NullProperties = false;
        World.Entra.AllLookupsUnknown = false;
        World.Entra.FaultOn = null;
        World.PasswordBoss.ListingIncomplete = false;
    }

    private string Hire(int address)
    {
        var id = World.Hire("person" + hires++);
        World.Edit(id, u => u with { Mail = Address(address) });
        return id;
    }

    private static string Address(int which) => "address" + which + "@contoso.com";

    private static int Rank(Account? account) => account?.State switch
    {
        AccountState.Active or AccountState.Pending => 3,
        AccountState.Disabled => 2,
        AccountState.Personal => 1,
        _ => 0,
    };
}

internal sealed class HistoryException(string message) : Exception(message);
