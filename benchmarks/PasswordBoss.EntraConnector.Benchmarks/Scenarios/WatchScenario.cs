using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>The memory of a worker over many rounds in which nothing changes.</summary>
internal static class WatchScenario
{
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-benchmark-").FullName;
        try
        {
            var authority = Path.Combine(folder, "authority.pem");
            await using var server = ChildProcess.StartSelf(
                new Dictionary<string, string>(), FleetServerProcess.Command, "--latency", Stage.Text(options.Latency), "--authority", authority);
            var endpoints = JsonSerializer.Serialize(await server.ReadAsync<SandboxEndpoints[]>());
            var variables = new Dictionary<string, string> { ["SSL_CERT_FILE"] = authority, ["PBENTRA_HOME"] = Path.Combine(folder, "state") };
            await using var client = ChildProcess.StartSelf(
                variables,
                WatchProcess.Command,
                "--endpoints", endpoints,
                "--tenants", Stage.Text(options.Number("tenants", 100)),
                "--places", Stage.Text(options.Number("places", 16)),
                "--rounds", Stage.Text(options.Number("rounds", 300)));
            Console.WriteLine("rounds   working set MB   heap MB   threads   descriptors   processor s");
            for (var stage = 0; stage < 4; stage++)
                Write(await client.ReadAsync<WatchMeasurement>());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(WatchMeasurement m) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{m.Rounds,6} {m.WorkingSetMegabytes,16:F0} {m.HeapMegabytes,9:F1} {m.Threads,9} {m.Descriptors,13} {m.ProcessorSeconds,13:F1}"));
}
