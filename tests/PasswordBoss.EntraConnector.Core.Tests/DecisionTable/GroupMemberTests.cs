using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Groups": one group, its members in Entra and on the server, and the records of earlier runs.</summary>
public class GroupMemberTests
{
    private const string UserGroupId = "users";
    private const string SalesId = "sales";

    private static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    // ── removals ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData(GroupMemberMark.Shown)]
    [InlineData(GroupMemberMark.AddedNotShown)]
    public void A_member_that_we_added_is_removed_even_if_it_is_not_listed(GroupMemberMark mark)
    {
        var hidden = Input(["anna"], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("bert", mark));

        var action = Assert.IsType<RemoveMember>(Assert.Single(SyncPlanner.Plan(hidden).Changes));

        Assert.Equal("RemoveMember bert", Format(action));
        Assert.Equal((false, false), (action.WasShown, action.IsRetry));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(GroupMemberMark.Shown)]
    public void The_removal_of_a_listed_member_records_that_it_was_listed(GroupMemberMark? mark)
    {
        var action = Assert.IsType<RemoveMember>(Assert.Single(SyncPlanner.Plan(Input(["anna"], ["anna", "bert"], Known(("anna", GroupMemberMark.Shown), ("bert", mark)))).Changes));

        Assert.Equal("RemoveMember bert", Format(action));
        Assert.Equal((true, false), (action.WasShown, action.IsRetry));
    }

    [Fact]
    public void A_user_that_was_never_added_and_is_not_listed_is_not_removed() =>
        Assert.Empty(SyncPlanner.Plan(Input(["anna"], shown: [], ("anna", GroupMemberMark.AddedNotShown))).Changes);

    [Fact]
    public void A_hidden_member_whose_absence_is_not_verified_stays()
    {
        var input = Input(["anna"], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("bert", GroupMemberMark.AddedNotShown));

        var plan = SyncPlanner.Plan(input with { Lookups = LookupsOf(input, ("bert", MembershipStatus.Unknown)) });

        Assert.Empty(plan.Changes);
        Assert.True(plan.NeedsCompleteRead);
        Assert.Equal(["bert"], Assert.IsType<StateChange.GroupLinkSaved>(Assert.Single(plan.StateChanges)).Link.AbsentOnce);
    }

    [Fact]
    public void A_group_with_hidden_members_that_reads_empty_is_left_and_reported()
    {
        var input = Input(inEntra: [], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("bert", GroupMemberMark.Shown));

        var plan = SyncPlanner.Plan(input with { Lookups = LookupsOf(input, ("bert", MembershipStatus.Unknown)) });

        Assert.Equal(ErrorId.GroupReadsEmpty, Assert.Single(plan.Changes).Obstacle?.Id);
        Assert.True(plan.IsPartial);
    }

    [Fact]
    public void A_leaver_of_the_user_group_is_removed_from_a_hidden_group_in_the_same_run()
    {
        var input = Input(["anna"], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("bert", GroupMemberMark.AddedNotShown));
        input = input with { UserGroup = Group(UserGroupId, "anna", "carl", "dora") };

        var plan = SyncPlanner.Plan(input with { Lookups = new Dictionary<string, UserLookup> { ["bert"] = Lookup("bert", MembershipStatus.NotMember, MembershipStatus.NotMember) } });

        Assert.Equal(["Disable bert", "RemoveMember bert"], plan.Changes.Select(Format));
    }

    [Fact]
    public void A_disabled_user_stays_in_a_hidden_group()
    {
        var input = Input(["anna", "bert"], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("bert", GroupMemberMark.AddedNotShown));
        var disabled = User("bert") with { AccountEnabled = false };
        var lookup = Lookup("bert", MembershipStatus.Member, MembershipStatus.Member) with { User = disabled };
        input = input with
        {
            UserGroup = Group(UserGroupId, "anna", "carl", "dora") with { Users = [User("anna"), disabled, User("carl"), User("dora")] },
            Lookups = new Dictionary<string, UserLookup> { ["bert"] = lookup },
        };

        Assert.Equal(["Disable bert"], SyncPlanner.Plan(input).Changes.Select(Format));
    }

    [Fact]
    public void A_replaced_account_is_removed_from_a_hidden_group()
    {
        var input = Input(["anna"], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("old", GroupMemberMark.AddedNotShown));
        input = input with
        {
            State = input.State with { Links = [.. input.State.Links, Link("old") with { EntraId = "anna", Kind = LinkKind.Predecessor, HandledEvent = LeavingEvent.Removed }] },
        };

        var action = Assert.Single(SyncPlanner.Plan(input).Changes);

        Assert.Equal(("RemoveMember old", "anna"), (Format(action), action.EntraId));
    }

