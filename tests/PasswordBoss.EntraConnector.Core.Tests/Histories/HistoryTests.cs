using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>
/// Random histories. PBENTRA_TEST_HISTORIES sets their number. A failure prints its shortest history.
/// </summary>
[Trait("Speed", "Slow")]
public class HistoryTests
{
    private static int Number { get; } = RandomCases.Number("PBENTRA_TEST_HISTORIES") ?? 1000;

    [Fact]
    public void Every_history_ends_in_the_expected_state() =>
        History.Flat.TryEach(Number / 2, h => History.Try(h, steps => Live(steps, Nesting.None)));

    [Fact]
    public void Every_history_with_nested_groups_ends_in_the_expected_state() =>
        History.Nested.TryEach(Number / 4, h => History.Try(h, steps => Live(steps, Nesting.Included)));

    /// <summary>Two complete reads remove a user although an inner group still contains them, so runs are not compared with the table.</summary>
    [Fact]
    public void Every_history_with_direct_members_only_ends_in_the_expected_state() =>
        History.Nested.TryEach(Number / 4, h => History.Try(h, steps => Live(steps, Nesting.Ignored)));

    /// <summary>The outdated list of a renamed group must not show a member of its inner group as a direct member: change tracking would never report that they left.</summary>
    [Fact]
    public void An_outdated_list_shows_only_former_direct_members() =>
        Live(
            new()
            {
                new(Happening.JoinInnerGroup, 1, 3, 67),
                new(Happening.NestGroup, 0, 1, 28),
                new(Happening.Join, 1, 1, 13),
                new(Happening.RunThatHidesDisabled, 2, 3, 40),
                new(Happening.ReadsFallBehind, 1, 2, 80),
                new(Happening.RenameGroup, 2, 3, 71),
            },
            Nesting.Ignored);

    /// <summary>The second run is full. It reads a list from before the user left, although the first run already read the report that they left.</summary>
    [Fact]
    public void A_report_that_a_direct_member_left_outlives_an_outdated_list() =>
        Live(
            new()
            {
                new(Happening.JoinGroup, 1, 0, 67),
                new(Happening.JoinInnerGroup, 1, 3, 67),
                new(Happening.NestGroup, 0, 1, 28),
                new(Happening.Join, 1, 1, 13),
                new(Happening.Run, 2, 3, 40),
                new(Happening.ReadsFallBehind, 1, 2, 80),
                new(Happening.LeaveGroup, 1, 0, 71),
                new(Happening.Run, 1, 0, 71),
                new(Happening.RunWithLateEffects, 1, 3, 71),
                new(Happening.RunWithLateEffects, 1, 3, 72),
            },
            Nesting.Ignored);

    /// <summary>Another company has an account at the address of a new user. Once the right company is back, the user gets an account.</summary>
    [Fact]
    public void An_address_that_is_taken_in_the_wrong_company_is_checked_again() =>
        Live(
            new()
            {
                new(Happening.ChangeRules, 0, 0, 74),
                new(Happening.Join, 0, 3, 10),
                new(Happening.RunInWrongCompany, 3, 0, 68),
                new(Happening.RunWithOneFault, 1, 1, 0),
            },
            Nesting.Included);

    /// <summary>The server acknowledges the deletion of a disabled account without applying it, and then hides the account, which must not count as deleted.</summary>
    [Fact]
    public void A_deletion_that_was_not_applied_is_not_confirmed_while_the_server_hides_the_account() =>
        Live(
            new()
            {
                new(Happening.Join, 3, 1, 13),
                new(Happening.RunThatDies, 3, 1, 79),
                new(Happening.Leave, 3, 0, 61),
                new(Happening.RunWithFaults, 1, 3, 79),
                new(Happening.ChangeRules, 3, 0, 99),
                new(Happening.Disable, 3, 1, 99),
                new(Happening.RunWithIgnoredWrites, 1, 2, 6),
                new(Happening.RunThatHidesDisabled, 0, 2, 72),
            },
            Nesting.Included);

    /// <summary>Change tracking still reports only that the user joined, the list shows that they left, and the membership cannot be read: the report alone creates no account.</summary>
    [Fact]
    public void A_reported_joiner_that_no_list_shows_gets_no_account_if_the_membership_cannot_be_read() =>
        Live(
            new()
            {
                new(Happening.Join, 1, 2, 99),
                new(Happening.TrackingFallsBehind, 1, 0, 92),
                new(Happening.Leave, 1, 3, 72),
                new(Happening.RunThatReadsBadly, 3, 1, 48),
            },
            Nesting.None);

