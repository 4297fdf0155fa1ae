using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Core.Tests;
using PasswordBoss.EntraConnector.Sandbox;
using Xunit.Abstractions;

namespace PasswordBoss.EntraConnector.Clients.Tests.Crash;

/// <summary>
/// A process is killed at random moments of its runs. The next run reaches the same state as without the kill. PBENTRA_TEST_KILLS sets the number of killed runs; PBENTRA_TEST_SEED
/// determines the requests at which they are killed.
/// </summary>
[SupportedOSPlatform("linux")]
[Trait("Speed", "Slow")]
public class KillTests
{
    // One process syncs several companies at once, and its end kills each run at a request of its own: a new process needs more processor time than its runs.
    private static readonly string[] Names = ["One", "Two", "Three", "Four", "Five"];

    private readonly ITestOutputHelper output;

    public KillTests(ITestOutputHelper output) => this.output = output;

    private static int Kills => RandomCases.Number("PBENTRA_TEST_KILLS") ?? 40;

    [LinuxFact]
    public async Task The_run_after_a_kill_at_any_point_reaches_the_same_state()
    {
        var random = new Random(RandomCases.Seed);
        using var store = new ServedStore();
        var companies = new List<ServedCompany>();
        try
        {
            for (var i = 0; i < Names.Length; i++)
            {
                NumberAccountsFrom(1000 * i, store.SandboxFile(Names[i]));
                companies.Add(await ServedCompany.StartAsync(store, Names[i]));
            }

            await PrepareAsync(store, companies);
            var scenarios = new List<(string Name, string[][] Expected, int[] Requests)>();
            foreach (var name in new[] { "first run", "changes" })
            {
                var expected = await UndisturbedAsync(store, companies, name);
                scenarios.Add((name, expected, await RequestsOfAsync(store, companies, name, expected)));
            }

            int runs = 0, killed = 0;
            for (var kill = 0; runs < Kills; kill++)
            {
                var (name, expected, requests) = scenarios[kill % 4 == 0 ? 0 : 1];
                var points = requests.Select(number => new KillPoint(random.Next(1, number + 1), (KillMoment)random.Next(3))).ToList();
                store.Reclaim(name);
                killed += await KillAsync(store, companies, points, random.Next(4));
                runs += points.Count;

                for (var i = 0; i < companies.Count; i++)
                {
                    var company = companies[i];
                    var step = $"PBENTRA_TEST_SEED={RandomCases.Seed}, kill {kill}: {name} of {Names[i]}, at request {points[i].Request} of {requests[i]}, {points[i].Moment}";
                    Ended(await company.SyncAsync(), step);

                    AssertSame(expected[i], company.Snapshot(), step);
                    // An unfinished creation may appear late, so another run looks for it.
                    await company.SyncAsync();
                    Assert.Equal(SyncMode.Incremental, Ended(await company.SyncAsync(), step).Mode);
                    AssertSame(expected[i], company.Snapshot(), step + ", two runs later");
                }
            }

            output.WriteLine($"{killed} of {runs} runs were killed before they had ended.");
            Assert.True(killed > runs / 2, "Most runs had ended before they were killed.");
        }
        finally
        {
            foreach (var company in companies)
                await company.DisposeAsync();
        }
    }

    private static void AssertSame(string[] expected, string[] actual, string when) => Assert.True(
        expected.SequenceEqual(actual),
        string.Join(Environment.NewLine, expected.Except(actual).Select(l => "- " + l).Concat(actual.Except(expected).Select(l => "+ " + l)).Prepend(when)));

    // Each sandbox numbers its accounts from 1, but the connections of one store do not link the same account.
    private static void NumberAccountsFrom(int number, string file)
    {
        // Any change writes the file.
        using (var tenant = new SandboxTenant(SandboxState.AtFile(file)))
            tenant.CreateGroup("Another group");
        File.WriteAllText(file, Regex.Replace(File.ReadAllText(file), "\"(Accounts|AccountGroups)Made\":\\d+", $"\"$1Made\":{number}"));
    }

    // A first run, and a run after creations, updates, disables, conversions, deletions, a return and edits of groups.
    private static async Task PrepareAsync(ServedStore store, List<ServedCompany> companies)
    {
        var groups = companies.Select(company => (Sales: company.Tenant.CreateGroup("Sales"), Support: company.Tenant.CreateGroup("Support"))).ToList();
        // Some users of the sandbox company who are in the user group.
        var people = new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 21, 22, 23 }.Select(i => $"f10d1194-0000-4000-8000-{i:x12}").ToList();
        foreach (var (company, (sales, support)) in companies.Zip(groups))
        {
            company.Select(sales, support);
            foreach (var person in people.Take(8))
                company.Tenant.AddMember(person, sales);
        }

