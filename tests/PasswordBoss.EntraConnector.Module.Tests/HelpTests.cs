using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The output of Get-Help, compared with the engine's metadata of the commands.</summary>
[Trait("Speed", "Slow")]
public class HelpTests
{
    [Fact]
    public void Get_Help_shows_text_and_examples_for_every_command_and_parameter()
    {
        using var session = new Session();

        foreach (var command in Commands(session))
        {
            var help = Help(session, command);
            Assert.NotEmpty(Text(help, "Synopsis"));
            // Without a help file, the engine shows the syntax as the synopsis.
            Assert.DoesNotContain(command.Name, Text(help, "Synopsis"), StringComparison.Ordinal);
            Assert.NotEmpty(Text(help, "description"));
            Assert.NotEmpty(Items(help, "examples", "example"));
            var parameters = Items(help, "parameters", "parameter");
            Assert.Equal(OwnParameters(command).Order(), parameters.Select(parameter => Text(parameter, "name")).Order());
            Assert.All(parameters, parameter => Assert.True(Text(parameter, "description").Length > 0, $"{command.Name} -{Text(parameter, "name")}"));
        }
    }

    [Fact]
    public void Get_Help_shows_the_syntax_that_PowerShell_derives()
    {
        using var session = new Session();

        foreach (var command in Commands(session))
        {
            var shown = Items(Help(session, command), "syntax", "syntaxItem").Select(set => string.Join(' ', Items(set, "parameter").Select(Use)));
            var real = command.ParameterSets.Select(set => string.Join(' ', set.Parameters
                .Where(parameter => OwnParameters(command).Contains(parameter.Name) && !parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.DontShow))
                .Select(Use)));
            Assert.Equal(real.Select(Sorted).Order(), shown.Select(Sorted).Order());
        }
    }

    [Fact]
    public void Get_Help_shows_the_types_and_aliases_that_PowerShell_derives()
    {
        using var session = new Session();

        foreach (var command in Commands(session))
        {
            foreach (var parameter in Items(Help(session, command), "parameters", "parameter"))
            {
                var real = command.Parameters[Text(parameter, "name")];
                Assert.Equal(TypeName(real.ParameterType), Text((PSObject)parameter.Properties["type"].Value, "name"));
                Assert.Equal(real.Aliases.Count == 0 ? "none" : string.Join(", ", real.Aliases), Text(parameter, "aliases"));
                Assert.True(real.Attributes.OfType<SupportsWildcardsAttribute>().Any() || Text(parameter, "globbing") == "false", $"{command.Name} -{real.Name}");
            }
        }
    }

    [Fact]
    public void Get_Help_shows_every_topic_with_its_synopsis()
    {
        using var session = new Session();
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs", "en-US"), "about_*.md").ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);

        Assert.Equal(
            ["", "_Authentication", "_MultiTenant", "_Safety", "_Scheduling", "_SyncRules", "_Troubleshooting"],
            pages.Keys.Order(StringComparer.Ordinal).Select(name => name.Replace("about_PBEntraConnector", "", StringComparison.Ordinal)));
        var found = session.Run("Get-Help about_PBEntraConnector* | ForEach-Object { \"$($_.Name)|$($_.Synopsis)\" }").Select(line => line.ToString().Split('|')).ToDictionary(line => line[0], line => line[1]);
        foreach (var (name, page) in pages)
        {
            Assert.Contains($"## SHORT DESCRIPTION\n\n{found[name]}\n", page.ReplaceLineEndings("\n"), StringComparison.Ordinal);
            var text = Assert.Single(session.Get<string>($"Get-Help {name}"));
            Assert.Contains("SEE ALSO", text, StringComparison.Ordinal);
        }
    }

    // The order of the vendor's article, in the shell as in the page.
    [Fact]
    public void Troubleshooting_begins_with_the_status_the_membership_and_a_sync_by_hand()
    {
        using var session = new Session();
        var text = Assert.Single(session.Get<string>("Get-Help about_PBEntraConnector_Troubleshooting"));

        var steps = new[] { "1. The status", "Get-PBConnectorStatus", "2. The membership", "Get-PBSyncGroup", "3. Sync by hand", "Invoke-PBSync", "A user has no account" };
        var places = steps.Select(step => text.IndexOf(step, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public void A_topic_is_a_file_that_Windows_PowerShell_reads_as_UTF_8()
    {
        var files = Directory.EnumerateFiles(Repository.PathOf("en-US"), "about_*").ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            Assert.EndsWith(".help.txt", file, StringComparison.Ordinal);
            Assert.Equal(Encoding.UTF8.GetPreamble(), File.ReadAllBytes(file)[..3]);
        });
    }

    private static PSObject Help(Session session, CmdletInfo command) => Assert.Single(session.Run($"Get-Help {command.Name} -Full"));

    private static List<CmdletInfo> Commands(Session session) =>
        session.Run("Get-Command -Module PasswordBoss.EntraConnector").Select(command => (CmdletInfo)command.BaseObject).ToList();

    private static IEnumerable<string> OwnParameters(CmdletInfo command) =>
        command.Parameters.Keys.Where(name => !Cmdlet.CommonParameters.Contains(name) && (name is "WhatIf" or "Confirm" || !Cmdlet.OptionalCommonParameters.Contains(name)));

    private static string TypeName(Type type) => type == typeof(SwitchParameter)
        ? nameof(SwitchParameter)
        : Microsoft.PowerShell.ToStringCodeMethods.Type(PSObject.AsPSObject(Nullable.GetUnderlyingType(type) ?? type)).Split('.')[^1];

    private static string Use(CommandParameterInfo parameter)
    {
        var pipeline = string.Join(", ", new[] { parameter.ValueFromPipeline ? "ByValue" : null, parameter.ValueFromPipelineByPropertyName ? "ByPropertyName" : null }.OfType<string>());
        return Use(parameter.Name, parameter.IsMandatory ? "true" : "false", parameter.Position < 0 ? "named" : $"{parameter.Position}", pipeline.Length == 0 ? "false" : $"true ({pipeline})");
    }

    private static string Use(PSObject parameter) => Use(Text(parameter, "name"), Text(parameter, "required"), Text(parameter, "position"), Text(parameter, "pipelineInput"));

    private static string Use(string name, string required, string position, string pipeline) => $"{name}|{required}|{position}|{pipeline}";

    private static string Sorted(string uses) => string.Join('\n', uses.Split(' ').Order());


    // Get-Help returns one element as itself, and several as a list.
    private static List<PSObject> Items(PSObject element, params string[] path)
    {
        IEnumerable<PSObject> found = [element];
        foreach (var name in path)
            found = found.Select(item => item.Properties[name]?.Value).SelectMany(value => value is object[] list ? list : value is null ? [] : [value]).Select(PSObject.AsPSObject).ToList();
        return found.ToList();
    }

    private static string Text(PSObject element, string name)
    {
        var value = element.Properties[name]?.Value;
        return string.Join('\n', (value is object[] list ? list : value is null ? [] : [value]).Select(part => PSObject.AsPSObject(part).Properties["Text"]?.Value ?? part)).Trim();
    }
}
