using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>
/// The baseline of the write phase: a bare HttpClient that posts prepared bodies, as many at once as the connector, and keeps nothing of the responses.
/// </summary>
internal static class BareProcess
{
    public const string Command = "bare-process";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var parallel = options.Number("parallel", new SyncOptions().ParallelWrites);
        var post = options.Has("scim") ? (Func<SandboxEndpoints, AccountDraft[], int, Task<BareMeasurement>>)PostByScimClientAsync : PostAsync;
        // If the connector syncs another company first, so does this client: its code is compiled, and the measured server is new.
        if (options.Has("rehearsal-endpoints"))
            await post(SyncProcess.EndpointsOf(options.Text("rehearsal-endpoints")), Drafts(options.Number("rehearsal", 0)), parallel);
        var measured = await post(SyncProcess.EndpointsOf(options.Text("endpoints")), Drafts(options.People(0)), parallel);
        Console.WriteLine(JsonSerializer.Serialize(measured));
    }

    private static async Task<BareMeasurement> PostAsync(SandboxEndpoints endpoints, AccountDraft[] drafts, int parallel)
    {
        var root = endpoints.PasswordBossUri.AbsoluteUri.TrimEnd('/');
        var bodies = drafts.Select(draft => ScimUserMapper.Write(draft, extensionOffered: true)).ToArray();
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SandboxCredentials.PasswordBossToken);
        return await MeasureAsync(bodies.Length, parallel, async i =>
        {
            using var content = new ByteArrayContent(bodies[i]) { Headers = { ContentType = new MediaTypeHeaderValue("application/scim+json") } };
            using var response = await client.PostAsync(root + "/Users", content);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadAsByteArrayAsync()).Length;
        });
    }

    // The connector's own client, without plan, journal and history.
    private static async Task<BareMeasurement> PostByScimClientAsync(SandboxEndpoints endpoints, AccountDraft[] drafts, int parallel)
    {
        var connection = SyncProcess.ConnectionTo(endpoints, 0);
        using var accounts = new ScimAccountDirectory(HttpEndpoint.Open(EndpointRole.PasswordBoss, connection.PasswordBossUri), SandboxCredentials.PasswordBossToken);
        await accounts.DiscoverAsync(CancellationToken.None);
        return await MeasureAsync(drafts.Length, parallel, async i => (await accounts.CreateAccountAsync(drafts[i], CancellationToken.None)).Id.Length);
    }

    private static AccountDraft[] Drafts(int people) => Enumerable.Range(1, people).Select(DraftOf).ToArray();

    // The people of the generated sandbox, as the connector sends them.
    private static AccountDraft DraftOf(int person)
    {
        var number = person.ToString(CultureInfo.InvariantCulture);
        return new AccountDraft
        {
            UserName = "person" + number + "@" + SandboxCredentials.TenantDomain,
            ExternalId = person.ToString("x8", CultureInfo.InvariantCulture) + "-0000-4000-8000-000000000001",
            GivenName = "Person",
            FamilyName = "Number" + number,
            DisplayName = "Person " + number,
        };
    }

    private static async Task<BareMeasurement> MeasureAsync(int count, int parallel, Func<int, Task<int>> work)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await InParallelAsync(count, parallel, work);
        return new BareMeasurement
        {
            WriteMilliseconds = clock.Elapsed.TotalMilliseconds,
            WriteProcessorMilliseconds = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds,
        };
    }

    private static Task InParallelAsync(int count, int parallel, Func<int, Task<int>> work)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => Task.Run(async () =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < count)
                await work(i);
        })));
    }
}

/// <summary>One series of bare requests.</summary>
internal sealed record BareMeasurement
{
    public double WriteMilliseconds { get; init; }

    public double WriteProcessorMilliseconds { get; init; }
}
