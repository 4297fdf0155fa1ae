using System.Collections.Generic;
using System.IO;
using System.Linq;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The pages of one language: one for each command, the shared parameters, the topics, and README.md as the index.</summary>
internal sealed class LanguageFolder
{
    private const string IndexName = "README.md";

    private LanguageFolder(IReadOnlyList<CommandPage> commands, IReadOnlyList<TopicPage> topics) => (Commands, Topics) = (commands, topics);

    public IReadOnlyList<CommandPage> Commands { get; }

    public IReadOnlyList<TopicPage> Topics { get; }

    public static LanguageFolder Read(string folder, CommandSurface surface, Problems problems)
    {
        string[] wanted = [IndexName, SharedParameters.FileName, .. surface.Commands.Select(command => command.Name + ".md")];
        var found = Directory.EnumerateFiles(folder, "*.md").Select(file => Path.GetFileName(file)).ToList();
        var topicNames = found.Where(TopicPage.IsTopic).Order(System.StringComparer.Ordinal).ToList();
        foreach (var name in found.Except(wanted).Except(topicNames))
            problems.Add(Path.Combine(folder, name), 0, "There is no command of this name.");
        var missing = wanted.Except(found).ToList();
        foreach (var name in missing)
            problems.Add(Path.Combine(folder, name), 0, "The page is missing.");
        if (missing.Count > 0)
            return new([], []);

        MarkdownPage PageOf(string name) => MarkdownPage.Read(Path.Combine(folder, name), problems);
        var shared = new SharedParameters(PageOf(SharedParameters.FileName));
        var commands = surface.Commands.Select(command => new CommandPage(PageOf(command.Name + ".md"), command, shared, surface)).ToList();
        var topics = topicNames.Select(name => new TopicPage(PageOf(name))).ToList();
        CheckIndex(PageOf(IndexName), [.. commands.Select(page => (page.Command.Name, page.Synopsis)), .. topics.Select(topic => (topic.Name, topic.Synopsis))]);
        return new(commands, topics);
    }

    // The index must have the synopsis of each page.
    private static void CheckIndex(MarkdownPage index, IReadOnlyList<(string Name, string Synopsis)> pages)
    {
        var items = index.Items.ToLookup(item => item.Descendants<LinkInline>().FirstOrDefault()?.Url);
        foreach (var (name, synopsis) in pages)
        {
            var expected = $"{name}: {synopsis}";
            if (items[name + ".md"].ToList() is not [var item])
                index.Report(index.Title.Line, $"The index has no item, or several, for {name}.");
            else if (PlainText.Of(item) != expected)
                index.Report(item.Line, $"The index does not contain the text of the page: '{expected}'");
        }
    }
}
