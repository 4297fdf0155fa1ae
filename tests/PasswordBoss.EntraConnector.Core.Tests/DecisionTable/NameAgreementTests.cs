using System.Linq;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>Whether an account's name agrees with a user's. Names are written "first|last|display"; a missing one is empty.</summary>
public class NameAgreementTests
{
    [Theory]
    [InlineData("Anna|Berg|Anna Berg", "Anna|Berg|Anna Berg")]
    // Case, accents, white space, punctuation, order
    [InlineData("Anna|Berg|Anna Berg", "ANNA|berg|")]
    [InlineData("Anna|Berg|Anna Berg", "Berg|Anna|")]
    [InlineData("Anna|Berg|Anna Berg", "||Berg, Anna")]
    [InlineData("||Berg, Anna", "Anna|Berg|")]
    [InlineData("Anna|Berg|", "||  BERG\u3000anna.")]
    [InlineData("Zo\u00EB|Luk\u00E1cs|", "Zoe|Lukacs|")]
    [InlineData("Zo\u00EB|Luk\u00E1cs|", "Zoe\u0308|Luka\u0301cs|")]
    [InlineData("Jean-Luc|Picard|", "Jean Luc|Picard|")]
    [InlineData("Jean-Luc|Picard|", "Jeanluc|Picard|")]
    [InlineData("Anna|O'Brien|", "Anna|O\u2019Brien|")]
    [InlineData("Anna|O'Brien|", "Anna|OBrien|")]
    [InlineData("Anna|van der Berg|", "||Berg, Anna van der")]
    [InlineData("Anna|van der Berg|", "Anna|VanDerBerg|")]
    [InlineData("\uFF21\uFF4E\uFF4E\uFF41|Berg|", "Anna|Berg|")]
    [InlineData("An\u200Bna|Be\u00ADrg|", "Anna|Berg|")]
    // Letters that are not an accented form of another
    [InlineData("J\u00F6rg|Stra\u00DFer|", "JORG|STRASSER|")]
    [InlineData("J\u00F6rg|Stra\u00DFer|", "J\u00F6rg|STRA\u1E9EER|")]
    [InlineData("S\u00F8ren|\u00C6r\u00F8|", "Soren|Aero|")]
    [InlineData("\u0141ukasz|Wo\u0142\u0142|", "Lukasz|Woll|")]
    [InlineData("\u0110or\u0111e|\u0152uvre|", "Dorde|Oeuvre|")]
    [InlineData("\u00DE\u00F3r|Gu\u00F0mundur|", "Thor|Gudmundur|")]
    [InlineData("I\u015F\u0131k|\u0130nan|", "Isik|Inan|")]
    // One common form is enough
    [InlineData("Anna|Berg|Annie", "Annie||")]
    [InlineData("Anna|Berg|Anna Berg (Sales)", "Anna|Berg|Berg, A.")]
    [InlineData("Anna|Berg|The boss", "||Anna Berg")]
    [InlineData("||Suharto", "|Suharto|")]
    // Other scripts
    [InlineData("\u592A\u90CE|\u5C71\u7530|", "||\u5C71\u7530\u592A\u90CE")]
    [InlineData("\u592A\u90CE|\u5C71\u7530|", "||\u592A\u90CE\u5C71\u7530")]
    [InlineData("||\u5C71\u7530\u592A\u90CE", "\u592A\u90CE|\u5C71\u7530|")]
    [InlineData("||\u5C71\u7530\u3000\u592A\u90CE", "\u592A\u90CE|\u5C71\u7530|\u5C71\u7530 \u592A\u90CE")]
    [InlineData("\u30BF\u30ED\u30A6|\u30E4\u30DE\u30C0|", "||\uFF94\uFF8F\uFF80\uFF9E \uFF80\uFF9B\uFF73")]
    [InlineData("\uBBFC\uC900|\uAE40|", "||\uAE40\uBBFC\uC900")]
    [InlineData("\u039D\u03AF\u03BA\u03BF\u03C2|\u03A0\u03B1\u03C0\u03B1\u03C2|", "\u039D\u0399\u039A\u039F\u03A3|\u03A0\u0391\u03A0\u0391\u03A3|")]
    [InlineData("\u0414\u0435\u043C'\u044F\u043D|\u041A\u043E\u0432\u0430\u043B\u044C|", "\u0414\u0435\u043C\u02BC\u044F\u043D|\u041A\u043E\u0432\u0430\u043B\u044C|")]
    [InlineData("\u0645\u064F\u062D\u0645\u062F|\u0623\u062D\u0645\u062F|", "\u0645\u062D\u0645\u062F|\u0627\u062D\u0645\u062F|")]
    [InlineData("\uD842\uDFB7|\u91CE|", "||\uD842\uDFB7\u91CE")]
    public void Names_agree(string user, string account)
    {
        Assert.True(NameAgreement.Holds(User(user), AccountNamed(account)));
        Assert.True(NameAgreement.Holds(User(account), AccountNamed(user)), "the other way round");
    }