    /// <summary>An admin disabled the account while its user was present. The rule for disabled users then does nothing, whether the group still contains the user or not.</summary>
    [Fact]
    public void An_account_that_an_admin_disabled_is_left_if_its_user_is_disabled_outside_the_group() =>
        Live(
            new()
            {
                new(Happening.Join, 1, 0, 4),
                new(Happening.Run, 1, 2, 30),
                new(Happening.ChangeRules, 2, 0, 99),
                new(Happening.AdminDisable, 3, 1, 70),
                new(Happening.Run, 0, 0, 24),
                new(Happening.Leave, 1, 1, 54),
                new(Happening.Disable, 1, 3, 62),
            },
            Nesting.None);

    /// <summary>Change tracking reports that the user left, the membership cannot be read, and the list is outdated. The report must not be lost.</summary>
    [Fact]
    public void A_report_that_a_user_left_outlives_an_outdated_list_if_the_membership_cannot_be_read() =>
        Live(
            new()
            {
                new(Happening.Join, 3, 1, 47),
                new(Happening.Run, 2, 1, 5),
                new(Happening.ReadsFallBehind, 3, 1, 70),
                new(Happening.Leave, 3, 0, 68),
                new(Happening.RunThatReadsBadly, 1, 1, 74),
            },
            Nesting.None);

    /// <summary>Two users have one address. The disabling of the first one was not confirmed, and a run of the second one reads both accounts.</summary>
    [Fact]
    public void A_run_of_one_user_stores_nothing_about_a_user_with_the_same_address() =>
        Live(
            new()
            {
                new(Happening.Join, 1, 3, 98),
                new(Happening.Run, 0, 3, 78),
                new(Happening.Join, 0, 3, 78),
                new(Happening.ChangeAddress, 0, 1, 96),
                new(Happening.Disable, 1, 0, 65),
                new(Happening.RunWithFaults, 3, 1, 73),
                new(Happening.RunOfOneUser, 0, 3, 69),
            },
            Nesting.None);

    /// <summary>Change tracking has not reported that the group was deleted, and names a member who did not change. The group must not lose them.</summary>
    [Fact]
    public void A_group_loses_no_member_before_change_tracking_reports_its_deletion() =>
        Live(
            new()
            {
                new(Happening.TrackingMisbehaves, 3, 2, 40),
                new(Happening.TrackingFallsBehind, 2, 1, 58),
                new(Happening.DeleteGroup, 0, 3, 63),
            },
            Nesting.Included);

    /// <summary>The table has one row for such a server. An account that another client disabled is treated as gone there.</summary>
    [Fact]
    public void Every_history_with_hidden_disabled_accounts_ends_in_the_expected_state() =>
        History.Flat.TryEach(Number / 10, h => History.Try(h, steps => Live(steps, Nesting.None, hidesDisabled: true)));

    /// <summary>The result cannot be compared. But no user may lose their account or get another's, and no leaver may keep access unreported.</summary>
    [Fact]
    public void Every_history_with_a_restored_database_ends_in_the_expected_state() =>
        History.RollBack.TryEach(Number / 10, h => History.Try(h, steps => LiveAlone(steps, hasOther: false)));

    [Fact]
    public void Every_history_with_two_installations_ends_in_the_expected_state() =>
        History.TwoInstallations.TryEach(Number / 10, h => History.Try(h, steps => LiveAlone(steps, hasOther: true)));

    /// <summary>What the limits hold back is done once an admin allows it, so the company ends like one without limits.</summary>
    [Fact]
    public void Every_history_with_limits_ends_in_the_expected_state() =>
        History.Limits.TryEach(Number / 10, h => History.Try(h, LiveWithLimits));

