using System;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

/// <summary>A token in the response of a server, in every form in which servers repeat it.</summary>
public sealed class BearerTokenTests
{
    private const string Token = "Tok3n-of.THIS~test+and/more==";

    [Theory]
    [InlineData("token: {0}.", "token: ***.")]
    [InlineData("{0}{0}", "******")]
    [InlineData("nothing of it", "nothing of it")]
    [InlineData("Tok3n-of.THIS", "Tok3n-of.THIS")]
    public void A_token_is_masked(string text, string expected)
    {
        var token = new BearerToken(Token);
        Assert.Equal(expected, token.MaskIn(text.Replace("{0}", Token, StringComparison.Ordinal)));
        Assert.Equal(expected, token.MaskIn(text.Replace("{0}", Token.ToUpperInvariant(), StringComparison.Ordinal)), ignoreCase: true);
        Assert.Equal(expected, token.MaskIn(text.Replace("{0}", Token.ToLowerInvariant(), StringComparison.Ordinal)), ignoreCase: true);
        Assert.Equal(expected, token.MaskIn(text.Replace("{0}", Uri.EscapeDataString(Token), StringComparison.Ordinal)));
    }

    // The Base64 text of the same bytes depends on their offset.
    [Theory]
    [InlineData("", "")]
    [InlineData("Bearer ", "")]
    [InlineData("Authorization: Bearer ", "\r\nHost: x")]
    [InlineData("a", "b")]
    [InlineData("ab", "")]
    [InlineData("abc", "de")]
    public void A_token_is_masked_in_Base64(string before, string after)
    {
        var token = new BearerToken(Token);
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + Token + after));
        var urlSafe = encoded.TrimEnd('=').Replace('+', '-').Replace('/', '_');

        Assert.Equal("it said '***', twice ***.", token.MaskIn($"it said '{encoded}', twice {urlSafe}."));
        Assert.Equal("'***'", token.MaskIn($"'{encoded.ToUpperInvariant()}'"));
    }

    [Theory]
    [InlineData("Ann", false)]
    [InlineData("Ann Tok3n-of.THIS~test+and/more==", true)]
    [InlineData(null, false)]
    public void A_token_is_found_in_names(string? name, bool isIn)
    {
        var token = new BearerToken(Token);
        Assert.Equal(isIn, token.IsIn(name));
        Assert.Equal(isIn, token.IsInAny("x", name, null));
        // A short token could be part of a name.
        Assert.False(new BearerToken("ann").IsIn("Joanna"));
        Assert.Equal("Joanna", new BearerToken("ann").MaskInName("Joanna"));
        Assert.Equal("token ***", new BearerToken("ann").MaskIn("token ann"));
        Assert.Equal("x", BearerToken.None.MaskIn("x"));
    }

    [Theory]
    [InlineData("mF_9.B5f-4.1JqM", true)]
    [InlineData("a~b+c/d==", true)]
    [InlineData("a", true)]
    [InlineData("", false)]
    [InlineData("==", false)]
    [InlineData("a=b", false)]
    [InlineData("a b", false)]
    [InlineData("a\r\nX-Other: 1", false)]
    [InlineData("a\n", false)]
    [InlineData("a\0", false)]
    [InlineData("\u00e4", false)]
    [InlineData("a,b", false)]
    public void A_token_must_match_RFC_6750(string text, bool expected) => Assert.Equal(expected, BearerToken.IsWellFormed(text));

    [Fact]
    public void A_token_has_at_most_32768_characters()
    {
        Assert.True(BearerToken.IsWellFormed(new string('x', 32_768)));
        Assert.False(BearerToken.IsWellFormed(new string('x', 32_769)));
    }
}
