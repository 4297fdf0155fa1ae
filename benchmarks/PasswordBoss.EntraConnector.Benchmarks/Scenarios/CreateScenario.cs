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
        string[] bareOptions = [.. parallel, "--people", Stage.Text(people), .. options.Has("warm-up") ? ["--warm-up", options.Text("warm-up")] : Array.Empty<string>()];
        var rounds = new List<(BareMeasurement Bare, BareMeasurement Scim, SyncMeasurement Sync)>();
        Console.WriteLine("   bare ms    scim client ms   connector ms   bare/s   connector/s   ratio   cpu ms: bare   scim client   connector");
        for (var i = 0; i < options.Repeat(5); i++)
        {
            // A server each, empty and just as warm: both begin with the same requests.
            BareMeasurement bare;
            await using (var stage = await Stage.OpenAsync(people, 0, options.Latency))
                bare = await stage.PostAsync(bareOptions);
            BareMeasurement scim;
            await using (var stage = await Stage.OpenAsync(people, 0, options.Latency))
                scim = await stage.PostAsync([.. bareOptions, "--scim", "yes"]);
            SyncMeasurement sync;
            await using (var stage = await Stage.OpenAsync(people, 0, options.Latency))
                sync = await stage.SyncAsync(parallel);
            if (sync.Created != people)
                throw new InvalidOperationException($"{sync.Created} of {people} accounts were created: {sync.Message}");
            rounds.Add((bare, scim, sync));
            Write(people, [rounds[^1]]);
        }

        Console.WriteLine("medians:");
        Write(people, rounds);
    }

    private static void Write(int people, List<(BareMeasurement Bare, BareMeasurement Scim, SyncMeasurement Sync)> rounds)
    {
        var bare = rounds.Median(r => r.Bare.WriteMilliseconds);
        var sync = rounds.Median(r => r.Sync.WriteMilliseconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{bare,10:F0} {rounds.Median(r => r.Scim.WriteMilliseconds),17:F0} {sync,14:F0} {people * 1000 / bare,8:F0} {people * 1000 / sync,13:F0} {rounds.Median(r => r.Bare.WriteMilliseconds / r.Sync.WriteMilliseconds),7:P0} {rounds.Median(r => r.Bare.WriteProcessorMilliseconds),14:F0} {rounds.Median(r => r.Scim.WriteProcessorMilliseconds),13:F0} {rounds.Median(r => r.Sync.WriteProcessorMilliseconds),11:F0}"));
    }
}
