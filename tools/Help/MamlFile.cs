using System.Collections.Generic;
using System.Linq;
using System.Xml;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>Writes the XML that Get-Help reads.</summary>
internal static class MamlFile
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Cmd = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static void Write(string file, IEnumerable<CommandPage> pages)
    {
        XNamespace root = "http://msh";
        var document = new XDocument(new XElement(
            root + "helpItems",
            new XAttribute("schema", "maml"),
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Cmd),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            pages.Select(Topic)));
        using var writer = XmlWriter.Create(file, new XmlWriterSettings { Indent = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.None });
        document.Save(writer);
    }

    private static XElement Topic(CommandPage page) => new(
        Cmd + "command",
        new XElement(
            Cmd + "details",
            new XElement(Cmd + "name", page.Command.Name),
            new XElement(Cmd + "verb", page.Command.Verb),
            new XElement(Cmd + "noun", page.Command.Noun),
            Description([page.Synopsis])),
        Description(page.Description),
        new XElement(Cmd + "syntax", page.Command.Sets.Select(set => Syntax(page.Command.Name, set))),
        new XElement(Cmd + "parameters", page.Command.Parameters.Select(parameter => Explained(parameter, page.Parameters[parameter.Name]))),
        new XElement(Cmd + "inputTypes", page.Inputs.Select(input => new XElement(Cmd + "inputType", Type(input)))),
        new XElement(Cmd + "returnValues", page.Outputs.Select(output => new XElement(Cmd + "returnValue", Type(output)))),
        page.Notes.Count == 0 ? null : new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(page.Notes))),
        new XElement(Cmd + "examples", page.Examples.Select(example => new XElement(
            Cmd + "example",
            new XElement(Maml + "title", example.Title),
            new XElement(Dev + "code", example.Code),
            // Get-Help adds no space before the next example.
            new XElement(Dev + "remarks", Paragraphs([.. example.Remarks, ""]))))),
        new XElement(Cmd + "relatedLinks", page.RelatedHelp.Select(name => new XElement(Maml + "navigationLink", new XElement(Maml + "linkText", name), new XElement(Maml + "uri")))));

    private static XElement Syntax(string name, ParameterSet set) => new(
        Cmd + "syntaxItem",
        new XElement(Maml + "name", name),
        set.Parameters.Select(parameter => new XElement(
            Cmd + "parameter",
            Facts(parameter, [parameter.In(set.Name)!], parameter.TakesWildcards),
            new XElement(Maml + "name", parameter.Name),
            parameter.IsSwitch ? null : parameter.Values.Count > 0 ? Choice(parameter) : Value(parameter))));

    private static XElement Choice(Parameter parameter) => new(
        Cmd + "parameterValueGroup",
        parameter.Values.Select(value => new XElement(Cmd + "parameterValue", new XAttribute("required", "false"), new XAttribute(Cmd + "variableLength", "false"), value)));

    private static XElement Explained(Parameter parameter, ParameterText text) => new(
        Cmd + "parameter",
        Facts(parameter, parameter.Uses, parameter.TakesWildcards && text.TakesWildcards),
        new XElement(Maml + "name", parameter.Name),
        Description(text.Text),
        Value(parameter),
        new XElement(Dev + "type", new XElement(Maml + "name", parameter.TypeName), new XElement(Maml + "uri")),
        new XElement(Dev + "defaultValue", text.Default ?? (parameter.IsSwitch ? "False" : "None")));

    private static IEnumerable<XAttribute> Facts(Parameter parameter, IReadOnlyList<ParameterUse> uses, bool wildcards)
    {
        string[] pipeline = [.. uses.Any(use => use.FromPipeline) ? ["ByValue"] : (string[])[], .. uses.Any(use => use.FromPipelineByName) ? ["ByPropertyName"] : (string[])[]];
        yield return new XAttribute("required", uses.All(use => use.IsMandatory));
        yield return new XAttribute("variableLength", parameter.IsArray);
        yield return new XAttribute("globbing", wildcards);
        yield return new XAttribute("pipelineInput", pipeline.Length == 0 ? "false" : $"true ({string.Join(", ", pipeline)})");
        yield return new XAttribute("position", uses.Max(use => use.Position)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "named");
        yield return new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases));
    }

    private static XElement Value(Parameter parameter) => new(
        Cmd + "parameterValue",
        new XAttribute("required", !parameter.IsSwitch),
        new XAttribute("variableLength", parameter.IsArray),
        parameter.TypeName);

    private static XElement[] Type(CommandPage.TypeText type) =>
        [new(Dev + "type", new XElement(Maml + "name", type.TypeName)), Description(type.Text)];

    private static XElement Description(IReadOnlyList<string> text) => new(Maml + "description", Paragraphs(text));

    private static IEnumerable<XElement> Paragraphs(IReadOnlyList<string> text) => text.Select(paragraph => new XElement(Maml + "para", paragraph));
}
