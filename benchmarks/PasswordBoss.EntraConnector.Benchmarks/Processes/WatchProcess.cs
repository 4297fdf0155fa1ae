using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>A worker that watches connections at an interval of a second, with the real clients and store. Reports its memory after some rounds.</summary>
internal static class WatchProcess
{
    public const string Command = "watch-process";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var endpoints = JsonSerializer.Deserialize<SandboxEndpoints[]>(options.Text("endpoints"))!;
        var factory = new ConnectorFactory();
        var tenants = options.Number("tenants", 100);
        FleetProcess.Save(factory, endpoints, tenants, 0);
        using var service = new ConnectorService(factory);
        using var process = service.OpenWatchProcess(AppContext.BaseDirectory);
        using var stop = new CancellationTokenSource();
        var rounds = options.Number("rounds", 300);
        var watch = new Watch(tenants, new SortedSet<int>([10, rounds / 3, rounds * 2 / 3, rounds]), stop);
        // The first connection creates the accounts, and the others find them.
        await service.SyncAsync(service.ListNames()[0], new SyncOptions(), watch, watch, CancellationToken.None);
        try
        {
            var how = new WatchOptions { RunsAtOnce = options.Number("places", 16), Interval = TimeSpan.FromSeconds(1) };
            await service.WatchAsync(new ConnectionSelection([]) { Patterns = ["*"], IsOpen = true }, how, watch, process, watch, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // All rounds have ended.
        }
    }

    /// <summary>A round has as many runs as there are connections.</summary>
    private sealed class Watch(int tenants, SortedSet<int> stages, CancellationTokenSource stop) : IPlanApprover, IWatchObserver
    {
        public bool IsPreview => false;

        public bool IsInteractive => false;

        public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<string>>(actions.Select(action => action.Key).ToList());

        public void Ended(SyncReport report, int ended, int total)
        {
            if (report.Result.Outcome is SyncOutcome.Failed or SyncOutcome.Refused && !stop.IsCancellationRequested)
                throw new InvalidOperationException(report.Result.Message);
            if (stages.Count == 0 || ended < stages.Min * tenants)
                return;
            Console.WriteLine(JsonSerializer.Serialize(WatchMeasurement.Of(stages.Min)));
            stages.Remove(stages.Min);
            if (stages.Count == 0)
                stop.Cancel();
        }

        public void StoreFailed(Problem problem) => throw new InvalidOperationException(problem.Render());

        public void Progress(string connection, Message activity, int done, int total)
        {
        }

        public void Warning(string connection, Message warning)
        {
        }

        public void Detail(string connection, Message detail)
        {
        }
    }
}

/// <summary>The memory of a worker.</summary>
internal sealed record WatchMeasurement
{
    public int Rounds { get; init; }

    public double WorkingSetMegabytes { get; init; }

    /// <summary>The live objects, after a full collection.</summary>
    public double HeapMegabytes { get; init; }

    public int Threads { get; init; }

    /// <summary>The open files and sockets; -1 if the platform does not list them.</summary>
    public int Descriptors { get; init; }

    public double ProcessorSeconds { get; init; }

    public static WatchMeasurement Of(int rounds)
    {
        using var self = Process.GetCurrentProcess();
        var workingSet = self.WorkingSet64;
        return new WatchMeasurement
        {
            Rounds = rounds,
            WorkingSetMegabytes = workingSet / 1048576.0,
            HeapMegabytes = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0,
            Threads = self.Threads.Count,
            Descriptors = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : -1,
            ProcessorSeconds = self.TotalProcessorTime.TotalSeconds,
        };
    }
}
