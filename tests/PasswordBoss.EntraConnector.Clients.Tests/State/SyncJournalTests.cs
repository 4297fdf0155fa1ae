using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using Xunit.Abstractions;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

[Trait("Speed", "Slow")]
public sealed class SyncJournalTests : IDisposable
{
    private readonly ITestOutputHelper output;
    private readonly StateFixture state = new();

    public SyncJournalTests(ITestOutputHelper output) => this.output = output;

    public void Dispose() => state.Dispose();

    [Fact]
    public void A_connection_that_has_never_run_is_empty()
    {
        using var journal = state.OpenJournal(Connection());

        var loaded = journal.Load(default);
        Assert.Empty(loaded.Links);
        Assert.Empty(loaded.GroupLinks);
        Assert.Empty(loaded.OpenIntents);
        Assert.Empty(loaded.Removals);
        Assert.Null(loaded.Pause);
        Assert.Equal(ConnectionHealth.New, loaded.Health);
    }

    [Fact]
    public void Addresses_are_found_by_their_start()
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, null);
        using var journal = state.OpenJournal(connection);
        journal.Apply([
            new StateChange.LinkSaved(Link(1) with { Email = "anna@example.com" }),
            new StateChange.LinkSaved(Link(2) with { Email = "ann_a%@example.com" }),
            new StateChange.LinkSaved(Link(3) with { Email = "anton@example.com", Kind = LinkKind.Retired })], Array.Empty<Guid>());
        var change = new ChangeRecord { Action = SyncAction.Delete, Outcome = ChangeOutcome.Done, Email = "Antje@example.com", Reason = new Message("Reason_Removed") };
        journal.SaveRun(
            Run(SetClock.Start) with { Changes = new[] { change, change } },
            ConnectionHealth.New,
            null,
            new ProgressChange { Progress = SyncProgress.None, PendingRetries = Array.Empty<PendingRetry>(), MembersToStore = new[] { new KnownMember("group", "person", "ANNA@example.com"), new KnownMember("group", "other", "anke@example.com") } });

        Assert.Equal(["anke@example.com", "anna@example.com", "ann_a%@example.com", "Antje@example.com"], journal.FindUserAddresses("AN", 10).Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(["ann_a%@example.com"], journal.FindUserAddresses("ann_", 10));
        Assert.Equal(["anke@example.com"], journal.FindUserAddresses("", 1));
        Assert.Equal(["ann_a%@example.com", "anna@example.com"], journal.FindAccountAddresses("an", 10));
        Assert.Empty(journal.FindAccountAddresses("%", 10));
    }

    [Fact]
    public void Everything_is_read_as_it_was_written()
    {
        var connection = Connection();
        var link = new AccountLink
        {
            EntraId = "entra",
            AccountId = "account/with strange=chars&\"'",
            Email = "renée.o'brien+x@exämple.com",
            DisplayName = null,
            Kind = LinkKind.Predecessor,
            AppliedRule = LeaverRule.ConvertToPersonal,
            PriorState = AccountState.Pending,
            HandledEvent = LeavingEvent.Deleted,
            AdminChangeReported = true,
            AbsentReads = 2,
            LinkedAt = SetClock.Start.AddTicks(7),
            KnownState = AccountState.Disabled,
            Origin = LinkOrigin.Adopted,
            SeenActive = true,
            AppliedRuleSeen = true,
            Unconfirmed = new(AccountRequest.Enable, LeavingEvent.Disabled),
            WaitingConversion = new(LeavingEvent.Removed, SetClock.Start.AddTicks(11)),
            WaitingDeletion = new(LeavingEvent.Deleted, SetClock.Start.AddTicks(13)),
            NamesWritten = long.MinValue,
            NamesRead = long.MaxValue,
            NeedsConsent = true,
        };
        var member = new GroupMember("group", "account/with strange=chars&\"'", GroupMemberMark.RemovalUnconfirmed);
        var group = new GroupLink { GroupId = "group", AccountGroupId = "account-group", DisplayName = "Größe", NotFoundReads = 1, AbsentOnce = new[] { "p1", "p2" } };
        var removal = new RemovalRecord { At = SetClock.Start, GroupId = "group", Forced = true };
        var intents = new[] { Intent(), Intent(SyncAction.CreateGroup) with { EntraId = null, AccountId = null, Email = null, GroupId = "group", AccountGroupId = "a" } };
        var health = new ConnectionHealth
        {
            FirstSuccessAt = SetClock.Start,
            LastSync = SetClock.Start.AddTicks(3),
            LastOutcome = SyncOutcome.Partial,
            ConsecutiveFailures = 4,
            NotAuthorized = true,
            Messages = new[] { Problems.AddressMissing("Zoë \"Z\" {0}").Text, Texts.ReasonDeleted },
            Relinked = true,
            AdoptChangeUnreported = true,
            HidesStates = true,
            HidesMembers = true,
        };
        var pause = new PauseRecord { RunId = Guid.NewGuid(), At = SetClock.Start, RefusedKeys = new[] { "Disable|a", "Delete|b" }, Reason = new Message("Error_RemovalLimitExceeded", "1", "2", "3", "4"), Recommendation = new Message("Fix_RemovalLimitExceeded", "5") };
        var run = Run(SetClock.Start) with
        {
            ErrorId = "RemovalLimitExceeded",
            Warnings = new[] { Problems.GuestSkipped("g").Text },
            UnlistedSkips = 3,
            Changes = new[]
            {
                new ChangeRecord
                {
                    Action = SyncAction.Disable, Outcome = ChangeOutcome.Failed, Email = "e", DisplayName = "d", EntraId = "i", AccountId = "a", Group = "g", Reason = Texts.ReasonRemoved("G"),
                    Before = "active", After = "disabled", ErrorId = ErrorId.AccountNotFound, Detail = Problems.AccountNotFound("e").Text, Recommendation = Texts.FixAccountNotFound,
                },
                new ChangeRecord { Action = SyncAction.Skip, Outcome = ChangeOutcome.Skipped, Reason = Texts.ReasonGuest },
            },
        };
        using (var journal = state.OpenJournal(connection))
        {
            journal.Begin(intents);
            journal.Apply([new StateChange.LinkSaved(link), new StateChange.GroupLinkSaved(group), new StateChange.RemovalCounted(removal), new StateChange.MemberSaved(member)], Array.Empty<Guid>());
            journal.SaveRun(run, health, pause, null);
        }

        using var again = new StateStore(state.Location, state.Clock);
        using var reopened = again.OpenJournal(connection.Id);
        var loaded = reopened.Load(SetClock.Start);
        Assert.Equal(link, Assert.Single(loaded.Links));
        Assert.Equal(member, Assert.Single(loaded.GroupMembers));
        var readGroup = Assert.Single(loaded.GroupLinks);
        Assert.Equal(group.AbsentOnce, readGroup.AbsentOnce);
        Assert.Equal(group, readGroup with { AbsentOnce = group.AbsentOnce });
        Assert.Equal(removal, Assert.Single(loaded.Removals));
        Assert.Equal(intents, loaded.OpenIntents);
        Assert.Equal(health.Messages, loaded.Health.Messages);
        Assert.Equal(health, loaded.Health with { Messages = health.Messages });
        Assert.Equal(pause.RefusedKeys, loaded.Pause!.RefusedKeys);
        Assert.Equal(pause, loaded.Pause with { RefusedKeys = pause.RefusedKeys });
        var read = Assert.Single(reopened.ReadRuns(10, null));
        Assert.Equal(run.Changes, read.Changes);
        Assert.Equal(run.Warnings, read.Warnings);
        Assert.Equal(run, read with { Changes = run.Changes, Warnings = run.Warnings });
        var summary = reopened.Summarize();
        Assert.Equal(0, summary.ManagedUsers);
        Assert.Equal(SyncOutcome.Partial, summary.Health.LastOutcome);
        Assert.NotNull(summary.Pause);
    }

    [Fact]
    public void A_link_can_be_reset()
    {
        using var journal = state.OpenJournal(Connection());
        var link = Link(1) with { PriorState = AccountState.Unknown, Origin = LinkOrigin.Created, SeenActive = true, NamesWritten = 1, NamesRead = -1, KnownState = AccountState.Active };
        var left = link with { AppliedRule = LeaverRule.Disable, WaitingDeletion = new(LeavingEvent.Removed, SetClock.Start), WaitingConversion = new(LeavingEvent.Removed, SetClock.Start), AppliedRuleSeen = true, NeedsConsent = true };

        // A link with default values is written by another statement than other links.
        foreach (var stored in new[] { link, left, link })
        {
            journal.Apply([new StateChange.LinkSaved(stored)], Array.Empty<Guid>());
            Assert.Equal(stored, Assert.Single(journal.Load(default).Links));
        }

        journal.Apply([new StateChange.LinkSaved(left), new StateChange.LinkSaved(link)], Array.Empty<Guid>());
        Assert.Equal(link, Assert.Single(journal.Load(default).Links));
    }

    public static TheoryData<string> PartsOfALink => new(typeof(AccountLink).GetProperties().Where(p => p.CanWrite).Select(p => p.Name));

    [Theory]
    [MemberData(nameof(PartsOfALink))]
    public void Every_property_of_a_link_is_saved(string part)
    {
        using var journal = state.OpenJournal(Connection());
        var property = typeof(AccountLink).GetProperty(part)!;
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var link = new AccountLink { EntraId = "p", AccountId = "a", Email = "e" };
        property.SetValue(link, type switch
        {
            { IsEnum: true } => Enum.GetValues(type).GetValue(1),
            _ when type == typeof(string) => "other",
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => 7,
            _ when type == typeof(long) => 7L,
            _ when type == typeof(UnconfirmedWrite) => new UnconfirmedWrite(AccountRequest.Delete, LeavingEvent.Disabled),
            _ when type == typeof(WaitingEvent) => new WaitingEvent(LeavingEvent.Disabled, SetClock.Start),
            _ => SetClock.Start,
        });

        journal.Apply([new StateChange.LinkSaved(link)], []);

        Assert.Equal(link, Assert.Single(journal.Load(default).Links));
    }

    [Fact]
    public void Every_kind_of_state_change_is_saved()
    {
        using var journal = state.OpenJournal(Connection());
        StateChange[] changes =
        [
            new StateChange.LinkSaved(Link(1)),
            new StateChange.GroupLinkSaved(new GroupLink { GroupId = "g", AccountGroupId = "a", DisplayName = "G" }),
            new StateChange.GroupLinkForgotten("other"),
            new StateChange.RemovalCounted(new RemovalRecord { At = SetClock.Start }),
            new StateChange.MemberSaved(new GroupMember("g", "m", GroupMemberMark.Shown)),
            new StateChange.MemberForgotten("g", "other"),
        ];

        Assert.Equal(typeof(StateChange).GetNestedTypes().Select(kind => kind.Name).Order(), changes.Select(change => change.GetType().Name).Order());
        journal.Apply(changes, []);

        var loaded = journal.Load(default);
        Assert.Equal((1, 1, 1, 1), (loaded.Links.Count, loaded.GroupLinks.Count, loaded.Removals.Count, loaded.GroupMembers.Count));
    }

    [Fact]
    public void The_last_change_of_a_member_wins()
    {
        using var journal = state.OpenJournal(Connection());
        GroupMember Member(string group, string account, GroupMemberMark mark = GroupMemberMark.Shown) => new(group, account, mark);
        void Apply(params StateChange[] changes) => journal.Apply(changes, Array.Empty<Guid>());

        Apply(
            new StateChange.MemberSaved(Member("g", "a")),
            new StateChange.MemberSaved(Member("g", "b")),
            new StateChange.MemberSaved(Member("G", "a", GroupMemberMark.RemovalUnconfirmed)),
            new StateChange.MemberForgotten("g", "b"),
            new StateChange.MemberForgotten("g", "c"),
            new StateChange.MemberSaved(Member("g", "c", GroupMemberMark.Unlinked)),
            new StateChange.MemberSaved(Member("g", "A", GroupMemberMark.AddedNotShown)),
            new StateChange.MemberSaved(Member("h", "b")));

        // One group, whatever the letter case of its id, but two accounts.
        Assert.Equal(
            [Member("g", "A", GroupMemberMark.AddedNotShown), Member("g", "a", GroupMemberMark.RemovalUnconfirmed), Member("g", "c", GroupMemberMark.Unlinked), Member("h", "b")],
            Members());
        Apply(new StateChange.MemberForgotten("g", "a"), new StateChange.MemberSaved(Member("h", "b", GroupMemberMark.RemovalUnconfirmed)));
        Assert.Equal([Member("g", "A", GroupMemberMark.AddedNotShown), Member("g", "c", GroupMemberMark.Unlinked), Member("h", "b", GroupMemberMark.RemovalUnconfirmed)], Members());

        // The records of the members of a group are removed with its link.
        Apply(new StateChange.GroupLinkForgotten("G"));
        Assert.Equal([Member("h", "b", GroupMemberMark.RemovalUnconfirmed)], Members());

        GroupMember[] Members() => journal.Load(default).GroupMembers.OrderBy(m => m.GroupId, StringComparer.OrdinalIgnoreCase).ThenBy(m => m.AccountId, StringComparer.Ordinal).ToArray();
    }

    [Fact]
    public void A_member_that_is_recorded_under_its_GUID_in_another_case_is_recorded_anew()
    {
        const string Guid = "a0000000-0000-0000-0000-000000000000";
        using var journal = state.OpenJournal(Connection());
        journal.Apply([new StateChange.MemberSaved(new("g", Guid, GroupMemberMark.Unlinked))], []);
        journal.Apply([new StateChange.MemberForgotten("g", Guid), new StateChange.MemberSaved(new("g", Guid.ToUpperInvariant(), GroupMemberMark.Shown))], []);

        Assert.Equal(new GroupMember("g", Guid.ToUpperInvariant(), GroupMemberMark.Shown), Assert.Single(journal.Load(default).GroupMembers));
    }

    [Fact]
    public void Accounts_linked_by_other_connections_of_the_tenant_are_returned()
    {
        var tenant = Guid.NewGuid().ToString();
        using var one = state.OpenJournal(Connection("One", tenant, "https://localhost/scim"));
        using var two = state.OpenJournal(Connection("Two", "{" + tenant.ToUpperInvariant() + "}", "https://127.0.0.1/scim"));
        using var stranger = state.OpenJournal(Connection("Stranger"));
        one.Apply([new StateChange.LinkSaved(Link(1)), new StateChange.LinkSaved(Link(2) with { Kind = LinkKind.Predecessor }), new StateChange.LinkSaved(Link(3) with { Kind = LinkKind.Retired })], Array.Empty<Guid>());
        two.Apply([new StateChange.LinkSaved(Link(4))], Array.Empty<Guid>());
        stranger.Apply([new StateChange.LinkSaved(Link(5))], Array.Empty<Guid>());

        Assert.Equal([new("account1", "person1@example.com"), new("account2", "person2@example.com")], two.Load(default).LinkedElsewhere.OrderBy(l => l.AccountId, StringComparer.Ordinal));
        Assert.Equal([new("account4", "person4@example.com")], one.Load(default).LinkedElsewhere);
        Assert.Empty(stranger.Load(default).LinkedElsewhere);
    }

    [Fact]
    public void The_first_of_two_connections_that_link_an_account_at_once_gets_it()
    {
        var tenant = Guid.NewGuid().ToString();
        using var one = state.OpenJournal(Connection("One", tenant, "https://localhost/scim"));
        using var two = state.OpenJournal(Connection("Two", tenant, "https://127.0.0.1/scim"));
        using var stranger = state.OpenJournal(Connection("Stranger"));
        var create = new Intent { Id = Guid.NewGuid(), RunId = Guid.NewGuid(), Action = SyncAction.Create, EntraId = "PERSON1", CreatedAt = SetClock.Start };
        var adopt = new Intent { Id = Guid.NewGuid(), RunId = Guid.NewGuid(), Action = SyncAction.Adopt, EntraId = "person2", AccountId = "account2", CreatedAt = SetClock.Start };
        var later = new[] { create with { Id = Guid.NewGuid(), EntraId = "person1" }, adopt with { Id = Guid.NewGuid() } };
        one.Begin([create, adopt]);
        two.Begin(later);
        stranger.Begin(later);

        Assert.Equal([false, false], [one.IsClaimedElsewhere(create.Id, "account1", "person1@example.com"), one.IsClaimedElsewhere(adopt.Id, "account2", "person2@example.com")]);
        Assert.Equal([true, true], Later(two));
        Assert.Equal([false, false], Later(stranger));

        // After the writes, the links show which accounts are claimed; an account with that ID and another address is not.
        one.Apply([new StateChange.LinkSaved(Link(1))], [create.Id, adopt.Id]);
        Assert.Equal([true, false], Later(two));
        Assert.False(two.IsClaimedElsewhere(later[0].Id, "account1", "other@example.com"));

        bool[] Later(Ports.ISyncJournal journal) =>
            [journal.IsClaimedElsewhere(later[0].Id, "account1", "Person1@example.com"), journal.IsClaimedElsewhere(later[1].Id, "account2", "person2@example.com")];
    }

    [Fact]
    public void Due_deletions_are_found_and_scheduled_ones_are_counted()
    {
        using var journal = state.OpenJournal(Connection());
        using var other = state.OpenJournal(Connection("Other"));
        AccountLink Waiting(int number, string person, int days, LinkKind kind = LinkKind.Current) => Link(number) with { EntraId = person, Kind = kind, WaitingDeletion = new(LeavingEvent.Removed, SetClock.Start.AddDays(days)) };
        journal.Apply(
            new[] { Waiting(1, "first", 1), Waiting(2, "second", 2), Waiting(3, "second", 1, LinkKind.Predecessor), Waiting(4, "gone", 1, LinkKind.Retired), Link(5) }
                .Select(link => new StateChange.LinkSaved(link)).ToArray(),
            Array.Empty<Guid>());
        other.Apply([new StateChange.LinkSaved(Waiting(6, "elsewhere", 1))], Array.Empty<Guid>());

        Assert.Empty(journal.FindDueDeletions(SetClock.Start.AddDays(1).AddTicks(-1)));
        Assert.Equal(["first", "second"], journal.FindDueDeletions(SetClock.Start.AddDays(1)).Order(StringComparer.Ordinal));
        Assert.Equal(["first", "second"], journal.FindDueDeletions(SetClock.Start.AddDays(2)).Order(StringComparer.Ordinal));
        Assert.Equal(3, journal.Summarize().PendingDeletes);
        Assert.Equal(1, other.Summarize().PendingDeletes);

        journal.Apply([new StateChange.LinkSaved(Waiting(1, "first", 1) with { WaitingDeletion = null })], Array.Empty<Guid>());
        Assert.Equal(["second"], journal.FindDueDeletions(SetClock.Start.AddDays(9)));
        Assert.Equal(2, journal.Summarize().PendingDeletes);
    }

    [Fact]
    public void The_newest_time_is_the_end_of_the_last_run_or_the_last_removal()
    {
        using var journal = state.OpenJournal(Connection());
        using var other = state.OpenJournal(Connection("Other"));
        other.SaveRun(Run(SetClock.Start.AddDays(9)), ConnectionHealth.New, null, null);
        Assert.Null(journal.LoadStart().NewestTime);

        journal.Apply([new StateChange.RemovalCounted(new RemovalRecord { At = SetClock.Start.AddMinutes(-1) })], Array.Empty<Guid>());
        Assert.Equal(SetClock.Start.AddMinutes(-1), journal.LoadStart().NewestTime);
        journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
        journal.SaveRun(Run(SetClock.Start.AddDays(-1)), ConnectionHealth.New, null, null);
        Assert.Equal(SetClock.Start.AddSeconds(2), journal.LoadStart().NewestTime);
        journal.Apply([new StateChange.RemovalCounted(new RemovalRecord { At = SetClock.Start.AddMinutes(1) })], Array.Empty<Guid>());
        Assert.Equal(SetClock.Start.AddMinutes(1), journal.LoadStart().NewestTime);
    }

    [Fact]
    public void Times_in_the_future_are_set_back()
    {
        var past = SetClock.Start.AddDays(-3);
        var now = SetClock.Start;
        var future = SetClock.Start.AddDays(30);
        var connection = Connection() with { Rules = new() { DeleteAfterDays = 9, DeleteAfterDaysChangedAt = future }, CreatedAt = future, SecretExpires = future };
        var neighbour = Connection("Other");
        using var journal = state.OpenJournal(connection);
        using var other = state.OpenJournal(neighbour);
        AccountLink LinkAt(int number, DateTimeOffset time) => Link(number) with { LinkedAt = time, WaitingDeletion = new(LeavingEvent.Deleted, time), WaitingConversion = new(LeavingEvent.Removed, time) };
        foreach (var each in new[] { journal, other })
        {
            foreach (var (time, number) in new[] { (past, 1), (future, 2) })
            {
                each.Apply([new StateChange.LinkSaved(LinkAt(number, time)), new StateChange.RemovalCounted(new RemovalRecord { At = time })], Array.Empty<Guid>());
                each.Begin(new[] { Intent() with { CreatedAt = time } });
            }

            each.Apply([new StateChange.LinkSaved(Link(3) with { LinkedAt = future })], Array.Empty<Guid>());
            var change = new ChangeRecord { Action = SyncAction.Skip, Outcome = ChangeOutcome.Skipped, Reason = Texts.ReasonGuest };
            each.SaveRun(Run(past) with { Duration = TimeSpan.FromDays(9) }, ConnectionHealth.New, null, null);
            each.SaveRun(
                Run(future),
                new ConnectionHealth { FirstSuccessAt = past, LastSync = future },
                new PauseRecord { RunId = Guid.NewGuid(), At = future, RefusedKeys = ["k"], Reason = Texts.ReasonDeleted },
                new ProgressChange
                {
                    Progress = new SyncProgress
                    {
                        LastFullAt = future,
                        Doubts = [new() { EntraId = "p", Since = future }, new() { EntraId = "q", Since = past, Reported = new() { Id = "q", AccountEnabled = false } }],
                    },
                    PendingRetries = [new() { Change = change, NotBefore = future }, new() { Change = change, NotBefore = past }],
                });
        }

        var untouched = other.LoadStart();
        journal.SetBackTimes(now);

        for (var time = 0; time < 2; time++, journal.SetBackTimes(now))
        {
            var loaded = journal.Load(default);
            Assert.Equal(
                [(past, past, past), (now, now, now), (now, null, null)],
                loaded.Links.OrderBy(l => l.AccountId, StringComparer.Ordinal).Select(l => (l.LinkedAt, l.WaitingDeletion?.Since, l.WaitingConversion?.Since)));
            Assert.Equal([past, now], loaded.OpenIntents.Select(i => i.CreatedAt));
            Assert.Equal([now], loaded.Removals.Select(r => r.At));
            Assert.Equal((past, now, now), (loaded.Health.FirstSuccessAt!.Value, loaded.Health.LastSync!.Value, loaded.Pause!.At));
            var start = journal.LoadStart();
            Assert.Equal(now, start.NewestTime);
            Assert.Equal(now, start.Progress.LastFullAt);
            Assert.Equal([now, past], start.Progress.Doubts.Select(d => d.Since));
            Assert.False(start.Progress.Doubts[1].Reported!.AccountEnabled);
            Assert.Equal([now, past], start.PendingRetries.Select(m => m.NotBefore));
            Assert.Equal([(now, TimeSpan.Zero), (past, now - past)], journal.ReadRuns(9, null).Select(r => (r.StartedAt, r.Duration)));
            var settings = state.Store.ListConnections().Single(c => c.Id == connection.Id);
            Assert.Equal(connection with { Rules = connection.Rules with { DeleteAfterDaysChangedAt = now } }, settings with { AdditionalGroups = connection.AdditionalGroups });
        }

        Assert.Equal(future, untouched.Progress.LastFullAt);
        Assert.Equal(untouched.NewestTime, other.LoadStart().NewestTime);
        Assert.Equal(future, other.Load(default).Links.Max(l => l.WaitingDeletion?.Since));
    }

    [Theory]
    [InlineData("\u0000")]
    [InlineData("a\u0000b")]
    [InlineData("\t\r\n\b\f\u001f\u007f\u2028\ufeff\uffff")]
    [InlineData("\\ \" ' / \\u0041 \\n {} [] , : null true 1 $1")]
    [InlineData("𝒵oë 密码 🔑 e\u0301")]
    [InlineData("")]
    public void Texts_are_read_as_they_were_written(string text)
    {
        var connection = Connection();
        var link = Link(1) with { AccountId = text, EntraId = text, Email = text, DisplayName = text };
        var intent = Intent() with { EntraId = text, AccountId = text, Email = text, GroupId = text, AccountGroupId = text };
        var change = new ChangeRecord
        {
            Action = SyncAction.Update,
            Outcome = ChangeOutcome.Done,
            Email = text,
            DisplayName = text,
            EntraId = text,
            AccountId = text,
            Group = text,
            Reason = new Message("Reason_Removed", text, text),
            Before = text,
            After = text,
            ErrorId = ErrorId.AccountNotFound,
            Detail = new Message(text),
            Recommendation = new Message("Fix", text),
        };
        var matter = new PendingRetry { Change = change, EntraId = text, GroupId = text, Attempts = 1, NotBefore = SetClock.Start };
        var member = new KnownMember(text, text, text);
        using var journal = state.OpenJournal(connection);
        journal.Begin(new[] { intent });
        journal.Apply([new StateChange.LinkSaved(link)], Array.Empty<Guid>());
        journal.SaveRun(Run(SetClock.Start) with { Changes = new[] { change } }, ConnectionHealth.New, null, new ProgressChange { Progress = SyncProgress.None, PendingRetries = new[] { matter }, MembersToStore = new[] { member } });

        var loaded = journal.Load(default);
        Assert.Equal(link, Assert.Single(loaded.Links));
        Assert.Equal(intent, Assert.Single(loaded.OpenIntents));
        Assert.Equal(change, Assert.Single(Assert.Single(journal.ReadRuns(1, null)).Changes));
        Assert.Equal(matter, Assert.Single(journal.LoadStart().PendingRetries));
        Assert.Equal(member, Assert.Single(journal.FindMembers(new[] { text })));

        journal.Apply(Array.Empty<StateChange>(), new[] { intent.Id });
        journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, new ProgressChange { Progress = SyncProgress.None, PendingRetries = Array.Empty<PendingRetry>(), MembersToForget = new[] { member } });
        Assert.Empty(journal.Load(default).OpenIntents);
        Assert.Empty(journal.FindMembers(new[] { text }));
    }

    [Fact]
    public void Connections_share_no_data()
    {
        using var one = state.OpenJournal(Connection("One"));
        using var two = state.OpenJournal(Connection("Two"));
        one.Apply([new StateChange.LinkSaved(Link(1)), new StateChange.GroupLinkSaved(new GroupLink { GroupId = "g", AccountGroupId = "a", DisplayName = "G" }), new StateChange.RemovalCounted(new RemovalRecord { At = SetClock.Start })], Array.Empty<Guid>());
        one.Begin(new[] { Intent() });
        one.SaveRun(Run(SetClock.Start), ConnectionHealth.New with { ConsecutiveFailures = 1 }, null, null);

        var loaded = two.Load(default);
        Assert.Equal(0, loaded.Links.Count + loaded.GroupLinks.Count + loaded.OpenIntents.Count + loaded.Removals.Count + loaded.Health.ConsecutiveFailures);
        Assert.Empty(two.ReadRuns(10, null));
    }

    [Fact]
    public async Task An_intent_is_closed_together_with_its_effect()
    {
        using var journal = state.OpenJournal(Connection());
        var done = Intent(SyncAction.Create);
        var nothing = Intent();
        var open = Intent();
        journal.Begin(new[] { done, nothing, open });

        journal.Complete(done.Id, new StateChange.LinkSaved(Link(1)), new StateChange.LinkSaved(Link(2) with { Kind = LinkKind.Predecessor }), new StateChange.RemovalCounted(new RemovalRecord { At = SetClock.Start }));
        journal.Complete(nothing.Id);
        await journal.FlushAsync();

        var loaded = journal.Load(SetClock.Start);
        Assert.Equal(open, Assert.Single(loaded.OpenIntents));
        Assert.Equal(new[] { LinkKind.Current, LinkKind.Predecessor }, loaded.Links.OrderBy(link => link.AccountId, StringComparer.Ordinal).Select(link => link.Kind));
        Assert.Single(loaded.Removals);
    }

    [Fact]
    public async Task An_intent_stays_open_if_its_effect_cannot_be_saved()
    {
        using var journal = state.OpenJournal(Connection());
        var intent = Intent();
        journal.Begin(new[] { intent });
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        raw.Run("CREATE TRIGGER stop BEFORE INSERT ON links BEGIN SELECT RAISE(ABORT, 'stopped'); END");
        journal.Complete(intent.Id, new StateChange.LinkSaved(Link(1)));

        await Assert.ThrowsAsync<ConnectorException>(journal.FlushAsync);

        Assert.Equal(1, raw.Number("SELECT COUNT(*) FROM intents"));
        raw.Run("DROP TRIGGER stop");
        await journal.FlushAsync();
        Assert.Equal(0, raw.Number("SELECT COUNT(*) FROM intents"));
        Assert.Equal(1, raw.Number("SELECT COUNT(*) FROM links"));
    }

    [Fact]
    public async Task Waiting_completions_are_committed_automatically()
    {
        var connection = Connection();
        using var journal = state.OpenJournal(connection);
        var intent = Intent();
        journal.Begin(new[] { intent });
        journal.Complete(intent.Id, new StateChange.LinkSaved(Link(1)));

        using var other = state.Store.OpenJournal(connection.Id);
        var waited = Stopwatch.StartNew();
        while (other.Load(default).OpenIntents.Count > 0)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        Assert.Single(other.Load(default).Links);
    }

    [Fact]
    public void The_order_of_the_calls_is_the_order_of_the_effects()
    {
        using var journal = state.OpenJournal(Connection());
        var intent = Intent();
        journal.Begin(new[] { intent });
        journal.Complete(intent.Id, new StateChange.LinkSaved(Link(1) with { AbsentReads = 1 }));
        journal.Apply([new StateChange.LinkSaved(Link(1) with { AbsentReads = 2 })], Array.Empty<Guid>());

        Assert.Equal(2, Assert.Single(journal.Load(default).Links).AbsentReads);
    }

    [Fact]
    public void Reads_include_completions_that_are_not_committed_yet()
    {
        using var journal = state.OpenJournal(Connection());
        var intent = Intent();
        journal.Begin(new[] { intent });
        journal.Complete(intent.Id, new StateChange.LinkSaved(Link(1)));

        Assert.False(journal.LoadStart().HasOpenIntents);
        Assert.Single(journal.Load(default).Links);
    }

    [Fact]
    public async Task An_unfinished_run_is_not_an_open_intent_and_is_found_until_it_is_settled()
    {
        using var journal = state.OpenJournal(Connection());
        var killed = Guid.NewGuid();
        var ended = Guid.NewGuid();
        journal.BeginRun(killed, SetClock.Start);
        journal.BeginRun(ended, SetClock.Start);
        await journal.EndRunAsync(ended);

        Assert.Equal((false, true), (journal.LoadStart().HasOpenIntents, journal.LoadStart().HasOpenRun));
        Assert.Equal([killed], journal.Load(default).OpenRuns);
        Assert.Empty(journal.Load(default).OpenIntents);

        journal.Apply(Array.Empty<StateChange>(), [killed]);
        Assert.False(journal.LoadStart().HasOpenRun);
        Assert.Empty(journal.Load(default).OpenRuns);
    }

    [Fact]
    public void An_open_run_is_stored_as_earlier_versions_stored_it()
    {
        using var journal = state.OpenJournal(Connection());
        // Earlier versions stored an open run so.
        var id = Guid.NewGuid();
        journal.Begin([new Intent { Id = id, RunId = id, Action = SyncAction.Skip, CreatedAt = SetClock.Start }]);
        journal.BeginRun(Guid.NewGuid(), SetClock.Start);

        using var raw = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All).Open();
        var rows = raw.Query(
            "SELECT id = run_id, action, coalesce(entra_id, account_id, email, group_id, account_group_id), prior_state, event, created_at FROM intents",
            row => (row.GetBoolean(0), row.GetInt32(1), row.IsDBNull(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5)));
        Assert.Equal([rows[0], rows[0]], rows);
        Assert.True(rows[0] is (true, (int)SyncAction.Skip, true, _, _, _));
        Assert.Equal(2, journal.Load(default).OpenRuns.Count);
    }

    [Fact]
    public void Recovery_and_removal_of_an_intent_are_one_transaction()
    {
        using var journal = state.OpenJournal(Connection());
        var settled = Intent();
        journal.Begin(new[] { settled });
        journal.Apply([new StateChange.GroupLinkSaved(new GroupLink { GroupId = "g", AccountGroupId = "a", DisplayName = "G" })], Array.Empty<Guid>());
        journal.Apply([new StateChange.GroupLinkForgotten("g"), new StateChange.LinkSaved(Link(1))], new[] { settled.Id });

        var loaded = journal.Load(default);
        Assert.Empty(loaded.GroupLinks);
        Assert.Empty(loaded.OpenIntents);
        Assert.Single(loaded.Links);
    }

    [Fact]
    public void A_failed_transaction_leaves_nothing_behind()
    {
        using var journal = state.OpenJournal(Connection());
        var twice = Intent();
        Refused(ErrorId.InternalError, () => journal.Begin(new[] { Intent(), twice, twice }));

        Assert.Empty(journal.Load(default).OpenIntents);
        journal.Begin(new[] { twice });
        Assert.Single(journal.Load(default).OpenIntents);
    }

    [Fact]
    public async Task Completions_of_many_threads_are_all_committed_once()
    {
        var connection = Connection();
        var intents = Enumerable.Range(0, 5000).Select(_ => Intent()).ToArray();
        using (var journal = state.OpenJournal(connection))
        {
            journal.Begin(intents);
            await Parallel.ForEachAsync(
                Enumerable.Range(0, intents.Length),
                new ParallelOptions { MaxDegreeOfParallelism = 16 },
                async (i, _) =>
                {
                    journal.Complete(intents[i].Id, new StateChange.LinkSaved(Link(i)), new StateChange.RemovalCounted(new RemovalRecord { At = SetClock.Start }));
                    if (i % 500 == 0)
                        await journal.FlushAsync();
                });
            await journal.FlushAsync();
        }

        using var reopened = state.Store.OpenJournal(connection.Id);
        var loaded = reopened.Load(SetClock.Start);
        Assert.Empty(loaded.OpenIntents);
        Assert.Equal(5000, loaded.Links.Count);
        Assert.Equal(5000, loaded.Removals.Count);
    }

    [Fact]
    public async Task A_failed_commit_is_reported_and_retried()
    {
        var connection = Connection();
        using var journal = state.OpenJournal(connection);
        var intent = Intent();
        journal.Begin(new[] { intent });
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("CREATE TRIGGER stop BEFORE INSERT ON links BEGIN SELECT RAISE(ABORT, 'stopped'); END");

        journal.Complete(intent.Id, new StateChange.LinkSaved(Link(1)));
        var error = await Assert.ThrowsAsync<ConnectorException>(journal.FlushAsync);
        Assert.Contains("stopped", error.Message, StringComparison.Ordinal);
        Assert.Null(error.InnerException);

        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("DROP TRIGGER stop");
        await journal.FlushAsync();
        Assert.Single(journal.Load(default).Links);
    }

    [Fact]
    public void A_commit_that_failed_in_the_background_is_reported_by_a_later_completion()
    {
        using var journal = state.OpenJournal(Connection());
        journal.Begin(new[] { Intent() });
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("CREATE TRIGGER stop BEFORE INSERT ON links BEGIN SELECT RAISE(ABORT, 'stopped'); END");

        var waited = Stopwatch.StartNew();
        ConnectorException? reported = null;
        while (reported is null && waited.Elapsed < TimeSpan.FromSeconds(20))
        {
            try
            {
                journal.Complete(Guid.NewGuid(), new StateChange.LinkSaved(Link(1)));
            }
            catch (ConnectorException exception)
            {
                reported = exception;
            }
        }

        Assert.Contains("stopped", reported!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Closing_commits_waiting_completions()
    {
        var connection = Connection();
        var intent = Intent();
        using (var journal = state.OpenJournal(connection))
        {
            journal.Begin(new[] { intent });
            journal.Complete(intent.Id);
        }

        using var reopened = state.Store.OpenJournal(connection.Id);
        Assert.Empty(reopened.Load(default).OpenIntents);
    }

    [Fact]
    public void Old_removals_are_deleted()
    {
        using var journal = state.OpenJournal(Connection());
        foreach (var hours in new[] { 50, 47, 1 })
            journal.Apply([new StateChange.RemovalCounted(new RemovalRecord { At = SetClock.Start.AddHours(-hours) })], Array.Empty<Guid>());
        Assert.Equal(2, journal.Load(SetClock.Start.AddHours(-48)).Removals.Count);
        Assert.Equal(3, journal.Load(default).Removals.Count);

        journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);

        Assert.Equal(new[] { SetClock.Start.AddHours(-47), SetClock.Start.AddHours(-1) }, journal.Load(default).Removals.Select(removal => removal.At));
    }

    [Fact]
    public void Runs_are_read_newest_first_and_within_limits()
    {
        using var journal = state.OpenJournal(Connection());
        for (var i = 0; i < 5; i++)
            journal.SaveRun(Run(SetClock.Start.AddMinutes(i)), ConnectionHealth.New, null, null);

        Assert.Equal(new[] { 4, 3 }, journal.ReadRuns(2, null).Select(run => (run.StartedAt - SetClock.Start).Minutes));
        Assert.Equal(new[] { 4, 3, 2 }, journal.ReadRuns(int.MaxValue, SetClock.Start.AddMinutes(2)).Select(run => (run.StartedAt - SetClock.Start).Minutes));
        Assert.Empty(journal.ReadRuns(0, null));
    }

    [Fact]
    public void Runs_are_read_one_by_one()
    {
        using var journal = state.OpenJournal(Connection());
        for (var i = 0; i < 4; i++)
            journal.SaveRun(Run(SetClock.Start.AddMinutes(i)), ConnectionHealth.New, null, null);

        var minutes = new List<int>();
        foreach (var run in journal.ReadRuns(int.MaxValue, null))
        {
            minutes.Add((run.StartedAt - SetClock.Start).Minutes);
            // Runs of other processes are saved and forgotten while a reader looks at one.
            if (minutes.Count == 1)
            {
                journal.SaveRun(Run(SetClock.Start.AddMinutes(9)), ConnectionHealth.New, null, null);
                using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
                raw.Run("DELETE FROM runs WHERE started_at = $1", SetClock.Start.AddMinutes(1).UtcTicks);
            }
        }

        Assert.Equal([3, 2, 0], minutes);
    }

    [Fact]
    public void A_run_that_is_saved_again_replaces_itself()
    {
        using var journal = state.OpenJournal(Connection());
        var change = new ChangeRecord { Action = SyncAction.Skip, Outcome = ChangeOutcome.Skipped, Reason = Texts.ReasonGuest };
        var run = Run(SetClock.Start) with { Changes = new[] { change, change } };
        journal.SaveRun(run, ConnectionHealth.New, null, null);
        journal.SaveRun(run with { Outcome = SyncOutcome.Failed, Changes = new[] { change } }, ConnectionHealth.New, null, null);

        var read = Assert.Single(journal.ReadRuns(10, null));
        Assert.Equal(SyncOutcome.Failed, read.Outcome);
        Assert.Single(read.Changes);
    }

    [Fact]
    public void History_is_pruned_by_age_and_number()
    {
        var connection = Connection();
        using var journal = state.OpenJournal(connection);
        journal.SaveRun(Run(SetClock.Start.AddDays(-91)), ConnectionHealth.New, null, null);
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
        {
            // The history of runs every five minutes: many runs without changes, and a few with changes.
            raw.Run(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1600)
                INSERT INTO runs (connection, run_id, mode, outcome, started_at, duration, summary)
                SELECT (SELECT key FROM connections), CAST(printf('%016d', i) AS BLOB), 0, CASE WHEN i <= 500 THEN 1 ELSE 0 END, $1 + i, 0, '["Reason_Deleted"]' FROM n
                """,
                SetClock.Start.UtcTicks);
            raw.Run("INSERT INTO run_changes (run, position, action, outcome, reason) SELECT sequence, 0, 0, 0, '[\"Reason_Deleted\"]' FROM runs");
        }

        journal.SaveRun(Run(SetClock.Start.AddHours(1)), ConnectionHealth.New, null, null);

        var runs = journal.ReadRuns(int.MaxValue, null).ToList();
        Assert.Equal(1000, runs.Count);
        Assert.Equal(SetClock.Start.AddHours(1), runs[0].StartedAt);
        Assert.Equal(SetClock.Start.AddTicks(602), runs[^1].StartedAt);
        using var check = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadOnly);
        Assert.Equal(999, check.Number("SELECT COUNT(*) FROM run_changes"));
    }

    [Fact]
    public void Runs_without_changes_do_not_displace_the_others()
    {
        using var journal = state.OpenJournal(Connection());
        journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
        {
            raw.Run(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
                INSERT INTO runs (connection, run_id, mode, outcome, started_at, duration, summary)
                SELECT (SELECT key FROM connections), CAST(printf('%016d', i) AS BLOB), 0, 1 + i % 2, $1 + i, 0, '["Reason_Deleted"]' FROM n
                """,
                SetClock.Start.UtcTicks);
        }

        journal.SaveRun(Run(SetClock.Start.AddHours(1)) with { Outcome = SyncOutcome.NoChange, Changes = [] }, ConnectionHealth.New, null, null);

        // While a retry is pending, runs without changes are Partial.
        var runs = journal.ReadRuns(int.MaxValue, null).ToList();
        Assert.Equal(300, runs.Count(run => run.Outcome is SyncOutcome.NoChange or SyncOutcome.Partial));
        Assert.InRange(runs.Count(run => run.Outcome == SyncOutcome.Partial), 149, 150);
        Assert.Equal(1, runs.Count(run => run.Outcome == SyncOutcome.Succeeded));
    }

    [Fact]
    public async Task Thirty_two_connections_write_at_once()
    {
        var connections = Enumerable.Range(0, 32).Select(i => Connection("Connection " + i)).ToArray();
        foreach (var connection in connections)
            state.Store.SaveConnection(connection, null);

        await Task.WhenAll(connections.Select(connection => Task.Run(async () =>
        {
            using var journal = state.Store.OpenJournal(connection.Id);
            for (var round = 0; round < 5; round++)
            {
                var intents = Enumerable.Range(0, 20).Select(_ => Intent()).ToArray();
                journal.Begin(intents);
                for (var i = 0; i < intents.Length; i++)
                    journal.Complete(intents[i].Id, new StateChange.LinkSaved(Link((round * 20) + i)));
                await journal.FlushAsync();
            }

            journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
        })));

        foreach (var connection in connections)
        {
            using var journal = state.Store.OpenJournal(connection.Id);
            Assert.Equal(100, journal.Summarize().ManagedUsers);
            Assert.Empty(journal.Load(default).OpenIntents);
        }
    }

    [Fact]
    public void A_hundred_thousand_links_are_read_and_ten_thousand_intents_written()
    {
        using var journal = state.OpenJournal(Connection());
        journal.Apply(Enumerable.Range(0, 100_000).Select(i => new StateChange.LinkSaved(Link(i))).ToArray(), Array.Empty<Guid>());
        var intents = Enumerable.Range(0, 10_000).Select(_ => Intent()).ToArray();
        journal.Load(default);

        var load = Measure(() => Assert.Equal(100_000, journal.Load(default).Links.Count));
        journal.Begin(Enumerable.Range(0, 100).Select(_ => Intent()).ToArray());
        var begin = Measure(() => journal.Begin(intents));
        var summary = Measure(() => journal.Summarize());
        output.WriteLine("Load {0} ms, Begin {1} ms, Summarize {2} ms, {3} bytes", load.TotalMilliseconds, begin.TotalMilliseconds, summary.TotalMilliseconds, new FileInfo(state.Location.Database).Length);
    }

    private static TimeSpan Measure(Action act)
    {
        var watch = Stopwatch.StartNew();
        act();
        return watch.Elapsed;
    }
}
