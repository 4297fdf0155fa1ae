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

/// <summary>
/// Many connections in one call that runs what is due, with the real clients and store: first those that work alone, then all when the others have just become bad,
/// then all again when these are known, because each of their runs has ended once.
/// </summary>
internal static class FleetProcess
{
    public const string Command = "fleet-process";

    private const string Good = "Good";
    private static readonly string[] BadKinds = ["Bad throttled", "Bad slow", "Bad silent", "Bad closed"];
    private static readonly ConnectionSecrets Secrets = new() { ClientSecret = SandboxCredentials.ClientSecret, PasswordBossToken = SandboxCredentials.PasswordBossToken };

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var endpoints = JsonSerializer.Deserialize<SandboxEndpoints[]>(options.Text("endpoints"))!;
        var factory = new ConnectorFactory();
        var tenants = options.Number("tenants", 500);
        var bad = options.Number("bad", 20);
        Save(factory, endpoints, tenants - bad, bad);
        using var service = new ConnectorService(factory);
        // By name, so the bad ones come first.
        var all = service.ListNames();
        var good = all.Where(IsGood).ToList();
        var mixed = Mix(all);
        var places = options.Number("places", 16);

        // The first connection creates the accounts, and the others find them.
        await CallAsync(factory, service, good.Take(1).ToList(), places);
        var imported = await CallAsync(factory, service, good, places);
        var alone = await RepeatAsync(good);
        if (bad == 0)
        {
            Write(new FleetMeasurement { First = imported, Alone = alone });
            return;
        }

        var unknownMixed = await RepeatUnknownAsync(mixed);
        var unknownFirst = await RepeatUnknownAsync(all);
        // All of them at once, to the end.
        var badAlone = await CallAsync(factory, service, all.Except(good).ToList(), Math.Max(places, 64));
        Write(new FleetMeasurement
        {
            First = imported,
            Alone = alone,
            UnknownMixed = unknownMixed,
            UnknownFirst = unknownFirst,
            Bad = badAlone,
            KnownFirst = await RepeatAsync(all),
            KnownMixed = await RepeatAsync(mixed),
        });

        async Task<IReadOnlyList<FleetCall>> RepeatAsync(IReadOnlyList<string> names)
        {
            var calls = new List<FleetCall>();
            for (var i = 0; i < options.Repeat(3); i++)
                calls.Add(await CallAsync(factory, service, names, places));
            return calls;
        }

