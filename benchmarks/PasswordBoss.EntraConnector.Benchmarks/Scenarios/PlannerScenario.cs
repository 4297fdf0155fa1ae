using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>The time of a plan, and whether it grows linearly with the number of people.</summary>
internal static class PlannerScenario
{
    private static readonly int[] Sizes = [1_000, 10_000, 100_000, 1_000_000];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        Console.WriteLine("    people  mix            plan ms      min ms      cpu ms   µs/person   other ms   allocated MB   actions");
        var sizes = options.Has("people") ? [options.People(0)] : Sizes;
        foreach (var (people, mix) in sizes.Select(size => (size, PlannerMix.Ordinary)).Append((sizes[^1], PlannerMix.Unchanged)).Append((sizes[^1], PlannerMix.New)).Append((sizes[^1], PlannerMix.Upgraded)))
        {
            await using var process = ChildProcess.StartSelf(
                new Dictionary<string, string>(),
                PlannerProcess.Command,
                "--mix", mix.ToString(),
                "--people", people.ToString(CultureInfo.InvariantCulture),
                "--repeat", options.Repeat(7).ToString(CultureInfo.InvariantCulture));
            var measured = await process.ReadAsync<List<PlannerMeasurement>>();
            var plan = measured.Median(m => m.PlanMilliseconds);
            var actions = string.Join(", ", measured[0].Actions.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key} {a.Value}"));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{people,10:N0}  {mix,-9}  {plan,10:F1}  {measured.Min(m => m.PlanMilliseconds),10:F1}  {measured.Median(m => m.PlanProcessorMilliseconds),10:F1}  {plan * 1000 / people,10:F2}  {measured.Median(m => m.OtherMilliseconds),9:F1}  {measured.Median(m => m.AllocatedMegabytes),13:F1}   {actions}; refusals {measured[0].Refusals}"));
        }
    }
}
