using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using CsCheck;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using Xunit.Abstractions;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>
/// Random histories. The number is PBENTRA_TEST_HISTORIES; a failure prints the shortest history that shows it and its seed, for CsCheck_Seed.
/// </summary>
[Trait("Speed", "Slow")]
public class HistoryTests
{
    private readonly ITestOutputHelper output;

    public HistoryTests(ITestOutputHelper output) => this.output = output;

    private static int Number => int.TryParse(Environment.GetEnvironmentVariable("PBENTRA_TEST_HISTORIES"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1000;

    [Fact]
    public void Every_history_ends_in_the_expected_state() =>
        History.Flat.Sample(h => History.Try(h, steps => Live(steps, Nesting.None)), writeLine: output.WriteLine, iter: Number / 2, print: _ => "see below");

    [Fact]
    public void Every_history_with_nested_groups_ends_in_the_expected_state() =>
        History.Nested.Sample(h => History.Try(h, steps => Live(steps, Nesting.Included)), writeLine: output.WriteLine, iter: Number / 4, print: _ => "see below");

    /// <summary>Who left, and is still in a group inside, is believed to have left after two complete reads: the table is not asked about each run.</summary>
    [Fact]
    public void Every_history_with_direct_members_only_ends_in_the_expected_state() =>
        History.Nested.Sample(h => History.Try(h, steps => Live(steps, Nesting.Ignored)), writeLine: output.WriteLine, iter: Number / 4, print: _ => "see below");

    /// <summary>The table has one row for such a server, and the cell of an account that another client disabled is that of one that is gone.</summary>
    [Fact]
    public void Every_history_with_hidden_disabled_accounts_ends_in_the_expected_state() =>
        History.Flat.Sample(h => History.Try(h, steps => Live(steps, Nesting.None, hidesDisabled: true)), writeLine: output.WriteLine, iter: Number / 10, print: _ => "see below");

    /// <summary>Nothing can be compared then: but no user may lose what is theirs or get what is not, and no leaver may keep access unreported.</summary>
    [Fact]
    public void Every_history_with_a_restored_database_ends_in_the_expected_state() =>
        History.PutBack.Sample(h => History.Try(h, steps => LiveAlone(steps, isTwin: false)), writeLine: output.WriteLine, iter: Number / 10, print: _ => "see below");

    [Fact]
    public void Every_history_with_two_installations_ends_in_the_expected_state() =>
        History.Twins.Sample(h => History.Try(h, steps => LiveAlone(steps, isTwin: true)), writeLine: output.WriteLine, iter: Number / 10, print: _ => "see below");

    private static void LiveAlone(List<Step> history, bool isTwin)
    {
        var company = new Company { IsAlone = !isTwin, DeletionsWait = true };
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
    /// The same history happens to three companies. In one all runs are full and work, and each is compared with the table; in another runs die, fail and
    /// misread; in the third they go on from what changed, and die, fail and misread too, and change tracking misbehaves. After each run, or row of runs that
    /// went wrong, the others get runs that work until they come to rest, and then all must be equal. In the third everything is read only when a run itself
    /// decides so, or after something that change tracking does not report.
    /// </summary>
    private static void Live(List<Step> history, Nesting nesting, bool hidesDisabled = false)
    {
        // Where nothing is compared with the table, deletions may wait.
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
            // One misfortune seldom comes alone.
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

            AssertSame(Snapshot.Of(company.World), Snapshot.Of(unlucky.World), "the unlucky company ended otherwise");
            AssertSame(Remembered(company), Remembered(unlucky), "the unlucky company remembers otherwise");
            AssertSame(Snapshot.Of(company.World), Snapshot.Of(frequent.World), "the company with incremental runs ended otherwise");
            AssertSame(Remembered(company), Remembered(frequent), "the company with incremental runs remembers otherwise");
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
            AssertSame(expected, Snapshot.Of(company.World), "the run did not do what the table says");
            oracle.Learn();
            AssertSame(string.Join("; ", oracle.Linked()), string.Join("; ", Linked(company)), "the wrong people are linked");
            company.CheckInvariants();
            if (company.Snapshot == before)
            {
                company.ForgetWhatWas();
                return;
            }

            Company.Require(previous != SyncOutcome.Succeeded || company.Snapshot.Writes == before.Writes, "a run after a successful one wrote");
            // Who is adopted together with a membership that is none of theirs loses it in the next run.
            previous = result.Adopted > 0 ? SyncOutcome.Partial : result.Outcome;
        }

        throw new HistoryException("does not come to rest");
    }

    private static IEnumerable<string> Linked(Company company) => company.World.State.Links.Values
        .Where(l => l.Kind == LinkKind.Current).Select(l => l.EntraId + " " + l.Email).OrderBy(l => l, StringComparer.Ordinal);

    // A user whose account was converted is forgotten by the next run that looks at them after they were deleted; so is an account that is no longer there.
    private static string Remembered(Company company) => string.Join("; ", company.World.State.Links.Values
        .Where(l => l.Kind == LinkKind.Current && !MayBeForgotten(company.World, l))
        .Select(l => $"{l.EntraId} {l.Email} {l.AppliedRule} {(l.AppliedRule == LeaverRule.Disable ? l.PriorState : AccountState.Unknown)} {l.HandledEvent} {l.WaitingDeletion?.Event} {l.WaitingDeletion?.Since:u}").OrderBy(l => l, StringComparer.Ordinal));

    // A run in which the account of a user who is gone for good was not shown has forgotten it, too.
    private static bool MayBeForgotten(World world, AccountLink link) => link.AppliedRule == LeaverRule.ConvertToPersonal
        || (link.AppliedRule == LeaverRule.Disable && (!world.PasswordBoss.Accounts.ContainsKey(link.AccountId) || !(world.Entra.Users.ContainsKey(link.EntraId) || world.Entra.DeletedItems.ContainsKey(link.EntraId))));

    private static void AssertSame(string expected, string actual, string otherwise)
    {
        if (expected != actual)
            throw new HistoryException($"{otherwise}{Environment.NewLine}expected:{Environment.NewLine}{expected}{Environment.NewLine}actual:{Environment.NewLine}{actual}");
    }
}
