using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>No command and no parameter without a word about it, in the help and in the reference page.</summary>
public class HelpTests
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";

    [Fact]
    public void Every_command_and_parameter_has_help()
    {
        using var session = new Session();
        var help = ReadHelp();
        var commands = Commands(session);

        Assert.Equal(commands.Select(command => command.Name).Order(), help.Keys.Order());
        foreach (var command in commands)
        {
            var topic = help[command.Name];
            Assert.NotEmpty(Text(topic.Element(Command + "details")!.Element(Maml + "description")));
            Assert.NotEmpty(Text(topic.Element(Maml + "description")));
            Assert.NotEmpty(topic.Element(Command + "examples")!.Elements());

            var parameters = topic.Element(Command + "parameters")!.Elements().ToDictionary(NameOf, parameter => Text(parameter.Element(Maml + "description")));
            Assert.Equal(OwnParameters(command).Order(), parameters.Keys.Except(Cmdlet.OptionalCommonParameters).Order());
            Assert.All(parameters, parameter => Assert.True(parameter.Value.Length > 0, $"{command.Name} -{parameter.Key}"));
        }
    }

    [Fact]
    public void The_syntax_in_the_help_is_that_of_the_commands()
    {
        using var session = new Session();
        var help = ReadHelp();

        foreach (var command in Commands(session))
        {
            var told = help[command.Name].Element(Command + "syntax")!.Elements()
                .Select(set => string.Join(' ', set.Elements(Command + "parameter").Select(p => (string?)p.Attribute("required") == "true" ? NameOf(p) + "!" : NameOf(p)).Order()));
            var real = command.ParameterSets.Select(set => string.Join(' ', set.Parameters
                .Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name) && !parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.DontShow))
                .Select(parameter => parameter.IsMandatory ? parameter.Name + "!" : parameter.Name).Order()));
            Assert.Equal(real.Order(), told.Order());
        }
    }

    [Fact]
    public void Get_Help_finds_the_help()
    {
        using var session = new Session();

        foreach (var (name, topic) in ReadHelp())
        {
            var synopsis = Text(topic.Element(Command + "details")!.Element(Maml + "description"));
            Assert.Equal(synopsis, Assert.Single(session.Run($"(Get-Help {name}).Synopsis")).ToString());
        }
    }

    [Fact]
    public void The_reference_page_has_a_section_for_every_command_with_all_its_parameters()
    {
        using var session = new Session();
        var sections = Regex.Split(File.ReadAllText(Repository.PathOf("docs", "cmdlets.md")), "^## ", RegexOptions.Multiline)
            .ToDictionary(section => section.Split('\n')[0].Trim(), section => section);

        foreach (var command in Commands(session))
        {
            Assert.True(sections.TryGetValue(command.Name, out var section), command.Name);
            // Which connection is meant is told once, for all commands.
            var own = OwnParameters(command).Where(parameter => command.Name == "Connect-PBEntra" || parameter is not ("Name" or "Connection"));
            Assert.All(own, parameter => Assert.True(section!.Contains($"`-{parameter}`", StringComparison.Ordinal), $"{command.Name} -{parameter}"));
        }
    }

    private static Dictionary<string, XElement> ReadHelp() => XDocument.Load(Repository.PathOf("en-US", "PasswordBoss.EntraConnector.Cmdlets.dll-Help.xml")).Root!.Elements()
        .ToDictionary(topic => topic.Element(Command + "details")!.Element(Command + "name")!.Value);

    private static List<CmdletInfo> Commands(Session session) =>
        session.Run("Get-Command -Module PasswordBoss.EntraConnector").Select(command => (CmdletInfo)command.BaseObject).ToList();

    private static IEnumerable<string> OwnParameters(CmdletInfo command) =>
        command.Parameters.Keys.Where(name => !Cmdlet.CommonParameters.Contains(name) && !Cmdlet.OptionalCommonParameters.Contains(name));

    private static string NameOf(XElement parameter) => parameter.Element(Maml + "name")!.Value;

    private static string Text(XElement? element) => (element?.Value ?? "").Trim();
}
