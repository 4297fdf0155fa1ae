using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Names": the form in which names are sent, and the conditions for sending them again.</summary>
public class PersonNameTests
{
    private const string Entra = "Anna Berg";

    [Theory]
    // Both are given.
    [InlineData("Anna", "Berg", "Anna Berg", "Anna|Berg|Anna Berg")]
    [InlineData(" Anna ", "Berg\t", null, "Anna|Berg|Anna Berg")]
    // Any white space separates, and becomes one blank.
    [InlineData(null, null, "\u5C71\u7530\u3000\u592A\u90CE", "\u5C71\u7530|\u592A\u90CE|\u5C71\u7530 \u592A\u90CE")]
    [InlineData(null, null, "Anna\u00A0Berg", "Anna|Berg|Anna Berg")]
    [InlineData(null, null, "Anna\tBerg", "Anna|Berg|Anna Berg")]
    [InlineData(null, null, "Anna\u2003\u2009 Berg", "Anna|Berg|Anna Berg")]
    [InlineData(null, null, "Anna\u202FBerg", "Anna|Berg|Anna Berg")]
    [InlineData(null, null, "\u3000Anna  van der  Berg\u2028", "Anna|van der Berg|Anna van der Berg")]
    [InlineData("Anna\u3000 Maria", "van\u00A0der Berg", null, "Anna Maria|van der Berg|Anna Maria van der Berg")]
    [InlineData("Anna\r\nMaria", "Berg", "Anna\nBerg", "Anna Maria|Berg|Anna Berg")]
    // Last, first.
    [InlineData(null, null, "Berg, Anna", "Anna|Berg|Berg, Anna")]
    [InlineData(null, null, "Berg,Anna", "Anna|Berg|Berg,Anna")]
    [InlineData(null, null, "van der Berg, Anna Maria", "Anna Maria|van der Berg|van der Berg, Anna Maria")]
    [InlineData("Anna", null, "Berg, Anna", "Anna|Berg|Berg, Anna")]
    [InlineData(null, "Berg", "Berg, Anna", "Anna|Berg|Berg, Anna")]
    [InlineData("Anna", "Berg", "Miller, Eve", "Anna|Berg|Miller, Eve")]
    [InlineData(null, null, "Berg, Anna, Dr.", "Berg,|Anna, Dr.|Berg, Anna, Dr.")]
    [InlineData(null, null, "Anna Berg,", "Anna|Berg,|Anna Berg,")]
    [InlineData(null, null, "Berg, \u200B", null)]
    [InlineData(null, null, ",", null)]
    // Nothing is visible.
    [InlineData("\u200B", "Berg", "Anna Berg", "Anna|Berg|Anna Berg")]
    [InlineData("\u200B\u200D", "\u2060\uFEFF", "Anna Berg", "Anna|Berg|Anna Berg")]
    [InlineData("Anna", "Berg", "\u200B \uFEFF", "Anna|Berg|Anna Berg")]
    [InlineData(null, null, "Anna \u200B", null)]
    [InlineData("\u3164", "\u00AD", "\uDB40\uDC41", null)]
    [InlineData("\u0000", "\u001B", "\u0007", null)]
    [InlineData("", " ", null, null)]
    // Characters that do not belong in a name are removed, those that shape it are kept.
    [InlineData("An\u0000na", "Be\u001B[31mrg", null, "Anna|Be[31mrg|Anna Be[31mrg")]
    [InlineData("\u202EannA", "\u2066Berg\u2069", "\u202Aanna\u202C Berg\u0085", "annA|Berg|anna Berg")]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "Berg", null, "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645|Berg|\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645 Berg")]
    [InlineData("\u200FAnna", "Berg", null, "\u200FAnna|Berg|\u200FAnna Berg")]
    [InlineData("Zoe\u0308", "O'Brien-\u0141", null, "Zoe\u0308|O'Brien-\u0141|Zoe\u0308 O'Brien-\u0141")]
    [InlineData("\uD842\uDFB7", "\u91CE", null, "\uD842\uDFB7|\u91CE|\uD842\uDFB7 \u91CE")]
    public void A_name_is_sent_cleaned(string? given, string? surname, string? display, string? expected)
    {
        var name = PersonName.Of(new DirectoryUser { Id = "1", GivenName = given, Surname = surname, DisplayName = display });

        Assert.Equal(expected, name is { } sent ? sent.Given + "|" + sent.Family + "|" + sent.Display : null);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_never_sent()
    {
        var name = PersonName.Of(new DirectoryUser { Id = "1", GivenName = "An\uD842na", Surname = "\uDFB7", DisplayName = "\uD842 \uDFB7\uD842" })!.Value;

        Assert.Equal(new PersonName("An\uFFFDna", "\uFFFD", "\uFFFD \uFFFD\uFFFD"), name);
    }

    [Fact]
    public void A_clean_name_is_not_copied()
    {
        var user = new DirectoryUser { Id = "1", GivenName = "Zo\u00EB", Surname = "\u0141uk\u00E1cs", DisplayName = "\u5C71\u7530 \u592A\u90CE" };

        var name = PersonName.Of(user)!.Value;

        Assert.Same(user.GivenName, name.Given);
        Assert.Same(user.Surname, name.Family);
        Assert.Same(user.DisplayName, name.Display);
    }

    [Fact]
    public void The_account_gets_the_cleaned_name()
    {
        var world = new World(others: 1);
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { GivenName = "\u200B", Surname = null, DisplayName = "Berg,\u3000Anna\u202E" });

        world.Sync();

        var account = world.PasswordBoss.At("anna@contoso.com");
        Assert.Equal(("Anna", "Berg", "Berg, Anna"), (account.GivenName, account.FamilyName, account.DisplayName));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    // ── a name that the server changes ───────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    // This version has never written the name, so it writes it once.
    [InlineData(null, null, "Ann Berg", true)]
    [InlineData(Entra, null, "Ann Berg", true)]
    [InlineData(null, "Ann Berg", "Ann Berg", true)]
    // The server stored the written name in another form: cut, decomposed, collapsed, escaped, derived.
    [InlineData(Entra, "Ann Berg", "Ann Berg", false)]
    [InlineData(Entra, "Anna Berg,", "Anna Berg,", false)]
    [InlineData(Entra, "An\u0303na Berg", "An\u0303na Berg", false)]
    [InlineData(Entra, "Anna &amp; Berg", "Anna &amp; Berg", false)]
    // An admin has renamed the account, or Entra has renamed the user.
    [InlineData(Entra, "Ann Berg", "Eve Berg", true)]
    [InlineData("Anna Miller", "Ann Berg", "Ann Berg", true)]
    [InlineData(Entra, "Ann Berg", "ann Berg", true)]
    // The name does not differ, so the records of earlier writes do not matter.
    [InlineData("Anna Miller", "Ann Berg", Entra, false)]
    [InlineData(null, null, Entra, false)]
    public void A_name_is_written_if_either_side_changed(string? written, string? read, string existing, bool isWritten)
    {
        var account = AccountNamed(existing);
        var link = new AccountLink { EntraId = "1", AccountId = "a", Email = "anna@contoso.com", NamesWritten = FingerprintOf(written), NamesRead = FingerprintOf(read) };

        var patch = NameChanges.Of(UserNamed(Entra), account, link);

        Assert.Equal(isWritten, patch is not null);
    }

    [Fact]
    public void A_different_name_is_written_without_a_link()
    {
        var account = AccountNamed("Ann Berg");

        var patch = NameChanges.Of(UserNamed(Entra), account, link: null)!;

        Assert.Equal(new AccountPatch { GivenName = "Anna", DisplayName = Entra }, patch);
        Assert.Equal(("givenName, displayName", "Ann, Ann Berg", "Anna, Anna Berg"), NameChanges.Describe(patch, account));
    }

    [Fact]
    public void A_name_that_the_server_does_not_return_is_treated_as_equal()
    {
        var account = AccountNamed("Anna Berg") with { GivenName = null, DisplayName = null };

        Assert.Null(NameChanges.Of(UserNamed(Entra), account, link: null));
        Assert.Equal(new AccountPatch { FamilyName = "Berg" }, NameChanges.Of(UserNamed(Entra), account with { FamilyName = "Miller" }, link: null));
    }

    [Fact]
    public void A_form_stored_by_the_server_is_kept_and_a_rename_by_an_admin_is_not()
    {
        var world = new World(others: 1);
        var anna = world.Join("anna");
        var account = world.Link(anna) with { FamilyName = "Mill" };
        world.PasswordBoss.Accounts[account.Id] = account;
        var user = world.Entra.Users[anna];
        world.State.Links[account.Id] = world.State.Links[account.Id] with
        {
            NamesWritten = NameFingerprint.Of(PersonName.Of(user)!.Value),
            NamesRead = NameFingerprint.Of(account),
        };

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Empty(world.PasswordBoss.Log);

        world.PasswordBoss.Accounts[account.Id] = account with { GivenName = "Eve" };
        Assert.Equal(SyncAction.Update, Assert.Single(world.Sync().Changes).Action);
        Assert.Equal("anna", world.PasswordBoss.Accounts[account.Id].GivenName);
    }

    [Fact]
    public void A_rename_in_Entra_replaces_a_form_stored_by_the_server()
    {
        var world = new World(others: 1);
        var anna = world.Join("anna");
        var account = world.Link(anna) with { FamilyName = "Mill" };
        world.PasswordBoss.Accounts[account.Id] = account;
        world.State.Links[account.Id] = world.State.Links[account.Id] with
        {
            NamesWritten = NameFingerprint.Of(PersonName.Of(world.Entra.Users[anna])!.Value),
            NamesRead = NameFingerprint.Of(account),
        };
        world.Edit(anna, u => u with { Surname = "Married", DisplayName = "anna Married" });

        Assert.Equal(SyncAction.Update, Assert.Single(world.Sync().Changes).Action);
        Assert.Equal("Married", world.PasswordBoss.Accounts[account.Id].FamilyName);
    }

    // Forms in which servers store "Zo\u00EB  &Co": cut, decomposed, escaped, in capitals.
    public static TheoryData<string, bool> Forms()
    {
        var forms = new TheoryData<string, bool>();
        foreach (var form in new[] { "cut", "decomposed", "escaped", "capitals" })
        {
            forms.Add(form, true);
            forms.Add(form, false);
        }

        return forms;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_name_that_the_server_stores_in_another_form_is_written_once(string form, bool answersPatches)
    {
        var world = new World(others: 1);
        world.PasswordBoss.AnswersPatches = answersPatches;
        world.PasswordBoss.NameForm = name => form switch
        {
            "cut" => name[..System.Math.Min(name.Length, 4)],
            "decomposed" => name.Normalize(System.Text.NormalizationForm.FormD),
            "escaped" => System.Net.WebUtility.HtmlEncode(name),
            _ => name.ToUpperInvariant(),
        };
        var created = world.Join("created");
        var adopted = world.Join("adopted");
        var updated = world.Join("updated");
        var returned = world.Join("returned");
        world.PasswordBoss.AdminCreate("adopted@contoso.com");
        world.Link(updated);
        world.Link(returned, AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed);
        foreach (var id in new[] { created, adopted, updated, returned })
            world.Edit(id, u => u with { GivenName = "Zo\u00EB &Co", DisplayName = "Zo\u00EB &Co Miller" });
        world.Rules = world.Rules with { ExistingAccount = ExistingAccountRule.AdoptAny };

        Assert.Equal(4, world.Sync().Changes.Count);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);

        var account = world.PasswordBoss.At("updated@contoso.com");
        world.PasswordBoss.Accounts[account.Id] = account with { GivenName = "Admin's" };
        Assert.Equal(updated, Assert.Single(world.Sync().Changes).EntraId);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);

        world.Edit(created, u => u with { Surname = "Married" });
        Assert.Equal(created, Assert.Single(world.Sync().Changes).EntraId);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    // Fingerprints are stored, so these numbers may never change.
    [Theory]
    [InlineData("Anna", "Berg", "Anna Berg", -8689645275194422528L)]
    [InlineData(null, null, null, -3267513003403837465L)]
    [InlineData("", "", "", -4563076917914103358L)]
    [InlineData("\u5C71\u7530", "\u592A\u90CE", null, -4674018611206907138L)]
    public void A_fingerprint_never_changes(string? given, string? family, string? display, long expected) =>
        Assert.Equal(expected, NameFingerprint.Of(new AccountNames(given, family, display)));

    [Fact]
    public void Different_names_have_different_fingerprints()
    {
        var names = new AccountNames[]
        {
            new("Anna", "Berg", "Anna Berg"), new("anna", "Berg", "Anna Berg"), new("AnnaBerg", "", "Anna Berg"), new("", "AnnaBerg", "Anna Berg"), new("Anna", "Berg", ""),
            new("Anna", "Berg", null), new("Anna", null, "BergAnna Berg"), new(null, "Anna", "Berg"), new("Berg", "Anna", "Anna Berg"), new(null, null, null), new("", "", ""),
            new("", null, null), new(null, "", null), new("\u00F1", "", ""), new("n\u0303", "", ""), new("\u0001\u0002", "", ""), new("\u0201", "", ""),
        };

        Assert.Distinct(System.Array.ConvertAll(names, NameFingerprint.Of));
    }

    private static long? FingerprintOf(string? name) => name is null ? null : NameFingerprint.Of(AccountNamed(name));

    private static DirectoryUser UserNamed(string name) => new() { Id = "1", GivenName = name.Split(' ')[0], Surname = name.Split(' ')[1], DisplayName = name };

    private static Account AccountNamed(string name)
    {
        var space = name.LastIndexOf(' ');
        return new Account { Id = "a", UserName = "anna@contoso.com", GivenName = name[..space], FamilyName = name[(space + 1)..], DisplayName = name };
    }

    [Fact]
    public void A_name_that_the_server_truncates_after_echoing_it_is_written_at_most_twice()
    {
        var world = new World(others: 2);
        world.PasswordBoss.EchoesNames = true;
        world.PasswordBoss.NameForm = name => name.Length > 6 ? name.Substring(0, 6) : name;
        var anna = world.Join("anna");
        world.Link(anna);
        world.Edit(anna, u => u with { Surname = "Longfellow", DisplayName = "anna Longfellow" });
        world.Sync();
        world.Sync();

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        var account = world.PasswordBoss.At("anna@contoso.com");
        world.PasswordBoss.Accounts[account.Id] = account with { FamilyName = "Other" };
        Assert.Equal(1, world.Sync().Updated);
    }
}
