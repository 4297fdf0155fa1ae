using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"One account or group of the server unreadable → skipped and named, the listing counts as holding an unknown account, all others go on."</summary>
public class UnreadableTests
{
    private readonly World world = new(others: 3);
    private readonly string anna;
    private readonly Account account;

    public UnreadableTests()
    {
        anna = world.Join("anna");
        account = world.Link(anna);
    }

    [Fact]
    public void An_unreadable_unlinked_account_is_reported_once_and_the_others_continue()
    {
        world.PasswordBoss.Unreadable.Add("odd-1");
        world.PasswordBoss.Unreadable.Add("odd-2");
        world.Join("bert");
        world.Leave(anna);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 1, 1), (result.Outcome, result.Created, result.Disabled));
        var warning = Assert.Single(result.Warnings);
        Assert.Contains("accounts without a usable id or userName (2)", warning, StringComparison.Ordinal);
        Assert.Contains("odd-1, odd-2", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_lists_at_most_five_unreadable_accounts()
    {
        for (var i = 0; i < 7; i++)
            world.PasswordBoss.Unreadable.Add("odd-" + i);

        var warning = Assert.Single(world.Sync().Warnings);

        Assert.Contains("accounts without a usable id or userName (7)", warning, StringComparison.Ordinal);
        Assert.Contains("odd-4 …", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("odd-5", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_account_is_not_created_again_while_one_account_is_unreadable()
    {
        world.PasswordBoss.AdminDelete(account.Id);
        world.PasswordBoss.Unreadable.Add("odd-1");

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 0), (result.Outcome, world.PasswordBoss.Writes));
        Assert.Equal("AccountNotReadable", Assert.Single(result.Changes).ErrorId);
        Assert.Contains("may be one of them", result.Changes[0].Message, StringComparison.Ordinal);

        world.PasswordBoss.Unreadable.Clear();
        Assert.Equal(1, world.Sync().Created);
    }

    [Fact]
    public void The_link_of_a_leaver_whose_account_is_missing_is_kept_while_an_account_is_unreadable()
    {
        world.PasswordBoss.AdminDelete(account.Id);
        world.PasswordBoss.Unreadable.Add("odd-1");
        world.Leave(anna);

        Assert.Equal(SyncOutcome.Partial, world.Sync().Outcome);
        Assert.NotNull(world.State.CurrentLinkOf(anna));
    }

    [Fact]
    public void A_converted_account_is_not_treated_as_missing()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.ConvertToPersonal };
        var bert = world.Join("bert");
        var personal = world.Link(bert, AccountState.Personal, LeaverRule.ConvertToPersonal, LeavingEvent.Removed);
        world.PasswordBoss.AdminDelete(personal.Id);
        world.PasswordBoss.Unreadable.Add("odd-1");

        Assert.Equal(1, world.Sync().Created);
    }

    [Fact]
    public void An_unreadable_linked_account_is_left_alone_and_reported()
    {
        world.PasswordBoss.Unreadable.Add(account.Id);
        var bert = world.Join("bert");

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 1), (result.Outcome, result.Created));
        Assert.Equal("AccountNotReadable", result.Changes.Single(c => c.EntraId == anna).ErrorId);
        Assert.NotNull(world.State.CurrentLinkOf(bert));
        Assert.Equal(account.Id, world.State.CurrentLinkOf(anna)!.AccountId);
    }

    [Fact]
    public void An_unreadable_unlinked_group_is_reported_and_the_others_are_created()
    {
        world.NewSyncedGroup("Sales", anna);
        world.PasswordBoss.Unreadable.Add(world.PasswordBoss.AdminCreateGroup("").Id);

        var result = world.Sync();

        Assert.Equal(SyncOutcome.Succeeded, result.Outcome);
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
        Assert.Contains("groups without a usable id or displayName (1)", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_missing_group_is_not_created_again_while_one_group_is_unreadable(bool isIt)
    {
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        var sales = world.PasswordBoss.GroupNamed("Sales");
        if (isIt)
            world.PasswordBoss.Unreadable.Add(sales.Id);
        else
            world.PasswordBoss.Groups[sales.Id] = sales with { Id = "another", ExternalId = null };
        world.PasswordBoss.Unreadable.Add("another");
        var writes = world.PasswordBoss.Writes;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, writes), (result.Outcome, world.PasswordBoss.Writes));
        Assert.Equal(("GroupUnreadable", "Sales"), (Assert.Single(result.Changes).ErrorId, result.Changes[0].Group));
        Assert.Single(world.State.GroupLinks);
    }

    [Theory]
    [InlineData(RemovedGroupRule.Release)]
    [InlineData(RemovedGroupRule.Delete)]
    public void An_unreadable_deselected_group_is_kept(RemovedGroupRule rule)
    {
        world.Rules = World.DefaultRules with { RemovedGroup = rule };
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        var sales = world.PasswordBoss.GroupNamed("Sales");
        world.PasswordBoss.Unreadable.Add(sales.Id);
        world.Change(c => c with { AdditionalGroups = Array.Empty<GroupReference>() });

        Assert.Equal(SyncOutcome.Partial, world.Sync().Outcome);
        Assert.Single(world.State.GroupLinks);

        world.PasswordBoss.Unreadable.Clear();
        world.Sync();
        Assert.Empty(world.State.GroupLinks);
    }

    [Fact]
    public void An_incremental_run_also_leaves_an_unreadable_group_alone()
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        var bert = world.Join("bert");
        world.Sync();
        world.PasswordBoss.Unreadable.Add(world.PasswordBoss.GroupNamed("Sales").Id);
        sales.Members.Add(bert);
        world.Join("cid");

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial, 1), (result.Mode, result.Outcome, result.Created));
        Assert.Contains(result.Changes, c => c is { ErrorId: "GroupUnreadable", Group: "Sales" });
        world.PasswordBoss.Unreadable.Clear();
        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Equal(new[] { "anna@contoso.com", "bert@contoso.com" }, world.MembersOf("Sales"));
    }
}
