using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>If a server refuses one attribute of a change, the others are written. The refused attribute is reported and retried.</summary>
public class RefusedAttributeTests
{
    private readonly World world = new(others: 3);

    private static (string? Given, string? Family, string? Display) Names(Account account) => (account.GivenName, account.FamilyName, account.DisplayName);

    [Fact]
    public void The_rest_of_an_update_is_written_and_the_refused_name_is_retried()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna).Id;
        world.Edit(anna, u => u with { GivenName = "Anne", Surname = "Smith", DisplayName = "Anne Smith" });
        world.PasswordBoss.RefusedAttributes.Add(nameof(AccountPatch.DisplayName));

        var result = world.Sync();

        Assert.Equal(("Anne", "Smith", "anna Miller"), Names(world.PasswordBoss.Accounts[account]));
        Assert.Equal((SyncOutcome.Partial, 0, 1), (result.Outcome, result.Updated, result.Failed));
        var change = result.Changes.Single(c => c.Action == SyncAction.Update);
        Assert.Equal((ChangeOutcome.Failed, nameof(ErrorId.AccountRefused)), (change.Outcome, change.ErrorId));
        Assert.Contains("DisplayName", change.Message, StringComparison.Ordinal);
        Assert.Equal("anna@contoso.com", Assert.Single(world.Report!.Errors).Target);
        // The attributes that were written are not sent again.
        Assert.Equal("changed in Entra: displayName", world.WhatIf().Changes.Single(c => c.Action == SyncAction.Update).Reason);

        world.PasswordBoss.RefusedAttributes.Clear();
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal((SyncOutcome.Succeeded, 1), (world.SyncChanges().Outcome, world.Report!.Result.Updated));
        Assert.Equal(("Anne", "Smith", "Anne Smith"), Names(world.PasswordBoss.Accounts[account]));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_returning_user_is_enabled_even_if_a_name_is_refused(bool answersPatches)
    {
        var anna = world.Join("anna");
        var account = world.Link(anna, AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed).Id;
        world.Edit(anna, u => u with { Surname = "Smith" });
        world.PasswordBoss.AnswersPatches = answersPatches;
        world.PasswordBoss.RefusedAttributes.Add(nameof(AccountPatch.FamilyName));

        var result = world.Sync();

        Assert.Equal(AccountState.Active, world.PasswordBoss.Accounts[account].State);
        Assert.Equal((SyncOutcome.Partial, 1, 0), (result.Outcome, result.Enabled, result.Failed));
        var change = result.Changes.Single(c => c.Action == SyncAction.Enable);
        Assert.Equal((ChangeOutcome.Done, nameof(ErrorId.AccountRefused)), (change.Outcome, change.ErrorId));
        Assert.Contains("FamilyName", change.Message, StringComparison.Ordinal);
        Assert.Equal(LeavingEvent.None, world.State.CurrentLinkOf(anna)!.HandledEvent);

        world.PasswordBoss.RefusedAttributes.Clear();
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        world.SyncChanges();
        Assert.Equal("Smith", world.PasswordBoss.Accounts[account].FamilyName);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_refused_state_change_is_not_recorded_as_done()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna, AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed).Id;
        world.Edit(anna, u => u with { Surname = "Smith" });
        world.PasswordBoss.RefusedAttributes.Add(nameof(AccountPatch.State));

        var result = world.Sync();

        Assert.Equal((AccountState.Disabled, "Smith"), (world.PasswordBoss.Accounts[account].State, world.PasswordBoss.Accounts[account].FamilyName));
        Assert.Equal((SyncOutcome.Partial, 0, 1), (result.Outcome, result.Enabled, result.Failed));
        Assert.Equal(LeavingEvent.Removed, world.State.CurrentLinkOf(anna)!.HandledEvent);
    }

    [Theory]
    [InlineData(nameof(AccountPatch.ExternalId))]
    [InlineData(nameof(AccountPatch.ManagedBy))]
    [InlineData(nameof(AccountPatch.DisplayName))]
    public void An_account_is_adopted_even_if_one_attribute_is_refused(string attribute)
    {
        var anna = world.Join("anna");
        var account = world.PasswordBoss.AdminCreate("anna@contoso.com") with { GivenName = "anna", FamilyName = "Miller", DisplayName = "Miller anna" };
        world.PasswordBoss.Accounts[account.Id] = account;
        world.PasswordBoss.RefusedAttributes.Add(attribute);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 1, 0), (result.Outcome, result.Adopted, result.Failed));
        Assert.Contains(attribute, result.Changes.Single(c => c.Action == SyncAction.Adopt).Message, StringComparison.Ordinal);
        Assert.Equal(account.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        world.PasswordBoss.RefusedAttributes.Clear();
        world.Leave(anna);
        world.Sync();
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.Accounts[account.Id].State);
    }

    [Fact]
    public void Consecutive_refused_patches_do_not_end_the_run()
    {
        var joiners = Enumerable.Range(0, 30).Select(i => world.Join("user" + i)).ToList();
        foreach (var id in joiners)
        {
            world.Link(id);
            world.Edit(id, u => u with { Surname = "Smith", DisplayName = "Smith" });
        }

        world.PasswordBoss.RefusedAttributes.Add(nameof(AccountPatch.DisplayName));
        world.Leave(joiners[0]);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 29, 1), (result.Outcome, result.Failed, result.Disabled));
        Assert.Equal(29, world.PasswordBoss.Accounts.Values.Count(a => a.FamilyName == "Smith"));
    }
}
