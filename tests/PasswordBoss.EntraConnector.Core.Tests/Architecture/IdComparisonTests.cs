using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>
/// Ids of Entra are compared by <see cref="EntraId"/>, ids of Password Boss by <see cref="AccountId"/>. This test reads the sources of the connector, because
/// the compiled code does not show which string is an id. The sandbox is a server and compares ids of its own.
/// </summary>
public sealed partial class IdComparisonTests
{
    [Fact]
    public void Ids_are_compared_by_their_own_comparers() =>
        Sources.AssertNoLine(Sources.Files("Core", "Clients", "Cmdlets").Where(file => Path.GetFileName(file) != "Ids.cs"), ComparesId);

    [Theory]
    [InlineData("var users = new HashSet<string>(links.Select(l => l.EntraId), StringComparer.OrdinalIgnoreCase);")]
    [InlineData("private readonly HashSet<string> adoptedIds = new(StringComparer.Ordinal);")]
    [InlineData("var byId = groups.ToDictionary(g => g.Id, StringComparer.Ordinal);")]
    [InlineData("var all = groupIds.Distinct(StringComparer.OrdinalIgnoreCase);")]
    [InlineData("string.Equals(known.AccountId, link.AccountId, StringComparison.Ordinal)")]
    [InlineData("if (former.AccountId == account.Id)")]
    [InlineData("links.Where(l => accountId != l.AccountId)")]
    [InlineData("groups.FirstOrDefault(g => g.Id == group.Id)")]
    public void Another_comparison_is_found(string line) => Assert.True(ComparesId(line));

    [Theory]
    [InlineData("links.ToDictionary(l => l.EntraId, EntraId.Comparer)")]
    [InlineData("catch (ConnectorException e) when (e.Id == ErrorId.AccountNotFound)")]
    [InlineData("if (link.AccountId == null || connection.Id == connectionId)")]
    [InlineData("key.EndsWith(\"|\" + accountId + \"|\", StringComparison.Ordinal)")]
    public void Other_code_is_allowed(string line) => Assert.False(ComparesId(line));

    // A helper that compares two strings. Each has its own type or is about other texts: addresses, names, words, properties, what an admin typed.
    [Fact]
    public void Nothing_else_has_a_helper_that_compares_two_strings()
    {
        string[] known =
        [
            "AccountId.Same", "AddressComparer.Equals", "ConnectionName.Same", "ConnectionSetup.NamesSameObject", "EmailAddress.Same", "EntraId.Same", "IdComparer.Equals", "ScimJson.SameWord",
            "UserDoubts.AreEqual",
        ];

        Assert.Equal(known, Sources.Files("Core", "Clients", "Cmdlets").SelectMany(file => Helpers(File.ReadAllText(file))).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("private static bool IsSame(string left, string right) => string.Equals(left, right, StringComparison.Ordinal);")]
    [InlineData("private static bool SameId(string? left, string? right) => left?.Equals(right) == true;")]
    [InlineData("bool Refers(string userId, string memberId) => userId.Trim() == memberId;")]
    [InlineData("void Outer() { bool AreEqual(string x, string y) => x == y; }")]
    public void A_helper_is_found(string code) => Assert.Single(Helpers("class Code { " + code + " }"));

    [Theory]
    [InlineData("private static bool IsSame(DirectoryUser left, DirectoryUser right) => EntraId.Same(left.Id, right.Id);")]
    [InlineData("private static bool IsMarked(string line, string mark) => line.EndsWith(mark, StringComparison.Ordinal);")]
    [InlineData("bool IsClaimed(Guid intentId, string accountId, string address) => true;")]
    public void Other_methods_are_allowed(string code) => Assert.Empty(Helpers("class Code { " + code + " }"));

    private static IEnumerable<string> Helpers(string code)
    {
        foreach (var node in Sources.NodesOf(code))
        {
            var (name, type, parameters) = node switch
            {
                MethodDeclarationSyntax method => (method.Identifier.Text, method.ReturnType, method.ParameterList),
                LocalFunctionStatementSyntax function => (function.Identifier.Text, function.ReturnType, function.ParameterList),
                _ => ("", null, null),
            };
            var strings = parameters?.Parameters.Where(p => p.Type?.ToString() is "string" or "string?").Select(p => p.Identifier.Text).ToList() ?? [];
            if (type?.ToString() == "bool" && strings.Count >= 2 && (HelperName().IsMatch(name) || strings.Count(p => IdName().IsMatch(p)) >= 2))
                yield return node.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Identifier.Text + "." + name;
        }
    }

    private static bool ComparesId(string line) =>
        !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && (ByCharacters().IsMatch(line) || ByOperator().IsMatch(line) || ByOperatorFromRight().IsMatch(line));

    private const string Id = @"(?:\b(?:[Ee]ntraId|[Aa]ccountId|[Gg]roupId|[Aa]ccountGroupId|[Uu]serId)|\b(?:account|user|group|member|found|[glmu])\.Id)\b";

    [GeneratedRegex("Same|Equal", RegexOptions.CultureInvariant)]
    private static partial Regex HelperName();

    [GeneratedRegex("^id$|Id$", RegexOptions.CultureInvariant)]
    private static partial Regex IdName();

    [GeneratedRegex("(?:" + Id + @"|\w+Ids\b)[), =]*(?:\.Distinct|\.Contains|\.OfType<string>\(\)|new)?[(), ]*String(?:Comparer|Comparison)\.Ordinal", RegexOptions.CultureInvariant)]
    private static partial Regex ByCharacters();

    [GeneratedRegex(Id + " (?:==|!=) (?!null)", RegexOptions.CultureInvariant)]
    private static partial Regex ByOperator();

    [GeneratedRegex(@"(?:==|!=) (?:\w+\.)*" + Id, RegexOptions.CultureInvariant)]
    private static partial Regex ByOperatorFromRight();
}