    private static void LiveWithLimits(List<Step> history)
    {
        var company = new Company { IsTrackedWell = true };
        var limited = new Company(hasLimits: true);
        var plainRun = new Step(Happening.Run, 0, 0, 0);
        var steps = history.Prepend(plainRun).Append(plainRun).ToList();
        for (var i = 0; i < steps.Count; i++)
        {
            company.Apply(steps[i]);
            limited.Apply(steps[i]);
            if (steps[i].What < Happening.Run)
                continue;
            limited.Attempt(steps[i], full: steps[i].Number % 2 == 0);
            if (steps[i + 1 < steps.Count ? i + 1 : i].What > Happening.Run)
                continue;
            // A new account that is missing counts as gone only after an hour, and until then the limit holds back what is new.
            if (limited.World.State.Links.Values.Any(l => l.Kind == LinkKind.Current && !limited.World.PasswordBoss.Accounts.ContainsKey(l.AccountId) && limited.World.Clock.UtcNow - l.LinkedAt <= TimeSpan.FromHours(1)))
                return;
            company.Settle();
            limited.SettleWithForce();
            AssertEqual(Snapshot.Of(company.World), Snapshot.Of(limited.World), "the company with limits ended differently");
            AssertEqual(Remembered(company), Remembered(limited), "the company with limits stored different links");
        }
    }

    /// <summary>The oracle does not support -Reapply, so a company with faulty runs is compared with one without faults.</summary>
    [Fact]
    public void Every_history_with_rules_applied_again_ends_in_the_expected_state() =>
        History.WithReapply.TryEach(Number / 10, h => History.Try(h, LiveWithReapply));

    /// <summary>The adopted account was never active. The server acknowledges that -Reapply enables it, without applying that, and the next run sends it again.</summary>
    [Fact]
    public void An_account_that_Reapply_enables_is_enabled_by_the_next_run_if_the_server_did_not_apply_it() =>
        LiveWithReapply(new() { new(Happening.AdminCreates, 3, 0, 16), new(Happening.Join, 0, 1, 32), new(Happening.Reapply, 3, 1, 72) });

    private static void LiveWithReapply(List<Step> history)
    {
        var company = new Company { IsTrackedWell = true, DeletionsWait = true };
        var unlucky = new Company { DeletionsWait = true };
        var plainRun = new Step(Happening.Run, 0, 0, 0);
        var steps = history.Prepend(plainRun).Append(plainRun).ToList();
        for (var i = 0; i < steps.Count; i++)
        {
            company.Apply(steps[i]);
            unlucky.Apply(steps[i]);
            if (steps[i].What < Happening.Run)
                continue;
            unlucky.Attempt(steps[i], full: steps[i].Number % 2 == 0);
            // The rules are applied again only to what both companies have read.
            if (steps[i].What != Happening.Reapply && steps[i + 1 < steps.Count ? i + 1 : i].What is > Happening.Run and not Happening.Reapply)
                continue;
            company.Settle();
            unlucky.Settle();
            if (steps[i].What == Happening.Reapply)
            {
                company.Reapply();
                unlucky.Reapply(steps[i]);
            }

            AssertEqual(Snapshot.Of(company.World), Snapshot.Of(unlucky.World), "the company with faulty runs ended differently");
            AssertEqual(Remembered(company), Remembered(unlucky), "the company with faulty runs stored different links");
        }
    }

    private static void LiveAlone(List<Step> history, bool hasOther)
    {
        var company = new Company { IsAlone = !hasOther, DeletionsWait = true };
        var plainRun = new Step(Happening.Run, 0, 0, 0);
        var steps = history.Prepend(plainRun).Append(plainRun).ToList();
        for (var i = 0; i < steps.Count; i++)
        {
            company.Apply(steps[i]);
            if (steps[i].What < Happening.Run)
                continue;
            company.Attempt(steps[i], full: steps[i].Number % 2 == 0);
            if (steps[i + 1 < steps.Count ? i + 1 : i].What <= Happening.Run)
                company.SettleAlone(full: steps[i].Who % 2 == 0);
        }
    }

