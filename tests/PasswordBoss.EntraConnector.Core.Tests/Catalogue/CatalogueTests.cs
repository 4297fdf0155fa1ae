using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Architecture;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Module.Tests;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>Checks of the texts that the compiler does not make: each one can be rendered, is used and is short enough.</summary>
public class CatalogueTests
{
    // Only a recommended action may be longer: it can contain a command or a list of permissions.
    private static readonly string[] AdviceKinds = ["Fix_", "CheckFix_", "Advice_"];

    // The asterisk for all connections, and the name of a new sandbox.
    private static readonly string[] NamesItsOwn = ["Fix_TaskNotFound", "Fix_NotASandbox"];

    public static TheoryData<ErrorId> All() => new(Enum.GetValues<ErrorId>());

    // A method with an enumeration parameter only chooses one of these texts.
    public static TheoryData<string> EveryText() =>
        new(Members(typeof(Texts)).Where(m => m is PropertyInfo || ((MethodInfo)m).GetParameters().All(p => p.ParameterType == typeof(MessageArgument))).Select(m => m.Name));

    [Theory]
    [MemberData(nameof(All))]
    public void Every_error_has_a_text_a_recommendation_and_a_kind(ErrorId id)
    {
        var problem = AnyProblem.Of(id);
        Assert.Equal(id, problem.Id);
        Assert.True(Enum.IsDefined(problem.Kind));
        Assert.Equal(id == ErrorId.InternalError, problem.Kind == ErrorKind.NotSpecified);
        AssertRendered(problem.Text);
        AssertRendered(problem.Recommendation);
    }

    [Theory]
    [MemberData(nameof(EveryText))]
    public void Every_text_is_rendered(string name) => AssertRendered((Message)AnyProblem.Create(typeof(Texts), name));

    [Fact]
    public void Every_text_is_used()
    {
        var source = string.Concat(Sources.Files().Select(File.ReadAllText));
        var words = Regex.Matches(source, "[A-Za-z0-9]+").Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        // A recommended action is used by its problem.
        Assert.DoesNotContain(Members(typeof(Texts)).Select(m => m.Name), n => !n.StartsWith("Fix", StringComparison.Ordinal) && !words.Contains(n));
        var problems = Regex.Matches(source, @"(?:Problems|ErrorId)\.([A-Za-z0-9]+)").Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(Members(typeof(Problems)).Select(m => m.Name), n => !problems.Contains(n));
    }

    [Fact]
    public void Sentences_stay_under_200_characters()
    {
        var texts = Resources().Where(t => !IsAdvice(t.Id)).ToList();
        Assert.True(texts.Count > 400, "the texts were not found");
        Assert.DoesNotContain(texts, t => t.Text.Length >= 200);
    }

    [Fact]
    public void Every_command_in_advice_has_the_name_that_it_needs_in_quotes()
    {
        const string Name = "O'Brien & Söhne";
        const string Quoted = "'O''Brien & Söhne'";
        var commands = 0;
        foreach (var (id, text) in Resources())
        {
            var arguments = Enumerable.Range(0, 1 + Regex.Matches(text, @"\{(\d)").Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty(-1).Max());
            var rendered = new Message(id, arguments.Select(_ => (MessageArgument)Name).ToArray()).RenderFor(Name, CultureInfo.InvariantCulture);
            Assert.DoesNotMatch("<[a-z]+>", rendered);
            foreach (Match command in Regex.Matches(rendered, @"\b[A-Z][a-z]+-PB\w+(?: -\w+)* -(?:Name|Account) (?=(?<value>.*))"))
            {
                commands++;
                Assert.True(NamesItsOwn.Contains(id) || command.Groups["value"].Value.StartsWith(Quoted, StringComparison.Ordinal), id + ": " + rendered);
            }
        }

        Assert.True(commands > 15, "the commands were not found");
    }

    // A parameter at the end of a pasted command must have its value.
    [Theory]
    [InlineData("")]
    [InlineData("fr-FR")]
    public void Every_command_in_advice_that_begins_with_a_connection_has_its_values(string language)
    {
        var commands = 0;
        foreach (var (id, _) in Resources().Where(t => IsAdvice(t.Id)))
        {
            var rendered = new Message(id, [.. Enumerable.Repeat((MessageArgument)"Contoso", 4)]).RenderFor("Contoso", CultureInfo.GetCultureInfo(language));
            foreach (Match command in Regex.Matches(rendered, @"(?:Connect-PBEntra|Set-PBSyncGroup) -Name '[^']*' -(?:Client\w+|PasswordBossToken|UserGroup)(?<value> ['(])?"))
            {
                commands++;
                Assert.True(command.Groups["value"].Success, id + ": " + rendered);
            }
        }

        Assert.True(commands >= 5, "the commands were not found");
    }

    [Fact]
    public void Every_problem_recommends_commands_for_the_connection_that_is_shown_with_it()
    {
        foreach (var id in Enum.GetValues<ErrorId>())
        {
            var advice = AnyProblem.Of(id).Recommendation.RenderFor("O'Brien & Söhne", CultureInfo.InvariantCulture);
            Assert.DoesNotMatch("<[a-z]+>", advice);
        }
    }

