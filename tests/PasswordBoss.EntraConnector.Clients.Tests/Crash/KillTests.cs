using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using Xunit.Abstractions;

namespace PasswordBoss.EntraConnector.Clients.Tests.Crash;

/// <summary>
/// A syncing process is killed at random moments. The next run reaches the same state as without the kill. PBENTRA_TEST_KILLS sets the number of kills; a
/// failure prints the seed for PBENTRA_TEST_SEED.
/// </summary>
[SupportedOSPlatform("linux")]
[Trait("Speed", "Slow")]
public class KillTests
{
    private readonly ITestOutputHelper output;

    public KillTests(ITestOutputHelper output) => this.output = output;

    private static int Kills => Number("PBENTRA_TEST_KILLS") ?? 40;

    [LinuxFact]
    public async Task The_run_after_a_kill_at_any_point_reaches_the_same_state()
    {
        var seed = Number("PBENTRA_TEST_SEED") ?? Environment.TickCount & int.MaxValue;
        output.WriteLine($"PBENTRA_TEST_SEED={seed}");
        var random = new Random(seed);
        await using var company = await ServedCompany.StartAsync();
        await PrepareAsync(company);
        var scenarios = new List<(string Name, string[] Expected, int Requests)>();
        foreach (var name in new[] { "first run", "changes" })
            scenarios.Add((name, await UndisturbedAsync(company, name), await RequestsOfAsync(company, name)));

        var inTime = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var (name, expected, requests) = scenarios[kill % 4 == 0 ? 0 : 1];
            var instant = random.Next(1, requests + 1);
            var how = random.Next(3);
            var step = $"seed {seed}, kill {kill}: {name}, at request {instant} of {requests}, {(how == 0 ? "before it is done" : how == 1 ? "before it is answered" : "soon after it")}";
            company.Reclaim(name);
            inTime += await KillAsync(company, instant, how, random.Next(4)) ? 1 : 0;

            Ended(await company.SyncAsync(), step);

            AssertSame(expected, company.Snapshot(), step);
            // An unfinished creation may appear late, so another run looks for it.
            await company.SyncAsync();
            Assert.Equal(SyncMode.Incremental, Ended(await company.SyncAsync(), step).Mode);
            AssertSame(expected, company.Snapshot(), step + ", two runs later");
        }

        output.WriteLine($"{inTime} of {Kills} were killed before they had ended.");
        Assert.True(inTime > Kills / 2, "Most runs had ended before they were killed.");
    }

    private static void AssertSame(string[] expected, string[] actual, string when) => Assert.True(
        expected.SequenceEqual(actual),
        string.Join(Environment.NewLine, expected.Except(actual).Select(l => "- " + l).Concat(actual.Except(expected).Select(l => "+ " + l)).Prepend(when)));

    // A first run, and a run after creations, updates, disables, conversions, deletions, a return and edits of groups.
    private static async Task PrepareAsync(ServedCompany company)
    {
        var tenant = company.Tenant;
        var sales = tenant.CreateGroup("Sales");
        var support = tenant.CreateGroup("Support");
        company.Select(sales, support);
        // Some users of the sandbox company who are in the user group.
        var people = new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 21, 22, 23 }.Select(i => $"f10d1194-0000-4000-8000-{i:x12}").ToList();
        foreach (var person in people.Take(8))
            tenant.AddMember(person, sales);
        company.PutAside("first run");
        Ended(await company.SyncAsync());
        tenant.Disable(people[18]);
        Assert.Equal(1, Ended(await company.SyncAsync()).Disabled);
        Assert.Equal(SyncMode.Incremental, (await company.SyncAsync()).Mode);

        for (var i = 0; i < 12; i++)
        {
            var newcomer = tenant.CreateUser("New Person" + i, $"new{i}@fjordlight.example");
            tenant.AddMember(newcomer, "Password Boss Users");
            if (i % 2 == 0)
                tenant.AddMember(newcomer, i % 4 == 0 ? sales : support);
        }

        for (var i = 0; i < 6; i++)
            tenant.Rename(people[i], "Renamed Person" + i);
        for (var i = 6; i < 11; i++)
            tenant.Disable(people[i]);
        tenant.RemoveMember(people[11], "Password Boss Users");
        tenant.RemoveMember(people[12], "Password Boss Users");
        tenant.Delete(people[13]);
        tenant.Delete(people[14]);
        tenant.Enable(people[18]);
        tenant.RemoveMember(people[0], sales);
        tenant.RemoveMember(people[1], sales);
        tenant.AddMember(people[16], sales);
        company.PutAside("changes");
    }

    // The outcome can be Partial because of users without an address.
    private static PBSyncResult Ended(PBSyncResult result, string? when = null)
    {
        Assert.True(result.Outcome is SyncOutcome.Succeeded or SyncOutcome.NoChange or SyncOutcome.Partial, $"{when} {result.Outcome} {result.ErrorId} {result.Message}");
        return result;
    }

    private static async Task<string[]> UndisturbedAsync(ServedCompany company, string name)
    {
        company.Reclaim(name);
        var result = await company.SyncAsync();
        Assert.Equal(name == "first run" ? SyncMode.Full : SyncMode.Incremental, result.Mode);
        Assert.True(result.Created >= 12, result.Message);
        return company.Snapshot();
    }

    // A run over real sockets has the same result.
    private static async Task<int> RequestsOfAsync(ServedCompany company, string name)
    {
        var expected = company.Snapshot();
        company.Reclaim(name);
        var before = company.Server.Requests;
        using (var process = company.StartSync())
            Assert.Contains(await process.ReadLineAsync(), new[] { "Succeeded", "Partial" });
        AssertSame(expected, company.Snapshot(), "over sockets");
        return (int)(company.Server.Requests - before);
    }

    // False if the process had ended before the kill.
    private static async Task<bool> KillAsync(ServedCompany company, int instant, int how, int delay)
    {
        var started = new TaskCompletionSource<SecondProcess>();
        var killing = Task.CompletedTask;
        var requests = 0;
        company.Server.Fault = _ =>
        {
            if (Interlocked.Increment(ref requests) != instant)
                return null;
            if (how == 2)
                killing = KillLaterAsync();
            else
                started.Task.GetAwaiter().GetResult().Kill();
            return how == 0 ? throw new IOException("The process that sent this request was killed.") : null;
        };
        using var process = company.StartSync();
        started.SetResult(process);
        var step = await process.ReadLineAsync();
        await killing;
        company.ComeToRest();
        company.Server.Fault = null;
        return step is null;

        async Task KillLaterAsync()
        {
            await Task.Delay(delay);
            (await started.Task).Kill();
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