        async Task<IReadOnlyList<FleetCall>> RepeatUnknownAsync(IReadOnlyList<string> names)
        {
            var calls = new List<FleetCall>();
            for (var i = 0; i < options.Repeat(3); i++)
            {
                RenewBad(factory);
                calls.Add(await CallAsync(factory, service, names, places));
            }

            return calls;
        }
    }

    // Stores the bad connections anew, as if they had never run: a run that was stopped counts as a failure.
    private static void RenewBad(ConnectorFactory factory)
    {
        using var store = factory.OpenStateStore();
        foreach (var connection in store.ListConnections().Where(connection => !IsGood(connection.Name)).ToList())
        {
            store.RemoveConnection(connection.Id);
            store.SaveConnection(connection with { Id = Guid.NewGuid(), TenantId = Guid.NewGuid().ToString() }, Secrets);
        }
    }

    private static void Write(FleetMeasurement measurement) => Console.WriteLine(JsonSerializer.Serialize(measurement));

    private static bool IsGood(string name) => name.StartsWith(Good, StringComparison.Ordinal);

    // The same order each time.
    private static List<string> Mix(IReadOnlyList<string> names)
    {
        var mixed = names.ToArray();
        new Random(1).Shuffle(mixed);
        return [.. mixed];
    }

    // If there are good connections, the call ends with the last of them: the others would run until their limits.
    private static async Task<FleetCall> CallAsync(ConnectorFactory factory, ConnectorService service, IReadOnlyList<string> names, int places)
    {
        int known;
        // A connection whose settings were saved is due at once.
        using (var store = factory.OpenStateStore())
        {
            known = store.ListTurns().Count(turn => !IsGood(turn.Connection) && names.Contains(turn.Connection) && turn.LastOutcome == SyncOutcome.Failed);
            foreach (var connection in store.ListConnections().Where(connection => names.Contains(connection.Name)))
                store.SaveConnection(connection, null);
        }

        using var self = Process.GetCurrentProcess();
        var processor = self.TotalProcessorTime;
        using var stop = new CancellationTokenSource();
        var watch = new Watch(names.Count(IsGood), stop);
        try
        {
            await service.SyncAllAsync(new ConnectionSelection(names), new FleetOptions { RunsAtOnce = places, OnlyDue = true }, new SyncOptions(), watch, watch, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The good ones have ended.
        }

        self.Refresh();
        if (watch.Failed > 0)
            throw new InvalidOperationException($"{watch.Failed} connections failed that should not: {watch.Reason}");
        if (watch.BadRuns < names.Count(name => !IsGood(name)) && !names.Any(IsGood))
            throw new InvalidOperationException("Not all connections ran.");
        return new FleetCall(watch.LastEnd.TotalSeconds, known, watch.BadRuns, (self.TotalProcessorTime - processor).TotalSeconds, self.WorkingSet64 / 1048576.0);
    }

    /// <summary>Stores connections, each with a tenant of its own.</summary>
    /// <param name="factory">Opens the store.</param>
    /// <param name="endpoints">The servers: of the good connections, and of each kind of the others.</param>
    /// <param name="good">The number of those that work.</param>
    /// <param name="bad">The number of the others.</param>
    public static void Save(ConnectorFactory factory, SandboxEndpoints[] endpoints, int good, int bad)
    {
        using var store = factory.OpenStateStore();
        for (var i = 0; i < good + bad; i++)
        {
            var kind = i < good ? 0 : 1 + ((i - good) % BadKinds.Length);
            var connection = SyncProcess.ConnectionTo(endpoints[kind], 0) with
            {
                Name = (kind == 0 ? Good : BadKinds[kind - 1]) + " " + i.ToString("D4", System.Globalization.CultureInfo.InvariantCulture),
                TenantId = Guid.NewGuid().ToString(),
            };
            store.SaveConnection(connection, Secrets);
        }
    }

    private sealed class Watch(int good, CancellationTokenSource stop) : IPlanApprover, IFleetObserver
    {
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private int ended;

        public TimeSpan LastEnd { get; private set; }

        public int Failed { get; private set; }

        public int BadRuns { get; private set; }

        public string Reason { get; private set; } = "";

        public bool IsPreview => false;

        public bool IsInteractive => false;

        public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<string>>(actions.Select(action => action.Key).ToList());

        public void Ended(SyncReport report, int ended, int total)
        {
            if (!IsGood(report.Result.Connection))
            {
                BadRuns++;
                if (good == 0)
                    LastEnd = clock.Elapsed;
                return;
            }

            LastEnd = clock.Elapsed;
            if (report.Result.Outcome is SyncOutcome.Failed or SyncOutcome.Refused)
            {
                Failed++;
                Reason = report.Result.Message;
            }

            if (++this.ended == good)
                stop.Cancel();
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

/// <summary>One call.</summary>
/// <param name="Seconds">The time until the last good connection had ended; without any, until the last one had.</param>
/// <param name="Known">The bad connections of which a failed run was recorded before.</param>
/// <param name="BadRuns">The runs of bad connections that started, including those that ended with the call.</param>
/// <param name="ProcessorSeconds">The processor time of the process in the meantime.</param>
/// <param name="Megabytes">The working set at the end.</param>
internal sealed record FleetCall(double Seconds, int Known, int BadRuns, double ProcessorSeconds, double Megabytes);

/// <summary>The calls of one process.</summary>
internal sealed record FleetMeasurement
{
    /// <summary>The first full run of each good connection.</summary>
    public required FleetCall First { get; init; }
    /// <summary>The good connections alone.</summary>
    public required IReadOnlyList<FleetCall> Alone { get; init; }
    /// <summary>All in mixed order, when the bad ones are not known yet.</summary>
    public IReadOnlyList<FleetCall> UnknownMixed { get; init; } = [];
    /// <summary>All, when the bad ones are not known yet and come first.</summary>
    public IReadOnlyList<FleetCall> UnknownFirst { get; init; } = [];
    /// <summary>The bad ones alone, to their ends; null if there are none.</summary>
    public FleetCall? Bad { get; init; }
    /// <summary>All, when the bad ones are known and come first.</summary>
    public IReadOnlyList<FleetCall> KnownFirst { get; init; } = [];
    /// <summary>All in mixed order, when the bad ones are known.</summary>
    public IReadOnlyList<FleetCall> KnownMixed { get; init; } = [];
}