    /// <summary>
    /// The same history happens to three companies. In the first, all runs are full and succeed, and each result is compared with the table. In the second,
    /// runs die, fail and read wrong data. In the third, runs are incremental with the same faults, and change tracking misbehaves, too. After each run, or
    /// series of faulty runs, all get good runs until nothing changes any more, and then they must be equal. The third company gets a full run only if a run
    /// itself decides so, or after an event that change tracking does not report.
    /// </summary>
    private static void Live(List<Step> history, Nesting nesting, bool hidesDisabled = false)
    {
        // The oracle does not support waiting deletions, so they are used only without it.
        var waits = nesting == Nesting.Ignored || hidesDisabled;
        var company = new Company(nesting, hidesDisabled) { IsTrackedWell = true, DeletionsWait = waits };
        var unlucky = new Company(nesting, hidesDisabled) { DeletionsWait = waits };
        var frequent = new Company(nesting, hidesDisabled) { DeletionsWait = waits };
        var oracle = waits ? null : new Oracle(company.World);
        var plainRun = new Step(Happening.Run, 0, 0, 0);
        var steps = history.Prepend(plainRun).Append(plainRun).ToList();
        for (var i = 0; i < steps.Count; i++)
        {
            company.Apply(steps[i]);
            unlucky.Apply(steps[i]);
            frequent.Apply(steps[i]);
            if (steps[i].What < Happening.Run)
                continue;

            unlucky.Attempt(steps[i]);
            frequent.Attempt(steps[i], full: false);
            // Consecutive faulty runs are compared only after the last one.
            if (steps[i + 1 < steps.Count ? i + 1 : i].What > Happening.Run)
                continue;

            unlucky.Settle();
            frequent.Settle(full: false);
            if (frequent.OnlyFullRunsShow)
                frequent.Settle();
            if (oracle is null)
                company.Settle();
            else
                SettleByTheTable(company, oracle);

            AssertEqual(Snapshot.Of(company.World), Snapshot.Of(unlucky.World), "the company with faulty runs ended differently");
            AssertEqual(Remembered(company), Remembered(unlucky), "the company with faulty runs stored different links");
            AssertEqual(Snapshot.Of(company.World), Snapshot.Of(frequent.World), "the company with incremental runs ended differently");
            AssertEqual(Remembered(company), Remembered(frequent), "the company with incremental runs stored different links");
        }
    }

    private static void SettleByTheTable(Company company, Oracle oracle)
    {
        company.World.Entra.Changes.CatchUp();
        company.World.Entra.ReadWell();
        var previous = SyncOutcome.Partial;
        for (var run = 0; run < Company.MostRuns; run++)
        {
            var expected = oracle.Expect();
            var before = company.Snapshot;
            company.TimePasses(company.World.State);
            var result = company.Run(full: true);
            AssertEqual(expected, Snapshot.Of(company.World), "the result of the run differs from the table");
            oracle.Learn();
            AssertEqual(string.Join("; ", oracle.Linked()), string.Join("; ", Linked(company)), "the wrong people are linked");
            company.CheckInvariants();
            if (company.Snapshot == before)
            {
                company.ForgetWhatWas();
                return;
            }

            Company.Require(previous != SyncOutcome.Succeeded || company.Snapshot.Writes == before.Writes, "a run after a successful one wrote");
            // If an adopted account has a membership that its user does not have, the next run removes it.
            previous = result.Adopted > 0 ? SyncOutcome.Partial : result.Outcome;
        }

        throw new HistoryException("the runs do not stop changing something");
    }

    private static IEnumerable<string> Linked(Company company) => company.World.State.Links.Values
        .Where(l => l.Kind == LinkKind.Current).Select(l => l.EntraId + " " + l.Email).OrderBy(l => l, StringComparer.Ordinal);

    // The next run that reads a deleted user drops the link if the account was converted or no longer exists.
    private static string Remembered(Company company) => string.Join("; ", company.World.State.Links.Values
        .Where(l => l.Kind == LinkKind.Current && !MayBeForgotten(company.World, l))
        .Select(l => $"{l.EntraId} {l.Email} {l.AppliedRule} {(l.AppliedRule == LeaverRule.Disable ? l.PriorState : AccountState.Unknown)} {l.HandledEvent} {l.WaitingDeletion?.Event} {l.WaitingDeletion?.Since:u}").OrderBy(l => l, StringComparer.Ordinal));

    // A run also drops the link of a permanently deleted user if the server did not show the account.
    private static bool MayBeForgotten(World world, AccountLink link) => link.AppliedRule == LeaverRule.ConvertToPersonal
        || (link.AppliedRule == LeaverRule.Disable && (!world.PasswordBoss.Accounts.ContainsKey(link.AccountId) || !(world.Entra.Users.ContainsKey(link.EntraId) || world.Entra.DeletedItems.ContainsKey(link.EntraId))));

    private static void AssertEqual(string expected, string actual, string otherwise)
    {
        if (expected != actual)
            throw new HistoryException($"{otherwise}{Environment.NewLine}expected:{Environment.NewLine}{expected}{Environment.NewLine}actual:{Environment.NewLine}{actual}");
    }
}
