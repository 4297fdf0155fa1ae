using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
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

    private static bool ComparesId(string line) =>
        !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && (ByCharacters().IsMatch(line) || ByOperator().IsMatch(line) || ByOperatorFromRight().IsMatch(line));

    private const string Id = @"(?:\b(?:[Ee]ntraId|[Aa]ccountId|[Gg]roupId|[Aa]ccountGroupId|[Uu]serId)|\b(?:account|user|group|member|found|[glmu])\.Id)\b";

    [GeneratedRegex("(?:" + Id + @"|\w+Ids\b)[), =]*(?:\.Distinct|\.Contains|\.OfType<string>\(\)|new)?[(), ]*String(?:Comparer|Comparison)\.Ordinal", RegexOptions.CultureInvariant)]
    private static partial Regex ByCharacters();

    [GeneratedRegex(Id + " (?:==|!=) (?!null)", RegexOptions.CultureInvariant)]
    private static partial Regex ByOperator();

    [GeneratedRegex(@"(?:==|!=) (?:\w+\.)*" + Id, RegexOptions.CultureInvariant)]
    private static partial Regex ByOperatorFromRight();
}