    [Fact]
    public void Hidden_members_are_verified()
    {
        var input = Input(["anna"], shown: [], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.AddedNotShown), ("carl", GroupMemberMark.Unlinked));

        var (people, groups) = GroupDecisions.Nominate(input);

        Assert.Equal(["bert", SalesId], people.Concat(groups));
        (people, groups) = GroupDecisions.Nominate(Input(["anna"], shown: [], ("anna", GroupMemberMark.Shown)));
        Assert.Empty(people.Concat(groups));
    }

    [Fact]
    public void A_known_member_that_the_list_lacks_is_looked_up_even_if_the_list_shows_another_one_twice()
    {
        var input = Input(["anna"], shown: ["anna", "anna"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.AddedNotShown));

        var (people, groups) = GroupDecisions.Nominate(input);

        Assert.Equal(["bert"], people);
        Assert.Equal([SalesId], groups);
        Assert.Equal(["RemoveMember bert"], SyncPlanner.Plan(input).Changes.Select(Format));
    }

    [Fact]
    public void Known_members_are_grouped_whatever_their_order_and_the_case_of_the_group_id()
    {
        var known = new KnownMemberSet([new("G1", "a", GroupMemberMark.Shown), new("g2", "a", GroupMemberMark.Unlinked), new("g1", "A", GroupMemberMark.Shown), new("g1", "a", GroupMemberMark.RemovalUnconfirmed)]);

        Assert.Equal([new("G1", "a", GroupMemberMark.RemovalUnconfirmed), new("G1", "A", GroupMemberMark.Shown), new GroupMember("g2", "a", GroupMemberMark.Unlinked)], known);
        Assert.Equal(3, known.Count);
        Assert.Equal(2, known.Of("g1").Count);
        Assert.Empty(known.Of("g3"));
        Assert.Empty(KnownMemberSet.None);
    }

    // ── outdated records ────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData("unlinked")]
    [InlineData("retired")]
    [InlineData("gone")]
    [InlineData("converted")]
    [InlineData("personal")]
    public void The_record_of_a_membership_is_dropped_if_the_account_left_the_company(string how)
    {
        var input = Input(["anna"], ["anna"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.Shown));
        var links = input.State.Links.Where(l => l.AccountId != "bert").ToList();
        var link = Link("bert");
        var left = input.Accounts.Listed.Where(a => a.Id != "bert").ToList();
        input = how switch
        {
            "unlinked" => input with { State = input.State with { Links = links } },
            "retired" => input with { State = input.State with { Links = [.. links, link with { Kind = LinkKind.Retired }] } },
            "gone" => input with { Accounts = new AccountView(left, new Dictionary<string, TargetedRead> { ["bert"] = new TargetedRead.Gone() }) },
            "converted" => input with { State = input.State with { Links = [.. links, link with { AppliedRule = LeaverRule.ConvertToPersonal }] }, Accounts = new AccountView(left) },
            _ => input with { Accounts = new AccountView([.. left, Account("bert") with { State = AccountState.Personal }]) },
        };
        // All other users already have an account.
        input = input with { UserGroup = Group(UserGroupId, how is "unlinked" or "retired" ? ["anna", "carl", "dora"] : ["anna", "bert", "carl", "dora"]) };

        var plan = SyncPlanner.Plan(input);

        Assert.DoesNotContain(plan.Changes, a => a.Action == SyncAction.RemoveMember);
        Assert.Contains(plan.StateChanges, c => c is StateChange.MemberForgotten { AccountId: "bert" });
        Assert.DoesNotContain(SyncPlanner.Plan(Saved(input, plan)).StateChanges, c => c is StateChange.MemberForgotten);
    }

    [Fact]
    public void A_disabled_account_that_the_server_hides_is_still_removed_from_the_group()
    {
        var input = Input(["anna"], ["anna"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.Shown));
        input = input with
        {
            UserGroup = Group(UserGroupId, "anna", "carl", "dora"),
            Accounts = new AccountView(input.Accounts.Listed.Where(a => a.Id != "bert").ToList(), new Dictionary<string, TargetedRead> { ["bert"] = new TargetedRead.Hidden() }),
            State = input.State with { Links = [.. input.State.Links.Where(l => l.AccountId != "bert"), Link("bert") with { AppliedRule = LeaverRule.Disable, HandledEvent = LeavingEvent.Removed }] },
            Lookups = new Dictionary<string, UserLookup> { ["bert"] = Lookup("bert", MembershipStatus.NotMember, MembershipStatus.NotMember) },
        };

        Assert.Contains("RemoveMember bert", SyncPlanner.Plan(input).Changes.Select(Format));
    }

    [Fact]
    public void A_token_of_another_company_drops_no_record_of_a_membership()
    {
        var input = Input(["anna", "bert"], shown: [], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.Shown));
        var missing = input.State.Links.ToDictionary(l => l.AccountId, _ => (TargetedRead)new TargetedRead.Gone());

        var plan = SyncPlanner.Plan(input with { Accounts = new AccountView([], missing) });

        Assert.NotEmpty(plan.Refusals);
        Assert.DoesNotContain(plan.StateChanges, c => c is StateChange.MemberForgotten);
    }

    [Fact]
    public void All_members_are_added_to_a_group_that_is_created_again()
    {
        var input = Input(["anna", "bert"], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("bert", GroupMemberMark.Shown)) with { AccountGroups = [] };

        var plan = SyncPlanner.Plan(input);

        Assert.Equal(["CreateGroup ", "AddMember anna", "AddMember bert"], plan.Changes.Select(Format));
        // The next run retries a failed addition.
        var next = Saved(input, plan);
        Assert.Equal(["AddMember anna", "AddMember bert"], SyncPlanner.Plan(next with { AccountGroups = [InPasswordBoss()] }).Changes.Select(Format));
    }

    /// <summary>Earlier versions compared the case of GUIDs, and so recorded the member as an account without a user, in the form of the list.</summary>
    [Theory]
    [InlineData("A0000000-0000-0000-0000-000000000000", "a0000000-0000-0000-0000-000000000000")]
    [InlineData("a0000000-0000-0000-0000-000000000000", "A0000000-0000-0000-0000-000000000000")]
    public void A_member_whose_GUID_the_list_writes_in_another_case_is_recorded_once(string linked, string listed)
    {
        // In the order of the database.
        var marks = new[] { (linked, GroupMemberMark.Shown), (listed, GroupMemberMark.Unlinked) }.OrderBy(m => m.Item1, StringComparer.Ordinal).ToArray();
        var input = Input(["anna"], [listed], marks);
        input = input with
        {
            Accounts = new AccountView(input.Accounts.Listed.Select(a => a.Id == "anna" ? a with { Id = linked } : a).ToList()),
            State = input.State with { Links = input.State.Links.Select(l => l.EntraId == "anna" ? l with { AccountId = linked } : l).ToList() },
        };
        var first = SyncPlanner.Plan(input);
        Assert.Empty(first.Changes);

        var second = SyncPlanner.Plan(Saved(input, first, marks));

        Assert.Empty(second.Changes);
        Assert.Empty(second.StateChanges);
    }

    // ── members that the list lacks ─────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_member_that_is_neither_listed_nor_recorded_is_added() =>
        Assert.Equal(["AddMember anna"], SyncPlanner.Plan(Input(["anna"], shown: [])).Changes.Select(Format));

    [Fact]
    public void A_member_that_an_admin_removed_is_added_again() =>
        Assert.Equal(["AddMember bert"], SyncPlanner.Plan(Input(["anna", "bert"], ["anna"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.Shown))).Changes.Select(Format));

    [Fact]
    public void A_member_that_was_added_but_is_not_listed_is_not_added_again()
    {
        var plan = SyncPlanner.Plan(Input(["anna", "bert"], ["anna"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.AddedNotShown)));

        Assert.Empty(plan.Changes);
        Assert.Empty(plan.StateChanges);
        Assert.False(plan.IsPartial);
    }

    [Fact]
    public void A_server_that_hides_one_member_may_hide_another()
    {
        // Only the first two are shown, and carl came before bert.
        var plan = SyncPlanner.Plan(Input(
            ["anna", "bert", "carl", "dora"], ["anna", "carl"],
            ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.Shown), ("carl", GroupMemberMark.AddedNotShown), ("dora", GroupMemberMark.AddedNotShown)));

        Assert.Empty(plan.Changes);
        Assert.Equal(new GroupMember(SalesId, "carl", GroupMemberMark.Shown), Assert.IsType<StateChange.MemberSaved>(Assert.Single(plan.StateChanges)).Member);
    }

    [Fact]
    public void A_member_that_is_listed_later_does_not_prove_that_members_are_hidden() =>
        Assert.Equal(["AddMember bert"], SyncPlanner.Plan(Input(["anna", "bert"], ["anna"], ("anna", GroupMemberMark.AddedNotShown), ("bert", GroupMemberMark.Shown))).Changes.Select(Format));

    [Fact]
    public void One_newcomer_is_added_to_a_group_that_hides_members() =>
        Assert.Equal(["AddMember bert"], SyncPlanner.Plan(Input(["anna", "bert"], shown: [], ("anna", GroupMemberMark.AddedNotShown))).Changes.Select(Format));

    // ── recorded marks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData(null)]
    [InlineData(GroupMemberMark.AddedNotShown)]
    [InlineData(GroupMemberMark.RemovalUnconfirmed)]
    [InlineData(GroupMemberMark.Unlinked)]
    public void A_wanted_and_listed_member_is_recorded_as_added(GroupMemberMark? mark)
    {
        var input = Input(["anna"], ["anna"], Known(("anna", mark)));

        var plan = SyncPlanner.Plan(input);

        Assert.Empty(plan.Changes);
        Assert.Equal(new GroupMember(SalesId, "anna", GroupMemberMark.Shown), Assert.Single(plan.StateChanges.OfType<StateChange.MemberSaved>()).Member);
        Assert.Empty(SyncPlanner.Plan(Saved(input, plan)).StateChanges);
    }

    [Fact]
    public void A_removal_confirmed_later_needs_no_second_write()
    {
        var input = Input(["anna"], ["anna"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.RemovalUnconfirmed));

        var plan = SyncPlanner.Plan(input);

        Assert.Empty(plan.Changes);
        Assert.Equal("bert", Assert.IsType<StateChange.MemberForgotten>(Assert.Single(plan.StateChanges)).AccountId);
        Assert.Empty(SyncPlanner.Plan(Saved(input, plan)).StateChanges);
    }

    [Fact]
    public void A_removal_whose_effect_is_still_missing_is_repeated()
    {
        var plan = SyncPlanner.Plan(Input(["anna"], ["anna", "bert"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.RemovalUnconfirmed)));

        var action = Assert.IsType<RemoveMember>(Assert.Single(plan.Changes));
        Assert.Equal("RemoveMember bert", Format(action));
        Assert.Equal((true, true), (action.WasShown, action.IsRetry));
        Assert.Empty(plan.StateChanges);
    }

    [Fact]
    public void A_returning_member_is_added_again_unless_still_listed()
    {
        var input = Input(["anna", "bert"], ["anna"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.RemovalUnconfirmed));

        var plan = SyncPlanner.Plan(input);

        Assert.Equal(["AddMember bert"], plan.Changes.Select(Format));
        // The removal is no longer open, even if the addition fails.
        Assert.Equal("bert", Assert.IsType<StateChange.MemberForgotten>(Assert.Single(plan.StateChanges)).AccountId);
    }

    [Fact]
    public void An_incremental_run_considers_only_its_changed_users()
    {
        var input = Input(["anna"], ["anna", "carl", "stranger"], ("bert", GroupMemberMark.RemovalUnconfirmed), ("dora", GroupMemberMark.AddedNotShown), ("former", GroupMemberMark.Shown));

        var plan = SyncPlanner.Plan(input with { Scope = UserScope.Only(new HashSet<string> { "anna" }), UserGroup = Group(UserGroupId, "anna") });

        Assert.Empty(plan.Changes);
        Assert.Equal(new GroupMember(SalesId, "anna", GroupMemberMark.Shown), Assert.IsType<StateChange.MemberSaved>(Assert.Single(plan.StateChanges)).Member);
    }

    [Fact]
    public void An_incremental_run_recognises_a_group_that_hides_members()
    {
        var input = Input(["anna"], shown: [], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.AddedNotShown));

        Assert.Empty(SyncPlanner.Plan(input with { Scope = UserScope.Only(new HashSet<string> { "anna" }), UserGroup = Group(UserGroupId, "anna") }).Changes);
    }

    [Fact]
    public void An_incremental_run_removes_a_leaver_from_a_hidden_group()
    {
        var input = Input(inEntra: [], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("bert", GroupMemberMark.AddedNotShown));

        var plan = SyncPlanner.Plan(input with { Scope = UserScope.Only(new HashSet<string> { "anna" }), UserGroup = Group(UserGroupId, "anna") });

        Assert.Equal(["RemoveMember anna"], plan.Changes.Select(Format));
        Assert.False(plan.IsPartial);
    }

    [Fact]
    public void An_incremental_run_does_not_treat_a_hidden_group_as_empty()
    {
        var input = Input(inEntra: [], shown: [], ("anna", GroupMemberMark.AddedNotShown), ("bert", GroupMemberMark.AddedNotShown));
        input = input with { Scope = UserScope.Only(new HashSet<string> { "anna" }), UserGroup = Group(UserGroupId, "anna"), Lookups = LookupsOf(input, ("anna", MembershipStatus.Unknown)) };

        var plan = SyncPlanner.Plan(input);

        Assert.Empty(plan.Changes);
        Assert.Equal((false, true), (plan.IsPartial, plan.NeedsCompleteRead));
    }

    // ── unknown members ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void An_unlinked_member_is_reported_in_every_full_run_and_is_new_once()
    {
        var input = WithUnlinked();

        var plan = SyncPlanner.Plan(input);

        var first = Assert.IsType<ReportOnly>(Assert.Single(plan.Changes));
        Assert.Equal((SyncAction.Skip, ErrorId.UnknownMember, false), (first.Action, first.Obstacle.Id, first.IsKnown));
        Assert.Equal(("stranger", "stranger@contoso.com", "stranger Family"), (first.AccountId, first.Email, first.DisplayName));
        Assert.Equal((SalesId, "Sales", null), (first.GroupId, first.GroupName, first.EntraId));
        Assert.StartsWith("stranger Family (stranger@contoso.com) is in group 'Sales' in Password Boss but is not linked to any user.", first.Obstacle.Render(), StringComparison.Ordinal);
        Assert.Equal(new GroupMember(SalesId, "stranger", GroupMemberMark.Unlinked), Assert.IsType<StateChange.MemberSaved>(Assert.Single(plan.StateChanges)).Member);
        Assert.False(plan.IsPartial);

        var second = SyncPlanner.Plan(Saved(input, plan));
        var again = Assert.IsType<ReportOnly>(Assert.Single(second.Changes));
        Assert.Equal(first with { WasReported = true, Because = again.Because }, again);
        Assert.Empty(second.StateChanges);
    }

    [Fact]
    public void A_member_missing_from_the_account_list_is_reported_by_ID()
    {
        var action = Assert.Single(SyncPlanner.Plan(Input(["anna"], ["anna", "x1"], ("anna", GroupMemberMark.Shown))).Changes);

        Assert.StartsWith("x1 is in group 'Sales'", action.Obstacle!.Render(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_member_with_a_retired_link_is_unknown_even_if_we_added_it(bool added)
    {
        var input = Input(["anna"], ["anna", "bert"], Known(("anna", GroupMemberMark.Shown), ("bert", added ? GroupMemberMark.Shown : null)));
        input = input with
        {
            UserGroup = Group(UserGroupId, "anna", "carl", "dora"),
            State = input.State with { Links = [.. input.State.Links.Where(l => l.AccountId != "bert"), Link("bert") with { Kind = LinkKind.Retired }] },
        };

        var plan = SyncPlanner.Plan(input);

        Assert.Equal(("bert", ErrorId.UnknownMember), (Assert.Single(plan.Changes).AccountId, plan.Changes[0].Obstacle?.Id));
        Assert.Equal(GroupMemberMark.Unlinked, Assert.IsType<StateChange.MemberSaved>(Assert.Single(plan.StateChanges)).Member.Mark);
    }

    [Fact]
    public void An_account_of_another_connection_is_unknown_here()
    {
        var input = WithUnlinked();
        input = input with { State = input.State with { LinkedElsewhere = [new ForeignLink("stranger", "stranger@contoso.com")] } };

        Assert.Equal(ErrorId.UnknownMember, Assert.Single(SyncPlanner.Plan(input).Changes).Obstacle?.Id);
    }

    [Fact]
    public void The_record_of_an_unknown_member_that_left_or_was_linked_is_dropped()
    {
        var left = SyncPlanner.Plan(Input(["anna"], ["anna"], ("anna", GroupMemberMark.Shown), ("stranger", GroupMemberMark.Unlinked)));
        Assert.Empty(left.Changes);
        Assert.Equal("stranger", Assert.IsType<StateChange.MemberForgotten>(Assert.Single(left.StateChanges)).AccountId);

        // A linked member is treated like any other, whether it is in the Entra group or not.
        var linked = SyncPlanner.Plan(Input(["anna", "bert"], ["anna", "bert"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.Unlinked)));
        Assert.Empty(linked.Changes);
        Assert.Equal(GroupMemberMark.Shown, Assert.Single(linked.StateChanges.OfType<StateChange.MemberSaved>()).Member.Mark);
        var unwanted = SyncPlanner.Plan(Input(["anna"], ["anna", "bert"], ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.Unlinked)));
        Assert.Equal(["RemoveMember bert"], unwanted.Changes.Select(Format));
        Assert.Equal("bert", Assert.IsType<StateChange.MemberForgotten>(Assert.Single(unwanted.StateChanges)).AccountId);
    }

    [Theory]
    [InlineData(UnknownMemberRule.Report)]
    [InlineData(UnknownMemberRule.Remove)]
    public void A_member_whose_account_is_adopted_in_this_run_is_not_unknown(UnknownMemberRule rule)
    {
        var input = Input(["anna", "joiner"], ["anna", "joiner"], ("anna", GroupMemberMark.Shown));
        input = input with
        {
            Rules = input.Rules with { UnknownMember = rule },
            UserGroup = Group(UserGroupId, "anna", "bert", "carl", "dora", "joiner"),
            Accounts = new AccountView([.. input.Accounts.Listed, Account("joiner") with { ExternalId = null, ManagedBy = ManagedBy.PasswordBoss }]),
        };

        Assert.Equal(["Adopt joiner", "AddMember joiner"], SyncPlanner.Plan(input).Changes.Select(Format));
    }

    [Fact]
    public void The_rule_Remove_removes_an_unknown_member()
    {
        var input = WithUnlinked() with { Rules = SyncRules.Default with { UnknownMember = UnknownMemberRule.Remove } };

        var plan = SyncPlanner.Plan(input);

        var action = Assert.IsType<RemoveMember>(Assert.Single(plan.Changes));
        Assert.Equal("RemoveMember stranger", Format(action));
        Assert.Equal(("of Sales", "stranger@contoso.com", "stranger Family", null), (action.AccountGroupId, action.Email, action.DisplayName, action.EntraId));
        Assert.Equal((true, false, null), (action.WasShown, action.IsRetry, action.Obstacle));
        Assert.Empty(plan.StateChanges);
        // An unconfirmed removal is repeated as long as the rule requires it.
        var asked = input with { State = input.State with { GroupMembers = new KnownMemberSet([.. input.State.GroupMembers, new GroupMember(SalesId, "stranger", GroupMemberMark.RemovalUnconfirmed)]) } };
        Assert.True(Assert.IsType<RemoveMember>(Assert.Single(SyncPlanner.Plan(asked).Changes)).IsRetry);
        Assert.Equal(SyncAction.Skip, Assert.Single(SyncPlanner.Plan(asked with { Rules = SyncRules.Default }).Changes).Action);
    }

    [Fact]
    public void Removed_unknown_members_count_against_the_group_limit()
    {
        var input = WithUnlinked() with { Rules = SyncRules.Default with { UnknownMember = UnknownMemberRule.Remove, MaxRemovalCount = 0, MaxRemovalPercent = 0 } };

        var plan = SyncPlanner.Plan(input);

        Assert.Equal(ErrorId.MembershipLimitExceeded, Assert.Single(plan.Refusals).Id);
        Assert.True(Assert.Single(plan.Changes).Refused);
        Assert.Equal([plan.Changes[0].Key], plan.Pause!.RefusedKeys);
    }

    [Fact]
    public void Members_of_a_group_that_is_not_ours_are_not_reported()
    {
        var input = WithUnlinked();

        Assert.Equal(["Conflict "], SyncPlanner.Plan(input with { State = input.State with { GroupLinks = [] } }).Changes.Select(Format));
    }

    // ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_repeated_removal_does_not_count_again()
    {
        // The limit allows no further removal today. Removals that were counted before are still done.
        var input = Input(["anna", "dora"], ["anna", "bert", "carl", "dora"], ("bert", GroupMemberMark.RemovalUnconfirmed)) with { Rules = Strict };

        var actions = SyncPlanner.Plan(input).Changes;

        Assert.Equal([("bert", false), ("carl", true)], actions.Select(a => (a.AccountId!, a.Refused)));
    }

    [Fact]
    public void Limits_ignore_members_whose_removal_is_repeated()
    {
        // Both remaining members would be removed. The third has a repeated removal, so the limit ignores it.
        var input = Input(inEntra: [], ["anna", "bert", "carl"], ("anna", GroupMemberMark.RemovalUnconfirmed));

        var plan = SyncPlanner.Plan(input);

        Assert.Equal(ErrorId.MembershipLimitExceeded, Assert.Single(plan.Refusals).Id);
        Assert.Equal([("anna", false), ("bert", true), ("carl", true)], plan.Changes.Select(a => (a.AccountId!, a.Refused)));
    }

    [Theory]
    [InlineData(50, false)]
    [InlineData(49, true)]
    public void The_percentage_of_a_hidden_group_is_measured_against_the_added_members(int percent, bool refused)
    {
        var input = Input(
            ["anna", "bert"], ["anna"],
            ("anna", GroupMemberMark.Shown), ("bert", GroupMemberMark.AddedNotShown), ("carl", GroupMemberMark.AddedNotShown), ("dora", GroupMemberMark.AddedNotShown));

        var plan = SyncPlanner.Plan(input with { Rules = SyncRules.Default with { MaxRemovalCount = 0, MaxRemovalPercent = percent } });

        Assert.Equal(refused, plan.Refusals.Count == 1);
        Assert.Equal([("carl", refused), ("dora", refused)], plan.Changes.Select(a => (a.AccountId!, a.Refused)));
    }

    [Fact]
    public void Force_removes_the_members_of_the_last_refusal_and_the_others_wait()
    {
        var input = Input(["dora"], ["anna", "bert", "carl", "dora"]) with { Rules = Strict };
        var refused = SyncPlanner.Plan(input).Pause!.RefusedKeys;
        Assert.Equal(3, refused.Count);

        var plan = SyncPlanner.Plan(input with { Force = true, State = input.State with { Pause = PauseOf(refused.Take(2)) } });

        Assert.Empty(plan.Refusals);
        Assert.Null(plan.Pause);
        Assert.Equal([("anna", false, false), ("bert", false, false), ("carl", false, true)], plan.Changes.Select(a => (a.AccountId!, a.Refused, a.Hold is Hold.Waits)));
    }

    [Fact]
    public void Force_also_holds_back_a_single_removal_that_was_not_refused()
    {
        var input = Input(["bert", "carl", "dora"], ["anna", "bert", "carl", "dora"]);

        Assert.True(Assert.Single(SyncPlanner.Plan(input with { Force = true, State = input.State with { Pause = PauseOf(["another"]) } }).Changes).Hold is Hold.Waits);
        Assert.False(Assert.Single(SyncPlanner.Plan(input with { State = input.State with { Pause = PauseOf(["another"]) } }).Changes).Hold is Hold.Waits);
        Assert.False(Assert.Single(SyncPlanner.Plan(input with { Force = true }).Changes).Hold is Hold.Waits);
    }

    [Fact]
    public void Force_does_not_hold_removals_caused_by_a_leaver_or_already_counted()
    {
        var input = Input(["dora"], ["anna", "bert", "carl", "dora"], ("bert", GroupMemberMark.RemovalUnconfirmed));
        input = input with { UserGroup = Group(UserGroupId, "bert", "carl", "dora") };
        input = input with { Lookups = LookupsOf(input, ("bert", MembershipStatus.NotMember), ("carl", MembershipStatus.NotMember)) };
        var disable = Assert.Single(SyncPlanner.Plan(input).Changes, a => a.Action == SyncAction.Disable);

        var plan = SyncPlanner.Plan(input with { Force = true, State = input.State with { Pause = PauseOf([disable.Key]) } });

        Assert.Equal(["anna", "bert"], plan.Changes.Where(a => a.Action == SyncAction.RemoveMember && a.Hold is not Hold.Waits).Select(a => a.AccountId));
        Assert.Equal(["carl"], plan.Changes.Where(a => a.Action == SyncAction.RemoveMember && a.Hold is Hold.Waits).Select(a => a.AccountId));
    }

    [Fact]
    public void A_user_whose_removal_waits_keeps_the_memberships()
    {
        var input = Input(["bert"], ["anna", "bert"]);
        input = input with { UserGroup = Group(UserGroupId, "bert", "carl", "dora") };
        input = input with { Lookups = LookupsOf(input) };
        var states = new PersonStates(input);
        var inUserGroup = new RosterSet(input.Roster.Entries.Count);
        foreach (var id in new[] { "bert", "carl", "dora" })
            inUserGroup.Add(input.Roster.PlaceOf(id));
        var disable = Assert.Single(SyncPlanner.Plan(input).Changes, a => a.Action == SyncAction.Disable);

        foreach (var waits in new[] { true, false })
        {
            var plan = new GroupPlan();
            new GroupDecisions(input, states, inUserGroup, [disable with { Hold = waits ? new Hold.Waits(Problems.RemovalWaits("anna")) : Hold.None }], [], plan).Decide();
            Assert.Equal(waits ? [] : ["RemoveMember anna"], plan.Changes.Select(Format));
        }
    }

    // ── the company: anna, bert, carl and dora are in the user group and linked; their accounts bear their names ────────────────

    private static readonly string[] AllUsers = ["anna", "bert", "carl", "dora"];

    private static readonly SyncRules Strict = SyncRules.Default with { MaxRemovalCount = 0, MaxRemovalPercent = 0 };

    private static PlannerInput WithUnlinked()
    {
        var input = Input(["anna"], ["anna", "stranger"], ("anna", GroupMemberMark.Shown));
        return input with { Accounts = new AccountView([.. input.Accounts.Listed, Account("stranger") with { ExternalId = null, ManagedBy = ManagedBy.PasswordBoss }]) };
    }

    private static PlannerInput Input(string[] inEntra, string[] shown, params (string Account, GroupMemberMark Mark)[] known)
    {
        var input = new PlannerInput
        {
            Rules = SyncRules.Default,
            UserGroup = Group(UserGroupId, AllUsers),
            AdditionalGroups = [Group(SalesId, inEntra)],
            Accounts = new AccountView(AllUsers.Select(Account).ToList()),
            AccountGroups = [InPasswordBoss(shown)],
            Capabilities = new AccountCapabilities { UserExtension = true, GroupExtension = true, Groups = true, Filter = true },
            State = new SyncState
            {
                Links = AllUsers.Select(Link).ToList(),
                GroupLinks = [new GroupLink { GroupId = SalesId, AccountGroupId = "of Sales", DisplayName = "Sales" }],
                GroupMembers = new KnownMemberSet(known.Select(k => new GroupMember(SalesId, k.Account, k.Mark))),
                Health = ConnectionHealth.New with { Relinked = true },
            },
            Now = Now,
        };
        return input with { Lookups = LookupsOf(input) };
    }

    // A user who is missing in a list was looked up. They are not a member unless the test sets another response.
    private static Dictionary<string, UserLookup> LookupsOf(PlannerInput input, params (string Person, MembershipStatus InSales)[] answers)
    {
        var inUserGroup = input.UserGroup.Users.Select(u => u.Id).ToList();
        var inSales = input.AdditionalGroups[0].Users.Select(u => u.Id).ToList();
        return AllUsers.Where(p => !inUserGroup.Contains(p) || !inSales.Contains(p)).ToDictionary(p => p, p => Lookup(
            p,
            inUserGroup.Contains(p) ? MembershipStatus.Member : MembershipStatus.NotMember,
            answers.Any(a => a.Person == p) ? answers.First(a => a.Person == p).InSales : inSales.Contains(p) ? MembershipStatus.Member : MembershipStatus.NotMember));
    }

    private static UserLookup Lookup(string person, MembershipStatus inUserGroup, MembershipStatus inSales) => new()
    {
        Id = person,
        Existence = UserExistence.Exists,
        User = User(person),
        Memberships = new Dictionary<string, MembershipStatus> { [UserGroupId] = inUserGroup, [SalesId] = inSales },
    };

    private static (string Account, GroupMemberMark Mark)[] Known(params (string Account, GroupMemberMark? Mark)[] known) =>
        known.Where(k => k.Mark is not null).Select(k => (k.Account, k.Mark!.Value)).ToArray();

    private static AccountGroup InPasswordBoss(params string[] shown) =>
        new() { Id = "of Sales", DisplayName = "Sales", ManagedBy = ManagedBy.AzureAD, MemberIds = shown };

    private static GroupReading Group(string id, params string[] people) => new()
    {
        GroupId = id,
        DisplayName = id == SalesId ? "Sales" : "Password Boss Users",
        Status = ReadingStatus.Complete,
        Users = people.Select(User).ToList(),
    };

    private static DirectoryUser User(string name) => new()
    {
        Id = name,
        DisplayName = name + " Family",
        GivenName = name,
        Surname = "Family",
        Mail = World.AddressOf(name),
        UserPrincipalName = World.AddressOf(name),
        AccountEnabled = true,
        UserType = "Member",
    };

    private static Account Account(string name) => new()
    {
        Id = name,
        UserName = World.AddressOf(name),
        ExternalId = name,
        GivenName = name,
        FamilyName = "Family",
        DisplayName = name + " Family",
        State = AccountState.Active,
        ManagedBy = ManagedBy.AzureAD,
    };

    private static AccountLink Link(string name) => new()
    {
        EntraId = name,
        AccountId = name,
        Email = World.AddressOf(name),
        DisplayName = name + " Family",
        KnownState = AccountState.Active,
        LinkedAt = Now.AddDays(-30),
    };

    private static PauseRecord PauseOf(IEnumerable<string> keys) =>
        new() { RunId = Guid.NewGuid(), At = Now, RefusedKeys = keys.ToList(), Reason = Texts.LimitLastMembers("2") };

    // The stored state after the changes of the plan. A set shows only one of two records of the same GUID, so the test names both.
    private static PlannerInput Saved(PlannerInput input, SyncPlan plan, params (string Account, GroupMemberMark Mark)[] stored)
    {
        var store = new FakeStore.Committed();
        foreach (var change in input.State.Links.Select(StateChange (l) => new StateChange.LinkSaved(l))
            .Concat(input.State.GroupLinks.Select(l => new StateChange.GroupLinkSaved(l)))
            .Concat(input.State.GroupMembers.Select(m => new StateChange.MemberSaved(m)))
            .Concat(stored.Select(m => new StateChange.MemberSaved(new GroupMember(SalesId, m.Account, m.Mark))))
            .Concat(plan.StateChanges))
        {
            store.Write(change);
        }

        return input with
        {
            State = input.State with { Links = store.Links.Values.ToList(), GroupLinks = store.GroupLinks.Values.ToList(), GroupMembers = new KnownMemberSet(store.GroupMembers.Values.OrderBy(m => m.AccountId, StringComparer.Ordinal)) },
        };
    }

    private static string Format(PlannedChange action) => action.Action + " " + action.AccountId;
}
