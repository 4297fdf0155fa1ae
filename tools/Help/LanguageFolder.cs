using System.Collections.Generic;
using System.IO;
using System.Linq;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The pages of one language: one for each command, the shared parameters, the topics, and README.md as the index.</summary>
internal sealed class LanguageFolder
{
    /// <summary>The folder of the language in which pages are written first.</summary>
    public const string Original = "en-US";

    private const string IndexName = "README.md";

    private LanguageFolder(IReadOnlyList<CommandPage> commands, IReadOnlyList<TopicPage> topics) => (Commands, Topics) = (commands, topics);

    public IReadOnlyList<CommandPage> Commands { get; }

    public IReadOnlyList<TopicPage> Topics { get; }

    /// <summary>
    /// The folder in which <c>Get-Help</c> finds a language. It looks for the folder of the session's culture, then of its parents, then for en-US: the French of the folder
    /// fr is found with fr-FR, fr-CA, fr-BE and fr-CH, and that of a folder fr-FR only with fr-FR.
    /// </summary>
    /// <param name="language">The folder of the pages.</param>
    public static string HelpFolderOf(string language) => language == Original ? language : language.Split('-')[0];

    /// <summary>Reads the pages.</summary>
    /// <param name="folder">The folder of the language.</param>
    /// <param name="surface">The commands.</param>
    /// <param name="problems">Receives what is missing or wrong.</param>
    /// <param name="original">The English pages, which replace missing ones; null if nothing may be missing.</param>
    public static LanguageFolder Read(string folder, CommandSurface surface, Problems problems, LanguageFolder? original = null)
    {
        string[] wanted = [IndexName, SharedParameters.FileName, .. surface.Commands.Select(command => command.Name + ".md")];
        var found = Directory.EnumerateFiles(folder, "*.md").Select(file => Path.GetFileName(file)).ToList();
        var topicNames = found.Where(TopicPage.IsTopic).Order(System.StringComparer.Ordinal).ToList();
        foreach (var name in found.Except(wanted).Except(topicNames))
            problems.Add(Path.Combine(folder, name), 0, "There is no command of this name.");
        string[] replaced = original is null ? [] : surface.Commands.Select(command => command.Name + ".md").Except(found).ToArray();
        var missing = wanted.Except(found).Except(replaced).ToList();
        foreach (var name in missing)
            problems.Add(Path.Combine(folder, name), 0, "The page is missing.");
        if (missing.Count > 0)
            return new([], []);

        MarkdownPage PageOf(string name) => MarkdownPage.Read(Path.Combine(folder, name), problems);
        var shared = new SharedParameters(PageOf(SharedParameters.FileName));
        CommandPage? OriginalOf(Command command) => original?.Commands.FirstOrDefault(page => page.Command.Name == command.Name);
        var pages = surface.Commands.Where(command => !replaced.Contains(command.Name + ".md"))
            .Select(command => new CommandPage(PageOf(command.Name + ".md"), command, shared, surface, OriginalOf(command))).ToList();
        var topics = topicNames.Select(name => new TopicPage(PageOf(name))).ToList();
        CheckIndex(PageOf(IndexName), [.. pages.Select(page => (page.Command.Name, page.Synopsis)), .. topics.Select(topic => (topic.Name, topic.Synopsis))]);
        var commands = surface.Commands.Select(command => pages.FirstOrDefault(page => page.Command == command) ?? OriginalOf(command)).OfType<CommandPage>().ToList();
        return new(commands, [.. topics, .. (original?.Topics ?? []).Where(topic => !topicNames.Contains(topic.Name + ".md"))]);
    }

    // The index must have the synopsis of each page.
    private static void CheckIndex(MarkdownPage index, IReadOnlyList<(string Name, string Synopsis)> pages)
    {
        var items = index.Items.ToLookup(item => item.Descendants<LinkInline>().FirstOrDefault()?.Url);
        foreach (var (name, synopsis) in pages)
        {
            // French has a space before the colon.
            string[] expected = [$"{name}: {synopsis}", $"{name}\u00A0: {synopsis}"];
            if (items[name + ".md"].ToList() is not [var item])
                index.Report(index.Title.Line, $"The index has no item, or several, for {name}.");
            else if (!expected.Contains(PlainText.Of(item)))
                index.Report(item.Line, $"The index does not contain the text of the page: '{expected[0]}'");
        }
    }
}
