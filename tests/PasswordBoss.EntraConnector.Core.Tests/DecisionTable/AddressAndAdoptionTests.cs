using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Adoptable", "Gone" and "Addresses".</summary>
public class AddressAndAdoptionTests
{
    private readonly World world = new(others: 3);

    // ── adoptable ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData(ManagedBy.PasswordBoss, "", true)]
    [InlineData(ManagedBy.Unspecified, "", true)]
    [InlineData(ManagedBy.PasswordBoss, "own", true)]
    [InlineData(ManagedBy.PasswordBoss, "foreign", false)]
    [InlineData(ManagedBy.ActiveDirectory, "", false)]
    [InlineData(ManagedBy.AzureAD, "", false)]
    [InlineData(ManagedBy.Other, "", false)]
    public void An_account_at_the_address_is_adopted_when_adoptable(ManagedBy managedBy, string externalId, bool adopted)
    {
        // The connection has an earlier state, so the run does not link accounts again.
        world.Sync();
        var anna = world.Join("anna");
        var existing = world.PasswordBoss.AdminCreate(" Anna@Contoso.com", managedBy: managedBy, externalId: externalId switch { "own" => anna, "foreign" => world.Hire("x"), _ => null });

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        if (adopted)
        {
            Assert.Equal((SyncAction.Adopt, ChangeOutcome.Done), (change.Action, change.Outcome));
            var account = world.PasswordBoss.Accounts[existing.Id];
            Assert.Equal((anna, ManagedBy.AzureAD, AccountState.Active), (account.ExternalId, account.ManagedBy, account.State));
            Assert.Equal(existing.Id, world.State.CurrentLinkOf(anna)!.AccountId);
            PersonAndAccountTests.AssertSecondRunWritesNothing(world);
        }
        else
        {
            Assert.Equal((SyncAction.Conflict, "AccountNotAdoptable"), (change.Action, change.ErrorId));
            Assert.Equal(existing, world.PasswordBoss.Accounts[existing.Id]);
            Assert.Equal(0, world.PasswordBoss.Writes);
        }
    }

