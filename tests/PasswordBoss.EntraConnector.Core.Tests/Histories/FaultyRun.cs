using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>Runs with a fault, and the effects that the fault must not have.</summary>
internal sealed class FaultyRun
{
    private static readonly ErrorId[] OfEntra =
    {
        ErrorId.GraphUnreachable, ErrorId.GraphThrottled, ErrorId.GraphFailed, ErrorId.GraphAnswerInvalid, ErrorId.PermissionMissing, ErrorId.GraphUnauthorized,
        ErrorId.SignInUnreachable, ErrorId.Cancelled, ErrorId.DeadlineExceeded,
    };

    private static readonly ErrorId[] OfPasswordBoss =
    {
        ErrorId.AccountServerUnreachable, ErrorId.AccountServerThrottled, ErrorId.AccountServerFailed, ErrorId.AccountServerAnswerInvalid, ErrorId.AccountServerForbidden,
        ErrorId.AccountServerTokenRejected, ErrorId.AccountServerNotScim, ErrorId.AccountRefused, ErrorId.Cancelled, ErrorId.DeadlineExceeded,
    };

    private static readonly ErrorId[] OfStore = { ErrorId.StateBusy, ErrorId.StateFolderUnusable };

    // After these errors it is unknown whether the write was applied.
    private static readonly ErrorId[] Uncertain =
    {
        ErrorId.AccountServerUnreachable, ErrorId.AccountServerFailed, ErrorId.AccountServerAnswerInvalid, ErrorId.AccountServerNotScim, ErrorId.Cancelled, ErrorId.DeadlineExceeded,
    };

    private readonly World world;

    private readonly Func<bool, CancellationToken, PBSyncResult> run;

    public FaultyRun(World world, Func<bool, CancellationToken, PBSyncResult> run)
    {
        this.world = world;
        this.run = run;
    }

    /// <summary>
    /// Whether a full read had a fault that only another full read corrects. Either a list lacked a user: two such reads in a row count as a removal, and
    /// nothing else reports a user who was never read before. Or the properties of a user were missing, which can be permanent.
    /// </summary>
    public bool OnlyFullRunsShow { get; set; }

    // The first of two users with one address gets it. A fault must not change which one is read first.
    private bool IsAddressShared => world.Entra.Users.Values.GroupBy(u => u.Mail).Any(g => g.Count() > 1);

    public void Run(Step step, bool full, IReadOnlyList<string> people, IReadOnlyList<FakeEntra.Group> groups)
    {
        // Only reads show the changes from the time without change tracking.
        if (world.Entra.Changes.Lost || world.Entra.TrackingRefused)
            world.Entra.ReadsCatchUp();
        if (IsAddressShared)
        {
            world.Entra.Changes.CatchUp();
            world.Entra.ReadsCatchUp();
        }

        switch (step.What)
        {
            case Happening.Run when world.Entra.Changes.IsBehind || world.Entra.TrackingRefused || world.Entra.IsAnyUserBehind:
                Run(full);
                break;
            case Happening.RunThatDies:
                // If an adopted account has a membership that its user does not have, a full run removes it. A run that died reports no adoptions.
                OnlyFullRunsShow |= world.PasswordBoss.Groups.Values.Any(g => g.MemberIds.Any(m => !world.State.Links.ContainsKey(m)));
                world.SyncAndDie(step.Number, full);
                break;
            case Happening.RunWithFaults:
                WithFailingWrites(step, () => Run(full));
                break;
            case Happening.RunWithOneFault:
                RunWithOneFault(step, full);
                break;
            case Happening.RunThatReadsBadly:
                RunThatReadsBadly(step, full, people, groups);
                break;
            // A single missing account may have been deleted, so two are needed.
            case Happening.RunInWrongCompany when world.State.Links.Values.Count(l => l.Kind == LinkKind.Current && l.AppliedRule != LeaverRule.ConvertToPersonal) > 1:
                RunInWrongCompany(full, groups);
                break;
            case Happening.RunWithIgnoredWrites:
                WithIgnoredWrites(step, () => Run(full));
                break;
            case Happening.RunWithLateEffects:
                world.PasswordBoss.ReadsBehind = 1 + (step.Number % 5);
                Run(full);
                world.PasswordBoss.ReadsCatchUp();
                break;
            case Happening.RunThatHidesMembers:
                world.PasswordBoss.HidesMembers = step.Who % 2 == 0;
                world.PasswordBoss.ShowsOnlyFirst = step.Which + 1;
                // Only a full run sees a member without a link, and only a complete list shows that an earlier one was incomplete.
                OnlyFullRunsShow = true;
                Run(full);
                world.PasswordBoss.HidesMembers = false;
                world.PasswordBoss.ShowsOnlyFirst = null;
                break;
            // A hidden account counts as gone unless the connector disabled it, and it cannot be converted.
            case Happening.RunThatHidesDisabled when !HasRule(LeaverRule.ConvertToPersonal) && world.PasswordBoss.Accounts.Values.All(IsShownOrOurs):
                var usually = world.PasswordBoss.HidesDisabled;
                world.PasswordBoss.HidesDisabled = true;
                // A hidden account is added to no group.
                Run(full);
                OnlyFullRunsShow = true;
                world.PasswordBoss.HidesDisabled = usually;
                break;
            case Happening.RunWithWrongClock:
                RunWithWrongClock(step, full);
                break;
            case Happening.RunOfOneUser:
                RunOfOneUser(people[step.Who]);
                break;
        }
    }

