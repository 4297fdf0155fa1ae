using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>
/// Many tenants in one call, of which some throttle, answer slowly, never answer or refuse connections. Measures how long the others take, alone and among them.
/// </summary>
internal static class FleetScenario
{
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-benchmark-").FullName;
        try
        {
            var authority = Path.Combine(folder, "authority.pem");
            await using var server = ChildProcess.StartSelf(
                new Dictionary<string, string>(), FleetServerProcess.Command, "--latency", Stage.Text(options.Has("latency") ? options.Latency : 50), "--authority", authority);
            var endpoints = JsonSerializer.Serialize(await server.ReadAsync<SandboxEndpoints[]>());
            var variables = new Dictionary<string, string> { ["SSL_CERT_FILE"] = authority, ["PBENTRA_HOME"] = Path.Combine(folder, "state") };
            await using var client = ChildProcess.StartSelf(
                variables,
                FleetProcess.Command,
                "--endpoints", endpoints,
                "--tenants", Stage.Text(options.Number("tenants", 500)),
                "--bad", Stage.Text(options.Number("bad", 20)),
                "--places", Stage.Text(options.Number("places", 16)),
                "--repeat", Stage.Text(options.Repeat(3)));
            var measured = await client.ReadAsync<FleetMeasurement>();
            Console.WriteLine("                                              seconds   known bad   bad runs   processor s   working set MB");
            Write("good tenants, first full run", [measured.First]);
            Write("good tenants alone, idle", measured.Alone);
            if (measured.Bad is null)
                return;
            Write("all mixed, bad ones not known yet", measured.UnknownMixed);
            Write("all, unknown bad ones first", measured.UnknownFirst);
            Write("bad ones alone, to their ends", [measured.Bad]);
            Write("all, known bad ones first", measured.KnownFirst);
            Write("all mixed, bad ones known", measured.KnownMixed);
            WriteRatio("not known / alone", measured.UnknownFirst, measured.UnknownMixed, measured.Alone);
            WriteRatio("known / alone", measured.KnownFirst, measured.KnownMixed, measured.Alone);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Seconds(IReadOnlyList<FleetCall> calls) => calls.ToList().Median(call => call.Seconds);

    private static void WriteRatio(string what, IReadOnlyList<FleetCall> first, IReadOnlyList<FleetCall> mixed, IReadOnlyList<FleetCall> alone) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what}: {Seconds(first) / Seconds(alone):F2} with the bad ones first, {Seconds(mixed) / Seconds(alone):F2} mixed"));

    private static void Write(string what, IReadOnlyList<FleetCall> calls) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-42}   {Seconds(calls),8:F1}   {calls.ToList().Median(call => call.Known),9:F0}   {calls.ToList().Median(call => call.BadRuns),8:F0}   {calls.ToList().Median(call => call.ProcessorSeconds),11:F1}   {calls.Max(call => call.Megabytes),14:F0}"));
}
