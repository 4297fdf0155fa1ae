using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests.Documentation;

/// <summary>
/// Every block of PowerShell in the README, the guides and the help runs in the restored PowerShell, each in a store of its own with sandboxes. So do the tours, which show
/// prompts. The output that a page shows is compared.
/// </summary>
[Trait("Speed", "Slow")]
[Collection("Examples")]
public sealed partial class ExampleTests
{
    // A block with one of these texts only has to be correct: the commands and parameters must exist.
    private static readonly (string Text, string Reason)[] OnlyBound =
    [
        ("New-PBEntraApplication", "An administrator of a tenant signs in."),
        ("scim.example.com", "There is no such server."),
        ("Import-Csv customers.csv", "There is no such file with customers."),
        ("examples/Onboard.ps1", "There is no such file with customers."),
        ("Register-PBSyncTask", "It would change the scheduler of this machine."),
        ("Unregister-PBSyncTask", "It would change the scheduler of this machine."),
        ("Get-PBSyncTask", "It needs a scheduler on this machine."),
        ("Watch-PBSync", "It does not end."),
        ("Test-PBAlert", "It sends to a receiver."),
        ("Unregister-PBAlert -Name *", "There is no alert."),
        ("zoe.mueller@fjordlight.example", "There is no such account."),
        ("-Account ingrid.braaten@fjordlight.example -Confirm", "It asks at the prompt."),
        ("PSResource", "It changes what is installed."),
        ("Install-Module", "It changes what is installed."),
        ("Invoke-Pester", "A test of its own runs the file."),
    ];

    // Pages whose shown output no sandbox has.
    private static readonly string[] NotCompared = ["docs/en-US/Get-PBAlert.md"];

    // The stores that Run-Examples.ps1 prepares. Every other block gets connections that have been synced.
    private static readonly (string Page, string Text, string Store)[] Stores =
    [
        ("docs/en-US/Invoke-PBSync.md", "Invoke-PBSync -WhatIf", "Connected"),
        ("docs/en-US/Invoke-PBSync.md", "$run = Invoke-PBSync", "Connected"),
        ("docs/en-US/Invoke-PBSync.md", "-Force", "Paused"),
        ("docs/en-US/about_PBEntraConnector_Safety.md", "-Force", "Paused"),
        ("docs/en-US/Restore-PBState.md", "Restore-PBState", "Empty"),
    ];

    private const string Prompt = "PS> ";

    // A row that is wider wraps, and breaks its values. A tour shows none, so it is compared with the output in the narrowest usual window.
    private const int TourWidth = 80;
    private const int Width = 200;

    private const string Readme = "README.md";
    private static readonly string[] Tours = [Readme, "docs/tour.md"];

    [Fact]
    public void Every_example_runs_and_prints_what_its_page_shows()
    {
        var examples = Example.Pages().SelectMany(Example.In).ToList();
        var tours = Tours.Select(TourOf).ToList();
        Assert.All(tours, tour => Assert.True(tour.Count > 5));
        // The README has commands in its sentences, so that it is short.
        var inside = Example.Inside(Readme).ToList();
        Assert.NotEmpty(inside);

        var outputs = Run(
        [
            .. examples.Select(example => new Script([example.Code], StoreOf(example), Runs(example), Width)),
            .. inside.Select(command => new Script([command.Code], "Empty", Runs: false, Width)),
            .. tours.Select(tour => new Script(tour.Select(step => step.Code), "Empty", Runs: true, TourWidth)),
        ]);

        Assert.Empty(examples.Concat(inside).Concat(tours.SelectMany(tour => tour)).Zip(outputs.SelectMany(steps => steps), (example, output) => (Example: example, Problem: ProblemOf(example, output)))
            .Where(found => found.Problem is not null).Select(found => $"{found.Example}: {found.Problem}\n"));
    }

