using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Playwright;
using PasswordBoss.EntraConnector.Benchmarks.Processes;
using PasswordBoss.EntraConnector.Report.Tests.Browser;

namespace PasswordBoss.EntraConnector.Benchmarks.Scenarios;

/// <summary>A report of many tenants: the time and memory of the export and of the history, and of the page in Chromium, from the request to its first rows, and from a key press to the filtered rows.</summary>
internal static class ReportScenario
{
    // Ends when the browser has painted the result.
    private const string Measure =
        """
        async ([kind, value]) => {
          const begun = performance.now();
          if (kind === 'type') {
            const input = document.getElementById('find-change');
            input.value = value;
            input.dispatchEvent(new Event('input'));
          } else {
            document.querySelectorAll(value)[kind === 'last' ? document.querySelectorAll(value).length - 1 : 0].click();
          }
          await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
          return performance.now() - begun;
        }
        """;

    private static readonly (string Name, string Kind, string Value)[] Steps =
    [
        ("first search, \"ingrid 42\"", "type", "ingrid 42"), ("next search, \"design\"", "type", "design"), ("search without a match", "type", "no such text"), ("search removed", "type", ""),
        ("one kind", "last", "#kinds .chip:not(.clear)"), ("sorted by user", "first", "#changes th:nth-child(4) button"), ("next page", "last", "#changes .pager button"),
    ];

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var home = Directory.CreateTempSubdirectory("pbentra-report-").FullName;
        try
        {
            var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PBENTRA_HOME"] = Path.Combine(home, "state") };
            string[] size = [.. Size(options, "tenants", 500), .. Size(options, "changes", 100_000), .. Size(options, "per-run", 100)];
            await using (var fill = ChildProcess.StartSelf(environment, [ReportProcess.FillCommand, .. size]))
                await fill.ReadLinesAsync();
            var page = Path.Combine(home, "report.html");
            await WriteAsync("page", environment, "--path", page);
            await WriteAsync("table", environment, "--path", Path.Combine(home, "report.csv"), "--csv", "yes");
            await using (var read = ChildProcess.StartSelf(environment, [ReportProcess.ReadCommand]))
            {
                var history = await read.ReadAsync<ReportMeasurement>();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"history  read in {history.Seconds:F1} s, peak working set {history.PeakWorkingSetMegabytes:F0} MB, {history.Changes:N0} changes"));
            }

            if (Chromium.Program is null)
                Console.WriteLine("This machine has no Chromium.");
            else
                await OpenAsync(page, options.Repeat(5));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static string[] Size(BenchmarkOptions options, string name, int normally) => ["--" + name, options.Number(name, normally).ToString(CultureInfo.InvariantCulture)];

    private static async Task WriteAsync(string what, Dictionary<string, string> environment, params string[] arguments)
    {
        await using var process = ChildProcess.StartSelf(environment, [ReportProcess.WriteCommand, .. arguments]);
        var measured = await process.ReadAsync<ReportMeasurement>();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-8} written in {measured.Seconds:F1} s, peak working set {measured.PeakWorkingSetMegabytes:F0} MB, {new FileInfo(arguments[1]).Length / 1048576.0:F1} MB"));
    }

    private static async Task OpenAsync(string page, int times)
    {
        await using var chromium = await Chromium.StartAsync();
        var opened = new List<double>();
        var steps = Steps.ToDictionary(step => step.Name, _ => new List<double>());
        for (var i = 0; i < times; i++)
        {
            await using var context = await chromium.Browser.NewContextAsync();
            var tab = await context.NewPageAsync();
            var watch = Stopwatch.StartNew();
            await tab.GotoAsync(new Uri(page).AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
            await tab.WaitForSelectorAsync("#changes tbody tr");
            await tab.EvaluateAsync("new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
            opened.Add(watch.Elapsed.TotalMilliseconds);
            foreach (var (name, kind, value) in Steps)
                steps[name].Add(await tab.EvaluateAsync<double>(Measure, new[] { kind, value }));
        }

        Console.WriteLine("in Chromium " + chromium.Browser.Version + "              median ms   max ms");
        Write("opened, first rows painted", opened);
        foreach (var (name, _, _) in Steps)
            Write(name, steps[name]);
    }

    private static void Write(string what, List<double> times) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-36} {times.Median(time => time),9:F0} {times.Max(),8:F0}"));
}
