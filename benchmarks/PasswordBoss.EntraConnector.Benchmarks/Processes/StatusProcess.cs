using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>Stores many connections and syncs some of them, then reads what the commands read: the status of the synced ones, and the catalogue of all.</summary>
internal static class StatusProcess
{
    public const string Command = "status-process";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var endpoints = JsonSerializer.Deserialize<SandboxEndpoints>(options.Text("endpoints"))!;
        var factory = new ConnectorFactory();
        var tenants = options.Number("tenants", 1000);
        Save(factory, endpoints, "Synced", tenants);
        using (var service = new ConnectorService(factory))
        {
            var names = service.ListNames();
            var watch = new Silent();
            // The first connection creates the accounts, and the others find them.
            await service.SyncAsync(names[0], new SyncOptions(), watch, watch, CancellationToken.None);
            await service.SyncAllAsync(new ConnectionSelection(names), new FleetOptions { RunsAtOnce = options.Number("places", 16) }, new SyncOptions(), watch, watch, CancellationToken.None);
        }

        var status = Repeat(options, () =>
        {
            using var service = new ConnectorService(factory);
            var statuses = service.GetStatuses(service.ListNames());
            if (statuses.Found.Count(found => found.LastOutcome is SyncOutcome.Succeeded or SyncOutcome.NoChange) != tenants)
                throw new InvalidOperationException("Not all connections have a status.");
        });
        // The PowerShell process of the scenario reads the same store.
        Console.WriteLine(JsonSerializer.Serialize(status));
        await Console.In.ReadLineAsync();
        Save(factory, endpoints, "Stored", tenants);
        var catalogue = Repeat(options, () =>
        {
            using var store = factory.OpenStateStore();
            if (store.ListNames().Count(name => store.FindConnection(name) is not null) != 2 * tenants)
                throw new InvalidOperationException("Not all connections were found.");
        });
        Console.WriteLine(JsonSerializer.Serialize(catalogue));
    }

    private static List<TimedWork> Repeat(BenchmarkOptions options, Action work) => Enumerable.Range(0, options.Repeat(5)).Select(_ =>
    {
        using var self = Process.GetCurrentProcess();
        var processor = self.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        work();
        var elapsed = clock.Elapsed;
        self.Refresh();
        return new TimedWork(elapsed.TotalSeconds, (self.TotalProcessorTime - processor).TotalSeconds);
    }).ToList();

    private static void Save(ConnectorFactory factory, SandboxEndpoints endpoints, string kind, int count)
    {
        using var store = factory.OpenStateStore();
        for (var i = 0; i < count; i++)
        {
            var connection = SyncProcess.ConnectionTo(endpoints, 0) with { Name = kind + " " + Stage.Text(i), TenantId = Guid.NewGuid().ToString() };
            store.SaveConnection(connection, new ConnectionSecrets { ClientSecret = SandboxCredentials.ClientSecret, PasswordBossToken = SandboxCredentials.PasswordBossToken });
        }
    }

    private sealed class Silent : IPlanApprover, IFleetObserver
    {
        public bool IsPreview => false;

        public bool IsInteractive => false;

        public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<string>>(actions.Select(action => action.Key).ToList());

        public void Ended(SyncReport report, int ended, int total)
        {
        }

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

/// <summary>The time of one piece of work.</summary>
/// <param name="Seconds">The elapsed time.</param>
/// <param name="ProcessorSeconds">The processor time of the process.</param>
internal sealed record TimedWork(double Seconds, double ProcessorSeconds);
