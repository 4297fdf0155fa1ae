using System.Collections.Generic;
using System.IO;
using System.Linq;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The pages of one language: one for each command, the shared parameters, and README.md as the index.</summary>
internal static class LanguageFolder
{
    /// <summary>The folder of the language in which pages are written first.</summary>
    public const string Original = "en-US";
    private const string IndexName = "README.md";

    /// <summary>Reads the pages.</summary>
    /// <param name="folder">The folder of the language.</param>
    /// <param name="surface">The commands.</param>
    /// <param name="problems">Receives what is missing or wrong.</param>
    /// <param name="original">The English pages, which replace missing ones; null if nothing may be missing.</param>
    public static IReadOnlyList<CommandPage> Read(string folder, CommandSurface surface, Problems problems, IReadOnlyList<CommandPage>? original = null)
    {
        string[] wanted = [IndexName, SharedParameters.FileName, .. surface.Commands.Select(command => command.Name + ".md")];
        var found = Directory.EnumerateFiles(folder, "*.md").Select(file => Path.GetFileName(file)).ToList();
        foreach (var name in found.Except(wanted))
            problems.Add(Path.Combine(folder, name), 0, "There is no command of this name.");
        string[] replaced = original is null ? [] : surface.Commands.Select(command => command.Name + ".md").Except(found).ToArray();
        var missing = wanted.Except(found).Except(replaced).ToList();
        foreach (var name in missing)
            problems.Add(Path.Combine(folder, name), 0, "The page is missing.");
        if (missing.Count > 0)
            return [];

        MarkdownPage PageOf(string name) => MarkdownPage.Read(Path.Combine(folder, name), problems);
        var shared = new SharedParameters(PageOf(SharedParameters.FileName));
        CommandPage? OriginalOf(Command command) => original?.FirstOrDefault(page => page.Command.Name == command.Name);
        var pages = surface.Commands.Where(command => !replaced.Contains(command.Name + ".md"))
            .Select(command => new CommandPage(PageOf(command.Name + ".md"), command, shared, surface, OriginalOf(command))).ToList();
        CheckIndex(PageOf(IndexName), pages);
        return surface.Commands.Select(command => pages.FirstOrDefault(page => page.Command == command) ?? OriginalOf(command)).OfType<CommandPage>().ToList();
    }

    // The index must have the synopsis of each command's page.
    private static void CheckIndex(MarkdownPage index, IReadOnlyList<CommandPage> pages)
    {
        var items = index.Items.ToLookup(item => item.Descendants<LinkInline>().FirstOrDefault()?.Url);
        foreach (var page in pages)
        {
            // French has a space before the colon.
            string[] expected = [$"{page.Command.Name}: {page.Synopsis}", $"{page.Command.Name}\u00A0: {page.Synopsis}"];
            if (items[page.Command.Name + ".md"].ToList() is not [var item])
                index.Report(index.Title.Line, $"The index has no item, or several, for {page.Command.Name}.");
            else if (!expected.Contains(PlainText.Of(item)))
                index.Report(item.Line, $"The index does not contain the text of the page: '{expected[0]}'");
        }
    }
}
