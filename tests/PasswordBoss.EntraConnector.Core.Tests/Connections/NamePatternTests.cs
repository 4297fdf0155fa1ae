using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>Patterns of names, tags and groups match as wildcards of PowerShell do. No pattern fails here: the commands refuse those that PowerShell refuses.</summary>
public class NamePatternTests
{
    [Theory]
    [InlineData("*", "")]
    [InlineData("*", "Contoso")]
    [InlineData("con*", "Contoso")]
    [InlineData("*O", "Contoso")]
    [InlineData("c?nt*s?", "Contoso")]
    [InlineData("*so*", "Contoso")]
    [InlineData("**n**", "Contoso")]
    [InlineData("[A-D]ontoso", "Contoso")]
    [InlineData("[a-d]ONTOSO", "Contoso")]
    [InlineData("[cf]*", "Fabrikam")]
    [InlineData("[x-]y", "-y")]
    [InlineData("[^a]", "^")]
    [InlineData("[\\]", "\\")]
    [InlineData("[a-[b]", "b")]
    [InlineData("Team `[EU`]", "team [eu]")]
    [InlineData("Team `*", "Team *")]
    [InlineData("100`%", "100%")]
    [InlineData("a[b", "a[b")]
    [InlineData("a`", "a`")]
    [InlineData("É*", "éclair")]
    public void A_pattern_matches(string pattern, string text) => Assert.True(ConnectionName.Matcher(pattern)(text));

    [Theory]
    [InlineData("con", "Contoso")]
    [InlineData("*so", "Contoso Ltd")]
    [InlineData("?", "")]
    [InlineData("[z-a]*", "Contoso")]
    [InlineData("[^a]", "b")]
    [InlineData("Team [EU]", "Team [EU]")]
    [InlineData("Team `*", "Team A")]
    public void Another_pattern_does_not_match(string pattern, string text) => Assert.False(ConnectionName.Matcher(pattern)(text));

    [Fact]
    public void A_pattern_of_many_stars_takes_no_time_on_a_long_name()
    {
        var matches = ConnectionName.Matcher(string.Concat(Enumerable.Repeat("*a", 50)) + "b");

        Assert.False(matches(new string('a', 10_000)));
    }
}
