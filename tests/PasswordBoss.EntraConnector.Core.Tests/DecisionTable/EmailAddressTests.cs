using System;
using System.Globalization;
using System.Linq;
using System.Runtime.CompilerServices;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>The addresses that are sent. The vendor's mailer blacklists an invalid one.</summary>
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
    public void Only_an_address_that_the_internet_can_route_is_routable(string address, bool expected) => Assert.Equal(expected, EmailAddress.IsRoutable(address));

    [Fact]
    public void An_address_that_is_too_long_is_not_routable()
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
    public void Addresses_are_compared_without_case_and_surrounding_blanks(string? left, string? right, bool expected) => Assert.Equal(expected, EmailAddress.Same(left, right));

    // ── one form of a domain ────────────────────────────────────────────────────────────────────────────────────────────────────

    public static TheoryData<string, string?> Cases()
    {
        var cases = new TheoryData<string, string?>();
        foreach (var (address, sent) in AddressCases.All)
            cases.Add(address, sent);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_domain_is_sent_in_one_form_or_not_at_all(string address, string? sent)
    {
        var canonical = EmailAddress.Choose(new DirectoryUser { Id = "1", Mail = address }, EmailSource.Mail)!;

        Assert.Equal(sent is not null, EmailAddress.IsRoutable(address.Trim()));
        Assert.Equal(sent is not null, EmailAddress.IsRoutable(canonical));
        if (sent is not null)
            Assert.Equal(sent, canonical);
        Assert.Equal(canonical, EmailAddress.Canonical(canonical));
        Assert.True(EmailAddress.Same(address, canonical));
    }

    [Fact]
    public void Addresses_are_equal_if_and_only_if_their_sent_forms_are()
    {
        foreach (var (left, sentLeft) in AddressCases.All)
        {
            foreach (var (right, sentRight) in AddressCases.All)
            {
                var same = left == right || (sentLeft is not null && string.Equals(sentLeft, sentRight, StringComparison.OrdinalIgnoreCase));
                Assert.True(same == EmailAddress.Same(left, right), left + " and " + right);
                Assert.True(same == (EmailAddress.KeyOf(left) == EmailAddress.KeyOf(right)), left + " and " + right + " as keys");
                Assert.True(!same || EmailAddress.Comparer.GetHashCode(left) == EmailAddress.Comparer.GetHashCode(right), left + " and " + right + " in a set");
            }
        }
    }

    [Theory]
    [InlineData("team@\u24D2ontoso.example")]
    [InlineData("team@contoso\u3002example")]
    [InlineData("team@\u212Aontoso.example")]
    [InlineData("team@conto\u017Fo.example")]
    [InlineData("team@\uFF43ontoso.example")]
    public void A_lookalike_host_never_equals_an_ASCII_host(string address)
    {
        foreach (var host in new[] { "contoso.example", "kontoso.example", "contoso.example" })
        {
            Assert.False(EmailAddress.Same(address, "team@" + host));
            Assert.NotEqual(EmailAddress.KeyOf("team@" + host), EmailAddress.KeyOf(address));
        }
    }

    [Fact]
    public void Text_that_is_not_an_address_is_shown_unchanged()
    {
        Assert.Equal("team@\u24D2ontoso.example", EmailAddress.Canonical(" team@\u24D2ontoso.example "));
        Assert.Equal("TEAM", EmailAddress.Canonical("TEAM"));
        Assert.Null(EmailAddress.Choose(new DirectoryUser { Id = "1", Mail = " \u3000" }, EmailSource.Mail));
    }

    [Fact]
    public void A_key_is_the_sent_form_in_upper_case() => Assert.Equal("TEAM@XN--BCHER-KVA.EXAMPLE", EmailAddress.KeyOf(" Team@B\u00DCcher.example"));

    [Theory]
    [InlineData("team@xn--bcher-kva.example", "team@b\u00FCcher.example")]
    [InlineData("team@mail.xn--bcher-kva.xn--p1ai", "team@mail.b\u00FCcher.\u0440\u0444")]
    [InlineData("team@xn--strae-oqa.xn--bcher-kva.example", "team@xn--strae-oqa.b\u00FCcher.example")]
    [InlineData("team@xn--strae-oqa.example", null)]
    [InlineData("team@xn--99999999.example", null)]
    [InlineData("xn--bcher-kva@contoso.example", null)]
    [InlineData("team@contoso.example", null)]
    [InlineData("team", null)]
    public void A_domain_is_also_searched_in_its_Unicode_form(string canonical, string? written)
    {
        Assert.Equal(written, EmailAddress.WithUnicodeDomain(canonical));
        Assert.True(written is null || EmailAddress.Canonical(written) == canonical);
    }

    [Theory]
    [InlineData(" Team@contoso.EXAMPLE ", "Team@contoso.EXAMPLE")]
    [InlineData("acc-7", "acc-7")]
    [InlineData("*", "*")]
    [InlineData("team@b\u00FCcher.example", "team@b\u00FCcher.example", "team@xn--bcher-kva.example")]
    [InlineData("Team@B\u00DCcher.example", "Team@B\u00DCcher.example", "Team@xn--bcher-kva.example")]
    [InlineData("team@bu\u0308cher.example", "team@bu\u0308cher.example", "team@xn--bcher-kva.example", "team@b\u00FCcher.example")]
    [InlineData("team@xn--bcher-kva.example", "team@xn--bcher-kva.example", "team@b\u00FCcher.example")]
    [InlineData("team@XN--BCHER-KVA.example", "team@XN--BCHER-KVA.example", "team@b\u00FCcher.example")]
    [InlineData("*@b\u00FCcher.example", "*@b\u00FCcher.example", "*@xn--bcher-kva.example")]
    [InlineData("team@fa\u00DF.example", "team@fa\u00DF.example")]
    [InlineData("team@xn--fa-hia.example", "team@xn--fa-hia.example")]
    public void Each_form_of_an_address_is_searched_once_starting_with_the_given_one(string address, params string[] forms) => Assert.Equal(forms, EmailAddress.Forms(address));

    [Theory]
    [InlineData("team@fa\u00DF.example", true)]
    [InlineData("team@\u24D2ontoso.example", true)]
    [InlineData("team@b\u00FCcher.example", false)]
    [InlineData("team@xn--fa-hia.example", false)]
    [InlineData("t\u00E9am@contoso.example", false)]
    [InlineData("fa\u00DF", false)]
    public void A_domain_that_systems_map_differently_is_recognised(string address, bool expected) => Assert.Equal(expected, EmailAddress.IsDomainUnmapped(address));

    [Fact]
    public void A_canonical_address_allocates_no_memory()
    {
        var user = new DirectoryUser { Id = "1", Mail = "Anna.Miller@contoso.com" };
        var same = EmailAddress.Same(user.Mail, "anna.miller@CONTOSO.com");
        Assert.Same(user.Mail, EmailAddress.Choose(user, EmailSource.MailThenUserPrincipalName));
        Assert.Same(user.Mail, EmailAddress.Comparable(user.Mail));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            same &= Ask(user);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(same);
        Assert.Equal(0, allocated);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Ask(DirectoryUser user) =>
        EmailAddress.Same(EmailAddress.Choose(user, EmailSource.Mail), "anna.miller@CONTOSO.com")
        && EmailAddress.Comparer.GetHashCode("anna.miller@CONTOSO.com") == EmailAddress.Comparer.GetHashCode(user.Mail!)
        && EmailAddress.IsRoutable(user.Mail!);

    /// <summary>The list of letters excludes those that the mappings treat differently. This runtime's own mapping must agree on the others.</summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public void Domains_are_mapped_as_the_runtime_maps_them()
    {
        var mapping = new IdnMapping { AllowUnassigned = true };
        var compared = 0;
        var accepted = 0;
        for (var c = '\u0080'; c < '\uD800'; c++)
        {
            // Some letters are not allowed alone or beside letters of the other direction.
            foreach (var label in new[] { c.ToString(), "\u00E9" + c + "a", "\u0905" + c, "\u0E01" + c })
            {
                if (HostName.ToAscii(label) is not { } ascii)
                    continue;
                accepted++;
                if (AsciiOf(mapping, label) is not { } expected)
                    continue;
                compared++;
                Assert.True(expected == ascii, $"U+{(int)c:X4}: {ascii} and not {expected}");
                Assert.True(HostName.IsSound(ascii), $"U+{(int)c:X4}: {ascii} is not sound");
            }
        }

        Assert.True(accepted > 100_000 && compared > accepted * 0.95, $"{compared} of {accepted} compared");
    }

    /// <summary>No letter that the runtime would turn into another by compatibility, or into plain ASCII, is in the list.</summary>
    [Fact]
    public void No_accepted_letter_changes_under_compatibility_normalization()
    {
        foreach (var c in Enumerable.Range(0x80, 0xD800 - 0x80).Select(c => (char)c).Where(c => HostName.ToAscii(c.ToString()) is not null))
        {
            var text = c.ToString();
            Assert.True(text.Normalize(System.Text.NormalizationForm.FormKC) == text.Normalize(), $"U+{(int)c:X4}");
            Assert.True(text.ToLowerInvariant()[0] >= 0x80, $"U+{(int)c:X4}");
        }
    }

    private static string? AsciiOf(IdnMapping mapping, string label)
    {
        try
        {
            return mapping.GetAscii(label);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
