using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>
/// This version and an older one in turn, each in new processes, on the same servers and in the same PowerShell: the planner, the other pure steps of a run, the first sync with all its
/// creations, a cycle without changes, and the import of the module. Other programs disturb both, so the medians and the smallest values are compared.
/// </summary>
internal static class CompareScenario
{
    private static readonly string[] Parts = ["planner", "create", "import"];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var before = new Checkout(options.Text("against"));
        foreach (var part in options.Has("part") ? [options.Text("part")] : Parts)
        {
            Func<Checkout, Task<IReadOnlyDictionary<string, double>>> measure = part switch
            {
                "planner" => checkout => PlanAsync(checkout, options.People(200_000)),
                "create" => checkout => SyncAsync(checkout, options.People(10_000), options.Latency),
                "import" => checkout => ImportAsync(checkout),
                _ => throw new ArgumentException($"There is no part '{part}'."),
            };
            var rounds = new List<(IReadOnlyDictionary<string, double> Before, IReadOnlyDictionary<string, double> Now)>();
            for (var i = 0; i < options.Repeat(5); i++)
                rounds.Add((await measure(before), await measure(Checkout.Own)));
            Console.WriteLine($"{part}, {rounds.Count} rounds                              median: before         now    ratio   smallest: before         now    ratio");
            foreach (var what in rounds[0].Now.Keys)
                Write(what, rounds.ConvertAll(r => (r.Before[what], r.Now[what])));
        }
    }

    private static async Task<IReadOnlyDictionary<string, double>> PlanAsync(Checkout checkout, int people)
    {
        var found = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var mix in Enum.GetNames<PlannerMix>())
        {
            await using var process = ChildProcess.Start(checkout.Program, new Dictionary<string, string>(), PlannerProcess.Command, "--mix", mix, "--people", Stage.Text(people), "--repeat", "5");
            var measured = await process.ReadAsync<List<PlannerMeasurement>>();
            found[mix + ": planner, processor ms"] = measured.Median(m => m.PlanProcessorMilliseconds);
            found[mix + ": planner, allocated MB"] = measured.Median(m => m.AllocatedMegabytes);
            found[mix + ": other steps, processor ms"] = measured.Median(m => m.OtherProcessorMilliseconds);
            found[mix + ": other steps, allocated MB"] = measured.Median(m => m.OtherAllocatedMegabytes);
            found[mix + ": all pure steps, processor ms"] = measured.Median(m => m.PlanProcessorMilliseconds + m.OtherProcessorMilliseconds);
            found[mix + ": all pure steps, allocated MB"] = measured.Median(m => m.AllocatedMegabytes + m.OtherAllocatedMegabytes);
        }

        return found;
    }

    private static async Task<IReadOnlyDictionary<string, double>> SyncAsync(Checkout checkout, int people, int latency)
    {
        await using var stage = await Stage.OpenAsync(people, 0, latency, checkout);
        await stage.PreviewAsync();
        await stage.CountAsync();
        var first = await stage.SyncAsync();
        if (first.Created != people)
            throw new InvalidOperationException($"{first.Created} of {people} accounts were created: {first.Message}");
        var firstRequests = await stage.CountAsync();
        // The first incremental run may complete what the full run left.
        await stage.SyncChangesAsync();
        await stage.CountAsync();
        var idle = await stage.SyncChangesAsync();
        var idleRequests = await stage.CountAsync();
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["first sync, process, processor ms"] = first.ProcessorMilliseconds,
            ["first sync, creations, processor ms"] = first.WriteProcessorMilliseconds,
            ["first sync, creations, elapsed ms"] = first.WriteMilliseconds,
            ["first sync, peak working set MB"] = first.PeakWorkingSetMegabytes,
            ["first sync, requests to Microsoft"] = RequestsTo("Graph", firstRequests) + RequestsTo("Sign-in", firstRequests),
            ["first sync, requests to Password Boss"] = RequestsTo("SCIM", firstRequests),
            ["idle cycle, process, processor ms"] = idle.ProcessorMilliseconds,
            ["idle cycle, requests to Microsoft"] = RequestsTo("Graph", idleRequests) + RequestsTo("Sign-in", idleRequests),
            ["idle cycle, requests to Password Boss"] = RequestsTo("SCIM", idleRequests),
        };
    }

    private static async Task<IReadOnlyDictionary<string, double>> ImportAsync(Checkout checkout)
    {
        // After an empty module, and as the first module of a process.
        var second = await ImportScenario.ImportAfterEmptyAsync(checkout.Module);
        var first = await ImportScenario.ImportBeforeEmptyAsync(checkout.Module);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["first in the process, processor ms"] = first.FirstProcessor,
            ["first in the process, elapsed ms"] = first.First,
            ["after an empty module, processor ms"] = second.SecondProcessor,
            ["after an empty module, elapsed ms"] = second.Second,
        };
    }

    private static int RequestsTo(string side, SortedDictionary<string, int> counts) =>
        counts.Where(count => count.Key.StartsWith(side + ":", StringComparison.Ordinal)).Sum(count => count.Value);

    private static void Write(string what, List<(double Before, double Now)> rounds)
    {
        var (before, now) = (rounds.Median(r => r.Before), rounds.Median(r => r.Now));
        var (smallestBefore, smallestNow) = (rounds.Min(r => r.Before), rounds.Min(r => r.Now));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-50} {before,16:F1} {now,11:F1} {Ratio(before, now),8:P0} {smallestBefore,18:F1} {smallestNow,11:F1} {Ratio(smallestBefore, smallestNow),8:P0}"));
    }

    // Both may be 0.
    private static double Ratio(double before, double now) => before == now ? 1 : now / before;
}
