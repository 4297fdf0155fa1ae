using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>
/// The five-minute cycle for companies of three sizes: a run without changes, and one in which one person in a hundred has a new name. Measures requests, bytes,
/// memory, and the time of the whole process, with and without latency.
/// </summary>
internal static class CycleScenario
{
    private static readonly int[] Sizes = [1_000, 10_000, 100_000];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        int[] sizes = options.Has("people") ? [options.People(0)] : Sizes;
        Console.WriteLine("members   run              mode          outcome     to Microsoft   to Password Boss   bytes received   process ms   run ms   peak working set MB");
        foreach (var people in sizes)
        {
            await using var stage = await Stage.OpenAsync(people, 0, options.Latency);
            await stage.SyncAsync();
            await stage.CountAsync();
            for (var i = 0; i < options.Repeat(3); i++)
                Write(people, "nothing changed", await stage.SyncChangesAsync(), await stage.CountAsync());
            await stage.CountAsync(people / 100);
            Write(people, "1 % renamed", await stage.SyncChangesAsync(), await stage.CountAsync());
            Write(people, "full", await stage.SyncAsync(), await stage.CountAsync());
        }
    }

    private static void Write(int people, string run, SyncMeasurement m, SortedDictionary<string, int> counts)
    {
        var bytes = counts.GetValueOrDefault("bytes sent");
        var toPasswordBoss = counts.Where(c => c.Key.StartsWith("SCIM", StringComparison.Ordinal)).Sum(c => c.Value);
        var toMicrosoft = counts.Values.Sum() - bytes - toPasswordBoss;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{people,7}   {run,-15}  {m.Mode,-12}  {m.Outcome,-10}  {toMicrosoft,12}   {toPasswordBoss,16}   {bytes,14}   {m.ProcessMilliseconds,10:F0}   {m.ReadMilliseconds + m.WriteMilliseconds + m.SaveMilliseconds,6:F0}   {m.PeakWorkingSetMegabytes,19:F0}"));
    }
}
