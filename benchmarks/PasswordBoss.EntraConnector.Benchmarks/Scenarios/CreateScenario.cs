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
        var rounds = new List<(BareMeasurement Bare, BareMeasurement Scim, SyncMeasurement Sync)>();
        Console.WriteLine("   bare ms    scim client ms   connector ms   bare/s   connector/s   ratio   (then saved in ms)");
        for (var i = 0; i < options.Repeat(5); i++)
        {
            // A server each, empty and just as warm: both begin with the same requests.
            BareMeasurement bare;
            await using (var stage = await Stage.OpenAsync(people, 0, options.Latency))
                bare = await stage.PostAsync(["--people", Stage.Text(people), .. parallel]);
            BareMeasurement scim;
            await using (var stage = await Stage.OpenAsync(people, 0, options.Latency))
                scim = await stage.PostAsync(["--people", Stage.Text(people), "--scim", "yes", .. parallel]);
            SyncMeasurement sync;
            await using (var stage = await Stage.OpenAsync(people, 0, options.Latency))
                sync = await stage.SyncAsync(parallel);
            if (sync.Created != people)
                throw new InvalidOperationException($"{sync.Created} of {people} accounts were created: {sync.Message}");
            rounds.Add((bare, scim, sync));
            Write(people, bare.WriteMilliseconds, scim.WriteMilliseconds, sync.WriteMilliseconds, bare.WriteMilliseconds / sync.WriteMilliseconds, sync.SaveMilliseconds);
        }

        Console.WriteLine("medians:");
        Write(
            people,
            rounds.Median(r => r.Bare.WriteMilliseconds),
            rounds.Median(r => r.Scim.WriteMilliseconds),
            rounds.Median(r => r.Sync.WriteMilliseconds),
            rounds.Median(r => r.Bare.WriteMilliseconds / r.Sync.WriteMilliseconds),
            rounds.Median(r => r.Sync.SaveMilliseconds));
    }

    private static void Write(int people, double bare, double scim, double write, double ratio, double save) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{bare,10:F0} {scim,17:F0} {write,14:F0} {people * 1000 / bare,8:F0} {people * 1000 / write,13:F0} {ratio,7:P0} {save,12:F0}"));
}
