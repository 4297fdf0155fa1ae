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
        var assemblyFirst = new List<ImportMeasurement>();
        var manifestFirst = new List<ImportMeasurement>();
        var moduleFirst = new List<ImportMeasurement>();
        for (var i = 0; i < options.Repeat(11); i++)
        {
            assemblyFirst.Add(await ImportAsync(EmptyModule + ".dll", PowerShellHost.Module));
            manifestFirst.Add(await ImportAfterEmptyAsync(PowerShellHost.Module));
            moduleFirst.Add(await ImportBeforeEmptyAsync(PowerShellHost.Module));
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

    /// <summary>Imports an empty module with a manifest, and then a module.</summary>
    /// <param name="module">The manifest of the module.</param>
    public static Task<ImportMeasurement> ImportAfterEmptyAsync(string module) => ImportAsync(EmptyModule + ".psd1", module);

    /// <summary>Imports a module, and then an empty module with a manifest.</summary>
    /// <param name="module">The manifest of the module.</param>
    public static Task<ImportMeasurement> ImportBeforeEmptyAsync(string module) => ImportAsync(module, EmptyModule + ".psd1");

    private static string EmptyModule =>
        Path.Combine(PowerShellHost.Root, "benchmarks", "EmptyModule", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "netstandard2.0", "EmptyModule");

    private static void Write(string first, List<ImportMeasurement> measurements, string second) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{first,-28} {measurements.Median(m => m.First),4:F0}   {second,-28} {measurements.Median(m => m.Second),4:F0}"));

    private static async Task<ImportMeasurement> ImportAsync(string first, string second)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "import.ps1");
        string[] arguments = [.. PowerShellHost.Command[1..], "-NoProfile", "-NonInteractive", "-File", script, "-First", first, "-Second", second];
        await using var process = ChildProcess.Start(PowerShellHost.Command[0], new Dictionary<string, string>(), arguments);
        var lines = (await process.ReadLinesAsync()).Select(line => line.Split(' ', 2)).ToLookup(words => words[0], words => words[^1]);
        return new ImportMeasurement
        {
            First = Number("first"),
            FirstProcessor = Number("first-processor"),
            Second = Number("second"),
            SecondProcessor = Number("second-processor"),
            Loaded = lines["loaded"].ToList(),
        };

        double Number(string name) => double.Parse(lines[name].Single(), CultureInfo.InvariantCulture);
    }
}

/// <summary>The imports of two modules in one process, in milliseconds.</summary>
internal sealed record ImportMeasurement
{
    public double First { get; init; }

    /// <summary>The processor time of the first import; 0 before PowerShell 7.5.</summary>
    public double FirstProcessor { get; init; }

    public double Second { get; init; }

    public double SecondProcessor { get; init; }

    /// <summary>The assemblies that both imports loaded.</summary>
    public IReadOnlyList<string> Loaded { get; init; } = [];
}
