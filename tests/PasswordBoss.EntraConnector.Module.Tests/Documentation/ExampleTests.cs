using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Module.Tests.Documentation;

/// <summary>
/// Every block of PowerShell in the README, the guides and the help runs as it is printed, each in a store of its own with sandboxes, or against doubles of Entra, Microsoft Graph,
/// Password Boss and webhooks under the names in the block. The output that a page shows is compared.
/// </summary>
[Trait("Speed", "Slow")]
[Collection("Examples")]
public sealed partial class ExampleTests
{
    // Pages whose shown output no sandbox has.
    private static readonly string[] NotCompared = ["docs/en-US/Get-PBAlert.md"];

    private const string Prompt = "PS> ";

    // A row that is wider wraps, and breaks its values. A tour shows none, so it is compared with the output in the narrowest usual window.
    private const int TourWidth = 80;

    private const string Readme = "README.md";
    private static readonly List<Example> Examples = Example.Pages().SelectMany(Example.In).ToList();

    // The README has commands in its sentences, so that it is short.
    private static readonly List<Example> Inside = Example.Inside(Readme).ToList();
    private static readonly List<List<Example>> Tours = Example.Pages().Select(TourOf).Where(tour => tour.Count > 0).ToList();

    // The commands of the README that connect a tenant. After the first one, the README asks the admin to add users to the group.
    private static readonly List<string> Connecting = ConnectingIn(Readme);
    private static readonly ExampleScript Connect = new(
        [Connecting[0], "Add-UserToGroup", .. Connecting.Skip(1), "(Get-PBConnectorStatus -Name Contoso).Status"],
        "Empty",
        ExampleRun.HasHosts);

    // The README comes first, because its tenant is new: later examples find the group and its members.
    private static readonly Lazy<ExampleRun> Ran = new(() => ExampleRun.Of(
    [
        Connect,
        .. Examples.Select(ExampleScript.Of),
        .. Inside.Select(command => new ExampleScript([command.Code], "Empty", Runs: false)),
        .. Tours.Select(tour => new ExampleScript(tour.ConvertAll(step => step.Code), "Empty", Runs: true) { Width = TourWidth }),
    ]));

    [Fact]
    public void Every_example_runs_and_prints_what_its_page_shows() =>
        AssertShown(Examples, Ran.Value.Outputs.Skip(1).Take(Examples.Count).Select(steps => steps[0]));

    [Fact]
    public void The_commands_in_the_sentences_of_the_README_exist()
    {
        Assert.NotEmpty(Inside);
        AssertShown(Inside, Ran.Value.Outputs.Skip(1 + Examples.Count).Take(Inside.Count).Select(steps => steps[0]));
    }

    [Fact]
    public void The_tours_print_what_their_pages_show()
    {
        Assert.Equal([Readme, "docs/tour.md"], Tours.Select(tour => tour[0].Page));
        Assert.All(Tours, tour => Assert.InRange(tour.Count, 6, int.MaxValue));
        AssertShown(Tours.SelectMany(tour => tour), Ran.Value.Outputs.Skip(1 + Examples.Count + Inside.Count).SelectMany(steps => steps));
    }

    [SkippableFact]
    public void A_tenant_is_connected_by_what_the_README_shows()
    {
        Skip.IfNot(ExampleRun.HasHosts, "The servers of the tests cannot have the names of real hosts here.");

        var steps = Ran.Value.Outputs[0];

        Assert.DoesNotContain(steps.SelectMany(lines => lines), line => line.StartsWith("##", StringComparison.Ordinal));
        Assert.Equal("Connected", Assert.Single(steps[^1], line => line.Length > 0));
    }

    [Fact]
    public void The_examples_send_only_documented_requests_to_documented_hosts()
    {
        Assert.Empty(Ran.Value.Violations);
        Assert.Empty(Ran.Value.Refused);
    }

    [Fact]
    public void The_examples_of_a_command_use_it()
    {
        var examples = Examples.Where(example => Path.GetFileName(example.Page).Contains("-PB", StringComparison.Ordinal)).ToList();

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
        Assert.All(ExampleScript.OnlyBound, bound => Assert.Contains(Examples, example => example.Code.Contains(bound.Text, StringComparison.Ordinal)));
        Assert.All(
            ExampleScript.Stores,
            store => Assert.Contains(Examples, example => (store.Page.Length == 0 || example.Page == store.Page) && example.Code.Contains(store.Text, StringComparison.Ordinal)));
        Assert.All(ExampleScript.Customers, file => Assert.Contains(Examples, example => ExampleScript.Of(example).CustomersFile == file.Content));
        Assert.All(NotCompared, page => Assert.Contains(Examples, example => example.Page == page && example.Output is not null));
    }

    // The commands under the heading of the first one.
    private static List<string> ConnectingIn(string page)
    {
        var examples = Example.In(page).SkipWhile(example => !example.Code.StartsWith("New-PBEntraApplication", StringComparison.Ordinal)).ToList();
        return examples.TakeWhile(example => example.Heading == examples[0].Heading)
            .SelectMany(example => Parser.ParseInput(example.Code, out _, out _).EndBlock.Statements.Select(statement => statement.Extent.Text)).ToList();
    }

    // The commands after the prompts in a page, with the lines below them as their output. They run one after another in one store.
    private static List<Example> TourOf(string page)
    {
        var transcript = string.Join('\n', Example.TextsIn(page).Where(text => text.StartsWith(Prompt, StringComparison.Ordinal)));
        return ("\n" + transcript).Split("\n" + Prompt).Skip(1).Select(step => step.Split('\n', 2))
            .Select(step => new Example(page, 0, step[0], step[0], step.Length > 1 ? step[1] : "")).ToList();
    }

    private static void AssertShown(IEnumerable<Example> examples, IEnumerable<string[]> outputs)
    {
        var problems = examples.Zip(outputs, (example, output) => (Example: example, Problem: ProblemOf(example, output))).Where(found => found.Problem is not null)
            .Select(found => $"{found.Example}: {found.Problem}\n").ToList();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static string? ProblemOf(Example example, string[] output)
    {
        var incorrect = output.Where(line => line.StartsWith("##PROBLEM ", StringComparison.Ordinal)).ToList();
        if (incorrect.Count > 0)
            return string.Join('\n', incorrect);
        if (ExampleScript.RunsHere(example.Code) && example.Output is { } shown && !NotCompared.Contains(example.Page))
            return ShownOutput.Difference(shown, string.Join('\n', output.Where(line => !line.StartsWith("##", StringComparison.Ordinal))));
        return output.Any(line => line.StartsWith("##ERROR ", StringComparison.Ordinal)) ? string.Join('\n', output) : null;
    }

    [GeneratedRegex(@"^param\(.*?^\)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ScriptParameters();

    // The arguments after the script, before the next command of the pipeline.
    [GeneratedRegex(@"^\.EXAMPLE\n.*?\.ps1([^|\n]*)", RegexOptions.Multiline)]
    private static partial Regex ScriptExample();

    [GeneratedRegex(@" -(\w+)")]
    private static partial Regex UsedParameter();
}