        store.PutAside("first run");
        foreach (var (company, (sales, support)) in companies.Zip(groups))
            await ChangeAsync(company, people, sales, support);
        store.PutAside("changes");
    }

    private static async Task ChangeAsync(ServedCompany company, List<string> people, string sales, string support)
    {
        var tenant = company.Tenant;
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
    }

    // The outcome can be Partial because of users without an address.
    private static PBSyncResult Ended(PBSyncResult result, string? when = null)
    {
        Assert.True(result.Outcome is SyncOutcome.Succeeded or SyncOutcome.NoChange or SyncOutcome.Partial, $"{when} {result.Outcome} {result.ErrorId} {result.Message}");
        return result;
    }

    private static async Task<string[][]> UndisturbedAsync(ServedStore store, List<ServedCompany> companies, string name)
    {
        store.Reclaim(name);
        var expected = new List<string[]>();
        foreach (var company in companies)
        {
            var result = await company.SyncAsync();
            Assert.Equal(name == "first run" ? SyncMode.Full : SyncMode.Incremental, result.Mode);
            Assert.True(result.Created >= 12, result.Message);
            expected.Add(company.Snapshot());
        }

        return [.. expected];
    }

    // A run over real sockets has the same result.
    private static async Task<int[]> RequestsOfAsync(ServedStore store, List<ServedCompany> companies, string name, string[][] expected)
    {
        store.Reclaim(name);
        var before = companies.Select(company => company.Server.Requests).ToList();
        var lines = new List<string?>();
        using (var process = store.StartSyncs(Names))
        {
            for (var i = 0; i < Names.Length; i++)
                lines.Add(await process.ReadLineAsync());
        }

        Assert.All(Names, one => Assert.Contains(lines, line => line == one + " Succeeded" || line == one + " Partial"));
        for (var i = 0; i < companies.Count; i++)
            AssertSame(expected[i], companies[i].Snapshot(), "over sockets");
        return [.. companies.Zip(before, (company, number) => (int)(company.Server.Requests - number))];
    }

    // The number of runs that had not ended before the kill.
    private static async Task<int> KillAsync(ServedStore store, List<ServedCompany> companies, List<KillPoint> points, int delay)
    {
        foreach (var (company, point) in companies.Zip(points))
            company.Server.Hold = point.HoldAsync;
        using var process = store.StartSyncs(Names);
        var reading = ReadAsync();

        // A process that prints an error, or ends, reaches no further request.
        await Task.WhenAny(Task.WhenAll(points.Select(point => point.Reached)), reading).WaitAsync(TimeSpan.FromSeconds(60));
        var isComplete = points.TrueForAll(point => point.Reached.IsCompleted);
        foreach (var point in points)
            point.GoOn();
        if (isComplete)
            await Task.Delay(delay);
        process.Kill();
        foreach (var point in points)
            point.End();

        var ended = await reading;
        Assert.True(isComplete, "The process ended before its runs. Its error output has the reason.");
        foreach (var company in companies)
        {
            company.ComeToRest();
            company.Server.Hold = null;
        }

        return companies.Count - ended;

        async Task<int> ReadAsync()
        {
            var lines = 0;
            for (; await process.ReadLineAsync() is { } line; lines++)
            {
                var company = Array.IndexOf(Names, line.Split(' ')[0]);
                Assert.True(company >= 0, "The process printed an error: " + line);
                points[company].Pass();
            }

            return lines;
        }
    }

    private enum KillMoment
    {
        BeforeItIsDone,
        BeforeItIsAnswered,
        SoonAfterIt,
    }

    /// <summary>A request of a run. The run stops there until the runs of all companies have reached theirs, or ended; then the process is killed.</summary>
    private sealed class KillPoint(int request, KillMoment moment)
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int requests;

        public int Request => request;

        public KillMoment Moment => moment;

        /// <summary>Ends when the run has reached the request, or has ended.</summary>
        public Task Reached => reached.Task;

        /// <summary>Holds this request and all later ones.</summary>
        public async Task HoldAsync()
        {
            var number = Interlocked.Increment(ref requests);
            if (number < request)
                return;
            if (number == request)
                reached.TrySetResult();
            await (moment == KillMoment.SoonAfterIt ? goOn.Task : end.Task);
            if (number == request && moment == KillMoment.BeforeItIsDone)
                throw new IOException("The process that sent this request was killed.");
        }

        /// <summary>The run has ended.</summary>
        public void Pass() => reached.TrySetResult();

        /// <summary>The process will be killed soon.</summary>
        public void GoOn() => goOn.SetResult();

        /// <summary>The process was killed.</summary>
        public void End() => end.SetResult();
    }
}
