using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>The processor time of a cycle without changes: in a new PowerShell that runs the script of a scheduled task, and in a resident one.</summary>
internal static class ResidentScenario
{
    public static async Task RunAsync(BenchmarkOptions options)
    {
        await using var stage = await Stage.OpenAsync(options.People(1000), 0, options.Latency);
        await stage.SyncAsync();
        var file = Path.GetTempFileName() + ".ps1";
        try
        {
            var script = Path.Combine(PowerShellHost.Root, "examples", "Sync-AllTenants.ps1");
            await File.WriteAllTextAsync(file, $$"""
                $null = & '{{script}}'
                $exit = $LASTEXITCODE
                ConvertTo-Json -Compress @{ ProcessorSeconds = [System.Diagnostics.Process]::GetCurrentProcess().TotalProcessorTime.TotalSeconds; ExitCode = $exit }
                """);
            var fresh = new List<ProcessorTime>();
            for (var i = 0; i < options.Repeat(5); i++)
                fresh.AddRange(await MeasureAsync(stage, file));
            await File.WriteAllTextAsync(file, $$"""
                Import-Module '{{PowerShellHost.Module}}'
                $self = [System.Diagnostics.Process]::GetCurrentProcess()
                foreach ($i in 1..{{Stage.Text(options.Number("cycles", 60))}}) {
                    $self.Refresh(); $before = $self.TotalProcessorTime
                    $run = Invoke-PBSync
                    $self.Refresh()
                    ConvertTo-Json -Compress @{ ProcessorSeconds = ($self.TotalProcessorTime - $before).TotalSeconds; ExitCode = [int]($run.Outcome -ne 'NoChange') }
                }
                """);
            var resident = await MeasureAsync(stage, file);
            // At first, the runtime still compiles the code.
            var warm = resident.Skip(resident.Count / 2).ToList();
            Console.WriteLine("                       processor ms   cycles");
            Write("new process", fresh);
            Write("first in a process", resident.Take(1).ToList());
            Write("warm process", warm);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"new / warm: {fresh.Average(cycle => cycle.ProcessorSeconds) / warm.Average(cycle => cycle.ProcessorSeconds):F0}"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<List<ProcessorTime>> MeasureAsync(Stage stage, string file)
    {
        var cycles = (await stage.RunPowerShellAsync(file)).Select(line => JsonSerializer.Deserialize<ProcessorTime>(line)!).ToList();
        return cycles.TrueForAll(cycle => cycle.ExitCode == 0) ? cycles : throw new InvalidOperationException("A cycle changed something, or failed.");
    }

    // The mean, because the platform counts processor time in steps of about 10 ms.
    private static void Write(string what, List<ProcessorTime> cycles) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what,-20} {cycles.Average(cycle => cycle.ProcessorSeconds) * 1000,14:F0} {cycles.Count,8}"));

    private sealed record ProcessorTime(double ProcessorSeconds, int ExitCode);
}
