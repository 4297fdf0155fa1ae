using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>Which addresses are sent: an invalid one is blacklisted by the vendor's mailer.</summary>
public class EmailAddressTests
{
    [Theory]
    [InlineData("anna@contoso.com", true)]
    [InlineData("ANNA@CONTOSO.COM", true)]
    [InlineData("anna.van-der_berg+pb@mail.contoso.co.uk", true)]
    [InlineData("o'brien@contoso.com", true)]
    [InlineData("anna@münchen.example.de", true)]
    [InlineData("anna@contoso.example", true)]
    [InlineData("", false)]
    [InlineData("anna", false)]
    [InlineData("@contoso.com", false)]
    [InlineData("anna@", false)]
    [InlineData("anna@@contoso.com", false)]
    [InlineData("anna@contoso", false)]
    [InlineData("anna@localhost", false)]
    [InlineData("anna@contoso.local", false)]
    [InlineData("anna@contoso.lan", false)]
    [InlineData(".anna@contoso.com", false)]
    [InlineData("anna.@contoso.com", false)]
    [InlineData("an..na@contoso.com", false)]
    [InlineData("an na@contoso.com", false)]
    [InlineData("anna@conto so.com", false)]
    [InlineData("anna@-contoso.com", false)]
    [InlineData("anna@contoso-.com", false)]
    [InlineData("anna@contoso..com", false)]
    [InlineData("anna@contoso.com.", false)]
    [InlineData("anna@10.0.0.1", false)]
    [InlineData("ännä@contoso.com", false)]
    [InlineData("anna\n@contoso.com", false)]
    [InlineData("anna_fabrikam.com#EXT#@contoso.com", false)]
    [InlineData("anna@contoso.com,bert@contoso.com", false)]
    public void Routable(string address, bool expected) => Assert.Equal(expected, EmailAddress.IsRoutable(address));

    [Fact]
    public void WhatIsLongerThanAnAddressCanBeIsNotRoutable()
    {
        Assert.True(EmailAddress.IsRoutable(new string('a', 64) + "@contoso.com"));
        Assert.False(EmailAddress.IsRoutable(new string('a', 65) + "@contoso.com"));
        Assert.False(EmailAddress.IsRoutable("anna@" + new string('b', 64) + ".com"));
        Assert.False(EmailAddress.IsRoutable("anna@" + string.Join(".", new string('b', 60), new string('b', 60), new string('b', 60), new string('b', 60), new string('b', 60)) + ".com"));
    }

    [Theory]
    [InlineData("anna@contoso.com", " Anna@Contoso.COM ", true)]
    [InlineData("anna@contoso.com", "anna@contoso.co", false)]
    [InlineData("anna@contoso.com", null, false)]
    [InlineData(null, null, false)]
    public void TwoAddressesAreOneWithoutCaseAndSurroundingBlanks(string? left, string? right, bool expected) => Assert.Equal(expected, EmailAddress.Same(left, right));
}
