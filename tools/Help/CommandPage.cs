using System;
using System.Collections.Generic;
using System.Linq;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The page of one command, compared with the command. Missing, unknown and duplicate parts are reported.</summary>
internal sealed class CommandPage
{
    // The headings of platyPS, in its order. They are the same in every language.
    private static readonly string[] Headings = ["SYNOPSIS", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS"];
    private static readonly string[] Optional = ["NOTES"];
    private readonly MarkdownPage page;
    private readonly CommandSurface surface;

    public CommandPage(MarkdownPage page, Command command, SharedParameters shared, CommandSurface surface, CommandPage? original = null)
    {
        (this.page, this.surface, Command) = (page, surface, command);
        if (page.Title.Title != command.Name)
            page.Report(page.Title.Line, $"The title is not '{command.Name}'.");
        foreach (var (section, index) in page.Title.Parts.Select((section, index) => (section, index)))
        {
            if (!Headings.Contains(section.Title))
                page.Report(section.Line, $"'{section.Title}' is none of the headings {string.Join(", ", Headings)}.");
            else if (page.Title.Parts.Take(index).Any(earlier => Array.IndexOf(Headings, earlier.Title) >= Array.IndexOf(Headings, section.Title)))
                page.Report(section.Line, $"'{section.Title}' occurs twice, or is not in the order {string.Join(", ", Headings)}.");
        }

        foreach (var heading in Headings.Except(Optional).Except(page.Title.Parts.Select(section => section.Title)))
            page.Report(page.Title.Line, $"{command.Name} has no section {heading}.");

        Synopsis = ReadSynopsis(Section("SYNOPSIS"));
        Description = ReadText("DESCRIPTION");
        Examples = Section("EXAMPLES").Parts.Select(ReadExample).ToList();
        if (Examples.Count == 0)
            page.Report(Section("EXAMPLES").Line, $"{command.Name} has no example.");
        Parameters = ReadParameters(Section("PARAMETERS"), shared, original);
        Inputs = ReadTypes(Section("INPUTS"));
        Outputs = ReadTypes(Section("OUTPUTS"));
        CheckOutputs(Section("OUTPUTS"));
        Notes = page.TextOf(Section("NOTES").Blocks);
        RelatedHelp = Section("RELATED LINKS").Blocks.SelectMany(block => block.Descendants<LinkInline>()).Select(link => PlainText.Of(link) ?? "")
            .Where(text => TopicPage.IsTopic(text) || surface.Commands.Any(other => other.Name == text)).ToList();
    }

    public Command Command { get; }

    public string Synopsis { get; }

    public IReadOnlyList<string> Description { get; }

    public IReadOnlyList<Example> Examples { get; }

    public IReadOnlyDictionary<string, ParameterText> Parameters { get; }

    public IReadOnlyList<TypeText> Inputs { get; }

    public IReadOnlyList<TypeText> Outputs { get; }

    public IReadOnlyList<string> Notes { get; }

    /// <summary>The links to commands and topics. The other pages are not part of the module, so Get-Help cannot show them.</summary>
    public IReadOnlyList<string> RelatedHelp { get; }

    private MarkdownPage.Section Section(string title) =>
        page.Title.Parts.FirstOrDefault(section => section.Title == title) ?? new MarkdownPage.Section(title, page.Title.Line, [], []);

    private string ReadSynopsis(MarkdownPage.Section section)
    {
        var text = page.TextOf(section.Blocks);
        if (text.Count != 1 || section.Blocks[0] is not ParagraphBlock)
            page.Report(section.Line, $"The synopsis of {Command.Name} is not one paragraph.");
        return string.Concat(text);
    }

    private IReadOnlyList<string> ReadText(string heading)
    {
        var text = page.TextOf(Section(heading).Blocks);
        if (text.Count == 0)
            page.Report(Section(heading).Line, $"{heading} is empty.");
        return text;
    }

    private Example ReadExample(MarkdownPage.Section section)
    {
        if (section.Blocks is [FencedCodeBlock { Info: "powershell" } code, ..])
            return new Example(section.Title, PlainText.Of(code), page.TextOf(section.Blocks.Skip(1)));
        page.Report(section.Line, $"'{section.Title}' does not begin with a block of powershell.");
        return new Example(section.Title, "", []);
    }

    private Dictionary<string, ParameterText> ReadParameters(MarkdownPage.Section section, SharedParameters shared, CommandPage? original)
    {
        var texts = new Dictionary<string, ParameterText>();
        foreach (var part in section.Parts)
        {
            foreach (var title in part.Title.Split(", "))
            {
                var parameter = Command.Parameters.FirstOrDefault(parameter => "-" + parameter.Name == title);
                if (parameter is null)
                    page.Report(part.Line, $"{Command.Name} has no parameter {title}.");
                else if (!texts.TryAdd(parameter.Name, shared.Find(page, part, title) ?? ParameterText.Read(page, part)))
                    page.Report(part.Line, $"{title} is explained twice.");
                else
                    CheckValues(part, parameter, texts[parameter.Name]);
            }
        }

        foreach (var parameter in Command.Parameters.Where(parameter => !texts.ContainsKey(parameter.Name)))
        {
            if (original is null)
                page.Report(section.Line, $"-{parameter.Name} of {Command.Name} is not explained.");
            texts.Add(parameter.Name, original?.Parameters[parameter.Name] ?? new ParameterText { Text = [] });
        }

        return texts;
    }

    // The pipeline sets a hidden parameter, so a user does not choose its value.
    private void CheckValues(MarkdownPage.Section section, Parameter parameter, ParameterText text)
    {
        var words = string.Join(' ', text.Text).Split([' ', '\u00A0', '\n', ',', '.', ':', ';', '(', ')']);
        if (!parameter.Uses.All(use => use.IsHidden) && parameter.Values.Except(words).ToList() is [_, ..] missing)
            page.Report(section.Line, $"-{parameter.Name} takes {string.Join(", ", missing)}, and the text does not mention it.");
    }

    private List<TypeText> ReadTypes(MarkdownPage.Section section) => section.Parts.Select(part =>
    {
        var name = surface.FullNameOf(part.Title) ?? part.Title;
        if (name == part.Title && name != TypeText.None && !name.StartsWith("System.", StringComparison.Ordinal))
            page.Report(part.Line, $"{name} is no type of the module; other types are written in full, and '{TypeText.None}' means that there is none.");
        return new TypeText(name, page.TextOf(part.Blocks));
    }).ToList();

    private void CheckOutputs(MarkdownPage.Section section)
    {
        var declared = Command.Outputs.DefaultIfEmpty(TypeText.None).ToList();
        if (!declared.Order().SequenceEqual(Outputs.Select(output => output.TypeName).Order()))
            page.Report(section.Line, $"{Command.Name} declares that it emits {string.Join(", ", declared)}.");
    }

    /// <summary>An example: its title, its commands, and their effect or output.</summary>
    internal sealed record Example(string Title, string Code, IReadOnlyList<string> Remarks);

    /// <summary>A type that a command accepts from the pipeline or outputs.</summary>
    internal sealed record TypeText(string TypeName, IReadOnlyList<string> Text)
    {
        public const string None = "None";
    }
}
