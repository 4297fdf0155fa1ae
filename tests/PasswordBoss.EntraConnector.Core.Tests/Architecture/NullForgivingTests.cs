using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>
/// A type of Core carries what each of its kinds needs, so no code of Core claims with <c>!</c> that a value is not null. This test reads the sources, because
/// the compiled code does not contain the operator.
/// </summary>
public sealed class NullForgivingTests
{
    [Fact]
    public void No_value_of_Core_is_claimed_to_be_not_null()
    {
        var claims = Sources.Files("Core").SelectMany(file => Claims(File.ReadAllText(file)).Select(claim => Path.GetFileName(file) + claim)).ToList();

        Assert.True(claims.Count == 0, string.Join("\n", claims));
    }

    [Theory]
    [InlineData("var id = entry.Link!.EntraId;")]
    [InlineData("var users = links.Select(l => l.User!).ToList();")]
    [InlineData("string name = null!;")]
    [InlineData("T value = default!;")]
    public void A_claim_is_found(string code) => Assert.Single(Claims(code));

    [Theory]
    [InlineData("if (!isKnown && left != right) { }")]
    [InlineData("var text = \"Stop! Wait!\"; // Yes!")]
    [InlineData("var id = entry.Link?.EntraId ?? \"\";")]
    public void Other_code_is_allowed(string code) => Assert.Empty(Claims(code));

    private static IEnumerable<string> Claims(string code) =>
        Sources.NodesOf(code).Where(node => node.IsKind(SyntaxKind.SuppressNullableWarningExpression)).Select(node => $"{Sources.PlaceOf(node)}: {node}");
}
