using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using PasswordBoss.EntraConnector.MessageGenerator;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>The generator of the texts, in the compiler: what does not compile, and with which error.</summary>
public sealed class TextGeneratorTests
{
    // As much of Core as the generated code uses.
    private const string Core = """
        namespace PasswordBoss.EntraConnector.Messages
        {
            public struct MessageArgument { public static implicit operator MessageArgument(string text) => default; }
            public sealed class Message { public Message(string id, params MessageArgument[] arguments) { } }
        }
        namespace PasswordBoss.EntraConnector.Errors
        {
            using PasswordBoss.EntraConnector.Messages;
            public enum ErrorId { GroupNotFound }
            public sealed class Problem
            {
                public static Problem Of(ErrorId id, string sentence, string advice, params MessageArgument[] arguments) => new();
                public Problem WithReason(MessageArgument reason) => this;
                public Problem OfConnection(MessageArgument name) => this;
            }
        }
        """;

    private const string Complete = """
        <data name="Error_GroupNotFound"><value>The group '{0}' does not exist: {1}</value><comment>{0} group, {1} reason</comment></data>
        <data name="Fix_GroupNotFound"><value>Select another group than '{0}'.</value></data>
        <data name="Reason_Removed"><value>left the group '{0}'</value><comment>{0} group</comment></data>
        <data name="Title"><value>Groups</value></data>
        """;

    [Fact]
    public void Complete_texts_with_all_arguments_compile() =>
        Assert.Empty(ErrorsOf(Complete, """Problems.GroupNotFound("Staff", "404")""", """Texts.ReasonRemoved("Staff")""", "Texts.Title"));

    [Theory]
    [InlineData("Texts.ReasonRemoved()", "CS7036")]
    [InlineData("""Texts.ReasonRemoved("Staff", "Sales")""", "CS1501")]
    [InlineData("""Problems.GroupNotFound("Staff")""", "CS7036")]
    [InlineData("Texts.ReasonAdded", "CS0117")]
    [InlineData("Problems.UserNotFound", "CS0117")]
    public void A_missing_argument_or_text_does_not_compile(string call, string error) => Assert.Equal([error], ErrorsOf(Complete, call));

    [Theory]
    // An error without its sentence, or without its recommended action.
    [InlineData("Error_GroupNotFound", null, "TEXT001")]
    [InlineData("Fix_GroupNotFound", null, "TEXT001")]
    // A text of an error that does not exist.
    [InlineData(null, """<data name="Error_UserNotFound"><value>No user.</value></data>""", "TEXT002")]
    [InlineData(null, """<data name="Fix_UserNotFound"><value>Select another user.</value></data>""", "TEXT002")]
    // Names that do not match the placeholders.
    [InlineData(null, """<data name="Reason_Kept"><value>stays in '{0}'</value></data>""", "TEXT003")]
    [InlineData(null, """<data name="Reason_Kept"><value>stays</value><comment>{0} group</comment></data>""", "TEXT003")]
    [InlineData(null, """<data name="Reason_Kept"><value>'{0}' of '{1}'</value><comment>{0} group, {1} group</comment></data>""", "TEXT003")]
    [InlineData(null, """<data name="Reason_Kept"><value>stays in '{0}'</value><comment>the group</comment></data>""", "TEXT003")]
    // Two texts for one member, or a name that no member can have.
    [InlineData(null, """<data name="ReasonRemoved"><value>left</value></data>""", "TEXT004")]
    [InlineData(null, """<data name="Reason Removed"><value>left</value></data>""", "TEXT004")]
    public void An_incorrect_text_is_an_error(string? without, string? with, string fault)
    {
        var texts = Complete.Split('\n').Where(line => without is null || !line.Contains(without, StringComparison.Ordinal)).Append(with ?? "");

        Assert.Contains(fault, ErrorsOf(string.Join("\n", texts)));
    }

    [Theory]
    [InlineData("""<data name="Title"><value>Groupes</value></data>""", null, "TEXT005")]
    [InlineData(null, """<data name="Subtitle"><value>Sous-titre</value></data>""", "TEXT006")]
    [InlineData(null, """<data name="Title"><value>Encore</value></data>""", "TEXT006")]
    [InlineData("le groupe '{0}'", "le groupe", "TEXT007")]
    [InlineData("le groupe '{0}'", "le groupe '{1}'", "TEXT007")]
    [InlineData("le groupe '{0}'", "le groupe '{0}' de '{1}'", "TEXT007")]
    public void A_translation_that_is_missing_or_different_does_not_compile(string? text, string? replacement, string fault)
    {
        const string French = """
            <data name="Error_GroupNotFound"><value>Le groupe '{0}' n'existe pas : {1}</value></data>
            <data name="Fix_GroupNotFound"><value>Choisissez un autre groupe que '{0}'.</value></data>
            <data name="Reason_Removed"><value>a quitté le groupe '{0}'</value></data>
            <data name="Title"><value>Groupes</value></data>
            """;

        Assert.Empty(FaultsOf([new ResourceFile("Messages.resx", Complete), new ResourceFile("Messages.fr.resx", French)]));
        Assert.Contains(
            fault, FaultsOf([new ResourceFile("Messages.resx", Complete), new ResourceFile("Messages.fr.resx", text is null ? French + replacement : French.Replace(text, replacement, StringComparison.Ordinal))]));
    }

    // The ids of all compile errors, with those of the generator.
    private static IReadOnlyList<string> ErrorsOf(string texts, params string[] calls) => FaultsOf([new ResourceFile("Messages.resx", texts)], calls);

    private static IReadOnlyList<string> FaultsOf(AdditionalText[] files, params string[] calls)
    {
        var caller = "class Caller { object[] All() => new object[] { " + string.Join(", ", calls) + " }; }";
        var code = "using PasswordBoss.EntraConnector.Messages; using PasswordBoss.EntraConnector.Errors; " + caller;
        var compilation = CSharpCompilation.Create(
            "Texts",
            new[] { Core, code }.Select(text => CSharpSyntaxTree.ParseText(text)),
            new[] { typeof(object).Assembly.Location, Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System.Runtime.dll") }.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

        CSharpGeneratorDriver.Create(new TextGenerator())
            .AddAdditionalTexts([.. files])
            .RunGeneratorsAndUpdateCompilation(compilation, out var result, out var faults);

        return faults.Concat(result.GetDiagnostics()).Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.Id).ToList();
    }

    private sealed class ResourceFile(string name, string content) : AdditionalText
    {
        public override string Path => "Resources/" + name;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From($"<root>{content}</root>");
    }
}
