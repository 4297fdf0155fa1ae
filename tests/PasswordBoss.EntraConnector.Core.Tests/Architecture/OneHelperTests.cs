using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>
/// <see cref="BoundedParallel"/> is the only code that does work in parallel up to a limit, and <see cref="Chunks"/> the only code that divides data into chunks.
/// <see cref="RunCoordinator"/> waits for whole runs, whose number changes. This test finds the calls that a second helper would make; it cannot find a loop over indexes.
/// </summary>
public sealed class OneHelperTests
{
    private static readonly string[] Helpers = [nameof(BoundedParallel), nameof(RunCoordinator), nameof(Chunks)];

    [Fact]
    public void Nothing_else_works_in_parallel_or_divides_data()
    {
        var found = Sources.Files("Core", "Clients").Where(file => !Helpers.Contains(Path.GetFileNameWithoutExtension(file)))
            .SelectMany(file => Calls(File.ReadAllText(file)).Select(call => Path.GetFileName(file) + call))
            .ToList();

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData("await Task.WhenAll(users.Select(ReadAsync));")]
    [InlineData("await Task.WhenAny(running).ConfigureAwait(false);")]
    [InlineData("await Parallel.ForEachAsync(users, ReadAsync);")]
    [InlineData("using var slots = new SemaphoreSlim(4);")]
    [InlineData("SemaphoreSlim slots = new(8, 8);")]
    [InlineData("foreach (var chunk in ids.Chunk(20)) { }")]
    [InlineData("var next = ids.Skip(at).Take(20).ToList();")]
    [InlineData("var next = ids.GetRange(at, 20);")]
    public void Another_helper_is_found(string code) => Assert.Single(Calls(code));

    [Theory]
    // A lock.
    [InlineData("SemaphoreSlim gate = new(1, 1);")]
    [InlineData("using var gate = new SemaphoreSlim(1, 1);")]
    [InlineData("await BoundedParallel.ForEachAsync(ids.InChunksOf(20), 4, ReadAsync);")]
    [InlineData("var shown = names.Take(10).ToList();")]
    public void Other_code_is_allowed(string code) => Assert.Empty(Calls(code));

    private static IEnumerable<string> Calls(string code) => Sources.NodesOf(code).Where(IsOfHelper).Select(node => $"{Sources.PlaceOf(node)}: {node}");

    private static bool IsOfHelper(SyntaxNode node) => node switch
    {
        MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "Task" }, Name.Identifier.Text: "WhenAll" or "WhenAny" } => true,
        MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "Parallel" } } => true,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Chunk" or "GetRange" } } => true,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Take", Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Skip" } } } } => true,
        ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.Text: "SemaphoreSlim" }, ArgumentList: { } arguments } => !IsOfLock(arguments),
        VariableDeclarationSyntax { Type: IdentifierNameSyntax { Identifier.Text: "SemaphoreSlim" } } declaration =>
            declaration.Variables.Any(variable => variable.Initializer?.Value is ImplicitObjectCreationExpressionSyntax creation && !IsOfLock(creation.ArgumentList)),
        _ => false,
    };

    private static bool IsOfLock(ArgumentListSyntax arguments) => arguments.ToString() == "(1, 1)";
}
