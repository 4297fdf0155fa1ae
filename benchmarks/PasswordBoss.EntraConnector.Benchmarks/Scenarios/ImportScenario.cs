using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>
/// What importing the module costs in a new process, against an empty binary module in the same process, and what it loads. Whichever is imported first also
/// pays for what PowerShell itself does for the first time, so both orders are measured.
/// </summary>
internal static class ImportScenario
{
    private static readonly string[] LateAssemblies = ["Microsoft.Graph", "Azure.", "Microsoft.Identity", "Microsoft.Kiota", "SQLite", "Microsoft.Data.", "Polly", "PasswordBoss.EntraConnector.Clients"];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var root = FindRoot();
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var host = Path.Combine(root, "tools", "PSHost", "bin", configuration, "net10.0", "PSHost.dll");
        var empty = Path.Combine(root, "benchmarks", "EmptyModule", "bin", configuration, "netstandard2.0", "EmptyModule.dll");
        var module = Path.Combine(root, "PasswordBoss.EntraConnector.psd1");
        var script = Path.Combine(AppContext.BaseDirectory, "import.ps1");

        var emptyFirst = new List<ImportMeasurement>();
        var moduleFirst = new List<ImportMeasurement>();
        for (var i = 0; i < options.Repeat(11); i++)
        {
            emptyFirst.Add(await ImportAsync(host, script, empty, module));
            moduleFirst.Add(await ImportAsync(host, script, module, empty));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            empty module first:  empty {emptyFirst.Median(m => m.First),6:F0} ms, then this module {emptyFirst.Median(m => m.Second),6:F0} ms
            this module first:   this module {moduleFirst.Median(m => m.First),6:F0} ms, then empty {moduleFirst.Median(m => m.Second),6:F0} ms
            this module more than an empty one, both first in their process: {moduleFirst.Median(m => m.First) - emptyFirst.Median(m => m.First):F0} ms
            """));
        var loaded = moduleFirst.SelectMany(m => m.Loaded).Where(name => name != "EmptyModule").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        Console.WriteLine("loaded by both imports: " + string.Join(", ", loaded));
        var late = loaded.Where(name => LateAssemblies.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase))).ToList();
        Console.WriteLine(late.Count == 0 ? "none of them is an assembly for the network or for the state" : "too early: " + string.Join(", ", late));
    }

    private static async Task<ImportMeasurement> ImportAsync(string host, string script, string first, string second)
    {
        await using var process = ChildProcess.Start("dotnet", new Dictionary<string, string>(), host, script, "-First", first, "-Second", second);
        var lines = (await process.ReadLinesAsync()).Select(line => line.Split(' ', 2)).ToLookup(words => words[0], words => words[^1]);
        return new ImportMeasurement(Number(lines["first"].Single()), Number(lines["second"].Single()), lines["loaded"].ToList());
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PasswordBoss.EntraConnector.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The program does not lie in a checkout.");
    }

    private sealed record ImportMeasurement(double First, double Second, IReadOnlyList<string> Loaded);
}
