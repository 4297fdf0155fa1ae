using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>
/// What an admin asks for: one user, accounts without a user, users without an account. The first sync runs without latency, the commands with the given one.
/// </summary>
internal static class UserScenario
{
    private const string User = "person7@fjordlight.example";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var people = options.People(10_000);
        Console.WriteLine("members   command            outcome     to Microsoft   to Password Boss   run ms   process ms   processor ms   peak working set MB");
        await using var stage = await Stage.OpenAsync(people, options.Number("teams", 3), options.Latency);
        await stage.SyncAsync();
        await stage.CountAsync();
        for (var i = 0; i < options.Repeat(3); i++)
        {
            Write(people, "-User -WhatIf", await stage.CommandAsync("--user", User, "--preview", "yes"), await stage.CountAsync());
            Write(people, "-User", await stage.CommandAsync("--user", User), await stage.CountAsync());
            Write(people, "-User, no match", await stage.CommandAsync("--user", "unknown@fjordlight.example"), await stage.CountAsync());
        }

        var person = 10;
        foreach (var change in new[] { "disable", "delete", "outside", "nested" })
        {
            person++;
            await stage.ChangeAsync(change, person);
            for (var i = 0; i < options.Repeat(3); i++)
                Write(people, "-User, " + change, await stage.CommandAsync("--user", $"person{person}@fjordlight.example", "--preview", "yes"), await stage.CountAsync());
        }

        Write(people, "-Unmatched", await stage.CommandAsync("--list", "unmatched"), await stage.CountAsync());
        Write(people, "-Missing", await stage.CommandAsync("--list", "missing"), await stage.CountAsync());
    }

    private static void Write(int people, string command, SyncMeasurement m, SortedDictionary<string, int> counts)
    {
        var toPasswordBoss = counts.Where(c => c.Key.StartsWith("SCIM", StringComparison.Ordinal)).Sum(c => c.Value);
        var toMicrosoft = counts.Values.Sum() - counts.GetValueOrDefault("bytes sent") - toPasswordBoss;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{people,7}   {command,-16}   {m.Outcome,-9}   {toMicrosoft,12}   {toPasswordBoss,16}   {m.ReadMilliseconds + m.WriteMilliseconds + m.SaveMilliseconds,6:F0}   {m.ProcessMilliseconds,10:F0}   {m.ProcessorMilliseconds,12:F0}   {m.PeakWorkingSetMegabytes,19:F0}"));
    }
}
