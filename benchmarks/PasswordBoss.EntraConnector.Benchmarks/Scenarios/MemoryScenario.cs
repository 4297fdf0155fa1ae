using System;
using System.Globalization;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>The memory of a first run that creates all accounts, and of a second run that changes nothing, each in a process of its own.</summary>
internal static class MemoryScenario
{
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var people = options.People(100_000);
        var teams = options.Number("teams", 0);
        string[] groups = ["--teams", Stage.Text(teams)];
        await using var stage = await Stage.OpenAsync(people, teams, options.Latency);
        Console.WriteLine("run      outcome     changes   peak working set MB   peak heap MB   alive at end MB   read s   write s   save s   cpu s");
        Write("first", await stage.SyncAsync(groups));
        for (var i = 0; i < options.Repeat(1); i++)
            Write("second", await stage.SyncAsync(groups));
    }

    private static void Write(string run, SyncMeasurement m) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{run,-8} {m.Outcome,-11} {m.Changes,7} {m.PeakWorkingSetMegabytes,21:F0} {m.PeakHeapMegabytes,14:F0} {m.ResultMegabytes,17:F0} {m.ReadMilliseconds / 1000,8:F1} {m.WriteMilliseconds / 1000,9:F1} {m.SaveMilliseconds / 1000,8:F1} {m.ProcessorMilliseconds / 1000,7:F1}"));
}
