using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Architecture;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Module.Tests;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>The French texts. The build checks that none is missing and that their placeholders are those of the English ones; these tests check the rest.</summary>
public sealed partial class FrenchTests
{
    private const int Longest = 260;
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    // Only a recommended action may be longer: it can contain a command or a list of permissions.
    private static readonly string[] AdviceKinds = ["Fix_", "CheckFix_", "Advice_"];
    // Words that both languages have.
    private static readonly string[] SameWord = ["Duration_Minutes", "Report_Total"];
    private static readonly List<(string Id, string English, string French)> Both = Read();

    [Theory]
    [InlineData("fr-FR", "a quitté le groupe «\u00A0Users\u00A0»")]
    [InlineData("fr-CA", "a quitté le groupe «\u00A0Users\u00A0»")]
    [InlineData("fr", "a quitté le groupe «\u00A0Users\u00A0»")]
    [InlineData("en-US", "left group 'Users'")]
    [InlineData("de-DE", "left group 'Users'")]
    [InlineData("", "left group 'Users'")]
    public void A_text_is_in_the_language_of_the_reader_or_in_English(string culture, string expected) =>
        Assert.Equal(expected, Texts.ReasonRemoved("Users").Render(CultureInfo.GetCultureInfo(culture)));

    [Fact]
    public void All_languages_are_in_one_assembly()
    {
        Assert.Contains("PasswordBoss.EntraConnector.Messages.fr.resources", typeof(Message).Assembly.GetManifestResourceNames());
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "fr")));
    }

    [Fact]
    public void A_message_in_a_message_has_the_same_language()
    {
        var message = Texts.TextAbout("anna@contoso.com", Problems.GraphAnswerInvalid(Texts.TextSentence(Texts.GraphTooMany("5"))).Sentence);

        Assert.Equal("anna@contoso.com: Microsoft Graph sent a response that cannot be used: a list has more than 5 objects.", message.Render(CultureInfo.InvariantCulture));
        Assert.Equal("anna@contoso.com\u00A0: Microsoft Graph a envoyé une réponse inutilisable\u00A0: une liste contient plus de 5 objets.", message.Render(French));
        Assert.Equal(message, Texts.TextAbout("anna@contoso.com", Problems.GraphAnswerInvalid(Texts.TextSentence(Texts.GraphTooMany("5"))).Sentence));
        Assert.NotEqual(message, Texts.TextAbout("anna@contoso.com", Problems.GraphAnswerInvalid(Texts.TextSentence(Texts.GraphTooMany("6"))).Sentence));
    }

    [Fact]
    public void A_message_in_a_message_is_masked_inert_and_quoted_as_words_are()
    {
        var message = Texts.TextAbout("a", Texts.TextVerbatim("http://user:secret@proxy/\u001b[2J"));

        Assert.Equal("a: http://***@proxy/[2J", message.Render(CultureInfo.InvariantCulture));
        Assert.Equal("Remove-PBLink -Account 'aucun'", Regex.Match(Texts.FixAccountLinkedAlready(Texts.LinkNone).Render(French), "Remove-PBLink -Account '.*?'").Value);
    }

    [Fact]
    public void A_list_of_messages_has_the_language_of_the_text()
    {
        var message = Problems.SettingsNotProven("Contoso", Texts.ListOf(["-TenantId", Texts.NamesCredential, "-PasswordBossToken"])).Text;

        Assert.Contains("-TenantId, a credential, -PasswordBossToken", message.Render(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Contains("-TenantId, des informations d'identification, -PasswordBossToken", message.Render(French), StringComparison.Ordinal);
        Assert.Equal("", Texts.ListOf([]).Render());
        Assert.Equal("a", Texts.ListOf(["a"]).Render());
        Assert.Equal("a, b; c", Texts.PartsOf(["a, b", "c"]).Render(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void No_problem_contains_a_text_that_is_rendered_already()
    {
        var found = Sources.Files().SelectMany(file => ProblemOfRendered().Matches(File.ReadAllText(file)).Select(match => Path.GetFileName(file) + ": " + match.Value));

        Assert.Empty(found);
        Assert.Matches(ProblemOfRendered(), "Problems.SchedulerRefused(\n    Name,\n    Texts.SchedulerAnswer(command).Render());");
    }

    [Fact]
    public void Every_error_is_rendered()
    {
        foreach (var id in Enum.GetValues<ErrorId>())
        {
            var problem = AnyProblem.Of(id);
            Assert.DoesNotMatch(@"\{\d|<[a-z]+>", problem.Render(French) + problem.Recommendation.RenderFor("Contoso", French));
        }
    }

    [Fact]
    public void An_exception_has_the_language_of_its_reader()
    {
        var exception = new ConnectorException(Problems.AccountGone("anna@contoso.com"));
        var former = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = French;
            Assert.Equal("Le compte «\u00A0anna@contoso.com\u00A0» n'existe plus dans Password Boss.", exception.Message);
        }
        finally
        {
            CultureInfo.CurrentUICulture = former;
        }
    }

    [Fact]
    public void A_text_that_names_the_connection_names_it_in_both_languages() =>
        AssertNone(text => EnglishConnection().Match(text.English).Groups["value"].Value != FrenchConnection().Match(text.French).Groups["value"].Value);

    // English and French write 4.5 minutes and 1,234,567 objects in different ways. The stored text does not depend on the culture of its writer.
    [Theory]
    [InlineData("en-US")]
    [InlineData("fr-FR")]
    [InlineData("de-DE")]
    public void A_number_has_the_separators_of_the_reader(string writer)
    {
        var former = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(writer);
            var minutes = Texts.CallTimeOver(MessageValue.Rounded(4.5));
            Assert.Contains("4.5", minutes.Render(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            Assert.Contains("4,5", minutes.Render(French), StringComparison.Ordinal);
            Assert.Equal("12", MessageValue.Rounded(12).Render(French));

            var objects = Texts.GraphTooMany(MessageValue.Large(1_020_003));
            Assert.Equal("a list has more than 1,020,003 objects", objects.Render(CultureInfo.InvariantCulture));
            Assert.Equal("une liste contient plus de 1\u00A0020\u00A0003 objets", objects.Render(French));
            Assert.Equal("999", MessageValue.Large(999).Render(French));
        }
        finally
        {
            CultureInfo.CurrentCulture = former;
        }
    }

    // A number that a text gets as finished words has the separators of one language.
    [Fact]
    public void No_text_gets_a_number_with_separators_as_words() =>
        Sources.AssertNoLine(Sources.Files().Where(file => Path.GetFileName(file) != "MessageValue.cs"), line => SeparatedNumber().IsMatch(line));

    [Fact]
    public void No_English_is_left() =>
        AssertNone(text => EnglishWord().IsMatch(text.French) || (text.French == text.English && !SameWord.Contains(text.Id) && Placeholder().Replace(text.French, "").Any(char.IsLetter)));

    [Fact]
    public void Commands_and_parameters_are_those_of_the_English_text() =>
        AssertNone(text => !Verbatim(text.English).SequenceEqual(Verbatim(text.French)));

    [Fact]
    public void A_sentence_stays_a_sentence_and_a_part_of_one_stays_a_part() =>
        AssertNone(text => (text.English[^1] is '.' or '!' or '?') != (text.French[^1] is '.' or '!' or '?'));

    [Fact]
    public void Spaces_at_French_punctuation_do_not_break() =>
        AssertNone(text => BreakingSpace().IsMatch(SpecialCharacters().Replace(text.French, "")) || NoSpace().IsMatch(text.French));

    // So that a console with an old code page and a redirected output show every text: typographic apostrophes and ligatures are not in Latin-1.
    [Fact]
    public void Characters_are_those_of_Latin_1_and_the_ellipsis() =>
        AssertNone(text => text.French.Any(c => c is > '\u00FF' and not '…'));

    [Fact]
    public void Sentences_stay_short() =>
        AssertNone(text => text.French.Length > Longest && !AdviceKinds.Any(kind => text.Id.StartsWith(kind, StringComparison.Ordinal)));

    private static void AssertNone(Func<(string Id, string English, string French), bool> isWrong)
    {
        Assert.True(Both.Count > 800, "the texts were not found");
        var wrong = Both.Where(isWrong).Select(text => text.Id + ": " + text.French).ToList();
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    // A reader copies these: PowerShell takes no other space for the plain one.
    private static List<string> Verbatim(string text) => CommandPart().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal).ToList();

    private static List<(string, string, string)> Read()
    {
        var english = Load("Messages.resx");
        return Load("Messages.fr.resx").Select(text => (text.Key, english[text.Key], text.Value)).ToList();
    }

    private static Dictionary<string, string> Load(string file) =>
        XDocument.Load(Repository.PathOf("src", "PasswordBoss.EntraConnector.Core", "Resources", file)).Root!.Elements("data")
            .ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value, StringComparer.Ordinal);

    [GeneratedRegex(@"\b(The|This|Nothing|No|Its?|the|and|with|from|was|were|are|is|be|not|which|this|that|of|user|users|group|groups|run|account|accounts|nothing|only|cannot)\b")]
    private static partial Regex EnglishWord();

    // In the same statement, which may have several lines.
    [GeneratedRegex(@"\bProblems\.\w+\([^;]*?\.Render\(")]
    private static partial Regex ProblemOfRendered();

    [GeneratedRegex(@"\bconnection '(?<value>\{\d\})'", RegexOptions.IgnoreCase)]
    private static partial Regex EnglishConnection();

    [GeneratedRegex(@"\bconnexion «\u00A0(?<value>\{\d\})\u00A0»", RegexOptions.IgnoreCase)]
    private static partial Regex FrenchConnection();

    [GeneratedRegex("ToString\\(\"(?:[NnFf]\\d|[#0,]*\\.[#0]+|[#0]+,[#0]+)\"")]
    private static partial Regex SeparatedNumber();

    [GeneratedRegex(@"\{\d+(?::\w+)?\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\b[A-Z][a-z]+-PB\w+|(?<![\w-])-[A-Za-z]\w+|\{\d+:quoted\}|<name>|https?://[^\s,]*[^\s,.:;]|\b[A-Z]\w+\.(?:[A-Z]\w+\.)*All\b|\b[A-Z]+_[A-Z_]+\b")]
    private static partial Regex CommandPart();

    [GeneratedRegex(@" [:;!?%»]|« |«(?!\u00A0)|(?<!\u00A0)»")]
    private static partial Regex BreakingSpace();

    [GeneratedRegex(@"[\w»)](?:[;!?]|:(?=\s))(?<!https?:)")]
    private static partial Regex NoSpace();

    // The list of characters that a name cannot contain.
    [GeneratedRegex(@"\* \? \[ \](?: , ;)?")]
    private static partial Regex SpecialCharacters();
}
