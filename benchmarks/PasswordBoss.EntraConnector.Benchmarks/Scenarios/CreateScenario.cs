using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>How fast accounts are created for the first time, against a bare client that sends the same to the same server.</summary>
internal static class CreateScenario
{
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var people = options.People(10_000);
        string[] parallel = options.Has("parallel") ? ["--parallel", options.Text("parallel")] : [];
        var pairs = new List<(BareMeasurement Bare, SyncMeasurement Sync)>();
        Console.WriteLine("   bare ms   write ms    save ms   read ms   bare/s   connector/s   ratio");
        for (var i = 0; i < options.Repeat(5); i++)
        {
            // A server each, empty and just as warm: both begin with the same requests.
            BareMeasurement bare;
            await using (var stage = await Stage.OpenAsync(people, 0, options.Latency))
                bare = await stage.PostAsync(["--people", Stage.Text(people), .. parallel]);
            SyncMeasurement sync;
            await using (var stage = await Stage.OpenAsync(people, 0, options.Latency))
                sync = await stage.SyncAsync(parallel);
            if (sync.Created != people)
                throw new InvalidOperationException($"{sync.Created} of {people} accounts were created: {sync.Message}");
            pairs.Add((bare, sync));
            Write(people, bare.WriteMilliseconds, sync.WriteMilliseconds, sync.SaveMilliseconds, sync.ReadMilliseconds, bare.WriteMilliseconds / sync.WriteMilliseconds);
        }

        Console.WriteLine("medians:");
        Write(
            people,
            pairs.Median(p => p.Bare.WriteMilliseconds),
            pairs.Median(p => p.Sync.WriteMilliseconds),
            pairs.Median(p => p.Sync.SaveMilliseconds),
            pairs.Median(p => p.Sync.ReadMilliseconds),
            pairs.Median(p => p.Bare.WriteMilliseconds / p.Sync.WriteMilliseconds));
    }

    private static void Write(int people, double bare, double write, double save, double read, double ratio) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{bare,10:F0} {write,10:F0} {save,10:F0} {read,9:F0} {people * 1000 / bare,8:F0} {people * 1000 / write,13:F0} {ratio,7:P0}"));
}
