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

/// <summary>The status of many connections that have synced, from the service and from the command, and the catalogue of twice as many.</summary>
internal static class StatusScenario
{
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-benchmark-").FullName;
        try
        {
            var authority = Path.Combine(folder, "authority.pem");
            await using var server = ChildProcess.StartSelf(new Dictionary<string, string>(), FleetServerProcess.Command, "--authority", authority);
            var endpoints = JsonSerializer.Serialize((await server.ReadAsync<SandboxEndpoints[]>())[0]);
            var variables = new Dictionary<string, string> { ["SSL_CERT_FILE"] = authority, ["PBENTRA_HOME"] = Path.Combine(folder, "state") };
            var tenants = options.Number("tenants", 1000);
            await using var client = ChildProcess.StartSelf(
                variables, StatusProcess.Command, "--endpoints", endpoints, "--tenants", Stage.Text(tenants), "--repeat", Stage.Text(options.Repeat(5)));
            Console.WriteLine("                                            connections   seconds   processor s");
            Write("status, first call of the service", tenants, await client.ReadAsync<List<TimedWork>>());
            var script = Path.Combine(folder, "status.ps1");
            await File.WriteAllTextAsync(script, $$"""
                Import-Module '{{PowerShellHost.Module}}'
                $self = [System.Diagnostics.Process]::GetCurrentProcess()
                foreach ($i in 1..{{Stage.Text(options.Repeat(5))}}) {
                    $self.Refresh(); $before = $self.TotalProcessorTime
                    $clock = [System.Diagnostics.Stopwatch]::StartNew()
                    $count = @(Get-PBConnectorStatus).Count
                    $elapsed = $clock.Elapsed
                    $self.Refresh()
                    if ($count -ne {{Stage.Text(tenants)}}) { throw "There are $count." }
                    ConvertTo-Json -Compress @{ Seconds = $elapsed.TotalSeconds; ProcessorSeconds = ($self.TotalProcessorTime - $before).TotalSeconds }
                }
                """);
            await using (var shell = ChildProcess.Start(PowerShellHost.Command[0], variables, [.. PowerShellHost.Command[1..], "-NoProfile", "-NonInteractive", "-File", script]))
                Write("Get-PBConnectorStatus, first call", tenants, (await shell.ReadLinesAsync()).Select(line => JsonSerializer.Deserialize<TimedWork>(line)!).ToList());
            await client.AskAsync("");
            Write("names and each connection by its name, first", 2 * tenants, await client.ReadAsync<List<TimedWork>>());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The first call of a process includes the compilation of the code.
    private static void Write(string what, int connections, List<TimedWork> calls)
    {
        Write(what, connections, calls[0].Seconds, calls[0].ProcessorSeconds);
        Write("  median of those after it", connections, calls.Skip(1).Median(call => call.Seconds), calls.Skip(1).Median(call => call.ProcessorSeconds));
    }

    private static void Write(string what, int connections, double seconds, double processor) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-44}   {connections,8}   {seconds,7:F2}   {processor,11:F2}"));
}
