using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>One run of one connection, with the real clients and store.</summary>
internal static class SyncProcess
{
    public const string Command = "sync-process";

    private const string Name = "Benchmark";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var factory = new ConnectorFactory();
        using var service = new ConnectorService(factory);
        if (!service.ListNames().Contains(Name))
            SaveConnection(factory, ConnectionTo(EndpointsOf(options.Text("endpoints")), options.Number("teams", 0)));
        if (options.Has("rehearsal-endpoints"))
            await RehearseAsync(factory, service, EndpointsOf(options.Text("rehearsal-endpoints")));

        if (options.Has("list"))
        {
            await ListAsync(service, options.Text("list"));
            return;
        }

        using var heap = new HeapWatch();
        var phases = new PhaseWatch { IsPreview = options.Has("preview") };
        var parallelWrites = options.Number("parallel", new SyncOptions().ParallelWrites);
        var report = await service.SyncAsync(Name, new SyncOptions { Full = options.Number("full", 1) == 1, ParallelWrites = parallelWrites, User = options.Has("user") ? options.Text("user") : null }, phases, phases, CancellationToken.None);
        var ended = phases.Elapsed;
        // The stack of the run's last step still references its objects.
        await Task.Yield();
        heap.Look();
        var live = GC.GetTotalMemory(forceFullCollection: true);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(JsonSerializer.Serialize(new SyncMeasurement
        {
            Mode = report.Result.Mode.ToString(),
            Outcome = report.Result.Outcome.ToString(),
            Message = report.Result.Message,
            Created = report.Result.Created,
            Changes = report.Result.Changes.Count,
            ReadMilliseconds = phases.Approved.TotalMilliseconds,
            WriteMilliseconds = phases.LastWrite > phases.Approved ? (phases.LastWrite - phases.Approved).TotalMilliseconds : 0,
            WriteProcessorMilliseconds = phases.WriteProcessor.TotalMilliseconds,
            SaveMilliseconds = (ended - (phases.LastWrite > phases.Approved ? phases.LastWrite : phases.Approved)).TotalMilliseconds,
            PeakWorkingSetMegabytes = self.PeakWorkingSet64 / 1048576.0,
            PeakHeapMegabytes = heap.Peak / 1048576.0,
            ResultMegabytes = live / 1048576.0,
            Collections = GC.CollectionCount(2),
            ProcessorMilliseconds = self.TotalProcessorTime.TotalMilliseconds,
        }));
    }

    // What Get-PBUser -Unmatched and Get-PBLink -Missing do.
    private static async Task ListAsync(ConnectorService service, string list)
    {
        var watch = new PhaseWatch();
        var found = list == "unmatched"
            ? (await service.GetUnmatchedUsersAsync(Name, watch, CancellationToken.None)).Count
            : (await service.GetMissingLinksAsync(Name, watch, CancellationToken.None)).Count;
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(JsonSerializer.Serialize(new SyncMeasurement
        {
            Mode = list,
            Outcome = "Listed",
            Changes = found,
            ReadMilliseconds = watch.Elapsed.TotalMilliseconds,
            PeakWorkingSetMegabytes = self.PeakWorkingSet64 / 1048576.0,
            ProcessorMilliseconds = self.TotalProcessorTime.TotalMilliseconds,
        }));
    }

    public static ConnectionSettings ConnectionTo(SandboxEndpoints endpoints, int teams) => new()
    {
        Id = Guid.NewGuid(),
        Name = Name,
        TenantId = SandboxCredentials.TenantId,
        ClientId = SandboxCredentials.ClientId,
        Credential = CredentialKind.ClientSecret,
        AuthorityHost = endpoints.AuthorityHost,
        GraphEndpoint = endpoints.GraphEndpoint,
        PasswordBossUri = endpoints.PasswordBossUri,
        UserGroup = new GroupReference(SandboxCredentials.UserGroupId, "Password Boss Users"),
        AdditionalGroups = Enumerable.Range(1, teams).Select(team => new GroupReference($"{team:x8}-0000-4000-8000-{2:x12}", "Team " + Stage.Text(team))).ToList(),
    };

    public static SandboxEndpoints EndpointsOf(string json) => JsonSerializer.Deserialize<SandboxEndpoints>(json)!;

    // As in a process that syncs one company of a provider after another.
    private static async Task RehearseAsync(ConnectorFactory factory, ConnectorService service, SandboxEndpoints endpoints)
    {
        SaveConnection(factory, ConnectionTo(endpoints, 0) with { Name = "Rehearsal" });
        var phases = new PhaseWatch();
        var report = await service.SyncAsync("Rehearsal", new SyncOptions { Full = true }, phases, phases, CancellationToken.None);
        if (report.Result.Created == 0)
            throw new InvalidOperationException("The rehearsal created no account: " + report.Result.Message);
    }

    private static void SaveConnection(ConnectorFactory factory, ConnectionSettings connection)
    {
        using var store = factory.OpenStateStore();
        store.SaveConnection(
            connection,
            new ConnectionSecrets { ClientSecret = SandboxCredentials.ClientSecret, PasswordBossToken = SandboxCredentials.PasswordBossToken });
    }

    /// <summary>Approves everything, and records when the phases of the run change.</summary>
    private sealed class PhaseWatch : IPlanApprover, IRunObserver
    {
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private TimeSpan approvedProcessor;
        private TimeSpan lastWriteProcessor;

        public bool IsPreview { get; init; }

        public bool IsInteractive => false;

        public TimeSpan Elapsed => clock.Elapsed;

        public TimeSpan Approved { get; private set; }

        public TimeSpan LastWrite { get; private set; }

        public TimeSpan WriteProcessor => lastWriteProcessor > approvedProcessor ? lastWriteProcessor - approvedProcessor : TimeSpan.Zero;

        public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken)
        {
            IReadOnlyCollection<string> all = actions.Select(action => action.Key).ToList();
            Approved = clock.Elapsed;
            approvedProcessor = Environment.CpuUsage.TotalTime;
            return Task.FromResult(all);
        }

        public void Progress(string connection, Message activity, int done, int total)
        {
            if (done != total)
                return;
            LastWrite = clock.Elapsed;
            lastWriteProcessor = Environment.CpuUsage.TotalTime;
        }

        public void Warning(string connection, Message warning) => Console.Error.WriteLine(warning);

        public void Detail(string connection, Message detail)
        {
            // Not measured.
        }
    }

    /// <summary>Samples the managed heap many times a second, and keeps the largest size.</summary>
    private sealed class HeapWatch : IDisposable
    {
        private readonly Timer timer;
        private long peak;

        public HeapWatch() => timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));

        public long Peak => Interlocked.Read(ref peak);

        public void Look()
        {
            var size = GC.GetTotalMemory(forceFullCollection: false);
            long known;
            while (size > (known = Interlocked.Read(ref peak)) && Interlocked.CompareExchange(ref peak, size, known) != known)
            {
                // Another sample was stored first; this one may still be larger.
            }
        }

        public void Dispose() => timer.Dispose();
    }
}

/// <summary>One run.</summary>
internal sealed record SyncMeasurement
{
    public string Mode { get; init; } = "";

    public string Outcome { get; init; } = "";

    public string Message { get; init; } = "";

    public int Created { get; init; }

    public int Changes { get; init; }

    /// <summary>The lifetime of the process, from its start to its output.</summary>
    public double ProcessMilliseconds { get; init; }

    /// <summary>Lock, load, read, plan.</summary>
    public double ReadMilliseconds { get; init; }

    /// <summary>From the approval to the last response: intents, requests, and the commits between them.</summary>
    public double WriteMilliseconds { get; init; }

    public double WriteProcessorMilliseconds { get; init; }

    /// <summary>The last commit, the history, the report.</summary>
    public double SaveMilliseconds { get; init; }

    public double PeakWorkingSetMegabytes { get; init; }

    /// <summary>The largest managed heap, including dead objects that are not collected yet.</summary>
    public double PeakHeapMegabytes { get; init; }

    /// <summary>The live memory at the end: the result with its changes.</summary>
    public double ResultMegabytes { get; init; }

    public int Collections { get; init; }

    public double ProcessorMilliseconds { get; init; }
}