    // In such a run, only reads decide.
    private void RunOfOneUser(string user)
    {
        world.Entra.ReadsCatchUp();
        var links = world.State.Links.Values.Where(l => l.EntraId != user).Select(l => (l.AccountId, l.EntraId, l.Kind, l.AppliedRule, l.HandledEvent)).ToList();
        var accounts = world.PasswordBoss.Accounts.Values.ToList();
        var (health, progress) = (world.State.Health, world.State.Progress);
        var result = world.Sync(new SyncOptions { User = user });
        Company.Require(result.Mode == SyncMode.User && result.Changes.All(c => c.EntraId == user || (c.EntraId is { } id && world.Entra.Groups.ContainsKey(id))), "a run of one user listed another one");
        var own = world.State.Links.Values.Where(l => l.EntraId == user).Select(l => l.AccountId).ToHashSet();
        Company.Require(accounts.Where(a => !own.Contains(a.Id)).SequenceEqual(world.PasswordBoss.Accounts.Values.Where(a => !own.Contains(a.Id))), "a run of one user changed the account of another one");
        Company.Require(links.SequenceEqual(world.State.Links.Values.Where(l => l.EntraId != user).Select(l => (l.AccountId, l.EntraId, l.Kind, l.AppliedRule, l.HandledEvent))), "a run of one user changed the link of another one");
        // Times in the future are set back, as in every run.
        Company.Require(
            (health.LastOutcome, progress.Links) == (world.State.Health.LastOutcome, world.State.Progress.Links)
                && !(world.State.Health.LastSync > health.LastSync) && !(world.State.Progress.LastFullAt > progress.LastFullAt),
            "a run of one user counted as a sync");
    }

    private void WithFailingWrites(Step step, Action run)
    {
        var call = 0;
        world.PasswordBoss.FaultOn = (name, _) => name is "DiscoverAsync" or "ListAccountsAsync" or "ListGroupsAsync" ? null : OneOfThree(step, call++);
        run();
        world.PasswordBoss.FaultOn = null;
    }

    private PBSyncResult Run(bool full, CancellationToken cancellationToken = default) => run(full, cancellationToken);

    // One call fails: any call of any port at any point of the run.
    private void RunWithOneFault(Step step, bool full)
    {
        using var stop = new CancellationTokenSource();
        var kind = (step.Who * 4) + step.Which;
        var call = 0;
        world.Entra.FaultOn = (_, _) => FaultOf(OfEntra);
        world.PasswordBoss.FaultOn = (_, _) => FaultOf(OfPasswordBoss);
        world.Store.FaultOn = _ => FaultOf(OfStore);
        Run(full, stop.Token);
        world.Entra.FaultOn = null;
        world.PasswordBoss.FaultOn = null;
        world.Store.FaultOn = null;

        Fault? FaultOf(ErrorId[] errors)
        {
            if (call++ != step.Number / (full ? 2 : 3))
                return null;
            var error = errors[kind % errors.Length];
            if (error is ErrorId.Cancelled or ErrorId.DeadlineExceeded)
                stop.Cancel();
            return new Fault(error, AnswerLost: step.Number % 2 == 0 && Uncertain.Contains(error));
        }
    }

