using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>An outcome is a kind of a closed type. A tuple with a value that may be null would leave it to its caller to conclude the outcome from the null.</summary>
public sealed class OutcomeTests
{
    // These return values that may be absent. The null does not change the meaning of the other values.
    private static readonly string[] Values =
    [
        "Leavers.RetirePredecessor", "RunWarnings.Obstacles", "ScimGroupMapper.Referred", "ScimJson.ReadPerson", "ScimJson.TryReadIdentity", "SyncJournal.ReadCondition",
    ];

    [Fact]
    public void No_method_returns_a_tuple_in_which_a_null_decides_the_outcome()
    {
        var found = Sources.Files("Core", "Clients").SelectMany(file => Outcomes(File.ReadAllText(file)).Select(method => Path.GetFileNameWithoutExtension(file) + "." + method));

        Assert.Equal(Values, found.Order());
    }

    [Theory]
    [InlineData("(bool IsReadable, Group? Group) Read() => default;")]
    [InlineData("async Task<(Response? Response, Problem? Error)> SendAsync() => default;")]
    [InlineData("void Outer() { (int, string?) Inner() => default; }")]
    public void Such_a_method_is_found(string code) => Assert.Single(Outcomes("class Code { " + code + " }"));

    [Theory]
    [InlineData("(Request Request, Settings Existing) Begin() => default;")]
    [InlineData("Group? Find(string? name) => null;")]
    [InlineData("void Add((string Name, string? Value) attribute) { }")]
    public void Other_methods_are_allowed(string code) => Assert.Empty(Outcomes("class Code { " + code + " }"));

    private static IEnumerable<string> Outcomes(string code)
    {
        foreach (var node in Sources.NodesOf(code))
        {
            var (name, type) = node switch
            {
                MethodDeclarationSyntax method => (method.Identifier.Text, method.ReturnType),
                LocalFunctionStatementSyntax function => (function.Identifier.Text, function.ReturnType),
                _ => ("", null),
            };
            if (type?.DescendantNodesAndSelf().OfType<TupleElementSyntax>().Any(element => element.Type is NullableTypeSyntax) == true)
                yield return name;
        }
    }
}