    [Theory]
    [InlineData("Anna|Berg|Anna Berg", "Eve|Miller|Eve Miller")]
    [InlineData("Anna|Berg|Anna Berg", "Anna|Miller|Anna Miller")]
    [InlineData("Anna|Berg|Anna Berg", "Eve|Berg|Eve Berg")]
    // A middle name, a title or a first name alone
    [InlineData("Anna|Berg|Anna Berg", "Anna Maria|Berg|")]
    [InlineData("Anna Maria|Berg|Anna Maria Berg", "Anna|Berg|Anna Berg")]
    [InlineData("Anna|Berg|Anna Berg", "||Dr. Anna Berg")]
    [InlineData("Anna|Berg|Anna Berg", "Anna||Anna")]
    [InlineData("Anna|Berg|Anna Berg", "Anna|Anna|")]
    [InlineData("Anna|Anna Berg|", "Anna|Berg Berg|")]
    // Nothing to compare
    [InlineData("Anna|Berg|Anna Berg", "||")]
    [InlineData("Anna|Berg|Anna Berg", " |\u200B|---")]
    [InlineData("||", "||")]
    [InlineData("||---", "||---")]
    [InlineData("||", "Anna|Berg|")]
    // Marks that are vowels or change a consonant are significant
    [InlineData("\u0930\u0941\u092A|\u0930\u093E\u092E|", "\u0930\u0942\u092A|\u0930\u093E\u092E|")]
    [InlineData("\u304B|\u306F|", "\u304C|\u3070|")]
    [InlineData("\u592A\u90CE|\u5C71\u7530|", "||\u5C71\u672C\u592A\u90CE")]
    [InlineData("\uD842\uDFB7|\u91CE|", "\uD842\uDFB8|\u91CE|")]
    public void Names_do_not_agree(string user, string account)
    {
        Assert.False(NameAgreement.Holds(User(user), AccountNamed(account)));
    }

    [Theory]
    [InlineData("Anna|Berg|The boss", "The boss")]
    [InlineData("Anna|Berg|", "Anna Berg")]
    [InlineData("|Berg|\u200B", "Berg")]
    [InlineData("||", null)]
    public void The_name_of_an_account_is_its_display_name_or_its_first_and_last_name(string account, string? expected) => Assert.Equal(expected, NameAgreement.NameOf(AccountNamed(account)));

    [Fact]
    public void Text_that_cannot_be_normalized_is_compared_unchanged() => Assert.True(NameAgreement.Holds(User("An\uD842na|\uFFFF|"), AccountNamed("An\uD842na|\uFFFF|")));

    private static DirectoryUser User(string name)
    {
        var parts = Parts(name);
        return new DirectoryUser { Id = "1", GivenName = parts[0], Surname = parts[1], DisplayName = parts[2] };
    }

    private static Account AccountNamed(string name)
    {
        var parts = Parts(name);
        return new Account { Id = "a", UserName = "anna@contoso.com", GivenName = parts[0], FamilyName = parts[1], DisplayName = parts[2] };
    }

    private static string?[] Parts(string name) => name.Split('|').Select(part => part.Length == 0 ? null : part).ToArray();
}
