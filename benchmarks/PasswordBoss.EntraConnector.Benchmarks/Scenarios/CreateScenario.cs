using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>The speed of first-time creations, compared with a bare client that sends the same requests to an equal server.</summary>
internal static class CreateScenario
{
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var people = options.People(10_000);
        var rehearsal = options.Number("rehearsal", 0);
        string[] common = options.Has("parallel") ? ["--parallel", options.Text("parallel")] : [];
        string[] bareOptions = [.. common, "--people", Stage.Text(people)];
        Console.WriteLine(rehearsal == 0 ? "each in a new process" : $"each in a process that has done the same with {rehearsal} others at another server before");
        var rounds = new List<(BareMeasurement Bare, BareMeasurement Scim, SyncMeasurement Sync)>();
        Console.WriteLine("   bare ms    scim client ms   connector ms   bare/s   connector/s   ratio   cpu ms: bare   scim client   connector");
        for (var i = 0; i < options.Repeat(5); i++)
        {
            var bare = await AtANewServerAsync((stage, rehearsed) => stage.PostAsync([.. bareOptions, .. rehearsed]));
            var scim = await AtANewServerAsync((stage, rehearsed) => stage.PostAsync([.. bareOptions, "--scim", "yes", .. rehearsed]));
            var sync = await AtANewServerAsync((stage, rehearsed) => stage.SyncAsync([.. common, .. rehearsed]));
            if (sync.Created != people)
                throw new InvalidOperationException($"{sync.Created} of {people} accounts were created: {sync.Message}");
            rounds.Add((bare, scim, sync));
            Write(people, [rounds[^1]]);
        }

        Console.WriteLine("medians:");
        Write(people, rounds);

        async Task<T> AtANewServerAsync<T>(Func<Stage, string[], Task<T>> measure)
        {
            await using var stage = await Stage.OpenAsync(people, 0, options.Latency);
            await stage.PreviewAsync();
            if (rehearsal == 0)
                return await measure(stage, []);
            await using var other = await Stage.OpenAsync(rehearsal, 0, options.Latency);
            return await measure(stage, await stage.RehearseAtAsync(other, rehearsal));
        }
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
