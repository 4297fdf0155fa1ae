using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.OneUser;

/// <summary>A run of one user: it does for this user what the next run would do, and nothing else.</summary>
public class UserRunTests
{
    private readonly World world = new(others: 8);
    private readonly string otto;

    public UserRunTests()
    {
        otto = world.State.Links.Values.First().EntraId;
        world.NewSyncedGroup("Sales", world.UserGroup.Members.Take(3).ToArray());
        world.Sync();
    }

    public static TheoryData<string> Cases => new()
    {
        "joins", "joins pending", "is adopted", "has a foreign account", "is a guest to skip", "has no address", "shares the address of a colleague", "shares the address of another new user",
        "is unchanged", "is renamed", "has another address", "joins Sales", "leaves Sales", "leaves", "is disabled", "is deleted", "is deleted for good", "leaves, rule Delete", "leaves, rule None",
        "comes back", "is enabled again", "was disabled by an admin", "was never in the group", "was enabled by an admin",
    };

    // A run reports an admin's change once. An admin who asks about this user must still find the reason.
    [Fact]
    public void What_an_earlier_run_reported_once_still_holds_a_user()
    {
        var zoe = Arrange("was disabled by an admin");
        world.Sync();
        Assert.Empty(world.Sync().Changes);

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal("AccountDisabledByAdmin", Assert.Single(result.Changes).ErrorId);
        Assert.Contains("It stays disabled", result.Steps.Single(s => s.Name == "Holds").Detail, StringComparison.Ordinal);
        Assert.Empty(world.Sync().Changes);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_run_of_one_user_does_what_the_next_run_would_do_for_them_and_nothing_for_another(string change)
    {
        var zoe = Arrange(change);
        // What the next run would also do.
        world.Leave(otto);
        var expected = Lines(world.WhatIf(new SyncOptions()), zoe);
        var before = world.State.Copy();

        var preview = world.WhatIf(new SyncOptions { User = zoe });

        Assert.Equal(expected, Lines(preview, null));
        Assert.Equal(SyncMode.User, preview.Mode);
        Assert.Equal(before.Links, world.State.Links);
        Assert.Equal(before.Runs.Count, world.State.Runs.Count);

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal(expected, Lines(result, null).Select(line => line.Replace("Done", "Planned", StringComparison.Ordinal)).ToList());
        Assert.Equal(SyncMode.User, result.Mode);
        Assert.Equal(["Entra", "Scope", "Account", "Changes", "Holds"], result.Steps.Select(s => s.Name));
        Assert.All(result.Steps, s => Assert.NotEqual("", s.Detail));
        Assert.All(result.Changes, c => Assert.Equal(result.RunId, c.RunId));
        // The next run still sees everything: the delta links and the time of the last full run are the same, and it finds nothing more to do for this user.
        Assert.Equal((before.Progress.Links, before.Progress.LastFullAt, before.Progress.FullNeeded), (world.State.Progress.Links, world.State.Progress.LastFullAt, world.State.Progress.FullNeeded));
        Assert.Equal(before.Health, world.State.Health);
        Assert.Equal(before.Pause, world.State.Pause);
        Assert.Equal(LeavingEvent.None, world.State.CurrentLinkOf(otto)!.HandledEvent);
        var next = world.SyncChanges();
        Assert.Equal(SyncMode.Incremental, next.Mode);
        Assert.Contains(next.Changes, c => c.EntraId == otto && c.Outcome == ChangeOutcome.Done);
        Assert.DoesNotContain(next.Changes, c => c.EntraId == zoe && c.Outcome == ChangeOutcome.Done);
    }

    private string Arrange(string change)
    {
        string zoe;
        switch (change)
        {
            case "joins":
                return world.Join("zoe");
            case "joins pending":
                world.Rules = world.Rules with { NewUser = NewUserRule.CreatePending };
                world.Sync();
                return world.Join("zoe");
            case "is adopted":
                zoe = world.Join("zoe");
                world.PasswordBoss.AdminCreate(World.AddressOf("zoe"), AccountState.Active, ManagedBy.PasswordBoss, zoe);
                return zoe;
            case "has a foreign account":
                world.PasswordBoss.AdminCreate(World.AddressOf("zoe"), AccountState.Active, ManagedBy.ActiveDirectory, null);
                return world.Join("zoe");
            case "is a guest to skip":
                world.Rules = world.Rules with { GuestUser = GuestUserRule.Skip };
                world.Sync();
                zoe = world.Join("zoe");
                world.Edit(zoe, u => u with { UserType = "Guest" });
                return zoe;
            case "has no address":
                zoe = world.Join("zoe");
                world.Edit(zoe, u => u with { Mail = null, UserPrincipalName = null });
                return zoe;
            case "shares the address of a colleague":
                zoe = world.Join("zoe");
                world.Edit(zoe, u => u with { Mail = world.Entra.Users[world.State.Links.Values.ElementAt(3).EntraId].Mail });
                return zoe;
            case "shares the address of another new user":
                zoe = world.Join("zoe");
                world.Edit(world.Join("eve"), u => u with { Mail = World.AddressOf("zoe") });
                return zoe;
            case "was never in the group":
                return world.Hire("zoe");
        }

        zoe = world.Join("zoe");
        world.Link(zoe);
        if (change == "leaves Sales")
            Sales.Members.Add(zoe);
        world.Rules = change switch
        {
            "leaves, rule Delete" => world.Rules with { RemovedUser = LeaverRule.Delete, DeleteAfterDays = 30 },
            "leaves, rule None" => world.Rules with { RemovedUser = LeaverRule.None },
            _ => world.Rules,
        };
        world.Sync();
        switch (change)
        {
            case "is renamed":
                world.Edit(zoe, u => u with { Surname = "Smith", DisplayName = "zoe Smith" });
                break;
            case "has another address":
                world.Edit(zoe, u => u with { Mail = World.AddressOf("zoe.smith") });
                break;
            case "joins Sales":
                Sales.Members.Add(zoe);
                break;
            case "leaves Sales":
                Sales.Members.Remove(zoe);
                break;
            case "leaves" or "leaves, rule Delete" or "leaves, rule None":
                world.Leave(zoe);
                break;
            case "is disabled":
                world.Disable(zoe);
                break;
            case "is deleted":
                world.SoftDelete(zoe);
                break;
            case "is deleted for good":
                world.HardDelete(zoe);
                break;
            case "comes back" or "was enabled by an admin":
                world.Leave(zoe);
                world.SyncChanges();
                if (change == "comes back")
                    world.UserGroup.Members.Add(zoe);
                else
                    EditOnBothSides(zoe, AccountState.Active);
                break;
            case "is enabled again":
                world.Disable(zoe);
                world.SyncChanges();
                world.Enable(zoe);
                break;
            case "was disabled by an admin":
                EditOnBothSides(zoe, AccountState.Disabled);
                break;
        }

        return zoe;
    }

    // An incremental run compares an account only if Entra reports a change of its user.
    private void EditOnBothSides(string id, AccountState state)
    {
        world.PasswordBoss.AdminSet(AccountOf(id), state);
        world.Edit(id, u => u with { Surname = "Smith" });
    }

    [Theory]
    [InlineData("first run")]
    [InlineData("pause")]
    [InlineData("open write")]
    [InlineData("open run")]
    [InlineData("other rules")]
    [InlineData("older database")]
    [InlineData("restored")]
    public void Nothing_is_written_before_a_full_run_that_must_come_first(string reason)
    {
        var zoe = world.Join("zoe");
        switch (reason)
        {
            case "first run":
                world.State.Progress = SyncProgress.None;
                break;
            case "pause":
                world.State.Pause = new PauseRecord { RunId = Guid.NewGuid(), At = world.Clock.UtcNow, RefusedKeys = ["Disable|x|y|"], Reason = Texts.ReasonStillActive };
                break;
            case "open write" or "open run":
                var intent = new Intent { Id = Guid.NewGuid(), RunId = Guid.NewGuid(), Action = reason == "open run" ? SyncAction.Skip : SyncAction.Disable, CreatedAt = world.Clock.UtcNow };
                world.State.IntentRows[intent.Id] = intent;
                break;
            case "other rules":
                world.Rules = world.Rules with { RemovedUser = LeaverRule.Delete };
                break;
            case "older database":
                world.State.WasRolledBack = true;
                break;
            case "restored":
                world.State.Progress = world.State.Progress with { Restored = new BackupOrigin { BackedUpAt = world.Clock.UtcNow, Machine = "first", IsActive = true } };
                break;
        }

        var runs = world.State.Runs.Count;
        var commits = world.State.Commits;
        foreach (var result in new[] { world.WhatIf(new SyncOptions { User = zoe }), world.Sync(new SyncOptions { User = zoe }) })
        {
            Assert.Equal((SyncOutcome.Refused, "UserNeedsFullRun"), (result.Outcome, result.ErrorId));
            Assert.Equal((SyncAction.Create, ChangeOutcome.Refused), (Assert.Single(result.Changes).Action, result.Changes[0].Outcome));
            Assert.Equal(CheckStatus.Warning, result.Steps[4].Status);
            Assert.Contains("Full sync: ", result.Steps[4].Detail, StringComparison.Ordinal);
            Assert.Contains("Create account", result.Steps[3].Detail, StringComparison.Ordinal);
        }

        Assert.Null(world.State.CurrentLinkOf(zoe));
        // The next full run must find everything as it was.
        Assert.Equal((runs, commits), (world.State.Runs.Count, world.State.Commits));
        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
    }

    [Fact]
    public void A_restored_state_that_is_not_activated_is_explained_only_as_a_preview()
    {
        var zoe = world.Join("zoe");
        world.State.Progress = world.State.Progress with { Restored = new BackupOrigin { BackedUpAt = world.Clock.UtcNow, Machine = "first" } };

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal((SyncOutcome.Refused, "StateNotActivated"), (result.Outcome, result.ErrorId));
        Assert.Equal([CheckStatus.Skipped, CheckStatus.Skipped, CheckStatus.Skipped, CheckStatus.Skipped, CheckStatus.Warning], result.Steps.Select(s => s.Status));
        Assert.Equal("UserNeedsFullRun", world.WhatIf(new SyncOptions { User = zoe }).ErrorId);
    }

    [Theory]
    [InlineData("zoe@contoso.com")]
    [InlineData(" ZOE@contoso.COM ")]
    [InlineData("zoe@contoso.onmicrosoft.com")]
    [InlineData("zoe Miller")]
    [InlineData("the object id")]
    [InlineData("the object id in braces")]
    public void A_user_is_found_by_address_name_and_object_id(string text)
    {
        var zoe = world.Join("zoe");

        var result = world.Sync(new SyncOptions { User = text switch { "the object id" => zoe.ToUpperInvariant(), "the object id in braces" => "{" + zoe + "}", _ => text } });

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Created));
    }

    [Theory]
    [InlineData("zoe@contoso.com")]
    [InlineData("ZOE miller")]
    [InlineData("the object id")]
    public void A_user_that_was_deleted_in_Entra_is_found_by_the_link(string text)
    {
        var zoe = Arrange("is deleted for good");

        var result = world.WhatIf(new SyncOptions { User = text == "the object id" ? zoe : text });

        Assert.Equal((SyncOutcome.Planned, 1), (result.Outcome, result.Disabled));
        Assert.Contains("no longer exists", result.Steps[0].Detail, StringComparison.Ordinal);
        Assert.Equal(CheckStatus.Skipped, result.Steps[1].Status);
    }

    [Theory]
    [InlineData("zoe@elsewhere.com")]
    [InlineData("zoe")]
    [InlineData("   ")]
    [InlineData("*")]
    [InlineData("b5f0ba4c-9f0c-4a4c-9a3c-4c6f3f0a0f00")]
    public void A_user_who_is_not_found_is_an_error_and_leaves_no_trace(string text)
    {
        world.Join("zoe");
        var (runs, commits) = (world.State.Runs.Count, world.State.Commits);

        var result = world.Sync(new SyncOptions { User = text });

        Assert.Equal((SyncOutcome.Refused, "UserNotFound"), (result.Outcome, result.ErrorId));
        Assert.Equal(ErrorId.UserNotFound, Assert.Single(world.Report!.Errors).Id);
        Assert.Equal([CheckStatus.Failed, CheckStatus.Skipped, CheckStatus.Skipped, CheckStatus.Skipped, CheckStatus.Warning], result.Steps.Select(s => s.Status));
        Assert.Equal((runs, commits), (world.State.Runs.Count, world.State.Commits));
    }

    [Fact]
    public void Several_users_of_one_name_are_listed_and_nothing_is_done()
    {
        var (zoe, other) = (world.Join("zoe"), world.Join("otherzoe"));
        world.Edit(other, u => u with { DisplayName = world.Entra.Users[zoe].DisplayName });

        var result = world.Sync(new SyncOptions { User = "zoe Miller" });

        Assert.Equal((SyncOutcome.Refused, "UserAmbiguous", 0), (result.Outcome, result.ErrorId, result.Changes.Count));
        Assert.Contains(zoe, result.Steps[0].Detail, StringComparison.Ordinal);
        Assert.Contains(other, result.Steps[0].Detail, StringComparison.Ordinal);
        Assert.Null(world.State.CurrentLinkOf(zoe));
        Assert.Equal(1, world.Sync(new SyncOptions { User = other }).Created);
    }

    [Fact]
    public void A_name_that_is_also_the_name_of_a_deleted_user_is_ambiguous_but_an_address_is_not()
    {
        Arrange("is deleted for good");
        var next = world.Join("zoe");

        Assert.Equal("UserAmbiguous", world.WhatIf(new SyncOptions { User = "zoe Miller" }).ErrorId);
        Assert.Equal(next, Assert.Single(world.WhatIf(new SyncOptions { User = World.AddressOf("zoe") }).Changes).EntraId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_empty_or_deleted_user_group_removes_no_one(bool isDeleted)
    {
        var zoe = Arrange("is unchanged");
        world.UserGroup.Members.Clear();
        if (isDeleted)
            world.Entra.Groups.Remove(world.UserGroup.Id);

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal((SyncOutcome.Refused, isDeleted ? "UserGroupNotFound" : "UserNeedsFullRun"), (result.Outcome, result.ErrorId));
        Assert.Equal(AccountState.Active, AccountStateOf(zoe));
        Assert.Empty(result.Changes);
    }

    [Fact]
    public void A_deleted_synced_group_loses_no_member()
    {
        var zoe = Arrange("leaves Sales");
        Sales.Members.Add(zoe);
        world.Entra.Groups.Remove(Sales.Id);

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal(SyncOutcome.NoChange, result.Outcome);
        Assert.Contains(World.AddressOf("zoe"), world.MembersOf("Sales"));
    }

    [Fact]
    public void A_synced_group_that_cannot_be_read_stays_as_it_is_and_blocks_nothing_else()
    {
        var zoe = Arrange("leaves Sales");
        world.Entra.Users[zoe] = world.Entra.Users[zoe] with { DisplayName = "Zoe Renamed", GivenName = "Zoe", Surname = "Renamed" };
        world.Entra.FaultOn = (call, id) => call == "FindGroupsAsync" && id == Sales.Id ? new Fault(ErrorId.GraphFailed) : null;

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Updated));
        Assert.Single(result.Warnings);
        Assert.Contains(World.AddressOf("zoe"), world.MembersOf("Sales"));
    }

    [Theory]
    [InlineData(ErrorId.SecretExpired)]
    [InlineData(ErrorId.CredentialUnavailable)]
    public void Without_access_to_Graph_the_run_fails_even_if_only_a_synced_group_was_left_to_read(ErrorId error)
    {
        var zoe = Arrange("leaves Sales");
        world.Entra.FaultOn = (call, id) => call == "FindGroupsAsync" && id == Sales.Id ? new Fault(error) : null;

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal((SyncOutcome.Failed, error.ToString()), (result.Outcome, result.ErrorId));
    }

    [Theory]
    [InlineData("the search fails", "Failed Skipped Skipped Skipped Failed")]
    [InlineData("the user group cannot be read", "Passed Failed Skipped Skipped Failed")]
    [InlineData("the user group is deleted", "Passed Failed Skipped Skipped Warning")]
    [InlineData("the accounts cannot be read", "Passed Passed Failed Skipped Failed")]
    [InlineData("only a full run can decide", "Passed Warning Warning Skipped Warning")]
    public void The_first_step_without_a_result_shows_why_the_read_ended(string end, string statuses)
    {
        var zoe = Arrange("is unchanged");
        switch (end)
        {
            case "the search fails":
                world.Entra.FaultOn = (call, _) => call == "SearchUsersAsync" ? new Fault(ErrorId.GraphUnreachable) : null;
                break;
            case "the user group cannot be read":
                world.Entra.FaultOn = (call, _) => call == "FindGroupsAsync" ? new Fault(ErrorId.GraphUnreachable) : null;
                break;
            case "the user group is deleted":
                world.Entra.Groups.Remove(world.UserGroup.Id);
                break;
            case "the accounts cannot be read":
                world.PasswordBoss.FaultOn = (call, _) => call == "DiscoverAsync" ? new Fault(ErrorId.AccountServerUnreachable) : null;
                break;
            default:
                world.UserGroup.Members.Clear();
                break;
        }

        var result = world.Sync(new SyncOptions { User = World.AddressOf("zoe") });

        Assert.Equal(statuses, string.Join(" ", result.Steps.Select(s => s.Status)));
        Assert.Equal(world.Report!.Errors[0].Text.Render(), result.Steps.First(s => s.Status == CheckStatus.Failed || s.Name == "Account").Detail);
        Assert.NotNull(world.State.CurrentLinkOf(zoe));
    }

    [Fact]
    public void A_user_who_cannot_be_read_stays_as_they_are()
    {
        var zoe = Arrange("leaves");
        world.Entra.UnknownLookups.Add(zoe);

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal((SyncOutcome.Partial, "PersonUnknown"), (result.Outcome, Assert.Single(result.Changes).ErrorId));
        Assert.Equal(AccountState.Active, AccountStateOf(zoe));
    }

    [Fact]
    public void Refused_memberships_of_a_user_remove_no_one()
    {
        var zoe = Arrange("leaves");
        world.Entra.MembershipChecksRefused = world.Entra.MembershipsRefused = true;

        Assert.Equal("UserNeedsFullRun", world.Sync(new SyncOptions { User = zoe }).ErrorId);
        Assert.Equal(AccountState.Active, AccountStateOf(zoe));
    }

    [Fact]
    public void Removals_one_by_one_count_against_the_limit()
    {
        world.Rules = world.Rules with { MaxRemovalCount = 2, MaxRemovalPercent = 20 };
        world.Sync();
        var leavers = world.State.Links.Values.Take(3).Select(l => l.EntraId).ToList();
        leavers.ForEach(world.Leave);

        Assert.Equal([1, 1], leavers.Take(2).Select(id => world.Sync(new SyncOptions { User = id }).Disabled));
        var third = world.Sync(new SyncOptions { User = leavers[2] });

        Assert.Equal((SyncOutcome.Refused, 0, "RemovalLimitExceeded"), (third.Outcome, third.Disabled, third.ErrorId));
        Assert.Null(world.State.Pause);
        // -Force would be refused before a run of the whole connection has begun the pause.
        Assert.Contains("for the whole connection", third.Steps[4].Detail, StringComparison.Ordinal);
        Assert.Contains("for the whole connection", third.Changes.Single(c => c.Action == SyncAction.Disable).Message, StringComparison.Ordinal);
        Assert.Equal(SyncOutcome.Refused, world.SyncChanges().Outcome);
        Assert.NotNull(world.State.Pause);
        Assert.DoesNotContain("for the whole connection", world.Sync(new SyncOptions { User = leavers[2] }).Steps[4].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_clock_holds_a_removal_back()
    {
        var zoe = Arrange("leaves");
        world.Entra.GraphClockDifference = TimeSpan.FromHours(1);

        Assert.Equal((SyncOutcome.Refused, "ClockWrong"), (world.Sync(new SyncOptions { User = zoe }).Outcome, world.Report!.Result.ErrorId));
        Assert.Equal(AccountState.Active, AccountStateOf(zoe));
    }

    [Fact]
    public void A_success_for_one_user_hides_no_failure_of_the_connection()
    {
        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.GraphFailed);
        world.SyncChanges();
        world.SyncChanges();
        world.Entra.FaultOn = null;
        var before = (world.State.Health, world.Store.ListTurns().Single());
        world.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(1, world.Sync(new SyncOptions { User = world.Join("zoe") }).Created);

        Assert.Equal(before, (world.State.Health, world.Store.ListTurns().Single()));
        Assert.Equal((2, SyncOutcome.Failed), (world.State.Health.ConsecutiveFailures, world.State.Health.LastOutcome));
    }

    [Fact]
    public void A_failure_for_one_user_is_no_failure_of_the_connection()
    {
        var before = world.State.Health;
        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.GraphFailed);

        var result = world.Sync(new SyncOptions { User = "zoe@contoso.com" });

        Assert.Equal((SyncOutcome.Failed, "GraphFailed", SyncMode.User), (result.Outcome, result.ErrorId, result.Mode));
        Assert.Equal((CheckStatus.Failed, CheckStatus.Failed), (result.Steps[0].Status, result.Steps[4].Status));
        Assert.Equal(before, world.State.Health);
        Assert.Equal(SyncOutcome.Failed, world.State.Runs[^1].Outcome);
    }

    [Fact]
    public void A_connection_that_is_due_stays_due()
    {
        world.State.IsDueAtOnce = true;

        world.Sync(new SyncOptions { User = world.Join("zoe") });

        Assert.True(world.State.IsDueAtOnce);
    }

    [Fact]
    public void A_held_lock_is_reported_and_not_counted()
    {
        var zoe = world.Join("zoe");
        world.Factory.LockedElsewhere = true;

        for (var i = 0; i < 4; i++)
            Assert.Equal(SyncOutcome.AlreadyRunning, world.Sync(new SyncOptions { User = zoe }).Outcome);

        Assert.Equal(0, world.State.Health.BlockedRuns);
        Assert.Equal("AlreadyRunning", world.Report!.Result.ErrorId);
    }

    [Fact]
    public void Pending_retries_of_others_stay_and_are_not_listed()
    {
        world.Leave(otto);
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountRefused) : null;
        world.SyncChanges();
        world.PasswordBoss.FaultOn = null;
        var pending = world.State.PendingRetries;
        Assert.NotEmpty(pending);
        var zoe = world.Join("zoe");

        var result = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Changes.Count));
        Assert.Equal(pending, world.State.PendingRetries);
    }

    [Fact]
    public void A_membership_through_other_groups_is_shown_with_its_way()
    {
        var (inner, innermost) = (world.NewGroup("EMEA"), world.NewGroup("Lyon"));
        world.UserGroup.Members.Add(inner.Id);
        inner.Members.Add(innermost.Id);
        var zoe = world.Hire("zoe");
        innermost.Members.Add(zoe);
        world.Sync();

        var direct = world.WhatIf(new SyncOptions { User = zoe });
        world.Change(c => c with { IncludeNested = true });
        world.WhatIf(new SyncOptions { User = zoe });
        world.Entra.Users.Remove(zoe);
        world.Sync();
        world.Entra.Users[zoe] = world.Entra.Users[otto] with { Id = zoe, Mail = World.AddressOf("zoe"), UserPrincipalName = "zoe", DisplayName = "zoe Miller" };
        var nested = world.Sync(new SyncOptions { User = zoe });

        Assert.Equal((SyncOutcome.NoChange, CheckStatus.Warning), (direct.Outcome, direct.Steps[1].Status));
        Assert.Contains("only through 'Lyon' > 'EMEA'", direct.Steps[1].Detail, StringComparison.Ordinal);
        Assert.Equal((1, CheckStatus.Passed), (nested.Created, nested.Steps[1].Status));
        Assert.Contains("through 'Lyon' > 'EMEA'.", nested.Steps[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_are_shown_attribute_by_attribute()
    {
        var zoe = Arrange("is renamed");

        var result = world.WhatIf(new SyncOptions { User = zoe });

        Assert.Contains("familyName 'Miller' → 'Smith', displayName 'zoe Miller' → 'zoe Smith' (Planned).", result.Steps[3].Detail, StringComparison.Ordinal);
        Assert.Contains("state 'Active' → 'Disabled'", world.WhatIf(new SyncOptions { User = Arrange2Leaves() }).Steps[3].Detail, StringComparison.Ordinal);

        string Arrange2Leaves()
        {
            world.Leave(otto);
            return otto;
        }
    }

    [Theory]
    [InlineData("by external ID", "Not linked yet. 'zoe@contoso.com' has the external ID of the user.")]
    [InlineData("by address", "Not linked yet. 'zoe@contoso.com' has the address of the user, and the rule ExistingAccount allows its adoption.")]
    [InlineData("not at all", "Not linked. 'zoe@contoso.com' exists and is not adopted.")]
    [InlineData("no account", "Not linked, and no account has the address or the external ID of the user.")]
    public void An_account_that_is_not_linked_is_shown_with_how_it_is_matched(string match, string expected)
    {
        var zoe = world.Join("zoe");
        if (match != "no account")
        {
            world.PasswordBoss.AdminCreate(
                World.AddressOf("zoe"), managedBy: match == "not at all" ? ManagedBy.ActiveDirectory : ManagedBy.PasswordBoss, externalId: match == "by external ID" ? zoe : null, name: "zoe Miller");
        }

        Assert.Equal(expected, world.WhatIf(new SyncOptions { User = zoe }).Steps[2].Detail);
    }

    [Theory]
    [InlineData(LinkOrigin.Created, "Linked to 'zoe@contoso.com', which the connector created on {0}; it is active.")]
    [InlineData(LinkOrigin.Adopted, "Linked to 'zoe@contoso.com', which was adopted or linked by an admin on {0}; it is active.")]
    [InlineData(LinkOrigin.Linked, "Linked to 'zoe@contoso.com' by an admin on {0}; it is active.")]
    [InlineData(LinkOrigin.Unknown, "Linked to 'zoe@contoso.com' since {0}; it is active.")]
    public void A_linked_account_is_shown_with_the_origin_and_the_time_of_its_link(LinkOrigin origin, string expected)
    {
        var zoe = Arrange("is unchanged");
        var link = world.State.CurrentLinkOf(zoe)!;
        world.State.Links[link.AccountId] = link with { Origin = origin };

        var shown = world.WhatIf(new SyncOptions { User = zoe }).Steps[2].Detail;

        Assert.Equal(expected.Replace("{0}", link.LinkedAt.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture), StringComparison.Ordinal), shown);
    }

    [Fact]
    public async Task A_member_without_an_account_is_held_back_by_the_reason_that_the_list_of_such_users_gives()
    {
        world.Disable(world.Join("disabled"));
        world.PasswordBoss.AdminCreate(World.AddressOf("conflict"), managedBy: ManagedBy.ActiveDirectory);
        world.Join("conflict");
        world.Edit(world.Join("bad"), u => u with { Mail = "bad@localhost" });
        world.Sync();

        var missing = await world.Service.GetMissingLinksAsync(World.Name, new Listener(), CancellationToken.None);

        Assert.Equal(3, missing.Count);
        foreach (var user in missing)
        {
            var holds = world.WhatIf(new SyncOptions { User = user.EntraId }).Steps[4];
            Assert.Equal(CheckStatus.Warning, holds.Status);
            Assert.StartsWith(user.Reason, holds.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_user_outside_the_user_group_is_held_back_by_that()
    {
        var result = world.WhatIf(new SyncOptions { User = world.Hire("zoe") });

        Assert.Equal((CheckStatus.Warning, result.Steps[1].Detail), (result.Steps[4].Status, result.Steps[4].Detail));
        Assert.Contains("Not a member", result.Steps[4].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_waiting_deletion_is_named_as_what_holds_back()
    {
        var zoe = Arrange("leaves, rule Delete");
        world.Sync(new SyncOptions { User = zoe });

        var result = world.WhatIf(new SyncOptions { User = zoe });

        Assert.Equal((SyncOutcome.NoChange, CheckStatus.Warning), (result.Outcome, result.Steps[4].Status));
        Assert.Contains("will be deleted after", result.Steps[4].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_change_has_the_time_of_its_write_and_the_run()
    {
        var start = world.Clock.UtcNow;
        var result = world.Sync(new SyncOptions { User = world.Join("zoe") });

        var stored = world.Service.GetHistory(World.Name, 1, null).Single();
        Assert.Equal(result.RunId, stored.Changes.Single().RunId);
        Assert.Equal(result.Changes.Single().Time, stored.Changes.Single().Time);
        Assert.InRange(stored.Changes.Single().Time, start, world.Clock.UtcNow);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, true)]
    public void User_cannot_be_combined_with_other_choices(bool full, bool force, bool reapply)
    {
        var options = new SyncOptions { User = "zoe", Full = full, Force = force, Reapply = reapply };
        Assert.Equal(ErrorId.UserNotAlone, Assert.Throws<ConnectorException>(() => world.Service.CheckOptions([World.Name], true, options)).Id);
    }

    private FakeEntra.Group Sales => world.Entra.Groups.Values.Single(g => g.Name == "Sales");

    private string AccountOf(string id) => world.State.CurrentLinkOf(id)!.AccountId;

    private AccountState AccountStateOf(string id) => world.PasswordBoss.Accounts[AccountOf(id)].State;

    private static List<string> Lines(PBSyncResult result, string? user) => result.Changes.Where(c => user is null || c.EntraId == user)
        .Select(c => $"{c.Action} {c.Email} {c.Group} {c.Before} > {c.After}: {c.Outcome} {c.ErrorId} {c.Reason}").Order(StringComparer.Ordinal).ToList();
}
