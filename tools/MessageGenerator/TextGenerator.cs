using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace PasswordBoss.EntraConnector.MessageGenerator;

/// <summary>
/// Generates a member of <c>Problems</c> for each member of <c>ErrorId</c>, and one of <c>Texts</c> for each text of <c>Messages.resx</c> except the sentences of
/// errors. Its parameters are the placeholders of the text, named by its comment. A missing text, or a wrong number of arguments, does not compile.
/// <see cref="Translations"/> compares the other languages with it.
/// </summary>
[Generator]
public sealed class TextGenerator : IIncrementalGenerator
{
    private const string ErrorEnumeration = "PasswordBoss.EntraConnector.Errors.ErrorId";
    private const string Original = "Messages.resx";
    private const string Sentence = "Error_";
    private const string Advice = "Fix_";
    private const string Reason = "reason";
    private const string Connection = "connection";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(f => f.Path.EndsWith(".resx", StringComparison.OrdinalIgnoreCase))
            .Select(TextFile.Read)
            .Collect();
        var errors = context.CompilationProvider.Select((compilation, _) => string.Join(",", ErrorsOf(compilation)));
        context.RegisterSourceOutput(files.Combine(errors), (output, input) =>
        {
            if (input.Left.FirstOrDefault(f => f.Name == Original) is not { } original)
                return;
            Generate(output, original, input.Right.Split([','], StringSplitOptions.RemoveEmptyEntries));
            foreach (var language in input.Left.Where(f => f != original))
                Translations.Compare(output, original, language);
        });
    }

    private static IEnumerable<string> ErrorsOf(Compilation compilation) =>
        compilation.GetTypeByMetadataName(ErrorEnumeration)?.GetMembers().OfType<IFieldSymbol>().Where(f => f.HasConstantValue).Select(f => f.Name) ?? [];

    private static void Generate(SourceProductionContext output, TextFile file, string[] errors)
    {
        var byId = new Dictionary<string, TextEntry>(StringComparer.Ordinal);
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in file.Entries)
        {
            if (!SyntaxFacts.IsValidIdentifier(entry.Member) || !members.Add(entry.Member))
                output.ReportDiagnostic(Diagnostic.Create(Faults.NotUnique, file.LocationOf(entry), entry.Id));
            else
                byId.Add(entry.Id, entry);
        }

        output.AddSource("Texts.g.cs", SourceText.From(TextsOf(output, file, byId), Encoding.UTF8));
        output.AddSource("Problems.g.cs", SourceText.From(ProblemsOf(output, file, byId, errors), Encoding.UTF8));
    }

    private static string TextsOf(SourceProductionContext output, TextFile file, Dictionary<string, TextEntry> byId)
    {
        var source = new StringBuilder();
        source.Append(
            """
            #nullable enable
            namespace PasswordBoss.EntraConnector.Messages
            {
                /// <summary>The texts of <c>Messages.resx</c>, filled with their arguments.</summary>
                public static partial class Texts
                {

            """);
        foreach (var entry in file.Entries.Where(e => byId.ContainsKey(e.Id) && !e.Id.StartsWith(Sentence, StringComparison.Ordinal)))
        {
            // A recommended action uses the placeholder names of its sentence.
            var names = entry.Id.StartsWith(Advice, StringComparison.Ordinal)
                ? byId.TryGetValue(Sentence + entry.Id.Substring(Advice.Length), out var sentence) ? Only(sentence.Names(), entry.Placeholders()) : null
                : NamesOf(output, file, entry, entry.Placeholders());
            if (names is null)
                continue;
            Document(source, entry.Value, names);
            source.Append("        public static Message ").Append(entry.Member).Append(Parameters(names)).Append(" => new(\"").Append(entry.Id).Append('"').Append(Arguments(names)).Append(");\n\n");
        }

        return Closed(source);
    }

    private static string ProblemsOf(SourceProductionContext output, TextFile file, Dictionary<string, TextEntry> byId, string[] errors)
    {
        var source = new StringBuilder();
        source.Append(
            """
            #nullable enable
            namespace PasswordBoss.EntraConnector.Errors
            {
                using PasswordBoss.EntraConnector.Messages;

                /// <summary>The problems of <see cref="ErrorId"/>, with their texts of <c>Messages.resx</c> filled.</summary>
                public static class Problems
                {

            """);
        foreach (var error in errors)
        {
            if (!Find(output, file, byId, error, Sentence, out var sentence) | !Find(output, file, byId, error, Advice, out var advice))
                continue;
            if (NamesOf(output, file, sentence!, sentence!.Placeholders().Concat(advice!.Placeholders())) is not { } names)
                continue;
            Document(source, sentence.Value, names);
            source.Append("        public static Problem ").Append(error).Append(Parameters(names))
                .Append(" => Problem.Of(ErrorId.").Append(error).Append(", \"").Append(sentence.Id).Append("\", \"").Append(advice.Id).Append('"').Append(Arguments(names)).Append(')')
                .Append(names.ContainsValue(Reason) ? ".WithReason(" + Reason + ")" : "")
                .Append(names.Any(name => name.Value == Connection && sentence.Placeholders().Contains(name.Key)) ? ".OfConnection(" + Connection + ")" : "").Append(";\n\n");
        }

        var known = new HashSet<string>(errors, StringComparer.Ordinal);
        foreach (var entry in file.Entries)
        {
            foreach (var prefix in new[] { Sentence, Advice })
            {
                if (entry.Id.StartsWith(prefix, StringComparison.Ordinal) && !known.Contains(entry.Id.Substring(prefix.Length)))
                    output.ReportDiagnostic(Diagnostic.Create(Faults.ErrorMissing, file.LocationOf(entry), entry.Id));
            }
        }

        return Closed(source);
    }

    private static bool Find(SourceProductionContext output, TextFile file, Dictionary<string, TextEntry> byId, string error, string prefix, out TextEntry? entry)
    {
        if (byId.TryGetValue(prefix + error, out entry))
            return true;
        output.ReportDiagnostic(Diagnostic.Create(Faults.TextMissing, file.LocationOf(null), error, prefix + error));
        return false;
    }

    // The names in the comment, if they match the placeholders.
    private static SortedDictionary<int, string>? NamesOf(SourceProductionContext output, TextFile file, TextEntry entry, IEnumerable<int> placeholders)
    {
        var wanted = new SortedSet<int>(placeholders);
        if (entry.Names() is { } names && wanted.SetEquals(names.Keys))
            return names;
        output.ReportDiagnostic(Diagnostic.Create(Faults.PlaceholdersUnnamed, file.LocationOf(entry), entry.Id, entry.Value));
        return null;
    }

    private static SortedDictionary<int, string>? Only(SortedDictionary<int, string>? names, IEnumerable<int> placeholders)
    {
        var wanted = new SortedDictionary<int, string>();
        foreach (var number in placeholders)
        {
            if (names is null || !names.TryGetValue(number, out var name))
                return null;
            wanted.Add(number, name);
        }

        return wanted;
    }

    private static string Parameters(SortedDictionary<int, string> names) => names.Count == 0 ? "" : "(" + string.Join(", ", names.Values.Select(n => "MessageArgument " + Escaped(n))) + ")";

    // A number that the text does not use gets an empty argument, because stored texts depend on the numbers.
    private static string Arguments(SortedDictionary<int, string> names) =>
        names.Count == 0 ? "" : string.Concat(Enumerable.Range(0, names.Keys.Max() + 1).Select(i => names.TryGetValue(i, out var name) ? ", " + Escaped(name) : ", \"\""));

    private static string Escaped(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    private static void Document(StringBuilder source, string text, SortedDictionary<int, string> names)
    {
        source.Append("        /// <summary>").Append(Xml(text)).Append("</summary>\n");
        foreach (var name in names)
            source.Append("        /// <param name=\"").Append(name.Value).Append("\">{").Append(name.Key).Append("}</param>\n");
    }

    private static string Xml(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\r", "").Replace("\n", " ");

    private static string Closed(StringBuilder source)
    {
        source.Length--;
        return source.Append("    }\n}\n").ToString();
    }
}
