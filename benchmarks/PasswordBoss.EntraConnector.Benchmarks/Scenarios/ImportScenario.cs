using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>
/// The cost of importing the module in a new process, compared with an empty binary module, bare and with a manifest, and the assemblies that it loads. The first
/// import also pays for PowerShell's own first-time work, so every order is measured.
/// </summary>
internal static class ImportScenario
{
    private static readonly string[] LateAssemblies = ["Microsoft.Graph", "Azure.", "Microsoft.Identity", "Microsoft.Kiota", "SQLite", "Microsoft.Data.", "Polly", "PasswordBoss.EntraConnector.Clients"];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var root = PowerShellHost.Root;
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string[] host = [.. PowerShellHost.Command, "-NoProfile", "-NonInteractive", "-File"];
        var emptyModule = Path.Combine(root, "benchmarks", "EmptyModule", "bin", configuration, "netstandard2.0", "EmptyModule");
        var assembly = emptyModule + ".dll";
        var manifest = emptyModule + ".psd1";
        var module = Path.Combine(root, "PasswordBoss.EntraConnector.psd1");
        var script = Path.Combine(AppContext.BaseDirectory, "import.ps1");

        var assemblyFirst = new List<ImportMeasurement>();
        var manifestFirst = new List<ImportMeasurement>();
        var moduleFirst = new List<ImportMeasurement>();
        for (var i = 0; i < options.Repeat(11); i++)
        {
            assemblyFirst.Add(await ImportAsync(host, script, assembly, module));
            manifestFirst.Add(await ImportAsync(host, script, manifest, module));
            moduleFirst.Add(await ImportAsync(host, script, module, manifest));
        }

        Console.WriteLine("in " + PowerShellHost.Command[^1]);
        Console.WriteLine("first in the process           ms   then                        ms");
        Write("empty module, no manifest", assemblyFirst, "this module");
        Write("empty module with a manifest", manifestFirst, "this module");
        Write("this module", moduleFirst, "empty module with a manifest");
        var loaded = moduleFirst.SelectMany(m => m.Loaded).Where(name => name != "EmptyModule").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        Console.WriteLine("loaded by both imports: " + string.Join(", ", loaded));
        var late = loaded.Where(name => LateAssemblies.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase))).ToList();
        Console.WriteLine(late.Count == 0 ? "none of them is an assembly for the network or for the state" : "too early: " + string.Join(", ", late));
    }

    private static void Write(string first, List<ImportMeasurement> measurements, string second) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{first,-28} {measurements.Median(m => m.First),4:F0}   {second,-28} {measurements.Median(m => m.Second),4:F0}"));

    private static async Task<ImportMeasurement> ImportAsync(string[] host, string script, string first, string second)
    {
        await using var process = ChildProcess.Start(host[0], new Dictionary<string, string>(), [.. host[1..], script, "-First", first, "-Second", second]);
        var lines = (await process.ReadLinesAsync()).Select(line => line.Split(' ', 2)).ToLookup(words => words[0], words => words[^1]);
        return new ImportMeasurement(Number(lines["first"].Single()), Number(lines["second"].Single()), lines["loaded"].ToList());
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private sealed record ImportMeasurement(double First, double Second, IReadOnlyList<string> Loaded);
}
