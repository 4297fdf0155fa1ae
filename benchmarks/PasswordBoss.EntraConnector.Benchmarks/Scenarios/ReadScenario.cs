using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>The requests of a full run in which nothing has changed, by kind.</summary>
internal static class ReadScenario
{
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var people = options.People(10_000);
        await using var stage = await Stage.OpenAsync(people, 0, options.Latency);
        var first = await stage.SyncAsync();
        await stage.CountAsync();
        Console.WriteLine($"first run: {first.Outcome}, {first.Created} created");

        for (var i = 0; i < options.Repeat(1); i++)
        {
            var run = await stage.SyncAsync();
            var counts = await stage.CountAsync();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run without changes: {run.Outcome}, {run.ReadMilliseconds + run.WriteMilliseconds + run.SaveMilliseconds:F0} ms in a new process"));
            foreach (var (kind, count) in counts)
                Console.WriteLine($"{count,6}  {kind}");
            Console.WriteLine($"{counts.Where(c => c.Key.StartsWith("SCIM", StringComparison.Ordinal)).Sum(c => c.Value),6}  to Password Boss");
            Console.WriteLine($"{counts.Where(c => c.Key.StartsWith("Graph", StringComparison.Ordinal) || c.Key.StartsWith("Sign-in", StringComparison.Ordinal)).Sum(c => c.Value),6}  to Microsoft, for {people} members");
        }
    }
}