    private bool HasRule(LeaverRule rule) => new[] { world.Rules.DeletedUser, world.Rules.RemovedUser, world.Rules.DisabledUser }.Contains(rule);

    private bool IsShownOrOurs(Account account) => account.State != AccountState.Disabled
        || (world.State.Links.TryGetValue(account.Id, out var link) ? link.Kind != LinkKind.Current || link.AppliedRule == LeaverRule.Disable : account.ExternalId is null);

    /// <summary>A run with -Reapply that dies, or whose writes fail or are acknowledged but not applied.</summary>
    /// <param name="step">Determines the faults.</param>
    public void Reapply(Step step)
    {
        var options = new SyncOptions { Full = true, Reapply = true };
        switch (step.Who)
        {
            case 0:
                world.SyncAndDie(step.Number, options);
                break;
            case 1:
                WithFailingWrites(step, () => world.Sync(options));
                break;
            default:
                WithIgnoredWrites(step, () => world.Sync(options));
                break;
        }
    }

    // Some state changes and removals are acknowledged but not applied.
    private void WithIgnoredWrites(Step step, Action run)
    {
        var write = 0;
        world.PasswordBoss.AnswersPatches = step.Who % 2 == 0;
        // If disabled accounts are hidden, an unapplied deletion looks like an applied one.
        world.PasswordBoss.Ignores = (call, _) => !(call == nameof(FakePasswordBoss.DeleteAccountAsync) && world.PasswordBoss.HidesDisabled) &&
            (call != nameof(FakePasswordBoss.PatchAccountAsync) || world.PasswordBoss.Log[^1].Split(' ').Length == 3) && ((write++ * 5) + step.Number) % 7 > step.Which;
        run();
        world.PasswordBoss.Ignores = null;
        world.PasswordBoss.AnswersPatches = false;
    }

    // This machine's clock is an hour off. The run cannot detect that if Microsoft's response contains no time.
    private void RunWithWrongClock(Step step, bool full)
    {
        var ahead = TimeSpan.FromHours(step.Who % 2 == 0 ? 1 : -1);
        world.Clock.Advance(ahead);
        // An hour later, an outdated read is believed.
        world.Entra.ReadsCatchUp();
        // Otherwise a new account that is missing would count as gone too early.
        var allStand = world.State.Links.Values.All(l => l.Kind != LinkKind.Current || world.PasswordBoss.Accounts.ContainsKey(l.AccountId));
        world.Entra.GraphClockDifference = step.Which == 0 && allStand ? null : ahead;
        var accounts = world.PasswordBoss.Accounts.Values.Select(a => (a.Id, a.State)).ToList();
        Run(full);
        world.Clock.Advance(-ahead);
        if (world.Entra.GraphClockDifference is not null)
            Company.Require(accounts.All(a => Rank(world.PasswordBoss.Accounts.GetValueOrDefault(a.Id)) >= Rank(a.State)), "a run with a wrong clock took an account away");
        world.Entra.GraphClockDifference = TimeSpan.Zero;
    }

    private void RunThatReadsBadly(Step step, bool full, IReadOnlyList<string> people, IReadOnlyList<FakeEntra.Group> groups)
    {
        var before = world.PasswordBoss.Accounts.ToDictionary(a => a.Key, a => a.Value);
        var links = world.State.Links.Values.Where(l => l.Kind == LinkKind.Current && before.ContainsKey(l.AccountId)).ToList();
        var writes = world.PasswordBoss.Writes;
        // An incremental run does not read the broken lists, so it may apply the changes from change tracking and lookups.
        var (refused, spared) = ReadBadly(step, people, groups);
        var isBlind = full || world.Entra.AllLookupsUnknown;
        var result = Run(full);
        OnlyFullRunsShow |= result.Mode == SyncMode.Full && world.Entra.WithoutProperties.Count > 0;
        world.Entra.ReadWell();
        world.PasswordBoss.ListingIncomplete = world.PasswordBoss.GroupListingIncomplete = false;
        Company.Require(
            !(refused && full) || (result.Outcome is SyncOutcome.Refused or SyncOutcome.Failed && writes == world.PasswordBoss.Writes), "a run with a failed read wrote");
        foreach (var link in links.Where(l => isBlind ? spared is null : l.EntraId == spared))
        {
            var kept = world.State.Links[link.AccountId].Kind != LinkKind.Current || Rank(world.PasswordBoss.Accounts.GetValueOrDefault(link.AccountId)) >= Rank(before[link.AccountId]);
            Company.Require(kept, link.Email + " was taken away by a run with a failed read");
        }
    }

