using System.Collections.Generic;
using System.IO;
using System.Linq;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The pages of one language: one for each command, the shared parameters, and README.md as the index.</summary>
internal static class LanguageFolder
{
    private const string IndexName = "README.md";

    public static IReadOnlyList<CommandPage> Read(string folder, CommandSurface surface, Problems problems)
    {
        string[] wanted = [IndexName, SharedParameters.FileName, .. surface.Commands.Select(command => command.Name + ".md")];
        var found = Directory.EnumerateFiles(folder, "*.md").Select(file => Path.GetFileName(file)).ToList();
        foreach (var name in found.Except(wanted))
            problems.Add(Path.Combine(folder, name), 0, "There is no command of this name.");
        var missing = wanted.Except(found).ToList();
        foreach (var name in missing)
            problems.Add(Path.Combine(folder, name), 0, "The page is missing.");
        if (missing.Count > 0)
            return [];

        MarkdownPage PageOf(string name) => MarkdownPage.Read(Path.Combine(folder, name), problems);
        var shared = new SharedParameters(PageOf(SharedParameters.FileName));
        var pages = surface.Commands.Select(command => new CommandPage(PageOf(command.Name + ".md"), command, shared, surface)).ToList();
        CheckIndex(PageOf(IndexName), pages);
        return pages;
    }

    // The index must have the synopsis of each command's page.
    private static void CheckIndex(MarkdownPage index, IReadOnlyList<CommandPage> pages)
    {
        var items = index.Items.ToLookup(item => item.Descendants<LinkInline>().FirstOrDefault()?.Url);
        foreach (var page in pages)
        {
            var expected = $"{page.Command.Name}: {page.Synopsis}";
            if (items[page.Command.Name + ".md"].ToList() is not [var item])
                index.Report(index.Title.Line, $"The index has no item, or several, for {page.Command.Name}.");
            else if (PlainText.Of(item) != expected)
                index.Report(item.Line, $"The index does not contain the text of the page: '{expected}'");
        }
    }
}
