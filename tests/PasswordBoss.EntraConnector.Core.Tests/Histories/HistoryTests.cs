using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using CsCheck;
using PasswordBoss.EntraConnector.Model;
using Xunit.Abstractions;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>
/// Random histories. The number is PBENTRA_TEST_HISTORIES; a failure prints the shortest history that shows it and its seed, for CsCheck_Seed.
/// </summary>
public class HistoryTests
{
    private readonly ITestOutputHelper output;

    public HistoryTests(ITestOutputHelper output) => this.output = output;

    private static int Number => int.TryParse(Environment.GetEnvironmentVariable("PBENTRA_TEST_HISTORIES"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1000;

    [Fact]
    public void EveryHistoryEndsAsTheTableSays() =>
        History.Any.Sample(Live, writeLine: output.WriteLine, iter: Number, print: History.Print);

    /// <summary>
    /// The same history happens to three companies. In one all runs are full and work, and each is compared with the table; in another runs die, fail and
    /// misread; in the third they go on from what changed, and die, fail and misread too. After each run the others get runs that work until they come to
    /// rest, and then all must be equal. Only what an admin did in Password Boss, and what a fault left behind, is for a full run to find.
    /// </summary>
    private static void Live(List<Step> history)
    {
        var company = new Company();
        var unlucky = new Company();
        var frequent = new Company();
        var oracle = new Oracle(company.World);
        var plainRun = new Step(Happening.Run, 0, 0, 0);
        foreach (var step in history.Prepend(plainRun).Append(plainRun))
        {
            company.Apply(step);
            unlucky.Apply(step);
            frequent.Apply(step);
            if (step.What < Happening.Run)
                continue;

            unlucky.Attempt(step);
            unlucky.Settle();
            frequent.Attempt(step, full: false);
            frequent.Settle(full: false);
            if (step.What != Happening.Run || frequent.AdminWasThere)
                frequent.Settle();
            var previous = SyncOutcome.Partial;
            for (var run = 0; run < Company.MostRuns; run++)
            {
                var expected = oracle.Expect();
                var before = company.Standing;
                var result = company.World.Sync();
                AssertSame(expected, Snapshot.Of(company.World), "the run did not do what the table says");
                oracle.Learn();
                AssertSame(string.Join("; ", oracle.Linked()), string.Join("; ", Linked(company)), "the wrong people are linked");
                company.CheckInvariants();
                if (company.Standing == before)
                    break;
                Company.Require(previous != SyncOutcome.Succeeded || company.Standing.Writes == before.Writes, "a run after a successful one wrote");
                Company.Require(run < Company.MostRuns - 1, "does not come to rest");
                previous = result.Outcome;
            }

            AssertSame(Snapshot.Of(company.World), Snapshot.Of(unlucky.World), "the unlucky company ended otherwise");
            AssertSame(Remembered(company), Remembered(unlucky), "the unlucky company remembers otherwise");
            AssertSame(Snapshot.Of(company.World), Snapshot.Of(frequent.World), "the company with incremental runs ended otherwise");
            AssertSame(Remembered(company), Remembered(frequent), "the company with incremental runs remembers otherwise");
        }
    }

    private static IEnumerable<string> Linked(Company company) => company.World.State.Links.Values
        .Where(l => l.Kind == LinkKind.Current).Select(l => l.EntraId + " " + l.Email).OrderBy(l => l, StringComparer.Ordinal);

    // Who was deleted, and whose account is her own now, is forgotten by the next run that looks at her.
    private static string Remembered(Company company) => string.Join("; ", company.World.State.Links.Values
        .Where(l => l.Kind == LinkKind.Current && l is not { Done: LeaverRule.ConvertToPersonal, HandledEvent: LeavingEvent.Deleted }).Select(l => $"{l.EntraId} {l.Email} {l.Done} {(l.Done == LeaverRule.Disable ? l.PriorState : AccountState.Unknown)} {l.HandledEvent}").OrderBy(l => l, StringComparer.Ordinal));

    private static void AssertSame(string expected, string actual, string otherwise)
    {
        if (expected != actual)
            throw new HistoryException($"{otherwise}{Environment.NewLine}expected:{Environment.NewLine}{expected}{Environment.NewLine}actual:{Environment.NewLine}{actual}");
    }
}