    [Fact]
    public void The_examples_of_a_command_use_it()
    {
        var examples = Example.Pages().Where(page => Path.GetFileName(page).Contains("-PB", StringComparison.Ordinal)).SelectMany(Example.In).ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Contains(Path.GetFileNameWithoutExtension(example.Page), example.Code, StringComparison.Ordinal));
    }

    [Fact]
    public void The_examples_in_the_help_of_a_script_use_its_parameters()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("examples"), "*.ps1"))
        {
            var text = File.ReadAllText(file).ReplaceLineEndings("\n");
            var parameters = ScriptParameters().Match(text).Value;
            Assert.All(ScriptExample().Matches(text), example => Assert.All(
                UsedParameter().Matches(example.Groups[1].Value), used => Assert.Contains($"${used.Groups[1].Value}", parameters + "$WhatIf", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Each_exception_is_needed()
    {
        var examples = Example.Pages().SelectMany(Example.In).ToList();

        Assert.All(OnlyBound, bound => Assert.Contains(examples, example => example.Code.Contains(bound.Text, StringComparison.Ordinal)));
        Assert.All(Stores, store => Assert.Contains(examples, example => example.Page == store.Page && example.Code.Contains(store.Text, StringComparison.Ordinal)));
        Assert.All(NotCompared, page => Assert.Contains(examples, example => example.Page == page && example.Output is not null));
    }

    // The commands after the prompts in a page, with the lines below them as their output. They run one after another in one store.
    private static List<Example> TourOf(string page)
    {
        var transcript = string.Join('\n', Example.TextsIn(page).Where(text => text.StartsWith(Prompt, StringComparison.Ordinal)));
        return ("\n" + transcript).Split("\n" + Prompt).Skip(1).Select(step => step.Split('\n', 2))
            .Select(step => new Example(page, 0, step[0], step[0], step.Length > 1 ? step[1] : "")).ToList();
    }

    private static bool Runs(Example example) => !OnlyBound.Any(bound => example.Code.Contains(bound.Text, StringComparison.Ordinal));

    private static string StoreOf(Example example) =>
        Stores.Where(entry => entry.Page == example.Page && example.Code.Contains(entry.Text, StringComparison.Ordinal)).Select(entry => entry.Store).DefaultIfEmpty("Synced").First();

    private static string? ProblemOf(Example example, string[] output)
    {
        var incorrect = output.Where(line => line.StartsWith("##PROBLEM ", StringComparison.Ordinal)).ToList();
        if (incorrect.Count > 0)
            return string.Join('\n', incorrect);
        if (Runs(example) && example.Output is { } shown && !NotCompared.Contains(example.Page))
            return ShownOutput.Difference(shown, string.Join('\n', output.Where(line => !line.StartsWith("##", StringComparison.Ordinal))));
        return output.Any(line => line.StartsWith("##ERROR ", StringComparison.Ordinal)) ? string.Join('\n', output) : null;
    }

    // The lines that each step of each script printed.
    private static List<List<string[]>> Run(IReadOnlyList<Script> scripts)
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "examples.json"), JsonSerializer.Serialize(scripts));
            var start = PowerShellProcess.Start(
                home: null,
                [
                    Repository.PathOf("tests", "PasswordBoss.EntraConnector.Module.Tests", "Documentation", "Run-Examples.ps1"),
                    Repository.Manifest, folder, SandboxCredentials.ClientId, SandboxCredentials.ClientSecret, SandboxCredentials.PasswordBossToken,
                ]);
            start.StandardOutputEncoding = Encoding.UTF8;
            var (exitCode, output) = ChildProcess.Run(start, TimeSpan.FromMinutes(10));
            var end = output.IndexOf("##END", StringComparison.Ordinal);
            Assert.True(exitCode == 0 && end >= 0, output);
            var printed = output[..end].Split("##EXAMPLE ").Skip(1).Select(part => part.Split("##STEP").Skip(1).Select(step => step.Split('\n', StringSplitOptions.TrimEntries)).ToList()).ToList();
            Assert.Equal(scripts.Select(script => script.Steps.Count()), printed.Select(steps => steps.Count));
            return printed;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"^param\(.*?^\)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ScriptParameters();

    // The arguments after the script, before the next command of the pipeline.
    [GeneratedRegex(@"^\.EXAMPLE\n.*?\.ps1([^|\n]*)", RegexOptions.Multiline)]
    private static partial Regex ScriptExample();

    [GeneratedRegex(@" -(\w+)")]
    private static partial Regex UsedParameter();

    /// <summary>What Run-Examples.ps1 runs.</summary>
    /// <param name="Steps">The code of each step. All steps use one store.</param>
    /// <param name="Store">The store that is copied.</param>
    /// <param name="Runs">False if the code is only checked.</param>
    /// <param name="Width">The number of columns of the window.</param>
    private sealed record Script(IEnumerable<string> Steps, string Store, bool Runs, int Width);
}