    // Whether the whole run must be refused, and which user may lose nothing; null means every user.
    private (bool Refused, string? Spared) ReadBadly(Step step, IReadOnlyList<string> people, IReadOnlyList<FakeEntra.Group> groups)
    {
        var entra = world.Entra;
        switch (step.Number % (IsAddressShared ? 10 : 13))
        {
            case 0:
                entra.Broken[world.UserGroup.Id] = ReadingStatus.Incomplete;
                return (true, null);
            case 1:
                entra.Broken[world.UserGroup.Id] = ReadingStatus.NotFound;
                return (true, null);
            case 2:
                entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;
                return (true, null);
            case 3:
                entra.NullProperties = true;
                return (true, null);
            case 4:
                world.PasswordBoss.ListingIncomplete = true;
                return (true, null);
            case 5:
                world.PasswordBoss.GroupListingIncomplete = true;
                // Without a selected or linked group, a run does not list the groups.
                return world.Connection.AdditionalGroups.Count > 0 || world.State.GroupLinks.Count > 0 ? (true, null) : (false, "none");
            case 6:
                entra.AllLookupsUnknown = true;
                return (false, null);
            case 7:
                entra.FaultOn = (call, _) => call == "LookUpUsersAsync" ? new Fault(ErrorId.GraphThrottled) : null;
                return (false, null);
            case 8:
                entra.Broken[groups[step.Who % 2].Id] = ReadingStatus.Incomplete;
                entra.AllLookupsUnknown = true;
                return (false, null);
            case 9:
                entra.MembershipChecksRefused = true;
                return (false, "none");
            case 10:
                entra.UnknownLookups.Add(people[step.Who]);
                return (false, people[step.Who]);
            case 11:
                entra.WithoutProperties.Add(people[step.Who]);
                return (false, "none");
            default:
                if (!OnlyFullRunsShow)
                    entra.MissingFromLists.UnionWith(world.Entra.Groups.Keys.SelectMany(g => entra.Users.Keys.Where((_, i) => i % 4 == step.Which).Select(u => (g, u))));
                OnlyFullRunsShow = true;
                return (false, "none");
        }
    }

    // All linked accounts are missing there, and some of the addresses belong to accounts of other users.
    private void RunInWrongCompany(bool full, IReadOnlyList<FakeEntra.Group> groups)
    {
        var elsewhere = new FakePasswordBoss(world.Wire, "elsewhere-");
        for (var i = 0; i < 3; i++)
            elsewhere.AdminCreate("address" + i + "@contoso.com", name: world.NameAt("address" + i + "@contoso.com"));
        elsewhere.AdminCreate(World.AddressOf("stranger"));
        elsewhere.AdminCreateGroup(groups[0].Name);
        world.Factory.Elsewhere = elsewhere;
        Run(full);
        world.Factory.Elsewhere = null;
        Company.Require(elsewhere.Log.Count == 0, "wrote in the wrong company: " + string.Join("; ", elsewhere.Log));
    }

    // Three of eight calls fail. The step determines which ones.
    private static Fault? OneOfThree(Step step, int call) => (((call * 31) + (step.Number * 17) + (step.Who * 7)) % 8) switch
    {
        0 => new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true),
        1 => new Fault(ErrorId.AccountServerThrottled),
        2 => new Fault(ErrorId.AccountRefused),
        _ => null,
    };

    private static int Rank(Account? account) => Rank(account?.State);

    private static int Rank(AccountState? state) => state switch
    {
        AccountState.Active or AccountState.Pending => 3,
        AccountState.Disabled => 2,
        AccountState.Personal => 1,
        _ => 0,
    };
}