    // A list of errors of several connections adds the name only to the others. The name of the value in the comment decides, for every language.
    [Theory]
    [MemberData(nameof(All))]
    public void A_problem_names_a_connection_exactly_if_its_sentence_does(ErrorId id)
    {
        var problem = AnyProblem.Of(id, [.. Enumerable.Repeat("Contoso", 8)]);

        Assert.Equal(problem.Render(CultureInfo.InvariantCulture).Contains("onnection 'Contoso'", StringComparison.Ordinal), problem.NamesConnection("contoso"));
        Assert.False(problem.NamesConnection("Fabrikam"));
    }

    // A hint that is not known is an empty value.
    [Fact]
    public void A_text_does_not_end_with_a_space_if_its_last_value_is_empty()
    {
        Assert.Equal("There is no connection 'A'. Stored here: B.", Problems.ConnectionNotFound("A", Texts.NamesStored("B", "")).Text.Render(CultureInfo.InvariantCulture));
        Assert.Equal("The tenant has no group 'A'.", Problems.GroupNotFound("A", "").Text.Render(CultureInfo.InvariantCulture));
    }

    // PowerShell ends a string at each of its five single quotes.
    [Theory]
    [InlineData("Contoso", "'Contoso'")]
    [InlineData("a'b\u2018c\u2019d\u201Ae\u201Bf", "'a''b\u2018\u2018c\u2019\u2019d\u201A\u201Ae\u201B\u201Bf'")]
    [InlineData("$(whoami) {0}", "'$(whoami) {0}'")]
    public void An_argument_of_a_command_is_one_quoted_string(string name, string quoted)
    {
        Assert.Equal($"Choose it with Set-PBSyncGroup -Name {quoted} -UserGroup 'Password Boss Users'.", Texts.FixUserGroupNotChosen(name).Render());
        Assert.Contains($"Invoke-PBSync -Name {quoted} -Force", Texts.FixRemovalLimitExceeded.RenderFor(name), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_action_that_can_need_confirmation_has_a_text()
    {
        foreach (var action in Enum.GetValues<SyncAction>().Except([SyncAction.Conflict, SyncAction.Skip]))
            AssertRendered(Texts.Do(action, "anna@contoso.com", "Users"));
        foreach (var state in Enum.GetValues<AccountState>())
            AssertRendered(Texts.StateWord(state));
    }

    [Fact]
    public void A_message_is_stored_as_its_ID_and_rendered_later()
    {
        var message = Texts.ReasonRemoved("Users");

        Assert.Equal("Reason_Removed", message.Id);
        Assert.Equal("left group 'Users'", message.Render(CultureInfo.InvariantCulture));
        Assert.Equal(message, Texts.ReasonRemoved("Users"));
        Assert.NotEqual(message, Texts.ReasonRemoved("Others"));
        Assert.Equal("left group '{0}'", Texts.ReasonRemoved("{0}").Render());
    }

    [Fact]
    public void A_message_of_another_version_is_shown_as_far_as_it_is_known()
    {
        Assert.Equal("text of another version (NoSuchText)", new Message("NoSuchText").Render());
        Assert.Equal("text of another version (Reason_Later: anna, left group 'Users')", new Message("Reason_Later", "anna", Texts.ReasonRemoved("Users")).Render());
        Assert.Equal("texte d'une autre version (Reason_Later: anna)", new Message("Reason_Later", "anna").Render(CultureInfo.GetCultureInfo("fr-CA")));
        Assert.Equal("anna: ?", new Message(Texts.TextAbout("", "").Id, "anna").Render());
        Assert.Equal("anna: gone", new Message(Texts.TextAbout("", "").Id, "anna", "gone", "more").Render());
    }

    [Fact]
    public void Only_errors_that_can_pass_by_themselves_are_transient()
    {
        Assert.True(Problems.GraphThrottled("x").IsTransient);
        Assert.True(Problems.AccountServerUnreachable("x", "y").IsTransient);
        Assert.False(Problems.LicenseLimit("x").IsTransient);
        Assert.False(Problems.AccountServerTokenRejected("x", "y").IsTransient);
    }

    private static bool IsAdvice(string id) => AdviceKinds.Any(k => id.StartsWith(k, StringComparison.Ordinal));

    private static IEnumerable<(string Id, string Text)> Resources() =>
        XDocument.Load(Repository.PathOf("src", "PasswordBoss.EntraConnector.Core", "Resources", "Messages.resx")).Root!.Elements("data")
            .Select(d => (d.Attribute("name")!.Value, d.Element("value")!.Value));

    // The text exists, and every placeholder is filled.
    private static void AssertRendered(Message message)
    {
        var text = message.Render(CultureInfo.InvariantCulture);
        Assert.NotEqual(message.Id, text);
        Assert.DoesNotMatch(@"\{\d\}", text);
    }

    private static MemberInfo[] Members(Type type) => type.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(m => m is PropertyInfo || m is MethodInfo { IsSpecialName: false }).ToArray();
}
