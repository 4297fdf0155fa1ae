using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>Text from outside cannot control a terminal through a message.</summary>
public class InertTextTests
{
    [Theory]
    [InlineData("Anna Berg", "Anna Berg")]
    // Names in all scripts, with their joiners, and emoji are unchanged.
    [InlineData("Zoë \u5C71\u7530 \u05D0\u05D1 \u0646\u0645\u06CC\u200C\u062F\u0627\u0646 \U0001F469\u200D\U0001F4BB", "Zoë \u5C71\u7530 \u05D0\u05D1 \u0646\u0645\u06CC\u200C\u062F\u0627\u0646 \U0001F469\u200D\U0001F4BB")]
    // Escape sequences for colours, the window title and the clipboard, and C1 controls.
    [InlineData("\u001b[31mred\u001b[0m", "[31mred[0m")]
    [InlineData("a\u001b]0;title\u0007b", "a]0;titleb")]
    [InlineData("a\u001b]52;c;cm0=\u001b\\b", "a]52;c;cm0=\\b")]
    [InlineData("a\u009b31mb\u009d0;x\u009c", "a31mb0;x")]
    [InlineData("a\bb\0c\u007f", "abc")]
    // Line breaks of every kind.
    [InlineData("a\nPBSYNC exit=0", "a PBSYNC exit=0")]
    [InlineData("a\r\nb\rc\td", "a b c d")]
    [InlineData("a\u0085b\u2028c\u2029d\ve\ff", "a b c d e f")]
    [InlineData("\n", " ")]
    // Characters that change the direction of the text.
    [InlineData("a\u202Egpj.exe\u202C", "agpj.exe")]
    [InlineData("a\u2066b\u2067c\u2068d\u2069\u200E\u200F\u061C", "abcd")]
    public void Inert_text_is_one_line_without_control_characters(string text, string expected)
    {
        Assert.Equal(expected, InertText.Of(text));
        Assert.Equal(expected, InertText.Of(expected));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_replaced()
    {
        Assert.Equal("a\uFFFDb", InertText.Of("a\uD83Db"));
        Assert.Equal("\uFFFD\uFFFD", InertText.Of("\uDC4D\uD83D"));
    }

    [Fact]
    public void A_message_renders_its_arguments_as_inert_text()
    {
        var message = Texts.TextNameAndAddress("Eve\u001b]0;x\u0007\nPBSYNC exit=0", "\u202Eeve@contoso.com");

        Assert.Equal(Texts.TextNameAndAddress("Eve]0;x PBSYNC exit=0", "eve@contoso.com").Render(), message.Render());
        // The stored text is unchanged.
        Assert.Equal("\u202Eeve@contoso.com", message.Arguments[1].Text);
    }

    [Fact]
    public void An_error_shows_its_target_as_inert_text()
    {
        var error = new ConnectorException(Problems.GroupNotFound("Staff\u001b[2J\nPBSYNC exit=0", "Contoso").About("Staff\u001b[2J\nPBSYNC exit=0", targetIsUnnamed: true));

        Assert.StartsWith("Staff[2J PBSYNC exit=0: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotMatch("[\n\u001b]", error.Message + error.Recommendation.Render());
    }

    [Fact]
    public void A_result_renders_as_one_inert_line()
    {
        const string Hostile = "eve\u001b[2J\n@contoso.com";

        Assert.Equal("eve[2J @contoso.com = eve[2J @contoso.com", new PBLink { User = Hostile, Email = Hostile }.ToString());
        Assert.Equal("Create eve[2J @contoso.com: Done", new PBSyncChange { Action = SyncAction.Create, Email = Hostile, Outcome = ChangeOutcome.Done }.ToString());
    }
}
