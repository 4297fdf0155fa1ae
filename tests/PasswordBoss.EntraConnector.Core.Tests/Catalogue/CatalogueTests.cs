using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>Holds the error ids, the texts and the places that use them together.</summary>
public class CatalogueTests
{
    private static readonly Dictionary<string, string> Texts = XDocument
        .Load(Path.Combine(SourceCalls.Root, "src", "PasswordBoss.EntraConnector.Core", "Resources", "Messages.resx"))
        .Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value);

    // Texts whose names are put together from a beginning and the name of an action.
    private static readonly HashSet<string> Families = SourceCalls.Of("Message")
        .SelectMany(c => Regex.Matches(c.Arguments[0], "\"([A-Za-z]+_)\" \\+").Select(m => m.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

    public static TheoryData<ErrorId> All() => new(Enum.GetValues<ErrorId>());

    [Theory]
    [MemberData(nameof(All))]
    public void Every_error_has_a_sentence_a_recommendation_and_a_kind(ErrorId id)
    {
        Assert.True(MessageText.Exists(ErrorCatalog.SentenceOf(id)), "no sentence");
        Assert.True(MessageText.Exists(ErrorCatalog.RecommendationOf(id)), "no recommendation");
        Assert.True(Enum.IsDefined(ErrorCatalog.KindOf(id)));
        Assert.Equal(id == ErrorId.InternalError, ErrorCatalog.KindOf(id) == ErrorKind.NotSpecified);
        // Five arguments are more than any text has gaps: rendering never throws, and leaves no gap open.
        var error = new ConnectorException(id, "a", "b", "c", "d", "e");
        Assert.DoesNotMatch(@"\{\d\}", error.Message + error.Recommendation.Render());
        Assert.NotEqual(ErrorCatalog.SentenceOf(id), error.Message);
    }

    [Fact]
    public void Every_error_text_belongs_to_an_error()
    {
        var orphans = Texts.Keys
            .Where(n => n.StartsWith("Error_", StringComparison.Ordinal) || n.StartsWith("Fix_", StringComparison.Ordinal))
            .Where(n => !Enum.TryParse<ErrorId>(n[(n.IndexOf('_', StringComparison.Ordinal) + 1)..], out _));
        Assert.Empty(orphans);
    }

    [Fact]
    public void Gaps_are_numbered_without_holes()
    {
        // A recommendation takes what it needs of the arguments of its sentence.
        // A text whose name is put together may leave out what another of its family needs.
        foreach (var (name, text) in Texts.Where(t => !t.Key.StartsWith("Fix_", StringComparison.Ordinal) && !t.Key.StartsWith("Error_", StringComparison.Ordinal) && !Families.Any(f => t.Key.StartsWith(f, StringComparison.Ordinal))))
            Assert.True(Gaps(text).SequenceEqual(Enumerable.Range(0, Gaps(text).Count)), name + ": " + text);
    }

    [Fact]
    public void Every_message_in_the_sources_has_a_text_with_as_many_gaps()
    {
        var faults = new List<string>();
        var seen = 0;
        foreach (var (file, arguments) in SourceCalls.Of("Message"))
        {
            foreach (Match literal in Regex.Matches(arguments[0], "\"([^\"]+)\""))
            {
                seen++;
                var name = literal.Groups[1].Value;
                if (Families.Contains(name))
                    faults.AddRange(Texts.Where(t => t.Key.StartsWith(name, StringComparison.Ordinal) && Gaps(t.Value).LastOrDefault(-1) >= arguments.Count - 1 && !IsNamed(t.Key)).Select(t => $"{file}: too few arguments for '{t.Key}'"));
                else if (!Texts.TryGetValue(name, out var text))
                    faults.Add($"{file}: no text '{name}'");
                else if (!IsArray(arguments) && Gaps(text).Count != arguments.Count - 1)
                    faults.Add($"{file}: '{name}' has {Gaps(text).Count} gaps and gets {arguments.Count - 1} arguments");
            }
        }

        Assert.Empty(faults);
        Assert.True(seen > 100, "the sources were not found");
    }

    [Fact]
    public void Every_error_in_the_sources_fills_the_gaps_of_its_texts()
    {
        var faults = new List<string>();
        var seen = 0;
        foreach (var (file, arguments) in SourceCalls.Of("ConnectorException"))
        {
            foreach (Match id in Regex.Matches(arguments[0], @"ErrorId\.([A-Za-z]+)"))
            {
                seen++;
                var name = id.Groups[1].Value;
                var gaps = Gaps(Texts["Error_" + name]).Concat(Gaps(Texts["Fix_" + name])).DefaultIfEmpty(-1).Max() + 1;
                var inner = arguments.Count > 1 && Regex.IsMatch(arguments[1], "^(null|e|exception|inner|cause)$") ? 1 : 0;
                if (!IsArray(arguments) && arguments.Count - 1 - inner < gaps)
                    faults.Add($"{file}: {name} has {gaps} gaps and gets {arguments.Count - 1 - inner} arguments");
            }
        }

        Assert.Empty(faults);
        Assert.True(seen > 50, "the sources were not found");
    }

    [Fact]
    public void Every_text_is_used()
    {
        var sources = string.Concat(SourceCalls.Files().Select(f => f.Text));
        var unused = Texts.Keys
            .Where(n => !n.StartsWith("Error_", StringComparison.Ordinal) && !n.StartsWith("Fix_", StringComparison.Ordinal))
            .Where(n => !sources.Contains('"' + n + '"', StringComparison.Ordinal) && !sources.Contains("nameof(" + n + ")", StringComparison.Ordinal))
            .Where(n => !Families.Any(f => n.StartsWith(f, StringComparison.Ordinal)));
        Assert.Empty(unused);
    }

    [Fact]
    public void Every_action_that_may_be_asked_for_has_a_sentence()
    {
        foreach (var action in Enum.GetValues<SyncAction>().Except(new[] { SyncAction.Conflict, SyncAction.Skip }))
            Assert.True(Texts.ContainsKey("Do_" + action), action.ToString());
    }

    [Fact]
    public void A_message_is_stored_as_its_id_and_rendered_later()
    {
        var message = new Message("Reason_Removed", "Users");

        Assert.Equal("left group 'Users'", message.Render(CultureInfo.InvariantCulture));
        Assert.Equal(message, new Message("Reason_Removed", "Users"));
        Assert.NotEqual(message, new Message("Reason_Removed", "Others"));
        Assert.Equal("NoSuchText", new Message("NoSuchText").Render());
        Assert.Equal("left group '{0}'", new Message("Reason_Removed", "{0}").Render());
    }

    [Fact]
    public void Only_what_waiting_may_help_is_transient()
    {
        Assert.True(new ConnectorException(ErrorId.GraphThrottled, "x").IsTransient);
        Assert.True(new ConnectorException(ErrorId.AccountServerUnreachable, "x", "y").IsTransient);
        Assert.False(new ConnectorException(ErrorId.LicenseLimit, "x").IsTransient);
        Assert.False(new ConnectorException(ErrorId.AccountServerTokenRejected, "x", "y").IsTransient);
    }

    // Named as a whole somewhere, and so checked there.
    private static bool IsNamed(string name) => SourceCalls.Of("Message").Any(c => c.Arguments[0].Contains('"' + name + '"', StringComparison.Ordinal));

    private static bool IsArray(IReadOnlyList<string> arguments) => arguments.Count >= 2 && arguments[^1].EndsWith("ToArray()", StringComparison.Ordinal) || arguments.Count == 2 && Regex.IsMatch(arguments[1], "^(arguments|args|new\\[\\])");

    private static List<int> Gaps(string text) =>
        Regex.Matches(text, @"\{(\d)[^}]*\}").Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct().OrderBy(n => n).ToList();
}