    [Fact]
    public void Skip_leaves_the_account_and_reports_it()
    {
        world.Rules = World.DefaultRules with { ExistingAccount = ExistingAccountRule.Skip };
        world.Join("anna");
        world.PasswordBoss.AdminCreate("anna@contoso.com");

        var result = world.Sync();

        Assert.Equal((SyncAction.Skip, "AdoptionSkipped"), (Assert.Single(result.Changes).Action, result.Changes[0].ErrorId));
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_formerly_linked_account_is_not_adoptable()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.State.Links[account.Id] = world.State.Links[account.Id] with { Kind = LinkKind.Retired };
        world.PasswordBoss.Accounts[account.Id] = account with { ExternalId = null, ManagedBy = ManagedBy.PasswordBoss };

        Assert.Equal(SyncAction.Conflict, Assert.Single(world.Sync().Changes).Action);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    // The name in Entra is "anna Miller".
    [Theory]
    [InlineData(ExistingAccountRule.Adopt, "Anna Miller", "", true)]
    [InlineData(ExistingAccountRule.Adopt, "MILLER \u00C1nna", "", true)]
    [InlineData(ExistingAccountRule.Adopt, "Eve Boss", "", false)]
    [InlineData(ExistingAccountRule.Adopt, "Anna Maria Miller", "", false)]
    [InlineData(ExistingAccountRule.Adopt, null, "", false)]
    [InlineData(ExistingAccountRule.Adopt, "Eve Boss", "own", true)]
    [InlineData(ExistingAccountRule.Adopt, null, "own", true)]
    [InlineData(ExistingAccountRule.Adopt, "Anna Miller", "foreign", false)]
    [InlineData(ExistingAccountRule.AdoptAny, "Eve Boss", "", true)]
    [InlineData(ExistingAccountRule.AdoptAny, null, "", true)]
    [InlineData(ExistingAccountRule.AdoptAny, "Anna Miller", "foreign", false)]
    public void An_account_is_adopted_if_the_external_ID_or_address_and_name_match(ExistingAccountRule rule, string? name, string externalId, bool adopted)
    {
        world.Rules = world.Rules with { ExistingAccount = rule };
        world.Sync();
        var anna = world.Join("anna");
        var existing = world.PasswordBoss.AdminCreate("anna@contoso.com", name: name, externalId: externalId switch { "own" => anna, "foreign" => world.Hire("x"), _ => null });
        if (name is null)
            world.PasswordBoss.Accounts[existing.Id] = existing = existing with { GivenName = null, FamilyName = null, DisplayName = null };

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        Assert.Equal(existing.Id, change.AccountId);
        if (adopted)
        {
            Assert.Equal((SyncAction.Adopt, ChangeOutcome.Done), (change.Action, change.Outcome));
            if (name is not null)
                Assert.Equal(("anna", "Miller", "anna Miller"), NamesOf(world.PasswordBoss.Accounts[existing.Id]));
            PersonAndAccountTests.AssertSecondRunWritesNothing(world);
        }
        else
        {
            Assert.Equal((SyncAction.Conflict, "AccountNotAdoptable"), (change.Action, change.ErrorId));
            Assert.Equal(existing, world.PasswordBoss.Accounts[existing.Id]);
            Assert.Null(world.State.CurrentLinkOf(anna));
        }
    }

    [Fact]
    public void A_reused_address_does_not_adopt_the_account_of_its_former_owner()
    {
        var eve = world.Join("eve");
        world.Edit(eve, u => u with { Mail = "boss@contoso.com" });
        var boss = world.PasswordBoss.AdminCreate("boss@contoso.com", name: "Berta Boss");

        for (var run = 0; run < 2; run++)
        {
            var result = world.Sync();

            var change = Assert.Single(result.Changes);
            Assert.Equal((SyncAction.Conflict, "AccountNotAdoptable", eve, boss.Id), (change.Action, change.ErrorId, change.EntraId, change.AccountId));
            Assert.Contains("'Berta Boss'", change.Message, StringComparison.Ordinal);
            Assert.Contains("'eve Miller'", change.Message, StringComparison.Ordinal);
            Assert.Equal(boss, world.PasswordBoss.Accounts[boss.Id]);
        }

        world.Leave(eve);
        world.Sync();
        Assert.Equal(boss, world.PasswordBoss.Accounts[boss.Id]);
    }

    [Fact]
    public void An_account_without_a_name_is_not_adopted_and_the_reason_is_reported()
    {
        world.Join("anna");
        var existing = world.PasswordBoss.AdminCreate("anna@contoso.com");
        world.PasswordBoss.Accounts[existing.Id] = existing with { GivenName = null, FamilyName = " ", DisplayName = "\u200B" };

        Assert.Contains("no name that could match 'anna Miller'", Assert.Single(world.Sync().Changes).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExistingAccountRule.Adopt, false)]
    [InlineData(ExistingAccountRule.AdoptAny, true)]
    public void The_name_must_also_match_at_a_new_address(ExistingAccountRule rule, bool adopted)
    {
        world.Rules = world.Rules with { ExistingAccount = rule };
        var anna = world.Join("anna");
        var old = world.Link(anna);
        world.Edit(anna, u => u with { Mail = "boss@contoso.com" });
        var boss = world.PasswordBoss.AdminCreate("boss@contoso.com", name: "Berta Boss");

        world.Sync();

        Assert.Equal(adopted ? boss.Id : old.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal(adopted ? AccountState.Disabled : AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void Skip_does_not_compare_names()
    {
        world.Rules = world.Rules with { ExistingAccount = ExistingAccountRule.Skip };
        world.Join("anna");
        var existing = world.PasswordBoss.AdminCreate("anna@contoso.com", name: "Berta Boss");

        var change = Assert.Single(world.Sync().Changes);

        Assert.Equal((SyncAction.Skip, "AdoptionSkipped", existing.Id), (change.Action, change.ErrorId, change.AccountId));
    }

    // An id is unique per server only.
    [Theory]
    [InlineData(ExistingAccountRule.Adopt, true, "anna@contoso.com", false)]
    [InlineData(ExistingAccountRule.AdoptAny, true, "ANNA@contoso.com", false)]
    [InlineData(ExistingAccountRule.Adopt, true, "bert@contoso.com", true)]
    [InlineData(ExistingAccountRule.Adopt, false, "anna@contoso.com", true)]
    public void An_account_linked_by_another_connection_is_not_adoptable(ExistingAccountRule rule, bool sameId, string address, bool adopted)
    {
        world.Rules = world.Rules with { ExistingAccount = rule };
        var anna = world.Join("anna");
        var existing = world.PasswordBoss.AdminCreate("anna@contoso.com");
        world.State.LinkedElsewhere.Add(new ForeignLink(sameId ? existing.Id : "other", address));

        var change = Assert.Single(world.Sync().Changes);

        Assert.Equal(adopted ? SyncAction.Adopt : SyncAction.Conflict, change.Action);
        if (!adopted)
        {
            Assert.Contains("another connection has linked it", change.Message, StringComparison.Ordinal);
            // Set-PBLink refuses such an account.
            Assert.DoesNotContain("Set-PBLink", change.Message, StringComparison.Ordinal);
            Assert.Contains("Remove-PBLink on the other connection", change.Message, StringComparison.Ordinal);
            Assert.Equal(existing, world.PasswordBoss.Accounts[existing.Id]);
        }
        else
        {
            Assert.Equal(anna, world.PasswordBoss.Accounts[existing.Id].ExternalId);
        }
    }

    [Fact]
    public void An_account_disabled_by_an_admin_stays_disabled_when_adopted()
    {
        world.Join("anna");
        world.PasswordBoss.AdminCreate("anna@contoso.com", AccountState.Disabled);

        world.Sync();
        world.Sync();

        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void An_account_in_an_unknown_state_is_not_adopted()
    {
        world.Join("anna");
        world.PasswordBoss.AdminCreate("anna@contoso.com", AccountState.Unknown);

        Assert.Equal("AccountNotAdoptable", Assert.Single(world.Sync().Changes).ErrorId);
    }

    // ── gone ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void An_account_created_within_the_hour_is_not_treated_as_gone()
    {
        var anna = world.Join("anna");
        world.Sync();
        var account = world.PasswordBoss.At("anna@contoso.com");
        world.PasswordBoss.NotListed.Add(account.Id);
        world.Clock.Advance(TimeSpan.FromMinutes(59));

        Assert.Equal("AccountNotReadable", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.NotNull(world.State.CurrentLinkOf(anna));

        world.PasswordBoss.NotListed.Clear();
        world.PasswordBoss.AdminDelete(account.Id);
        world.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(1, world.Sync().Created);
    }

    [Fact]
    public void An_account_that_a_search_still_finds_is_not_gone()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.PasswordBoss.AdminDelete(account.Id);
        world.PasswordBoss.AdminCreate("anna@contoso.com", managedBy: ManagedBy.ActiveDirectory);

        Assert.Equal("AccountNotReadable", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Theory]
    [InlineData("anna@xn--bcher-kva.example", "anna@b\u00FCcher.example")]
    [InlineData("anna@b\u00FCcher.example", "anna@xn--bcher-kva.example")]
    public void An_account_found_by_the_other_form_of_the_address_is_not_gone(string linked, string found)
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = linked });
        var account = world.Link(anna);
        world.PasswordBoss.AdminDelete(account.Id);
        world.PasswordBoss.AdminCreate(found, managedBy: ManagedBy.ActiveDirectory);

        Assert.Equal("AccountNotReadable", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void An_account_linked_to_another_user_does_not_hide_that_an_account_is_gone()
    {
        var anna = world.Join("anna");
        world.PasswordBoss.AdminDelete(world.Link(anna).Id);
        world.HardDelete(anna);
        var bert = world.Join("bert");
        world.Edit(bert, u => u with { Mail = "anna@contoso.com" });
        world.Link(bert);

        Assert.Equal((SyncAction.Unlink, anna), (Assert.Single(world.Sync().Changes).Action, world.Report!.Result.Changes[0].EntraId));
    }

    [Fact]
    public void An_account_missing_from_the_list_is_read_by_ID()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.PasswordBoss.Accounts[account.Id] = account with { State = AccountState.Personal };

        Assert.Equal("AccountPersonalByAdmin", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void An_unreadable_account_is_unknown()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.PasswordBoss.NotListed.Add(account.Id);
        world.PasswordBoss.FaultOn = (call, _) => call == "GetAccountAsync" ? new Fault(Errors.ErrorId.AccountServerFailed) : null;
        world.Leave(anna);

        Assert.Equal("AccountNotReadable", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_token_of_another_company_creates_no_accounts()
    {
        var all = new World(others: 12);
        var joiner = all.Join("joiner");
        var before = all.PasswordBoss.Accounts.Values.ToList();
        all.PasswordBoss.Accounts.Clear();

        var result = all.Sync();

        Assert.Equal((SyncOutcome.Refused, "AccountsGoneLimitExceeded"), (result.Outcome, result.ErrorId));
        Assert.Equal(0, all.PasswordBoss.Writes);
        Assert.Null(all.State.CurrentLinkOf(joiner));
        Assert.Equal(ConnectorStatus.Paused, all.Service.GetStatus(World.Name).Status);

        foreach (var account in before)
            all.PasswordBoss.Accounts.Add(account.Id, account);
        Assert.Equal(1, all.Sync().Created);
        Assert.Equal(ConnectorStatus.Connected, all.Service.GetStatus(World.Name).Status);
    }

    [Fact]
    public void Force_creates_the_accounts_listed_in_the_refusal_again()
    {
        var all = new World(others: 7);
        foreach (var account in all.PasswordBoss.Accounts.Values.ToList())
            all.PasswordBoss.AdminDelete(account.Id);
        Assert.Equal(SyncOutcome.Refused, all.Sync().Outcome);

        Assert.Equal(7, all.Force().Created);
        PersonAndAccountTests.AssertSecondRunWritesNothing(all);
    }

    // ── addresses ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData(EmailSource.Mail, "mail@contoso.com", "upn@contoso.com", "mail@contoso.com")]
    [InlineData(EmailSource.UserPrincipalName, "mail@contoso.com", "upn@contoso.com", "upn@contoso.com")]
    [InlineData(EmailSource.MailThenUserPrincipalName, "mail@contoso.com", "upn@contoso.com", "mail@contoso.com")]
    [InlineData(EmailSource.MailThenUserPrincipalName, null, "upn@contoso.com", "upn@contoso.com")]
    [InlineData(EmailSource.MailThenUserPrincipalName, " ", "upn@contoso.com", "upn@contoso.com")]
    [InlineData(EmailSource.Mail, null, "upn@contoso.com", "AddressMissing")]
    [InlineData(EmailSource.Mail, "anna@contoso.local", "upn@contoso.com", "AddressInvalid")]
    [InlineData(EmailSource.Mail, "anna", "upn@contoso.com", "AddressInvalid")]
    [InlineData(EmailSource.Mail, "anna@contoso", "upn@contoso.com", "AddressInvalid")]
    [InlineData(EmailSource.Mail, "an na@contoso.com", "upn@contoso.com", "AddressInvalid")]
    [InlineData(EmailSource.Mail, "a@b@contoso.com", "upn@contoso.com", "AddressInvalid")]
    [InlineData(EmailSource.UserPrincipalName, "anna@fabrikam.com", "anna_fabrikam.com#EXT#@contoso.com", "AddressInvalid")]
    [InlineData(EmailSource.Mail, "o'brien+pb@contoso.com", "upn@contoso.com", "o'brien+pb@contoso.com")]
    [InlineData(EmailSource.Mail, "  anna@contoso.com ", "upn@contoso.com", "anna@contoso.com")]
    public void A_rule_selects_the_address_and_unroutable_addresses_are_skipped(EmailSource source, string? mail, string upn, string expected)
    {
        world.Rules = World.DefaultRules with { EmailSource = source };
        // Linked users are not part of this test.
        foreach (var user in world.Entra.Users.Values.ToList())
            world.Edit(user.Id, u => u with { UserPrincipalName = u.Mail });
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = mail, UserPrincipalName = upn });

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        if (expected.Contains('@', StringComparison.Ordinal))
            Assert.Equal(expected, world.PasswordBoss.Accounts[change.AccountId!].UserName);
        else
            Assert.Equal((SyncAction.Skip, expected, "anna Miller"), (change.Action, change.ErrorId, change.DisplayName));
        Assert.Equal(expected.Contains('@', StringComparison.Ordinal) ? SyncOutcome.Succeeded : SyncOutcome.Partial, result.Outcome);
    }

    [Fact]
    public void A_domain_is_sent_in_its_ASCII_form()
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = "Anna@B\u00DCCHER.example" });

        world.Sync();

        Assert.Equal("Anna@xn--bcher-kva.example", world.PasswordBoss.Accounts[world.State.CurrentLinkOf(anna)!.AccountId].UserName);
        world.Edit(anna, u => u with { Mail = "anna@xn--bcher-kva.example" });
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData("anna@b\u00FCcher.example", "anna@xn--bcher-kva.example")]
    [InlineData("anna@xn--bcher-kva.example", "anna@b\u00FCcher.example")]
    [InlineData("anna@b\u00FCcher.example", "Anna@B\u00DCCHER.example")]
    [InlineData("anna@b\u00FCcher.example", "anna@bu\u0308cher.example")]
    public void An_account_is_found_whichever_form_of_its_address_the_server_stores(string mail, string userName)
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = mail });
        var existing = world.PasswordBoss.AdminCreate(userName);

