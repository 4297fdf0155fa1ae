using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Help;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>A page that does not fit its command fails the build, with its name, the line and the reason.</summary>
public sealed partial class HelpPageTests : IDisposable
{
    private static readonly CommandSurface Surface = CommandSurface.Read(Repository.PathOf("module", "shared", "PasswordBoss.EntraConnector.Cmdlets.dll"));
    private const string Safety = "about_PBEntraConnector_Safety.md";
    private readonly string docs = Directory.CreateTempSubdirectory("pbentra-help-").FullName;
    private readonly string folder;

    public HelpPageTests()
    {
        folder = Path.Combine(docs, LanguageFolder.Original);
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(docs, Path.GetRelativePath(Repository.PathOf("docs"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private string French => Path.Combine(docs, "fr-FR");

    public void Dispose() => Directory.Delete(docs, recursive: true);

    [Fact]
    public void The_help_pages_of_the_repository_are_correct() => Assert.Empty(Problems());

    // The build shows an untranslated page or parameter in English; here it is a failure.
    [Fact]
    public void All_pages_and_parameters_are_there_in_French() => Assert.Empty(Problems(French));

    [Fact]
    public void French_pages_have_the_examples_links_and_defaults_of_the_English_ones()
    {
        var english = LanguageFolder.Read(folder, Surface, new Problems());
        var french = LanguageFolder.Read(French, Surface, new Problems()).Commands.ToDictionary(page => page.Command.Name);

        Assert.Empty(english.Commands.SelectMany(page => Differences(page, french[page.Command.Name])));
    }

    // A rule that was corrected in one language only names other parameters, values or errors than its counterpart.
    [Fact]
    public void Each_paragraph_has_the_same_code_in_English_and_French()
    {
        var different = Directory.EnumerateFiles(folder).SelectMany(file =>
        {
            var (english, french) = (CodeOf(file), CodeOf(Path.Combine(French, Path.GetFileName(file))));
            return english.Zip(french).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First} / {pair.Second}")
                .Concat(english.Count == french.Count ? [] : [$"{english.Count} and {french.Count} paragraphs"]).Select(text => Path.GetFileName(file) + ": " + text);
        });

        Assert.Empty(different);
    }

    [Fact]
    public void French_pages_have_French_spaces()
    {
        var wrong = Directory.EnumerateFiles(French).SelectMany(file => Prose(File.ReadAllLines(file)).Where(line => PlainSpace().IsMatch(line)).Select(line => Path.GetFileName(file) + ": " + line));

        Assert.Empty(wrong);
    }

    [Fact]
    public void What_is_not_translated_is_shown_in_English()
    {
        File.Delete(Path.Combine(French, "Get-PBUser.md"));
        foreach (var file in Directory.EnumerateFiles(French))
            File.WriteAllLines(file, File.ReadAllLines(file).Where(line => !line.Contains("(Get-PBUser.md)", StringComparison.Ordinal)));
        var page = Path.Combine(French, "Set-PBLink.md");
        var text = File.ReadAllText(page);
        File.WriteAllText(page, text.Remove(text.IndexOf("### -User", StringComparison.Ordinal), text.IndexOf("### -Account", StringComparison.Ordinal) - text.IndexOf("### -User", StringComparison.Ordinal)));
        var problems = new Problems();
        var english = LanguageFolder.Read(folder, Surface, problems);

        var pages = LanguageFolder.Read(French, Surface, problems, english).Commands.ToDictionary(found => found.Command.Name);

        Assert.False(problems.Any);
        Assert.Equal("Lists the accounts in Password Boss.", pages["Get-PBUser"].Synopsis);
        Assert.StartsWith("The user: ", pages["Set-PBLink"].Parameters["User"].Text[0], StringComparison.Ordinal);
        Assert.StartsWith("Le compte", pages["Set-PBLink"].Parameters["Account"].Text[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Set-PBLink.md", "# Set-PBLink", "# Set-PBLinks", "# Set-PBLinks", "The title is not 'Set-PBLink'.")]
    [InlineData("Set-PBLink.md", "### -User", "### -Users", "### -Users", "Set-PBLink has no parameter -Users.")]
    [InlineData("Set-PBLink.md", "### -User", "### -Users", "## PARAMETERS", "-User of Set-PBLink is not explained.")]
    [InlineData("Set-PBLink.md", "### -Account", "### -User", "### -User\n\nThe account", "-User is explained twice.")]
    [InlineData("Set-PBLink.md", "### -Account", "### -Account\n\n### -Account", "### -Account", "-Account is not explained.")]
    [InlineData("Set-PBLink.md", "## SYNOPSIS", "## SUMMARY", "## SUMMARY", "'SUMMARY' is none of the headings SYNOPSIS, ")]
    [InlineData("Set-PBLink.md", "## SYNOPSIS", "## SUMMARY", "# Set-PBLink", "Set-PBLink has no section SYNOPSIS.")]
    [InlineData("Set-PBLink.md", "## DESCRIPTION", "Another paragraph.\n\n## DESCRIPTION", "## SYNOPSIS", "The synopsis of Set-PBLink is not one paragraph.")]
    [InlineData("Set-PBLink.md", "## PARAMETERS", "## EXAMPLES", "## EXAMPLES\n\n### -", "'EXAMPLES' occurs twice, or is not in the order ")]
    [InlineData("Set-PBLink.md", "```powershell", "```", "### Example 1", "' does not begin with a block of powershell.")]
    [InlineData("Set-PBLink.md", "### Example", "#### Example", "## EXAMPLES", "Set-PBLink has no example.")]
    [InlineData("Set-PBLink.md", "### PBLink", "### PBUser", "## OUTPUTS", "Set-PBLink declares that it emits PasswordBoss.EntraConnector.PBLink.")]
    [InlineData("Set-PBLink.md", "### PBSyncChange", "### Change", "### Change", "Change is no type of the module;")]
    [InlineData("Set-PBLink.md", "Wildcards: false", "Wildcards: true", "Wildcards: true", "'Wildcards: true' is neither ")]
    [InlineData("Set-PBLink.md", "](common-parameters.md)", "](../nowhere.md)", "](../nowhere.md)", "The link to '../nowhere.md' leads nowhere.")]
    [InlineData("Set-PBLink.md", "## DESCRIPTION\n", "## DESCRIPTION\n\n> A quotation.\n", "> A quotation.", "Get-Help has no form for this:")]
    [InlineData("Set-PBSyncRule.md", "`CreatePending`", "`Later`", "### -NewUser", "-NewUser takes CreatePending, and the text does not mention it.")]
    [InlineData("common-parameters.md", "### -WhatIf", "### -What", null, "common-parameters.md does not explain -WhatIf.")]
    [InlineData("common-parameters.md", "### -WhatIf", "### -Confirm", null, "-Confirm is explained twice.")]
    [InlineData("README.md", "- [Set-PBLink](Set-PBLink.md): ", "- [Set-PBLink](Set-PBLink.md): Also: ", "- [Set-PBLink]", "The index does not contain the text of the page: 'Set-PBLink: ")]
    [InlineData("README.md", "- [Set-PBLink]", "[Set-PBLink]", "# ", "The index has no item, or several, for Set-PBLink.")]
    [InlineData("README.md", "- [about_PBEntraConnector_Safety]", "[about_PBEntraConnector_Safety]", "# ", "The index has no item, or several, for about_PBEntraConnector_Safety.")]
    [InlineData(Safety, "# about_", "# About_", "# About_", "The title is not 'about_PBEntraConnector_Safety'.")]
    [InlineData(Safety, "## SEE ALSO", "## NOTES", "# about_", "The headings of a topic are SHORT DESCRIPTION, LONG DESCRIPTION, SEE ALSO, in this order.")]
    [InlineData(Safety, "What the connector refuses to do, and", "What the connector refuses to do even if an admin asks for it, and", "## SHORT", "It must fit into one line of 75.")]
    [InlineData(Safety, "### Paused", "#### Paused", "#### Paused", "is a heading of the fourth level.")]
    [InlineData(Safety, "](Invoke-PBSync.md)", "](../security.md)", "](../security.md)", "Get-Help cannot show '../security.md':")]
    [InlineData(Safety, "Invoke-PBSync -WhatIf\n", "Invoke-PBSync -Name Contoso -Full -Reapply -ThrottleLimit 16 -TimeoutMinutes 60 -WhatIf\n", "```powershell\nInvoke-PBSync -Name Contoso -Full -R", "has 87 characters, and there is space for 73.")]
    [InlineData(Safety, "## SEE ALSO", "> A quotation.\n\n## SEE ALSO", "> A quotation.", "A topic has no form for this:")]
    [InlineData("about_PBEntraConnector.md", "| a user comes back |", "| a user who was removed from the user group comes back to it |", "| in Entra", "The table leaves 14 columns for its last column.")]
    public void An_incorrect_help_page_is_reported_with_its_line(string page, string text, string replacement, string? at, string problem)
    {
        var file = Path.Combine(folder, page);
        var content = File.ReadAllText(file);
        Assert.Contains(text, content, StringComparison.Ordinal);
        content = content.Replace(text, replacement, StringComparison.Ordinal);
        File.WriteAllText(file, content);

        var line = at is null ? 0 : content[..content.IndexOf(at, StringComparison.Ordinal)].Count(character => character == '\n') + 1;
        Assert.Contains(Problems(), found => found.Contains(problem, StringComparison.Ordinal) && (at is null || found.StartsWith($"{file}({line}): error HELP: ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Set-PBLink.md", null, "Set-PBLink.md(1): error HELP: The page is missing.")]
    [InlineData("common-parameters.md", null, "common-parameters.md(1): error HELP: The page is missing.")]
    [InlineData("README.md", null, "README.md(1): error HELP: The page is missing.")]
    [InlineData("Set-PBLink.md", "Set-PBLinks.md", "Set-PBLinks.md(1): error HELP: There is no command of this name.")]
    public void Each_language_has_exactly_one_page_per_command(string page, string? other, string problem)
    {
        if (other is not null)
            File.Copy(Path.Combine(folder, page), Path.Combine(folder, other));
        File.Delete(Path.Combine(folder, page));

        Assert.Contains(Path.Combine(folder, problem), Problems());
    }

    [Fact]
    public void A_topic_is_text_that_fits_a_console_of_80_columns()
    {
        File.WriteAllText(Path.Combine(folder, Safety), """
            # about_PBEntraConnector_Safety

            ## SHORT DESCRIPTION

            What the connector refuses to do, and how an admin allows it.

            ## LONG DESCRIPTION

            A command such as `Get-PBLink | Where-Object DeletesAt` is never broken at its spaces, and a link to [Get-PBLink](Get-PBLink.md) is its text.

            ### Lists and tables

            1. The first item is so long that it continues in a second line below its own text.
            2. The second:

               - inside

            | id | meaning |
            |---|---|
            | `One` | short |
            | `Another` | so long that it continues in a second line of the same column, whatever comes |

            ```powershell
            if ($true) {
                'kept as it is'
            }
            ```

            ## SEE ALSO

            - [Get-PBLink](Get-PBLink.md)
            """);

        var topic = LanguageFolder.Read(folder, Surface, new Problems()).Topics.Single(topic => topic.Name + ".md" == Safety);

        Assert.Equal(
            """
            TOPIC
                about_PBEntraConnector_Safety

            SHORT DESCRIPTION
                What the connector refuses to do, and how an admin allows it.

            LONG DESCRIPTION
                A command such as Get-PBLink | Where-Object DeletesAt is never broken at
                its spaces, and a link to Get-PBLink is its text.

              Lists and tables
                1. The first item is so long that it continues in a second line below its
                   own text.
                2. The second:
                   - inside

                id       meaning
                -------  ------------------------------------------------------------------
                One      short
                Another  so long that it continues in a second line of the same column,
                         whatever comes

                  if ($true) {
                      'kept as it is'
                  }

            SEE ALSO
                - Get-PBLink

            """.ReplaceLineEndings("\n"),
            topic.Text);
    }

    private static IEnumerable<string> Differences(CommandPage english, CommandPage french)
    {
        if (!english.Examples.Select(example => example.Code).SequenceEqual(french.Examples.Select(example => example.Code)))
            yield return english.Command.Name + " has other examples.";
        if (!english.RelatedHelp.SequenceEqual(french.RelatedHelp))
            yield return english.Command.Name + " has other links.";
        foreach (var (name, text) in english.Parameters)
        {
            if (text.Default is null != (french.Parameters[name].Default is null) || text.TakesWildcards != french.Parameters[name].TakesWildcards)
                yield return $"-{name} of {english.Command.Name} has other details.";
        }
    }

    // The code in the text of each paragraph, sorted. All tables of a page count as the last paragraph, because a French one may be divided to fit a console.
    // Placeholders and messages are translated.
    private static List<string> CodeOf(string file)
    {
        var paragraphs = CodeBlock().Replace(File.ReadAllText(file).ReplaceLineEndings("\n"), "").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToLookup(paragraph => paragraph.StartsWith('|'));
        return paragraphs[false].Append(string.Join("\n", paragraphs[true]))
            .Select(text => string.Join(", ", Code().Matches(text.Replace('\n', ' ')).Select(match => match.Value).Where(code => code.IndexOfAny(['<', '«']) < 0).Distinct().Order(StringComparer.Ordinal)))
            .ToList();
    }

    // The lines outside code, without the code in them.
    private static IEnumerable<string> Prose(string[] lines)
    {
        var isCode = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            else if (!isCode)
                yield return Code().Replace(line, "code");
        }
    }

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex("[^|] [:;!?%»]|« ")]
    private static partial Regex PlainSpace();

    private string[] Problems(string? of = null)
    {
        var problems = new Problems();
        LanguageFolder.Read(of ?? folder, Surface, problems);
        using var writer = new StringWriter { NewLine = "\n" };
        problems.WriteTo(writer);
        return writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
