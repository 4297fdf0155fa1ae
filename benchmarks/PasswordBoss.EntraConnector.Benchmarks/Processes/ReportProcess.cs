using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>Fills a store with a history, reads it, or writes a report of it; each in a process of its own, so that the memory of one is not counted for the other.</summary>
internal static class ReportProcess
{
    public const string FillCommand = "report-fill";
    public const string WriteCommand = "report-write";
    public const string ReadCommand = "report-read";

    public static void Fill(BenchmarkOptions options)
    {
        using var store = new ConnectorFactory().OpenStateStore();
        var tenants = options.Number("tenants", 500);
        var perRun = options.Number("per-run", 100);
        var runs = options.Number("changes", 100_000) / tenants / perRun;
        var now = DateTimeOffset.UtcNow;
        for (var tenant = 0; tenant < tenants; tenant++)
        {
            var connection = SyncProcess.ConnectionTo(Sandbox.SandboxEndpoints.Default, 0) with
            {
                Id = Guid.NewGuid(),
                Name = "Customer " + tenant.ToString("D4", CultureInfo.InvariantCulture),
                TenantId = Guid.NewGuid().ToString(),
            };
            store.SaveConnection(connection, null);
            using var journal = store.OpenJournal(connection.Id);
            for (var run = 0; run < runs; run++)
                journal.SaveRun(Run(now.AddDays(-80.0 * (runs - run) / runs).AddMinutes(tenant), tenant, run, perRun), ConnectionHealth.New with { LastSync = now, LastOutcome = SyncOutcome.Succeeded }, null, null);
        }
    }

    public static void Write(BenchmarkOptions options)
    {
        using var service = new ConnectorService(new ConnectorFactory());
        using var self = Process.GetCurrentProcess();
        var watch = Stopwatch.StartNew();
        service.ExportReport(service.ListNames(), new ReportRequest { Path = options.Text("path"), Overwrite = true, IsTable = options.Has("csv"), Zone = TimeZoneInfo.Utc });
        var seconds = watch.Elapsed.TotalSeconds;
        self.Refresh();
        Console.WriteLine(JsonSerializer.Serialize(new ReportMeasurement(seconds, self.PeakWorkingSet64 / 1048576.0)));
    }

    /// <summary>Reads the whole history as <c>Get-PBSyncHistory</c> emits it, and keeps nothing.</summary>
    public static void Read()
    {
        using var service = new ConnectorService(new ConnectorFactory());
        using var self = Process.GetCurrentProcess();
        var watch = Stopwatch.StartNew();
        var changes = 0L;
        foreach (var name in service.ListNames())
        {
            foreach (var run in service.GetHistory(name, int.MaxValue, null))
                changes += run.Changes.Count;
        }

        var seconds = watch.Elapsed.TotalSeconds;
        self.Refresh();
        Console.WriteLine(JsonSerializer.Serialize(new ReportMeasurement(seconds, self.PeakWorkingSet64 / 1048576.0, changes)));
    }

    private static RunRecord Run(DateTimeOffset start, int tenant, int run, int changes) => new()
    {
        RunId = Guid.NewGuid(),
        Mode = SyncMode.Full,
        Outcome = SyncOutcome.Succeeded,
        StartedAt = start,
        Duration = TimeSpan.FromSeconds(2),
        Summary = Texts.ReasonDeleted,
        Changes = Enumerable.Range(0, changes).Select(number => Change($"{tenant}-{run}-{number}", number)).ToList(),
    };

    private static ChangeRecord Change(string id, int number) => new()
    {
        Action = (number % 10) switch { < 5 => SyncAction.Create, < 7 => SyncAction.Disable, < 9 => SyncAction.AddMember, _ => SyncAction.Update },
        Outcome = (number % 20) switch { 3 => ChangeOutcome.Failed, 5 => ChangeOutcome.Refused, _ => ChangeOutcome.Done },
        Email = "person-" + id + "@example.com",
        DisplayName = "Ingrid Bråten " + id,
        EntraId = Guid.NewGuid().ToString(),
        AccountId = "account-" + id,
        Group = number % 10 is 7 or 8 ? "Design Studio" : null,
        Reason = number % 10 < 5 ? Texts.ReasonNewMember("Password Boss Users") : Texts.ReasonRemoved("Password Boss Users"),
        Detail = number % 20 == 3 ? Texts.ReasonUnverified : null,
    };
}

/// <summary>The cost of one report, or of reading the history.</summary>
/// <param name="Seconds">The time of the command, without the start of the process.</param>
/// <param name="PeakWorkingSetMegabytes">The peak working set of the process.</param>
/// <param name="Changes">The number of changes that were read; 0 for a report, which has its size.</param>
internal sealed record ReportMeasurement(double Seconds, double PeakWorkingSetMegabytes, long Changes = 0);