        Assert.Equal(SyncAction.Adopt, Assert.Single(world.Sync().Changes).Action);
        Assert.Equal(existing.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void Two_users_with_two_forms_of_one_address_are_conflicts()
    {
        world.Edit(world.Join("one"), u => u with { Mail = "team@b\u00FCcher.example" });
        world.Edit(world.Join("two"), u => u with { Mail = "TEAM@xn--bcher-kva.example" });

        Assert.All(world.Sync().Changes, c => Assert.Equal((SyncAction.Conflict, "AddressDuplicate"), (c.Action, c.ErrorId)));
        Assert.Equal(2, world.Report!.Result.Changes.Count);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_link_with_the_other_form_of_the_address_matches()
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = "anna@b\u00FCcher.example" });
        world.Link(anna);
        var eve = world.Join("eve");
        world.Edit(eve, u => u with { Mail = "anna@xn--bcher-kva.example" });

        var change = Assert.Single(world.Sync().Changes);

        Assert.Equal((SyncAction.Conflict, eve), (change.Action, change.EntraId));
        Assert.Empty(world.PasswordBoss.Log);
    }

    [Theory]
    [InlineData("\u24D2ontoso.com", "AddressDomainUnmapped")]
    [InlineData("contoso\u3002com", "AddressDomainUnmapped")]
    [InlineData("\uFF43ontoso.com", "AddressDomainUnmapped")]
    [InlineData("xn--contoso-.com", "AddressInvalid")]
    public void A_lookalike_domain_matches_no_account(string host, string expected)
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = "anna@" + host });
        var existing = world.PasswordBoss.AdminCreate("anna@contoso.com");

        Assert.Equal((SyncAction.Skip, expected), (Assert.Single(world.Sync().Changes).Action, world.Report!.Result.Changes[0].ErrorId));
        Assert.Equal(existing, world.PasswordBoss.Accounts[existing.Id]);
    }

    [Fact]
    public void A_domain_with_an_ambiguous_ASCII_form_is_skipped_with_the_reason()
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = "anna@fa\u00DF.example" });

        var change = Assert.Single(world.Sync().Changes);

        Assert.Equal((SyncAction.Skip, "AddressDomainUnmapped"), (change.Action, change.ErrorId));
        Assert.Contains("'anna@fa\u00DF.example' of 'anna Miller'", change.Message, StringComparison.Ordinal);
        Assert.Contains("ASCII form (xn--", change.Message, StringComparison.Ordinal);

        world.Edit(anna, u => u with { Mail = "anna@xn--fa-hia.example" });
        Assert.Equal("anna@xn--fa-hia.example", world.PasswordBoss.Accounts[Assert.Single(world.Sync().Changes).AccountId!].UserName);
    }

    [Fact]
    public void Two_new_users_with_one_address_are_both_conflicts()
    {
        var one = world.Join("one");
        var two = world.Join("two");
        world.Edit(one, u => u with { Mail = "shared@contoso.com" });
        world.Edit(two, u => u with { Mail = " Shared@contoso.com" });

        var result = world.Sync();

        Assert.Equal(2, result.Changes.Count);
        Assert.All(result.Changes, c => Assert.Equal((SyncAction.Conflict, "AddressDuplicate"), (c.Action, c.ErrorId)));
        Assert.All(result.Changes, c => Assert.Contains("one Miller, two Miller", c.Message, StringComparison.Ordinal));
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_linked_user_keeps_an_address_that_another_user_also_has()
    {
        var linked = world.Join("linked");
        world.Link(linked);
        var other = world.Join("other");
        world.Edit(other, u => u with { Mail = "LINKED@contoso.com" });

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        Assert.Equal((SyncAction.Conflict, other), (change.Action, change.EntraId));
        Assert.Equal(linked, world.PasswordBoss.At("linked@contoso.com").ExternalId);
    }

    [Fact]
    public void A_changed_address_updates_only_the_names_and_is_reported_in_every_run()
    {
        var anna = world.Join("anna");
        world.Link(anna);
        world.Edit(anna, u => u with { Mail = "married@contoso.com", Surname = "Married", DisplayName = "anna Married" });
        for (var run = 0; run < 2; run++)
        {
            var result = world.Sync();
            var conflict = Assert.Single(result.Changes, c => c.Action == SyncAction.Conflict);
            Assert.Equal(("AddressChanged", "anna@contoso.com", "married@contoso.com"), (conflict.ErrorId, conflict.Before, conflict.After));
            Assert.Contains("import the vault there", conflict.Message, StringComparison.Ordinal);
            Assert.Equal(SyncOutcome.Partial, result.Outcome);
            Assert.Contains("married@contoso.com", world.Service.GetStatus(World.Name).Message, StringComparison.Ordinal);
        }

        Assert.Equal("Married", world.PasswordBoss.At("anna@contoso.com").FamilyName);
        Assert.Null(world.PasswordBoss.FindAt("married@contoso.com"));
    }

    [Theory]
    [InlineData(LeaverRule.None, AccountState.Active)]
    [InlineData(LeaverRule.Disable, AccountState.Disabled)]
    [InlineData(LeaverRule.ConvertToPersonal, AccountState.Personal)]
    [InlineData(LeaverRule.Delete, null)]
    public void An_account_at_the_new_address_is_adopted_and_the_old_one_retired_by_rule(LeaverRule rule, AccountState? old)
    {
        world.Rules = World.DefaultRules with { RemovedUser = rule };
        var anna = world.Join("anna");
        world.Link(anna);
        world.Edit(anna, u => u with { Mail = "married@contoso.com" });
        world.Sync();
        var fresh = world.PasswordBoss.AdminCreate("married@contoso.com", name: "anna Miller");

        world.Sync();

        Assert.Equal(fresh.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("married@contoso.com").State);
        Assert.Equal(old, world.PasswordBoss.FindAt("anna@contoso.com")?.State);
        Assert.Empty(world.PasswordBoss.Violations);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void The_old_account_is_retired_only_if_the_adoption_succeeds()
    {
        var anna = world.Join("anna");
        world.Link(anna);
        world.Edit(anna, u => u with { Mail = "married@contoso.com" });
        world.PasswordBoss.AdminCreate("married@contoso.com", name: "anna Miller");
        world.PasswordBoss.FaultOn = (call, target) => call == "PatchAccountAsync" && target == "married@contoso.com" ? new Fault(Errors.ErrorId.AccountRefused) : null;

        world.Sync();

        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
        world.PasswordBoss.FaultOn = null;
        world.Sync();
        Assert.Equal(new[] { "PATCH married@contoso.com", "PATCH anna@contoso.com Disabled" }, world.PasswordBoss.Log);
    }

    [Fact]
    public void The_old_address_is_free_once_the_retired_account_is_deleted()
    {
        var anna = world.Join("anna");
        var old = world.Link(anna);
        world.Edit(anna, u => u with { Mail = "married@contoso.com" });
        world.PasswordBoss.AdminCreate("married@contoso.com", name: "anna Miller");
        world.Sync();
        var hire = world.Join("hire");
        world.Edit(hire, u => u with { Mail = "anna@contoso.com" });
        Assert.Equal("AddressTaken", Assert.Single(world.Sync().Changes).ErrorId);
        world.PasswordBoss.AdminDelete(old.Id);

        Assert.Equal(1, world.Sync().Created);
    }

    [Fact]
    public void A_returning_user_with_a_new_address_can_adopt_an_account_there()
    {
        var anna = world.Join("anna");
        world.Link(anna);
        world.Leave(anna);
        world.Sync();
        world.UserGroup.Members.Add(anna);
        world.Edit(anna, u => u with { Mail = "married@contoso.com" });
        Assert.Equal(new[] { null, "AddressChanged" }, world.Sync().Changes.Select(c => c.ErrorId));
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
        var fresh = world.PasswordBoss.AdminCreate("married@contoso.com", name: "anna Miller");

        world.Sync();

        Assert.Equal(fresh.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void Skip_also_applies_to_a_new_address()
    {
        world.Rules = World.DefaultRules with { ExistingAccount = ExistingAccountRule.Skip };
        var anna = world.Join("anna");
        world.Link(anna);
        world.Edit(anna, u => u with { Mail = "married@contoso.com" });
        world.PasswordBoss.AdminCreate("married@contoso.com", name: "anna Miller");

        Assert.Equal("AddressChanged", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void An_address_that_differs_only_in_case_is_the_same()
    {
        var anna = world.Join("anna");
        world.Link(anna);
        world.Edit(anna, u => u with { Mail = "Anna@Contoso.com" });

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Empty(world.PasswordBoss.Log);
    }

    [Fact]
    public void Two_users_who_swap_addresses_are_conflicts()
    {
        var one = world.Join("one");
        var two = world.Join("two");
        var accounts = new[] { world.Link(one), world.Link(two) };
        world.Edit(one, u => u with { Mail = "two@contoso.com" });
        world.Edit(two, u => u with { Mail = "one@contoso.com" });

        var result = world.Sync();

        Assert.Equal(2, result.Changes.Count(c => c.ErrorId == "AddressChanged"));
        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.Equal(accounts, accounts.Select(a => world.PasswordBoss.Accounts[a.Id]));
    }

    [Theory]
    [InlineData(LeaverRule.None)]
    [InlineData(LeaverRule.Disable)]
    [InlineData(LeaverRule.ConvertToPersonal)]
    public void A_new_hire_with_a_leavers_address_is_a_conflict(LeaverRule rule)
    {
        world.Rules = World.DefaultRules with { RemovedUser = rule };
        var leaver = world.Join("anna");
        var account = world.Link(leaver);
        world.Leave(leaver);
        world.Sync();
        var hire = world.Join("anna2");
        world.Edit(hire, u => u with { Mail = "Anna@contoso.com" });
        var before = world.PasswordBoss.Accounts[account.Id];

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        Assert.Equal((SyncAction.Conflict, "AddressTaken", hire), (change.Action, change.ErrorId, change.EntraId));
        Assert.Contains("anna Miller", change.Message, StringComparison.Ordinal);
        Assert.Equal(before, world.PasswordBoss.Accounts[account.Id]);
        Assert.Null(world.State.CurrentLinkOf(hire));
    }

    [Fact]
    public void A_new_hire_gets_the_address_of_a_deleted_account()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.Delete };
        var leaver = world.Join("anna");
        world.Link(leaver);
        world.Leave(leaver);
        world.Sync();
        var hire = world.Join("anna2");
        world.Edit(hire, u => u with { Mail = "anna@contoso.com" });

        world.Sync();

        Assert.Equal(hire, world.PasswordBoss.At("anna@contoso.com").ExternalId);
    }

    [Fact]
    public void An_unlisted_account_at_the_address_is_reported_and_others_continue()
    {
        world.PasswordBoss.AdminCreate("anna@contoso.com", AccountState.Personal);
        world.Join("anna");
        world.Join("bert");

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 1, 1), (result.Outcome, result.Created, result.Failed));
        Assert.Equal("AccountExists", Assert.Single(result.Changes, c => c.Outcome == ChangeOutcome.Failed).ErrorId);
        Assert.Equal("anna@contoso.com", Assert.Single(world.Report!.Errors).Target);
    }

    [Fact]
    public void A_user_without_a_name_is_skipped_and_reported()
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { GivenName = null, Surname = null, DisplayName = "anna" });

        var change = Assert.Single(world.Sync().Changes);

        Assert.Equal("NameMissing", change.ErrorId);
        // The address identifies the user even if the name is not usable.
        Assert.Contains("anna@contoso.com", change.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "Anna van der Berg", "Anna", "van der Berg")]
    [InlineData(null, "van der Berg", "Anna Maria van der Berg", "Anna Maria", "van der Berg")]
    [InlineData("Anna Maria", null, "Anna Maria Berg", "Anna Maria", "Berg")]
    [InlineData("Anna", "Berg", null, "Anna", "Berg")]
    public void A_missing_name_is_taken_from_the_display_name(string? given, string? surname, string? display, string expectedGiven, string expectedFamily)
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { GivenName = given, Surname = surname, DisplayName = display });

        world.Sync();

        var account = world.PasswordBoss.At("anna@contoso.com");
        Assert.Equal((expectedGiven, expectedFamily), (account.GivenName, account.FamilyName));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    private static (string?, string?, string?) NamesOf(Account account) => (account.GivenName, account.FamilyName, account.DisplayName);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_account_that_another_connection_links_during_the_run_is_not_linked(bool isNew)
    {
        // Both runs read before one of them writes.
        var world = new World(others: 3);
        world.Sync();
        var anna = world.Join("anna");
        if (!isNew)
            world.PasswordBoss.AdminCreate("anna@contoso.com", name: "anna Miller");
        world.PasswordBoss.Called = call =>
        {
            if (call != "ListAccountsAsync" || isNew)
                return;
            world.PasswordBoss.Called = null;
            world.State.LinkedElsewhere.Add(new ForeignLink(world.PasswordBoss.At("anna@contoso.com").Id, "anna@contoso.com"));
        };
        if (isNew)
        {
            world.PasswordBoss.Called = call =>
            {
                if (call != "CreateAccountAsync")
                    return;
                world.PasswordBoss.Called = null;
                world.State.LinkedElsewhere.Add(new ForeignLink(world.PasswordBoss.AdminCreate("anna@contoso.com", externalId: anna).Id, "anna@contoso.com"));
            };
        }

        Assert.Equal("AccountNotAdoptable", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Null(world.State.CurrentLinkOf(anna));
    }

    // The list lags, or was read before another client created the account: only the server's refusal shows that it exists.
    [Theory]
    [InlineData(AccountState.Active)]
    [InlineData(AccountState.Disabled)]
    public void An_account_that_already_exists_on_the_server_is_adopted_instead_of_created(AccountState state)
    {
        var world = new World(others: 3);
        var anna = world.Join("anna");
        var existing = world.PasswordBoss.AdminCreate("anna@contoso.com", state, externalId: anna);
        world.PasswordBoss.NotListed.Add(existing.Id);

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        Assert.Equal((SyncAction.Adopt, ChangeOutcome.Done, existing.Id), (change.Action, change.Outcome, change.AccountId));
        Assert.Contains("not created", change.Message, StringComparison.Ordinal);
        Assert.Equal((0, 1), (result.Created, result.Adopted));
        var link = world.State.CurrentLinkOf(anna)!;
        Assert.Equal((existing.Id, LinkOrigin.Unknown, state, state == AccountState.Active), (link.AccountId, link.Origin, link.KnownState, link.SeenActive));
    }
}
