using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using Xunit.Abstractions;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>The data that the journal stores for incremental runs: progress, pending retries, known members.</summary>
public sealed class ProgressTests : IDisposable
{
    private readonly ITestOutputHelper output;
    private readonly StateFixture state = new();

    public ProgressTests(ITestOutputHelper output) => this.output = output;

    public void Dispose() => state.Dispose();

    private static ProgressChange Change(params KnownMember[] all) => new() { Progress = SyncProgress.None, PendingRetries = Array.Empty<PendingRetry>(), AllMembers = all };

    private static void Save(ISyncJournal journal, ProgressChange? change) => journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, change);

    private static PendingRetry Matter(string person, int attempts = 1) => new()
    {
        EntraId = person,
        Change = new ChangeRecord { Action = SyncAction.Create, Outcome = ChangeOutcome.Failed, Reason = new Message("Reason_Joined"), EntraId = person },
        Attempts = attempts,
        NotBefore = SetClock.Start.AddMinutes(attempts),
    };

    private static KnownMember[] Members(ISyncJournal journal, params string[] people) =>
        journal.FindMembers(people).OrderBy(m => m.EntraId, StringComparer.Ordinal).ThenBy(m => m.GroupId, StringComparer.Ordinal).ToArray();

    [Fact]
    public void A_connection_that_has_never_run_starts_from_nothing()
    {
        using var journal = state.OpenJournal(Connection());

        var start = journal.LoadStart();

        Assert.Equal(ConnectionHealth.New, start.Health);
        Assert.Null(start.Pause);
        Assert.Equal(SyncProgress.None, start.Progress);
        Assert.Empty(start.PendingRetries);
        Assert.False(start.HasOpenIntents);
        Assert.Empty(journal.FindKnown(new[] { "a" }));
        Assert.Empty(journal.FindKnown(Array.Empty<string>()));
        Assert.Empty(journal.FindMembers(new[] { "a" }));
        Assert.Empty(journal.FindMembersAt(new[] { "a@example.com" }));
        Assert.Equal(0, journal.CountMembers("g"));
    }

    [Fact]
    public void Everything_is_read_as_it_was_written()
    {
        var connection = Connection();
        var progress = new SyncProgress
        {
            Links = new DeltaLinks { Groups = new[] { "https://graph.microsoft.com/v1.0/groups/delta?$deltatoken=a%2Bb&x='\"", "second" }, Users = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=c" },
            Scope = "scope \"é\"",
            LastFullAt = SetClock.Start.AddTicks(7),
            FullNeeded = true,
            RecheckUserIds = ["00000001-0007-0007-0102-030405060708"],
            Doubts =
            [
                new UserDoubt
                {
                    EntraId = "p1", Since = SetClock.Start.AddTicks(9), IsRemoved = true, LeftGroups = ["g1", "g2"],
                    Reported = new DirectoryUser { Id = "p1", DisplayName = "Zoë", GivenName = "Z", Surname = "Ö", Mail = "m@x.example", UserPrincipalName = "u@x.example", AccountEnabled = false, UserType = "Guest" },
                },
                new UserDoubt { EntraId = "p2", Since = SetClock.Start, Reported = new DirectoryUser { Id = "p2" } },
            ],
            Groups = new[]
            {
                new TrackedGroup { GroupId = "g1", DisplayName = "Größe", IsUserGroup = true, HoldsGroups = true, WasRead = true },
                new TrackedGroup { GroupId = "g2" },
            },
        };
        var retries = new[]
        {
            new PendingRetry
            {
                EntraId = "p", GroupId = "g", Attempts = 3, NotBefore = SetClock.Start.AddTicks(5), Leaving = LeavingEvent.Disabled,
                Change = new ChangeRecord
                {
                    Action = SyncAction.AddMember, Outcome = ChangeOutcome.Failed, Email = "e", DisplayName = "d", EntraId = "other", AccountId = "a", Group = "g", Reason = Texts.ReasonRemoved("G"),
                    Before = "b", After = "c", ErrorId = ErrorId.AccountNotFound, Detail = Problems.AccountNotFound("e").Text, Recommendation = Texts.FixAccountNotFound,
                },
            },
            new PendingRetry { GroupId = "g2", Change = new ChangeRecord { Action = SyncAction.Skip, Outcome = ChangeOutcome.Skipped, Reason = Texts.ReasonGuest } },
        };
        var pause = new PauseRecord { RunId = Guid.NewGuid(), At = SetClock.Start, RefusedKeys = new[] { "k" }, Reason = Texts.ReasonDeleted };
        using (var journal = state.OpenJournal(connection))
        {
            journal.Begin(new[] { Intent() });
            journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New with { ConsecutiveFailures = 2 }, pause, new ProgressChange { Progress = progress, PendingRetries = retries });
        }

        using var again = new StateStore(state.Location, state.Clock);
        using var reopened = again.OpenJournal(connection.Id);
        var start = reopened.LoadStart();
        Assert.Equal(2, start.Health.ConsecutiveFailures);
        Assert.Equal(pause.RunId, start.Pause!.RunId);
        Assert.True(start.HasOpenIntents);
        Assert.Equal(progress.Links.Groups, start.Progress.Links!.Groups);
        Assert.Equal(progress.Links.Users, start.Progress.Links.Users);
        Assert.Equal(progress.Groups, start.Progress.Groups);
        Assert.Equal(progress.RecheckUserIds, start.Progress.RecheckUserIds);
        Assert.Equal(progress.Doubts[0].LeftGroups, start.Progress.Doubts[0].LeftGroups);
        Assert.Equal(progress.Doubts[0], start.Progress.Doubts[0] with { LeftGroups = progress.Doubts[0].LeftGroups });
        Assert.Equal(progress.Doubts[1], start.Progress.Doubts[1]);
        Assert.Equal(progress, start.Progress with { Links = progress.Links, Groups = progress.Groups, RecheckUserIds = progress.RecheckUserIds, Doubts = progress.Doubts });
        Assert.Equal(retries, start.PendingRetries);
    }

    [Fact]
    public void The_state_of_an_account_is_kept()
    {
        using var journal = state.OpenJournal(Connection());
        journal.Apply([new StateChange.LinkSaved(Link(1) with { KnownState = AccountState.Disabled })], Array.Empty<Guid>());

        Assert.Equal(AccountState.Disabled, Assert.Single(journal.Load(default).Links).KnownState);
    }

    [Fact]
    public void Progress_that_is_not_changed_is_kept()
    {
        using var journal = state.OpenJournal(Connection());
        Save(journal, Change(new KnownMember("g", "p", "p@example.com")) with { Progress = new SyncProgress { Scope = "s" }, PendingRetries = new[] { Matter("p") } });

        Save(journal, null);

        var start = journal.LoadStart();
        Assert.Equal("s", start.Progress.Scope);
        Assert.Single(start.PendingRetries);
        Assert.Single(Members(journal, "p"));
    }

    [Fact]
    public void Pending_retries_are_replaced_in_order()
    {
        using var journal = state.OpenJournal(Connection());
        Save(journal, Change() with { PendingRetries = new[] { Matter("b"), Matter("a"), Matter("c") } });
        Save(journal, Change() with { PendingRetries = new[] { Matter("c", 2), Matter("b", 2) } });

        Assert.Equal(new[] { Matter("c", 2), Matter("b", 2) }, journal.LoadStart().PendingRetries);
        Save(journal, Change());
        Assert.Empty(journal.LoadStart().PendingRetries);
    }

    [Fact]
    public void All_members_are_replaced()
    {
        using var journal = state.OpenJournal(Connection());
        Save(journal, Change(new("g1", "p1", "p1@example.com"), new("g1", "p2", "p2@example.com"), new("g2", "p1", null), new("g2", "p3", null)));

        Save(journal, Change(new("G1", "P1", "new@example.com"), new("g2", "p1", null), new("g2", "p4", null), new("g2", "p4", null)));

        Assert.Equal(
            new KnownMember[] { new("G1", "P1", "new@example.com"), new("g2", "p1", null), new("g2", "p4", null) },
            journal.FindMembers(new[] { "p1", "p2", "p3", "p4" }).OrderBy(m => m.GroupId, StringComparer.OrdinalIgnoreCase).ThenBy(m => m.EntraId, StringComparer.OrdinalIgnoreCase));
        Assert.Equal(1, journal.CountMembers("g1"));
        Assert.Equal(2, journal.CountMembers("G2"));
        Assert.Empty(journal.FindMembersAt(new[] { "p1@example.com", "p2@example.com" }));
    }

    [Fact]
    public void An_incremental_run_adds_and_removes_single_members()
    {
        using var journal = state.OpenJournal(Connection());
        Save(journal, Change(new("g", "p1", "p1@example.com"), new("g", "p2", null), new("h", "p2", null)));

        Save(journal, new ProgressChange
        {
            Progress = SyncProgress.None,
            PendingRetries = Array.Empty<PendingRetry>(),
            MembersToStore = new KnownMember[] { new("g", "p3", "p3@example.com"), new("G", "P1", "other@example.com") },
            MembersToForget = new KnownMember[] { new("G", "P2", "whatever"), new("g", "never", null) },
        });

        Assert.Equal(new KnownMember[] { new("G", "P1", "other@example.com"), new("h", "p2", null), new("g", "p3", "p3@example.com") }, Members(journal, "p1", "p2", "p3"));
    }

    [Fact]
    public void Users_with_an_unretired_link_or_a_membership_are_known()
    {
        using var journal = state.OpenJournal(Connection());
        AccountLink LinkOf(string person, LinkKind kind) => Link(0) with { AccountId = person + kind, EntraId = person, Kind = kind };
        journal.Apply(
            new[]
            {
                new StateChange.LinkSaved(LinkOf("Current", LinkKind.Current)), new StateChange.LinkSaved(LinkOf("former", LinkKind.Predecessor)),
                new StateChange.LinkSaved(LinkOf("retired", LinkKind.Retired)), new StateChange.LinkSaved(LinkOf("both", LinkKind.Retired)),
            },
            Array.Empty<Guid>());
        Save(journal, Change(new("g", "member", null), new("h", "MEMBER", null), new("g", "both", null)));

        Assert.Equal(new[] { "Member", "both", "cURRENT", "former" }, journal.FindKnown(new[] { "stranger", "cURRENT", "former", "retired", "Member", "both", "member" }).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Long_lists_are_looked_up_completely()
    {
        using var journal = state.OpenJournal(Connection());
        var people = Enumerable.Range(0, 9001).Select(i => "p" + i).ToArray();
        Save(journal, Change(people.Select(p => new KnownMember("g", p, p + "@example.com")).ToArray()));
        var asked = people.Concat(Enumerable.Range(0, 40_000).Select(i => "stranger" + i)).ToArray();

        Assert.Equal(9001, journal.FindKnown(asked).Count);
        Assert.Equal(9001, journal.FindMembers(asked).Count);
        Assert.Equal(9001, journal.FindMembersAt(asked.Select(p => p + "@example.com").ToArray()).Count);
    }

    [Theory]
    [InlineData("Renée.O'Brien+x@exämple.com", "RENÉE.o'brien+X@EXÄMPLE.COM")]
    [InlineData("straße@example.com", "straße@EXAMPLE.com")]
    [InlineData("a\"b%_*@example.com", "A\"B%_*@example.com")]
    [InlineData("team@bücher.example", "Team@XN--BCHER-KVA.example")]
    public void Addresses_are_compared_in_their_common_form(string address, string asked)
    {
        using var journal = state.OpenJournal(Connection());
        Save(journal, Change(new("g", "p", address), new("g", "q", "strasse@example.com"), new("h", "p", null)));

        Assert.Equal(new KnownMember("g", "p", address), Assert.Single(journal.FindMembersAt(new[] { asked, " " + asked + " ", address })));
    }

    [Fact]
    public void Connections_share_no_data_and_removing_one_removes_its_data()
    {
        var connection = Connection("One");
        using var one = state.OpenJournal(connection);
        using var two = state.OpenJournal(Connection("Two"));
        Save(one, Change(new KnownMember("g", "p", "p@example.com")) with { Progress = new SyncProgress { Scope = "s" }, PendingRetries = new[] { Matter("p") } });

        Assert.Equal("", two.LoadStart().Progress.Scope);
        Assert.Empty(two.LoadStart().PendingRetries);
        Assert.Empty(two.FindKnown(new[] { "p" }));
        Assert.Empty(two.FindMembers(new[] { "p" }));
        Assert.Empty(two.FindMembersAt(new[] { "p@example.com" }));
        Assert.Equal(0, two.CountMembers("g"));
        Save(two, Change());
        Assert.Equal(1, one.CountMembers("g"));

        state.Store.RemoveConnection(connection.Id);
        Refused(ErrorId.ConnectionNotFound, () => one.LoadStart());
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadOnly);
        Assert.Equal(0, raw.Number("SELECT (SELECT COUNT(*) FROM members) + (SELECT COUNT(*) FROM open_matters)"));
    }

    [Theory]
    [InlineData("members")]
    [InlineData("open_matters")]
    [InlineData("runs")]
    public void An_uncommitted_change_changes_nothing(string table)
    {
        using var journal = state.OpenJournal(Connection());
        Save(journal, Change(new KnownMember("g", "p", null)) with { Progress = new SyncProgress { Scope = "old" }, PendingRetries = new[] { Matter("p") } });
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("CREATE TRIGGER stop BEFORE INSERT ON " + table + " BEGIN SELECT RAISE(ABORT, 'stopped'); END");

        Refused(ErrorId.InternalError, () => Save(journal, Change(new KnownMember("g", "q", null)) with { Progress = new SyncProgress { Scope = "new" }, PendingRetries = new[] { Matter("q") } }));

        var start = journal.LoadStart();
        Assert.Equal("old", start.Progress.Scope);
        Assert.Equal("p", Assert.Single(start.PendingRetries).EntraId);
        Assert.Equal(new[] { "p" }, journal.FindKnown(new[] { "p", "q" }));
        Assert.Single(journal.ReadRuns(10, null));
    }

    [Fact]
    public void A_database_of_the_first_version_is_upgraded_with_its_data()
    {
        var connection = Connection();
        using (var first = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All.Take(1).ToArray()).Open())
        {
            first.Run(
                "INSERT INTO connections (key, id, name, name_key, tenant_key, address_key, settings) VALUES (1, $1, 'Contoso', 'CONTOSO', 't', 'a', $2)",
                connection.Id.ToString("D"), StoredDocuments.Connection.Write(connection));
            first.Run("INSERT INTO links VALUES (1, 'account', 'Person', 'p@example.com', NULL, 0, 0, 1, 0, 0, 0, 5)");
            first.Run("INSERT INTO runs (sequence, connection, run_id, mode, outcome, started_at, duration, summary) VALUES (1, 1, $1, 0, 0, 5, 5, '[\"Reason_Deleted\"]')", Guid.NewGuid().ToByteArray());
            first.Run("INSERT INTO run_changes (run, position, action, outcome, reason, email) VALUES (1, 0, 15, 3, '[\"Reason_Guest\"]', 'e')");
        }

        using var journal = state.Store.OpenJournal(connection.Id);
        Assert.Equal(SyncProgress.None, journal.LoadStart().Progress);
        var link = Assert.Single(journal.Load(default).Links);
        Assert.Equal(AccountState.Unknown, link.KnownState);
        Assert.Equal(AccountState.Active, link.PriorState);
        Assert.Equal(new[] { "person" }, journal.FindKnown(new[] { "person" }));
        var change = Assert.Single(Assert.Single(journal.ReadRuns(1, null)).Changes);
        Assert.Equal((SyncAction.Conflict, ChangeOutcome.Skipped, "e"), (change.Action, change.Outcome, change.Email));
        Save(journal, Change(new KnownMember("g", "p", null)));
        Assert.Equal(1, journal.CountMembers("g"));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void A_hundred_thousand_members_are_kept_and_looked_up()
    {
        using var journal = state.OpenJournal(Connection());
        journal.Apply(Enumerable.Range(0, 100_000).Select(i => new StateChange.LinkSaved(Link(i))).ToArray(), Array.Empty<Guid>());
        var links = journal.Load(default).Links;
        var members = links.Select(link => new KnownMember("11111111-2222-3333-4444-555555555555", link.EntraId, link.Email)).ToArray();
        var strangers = Enumerable.Range(0, 100_000).Select(_ => Guid.NewGuid().ToString()).ToArray();
        var one = new[] { links[7].EntraId };
        journal.LoadStart();

        var took = new Dictionary<string, TimeSpan>
        {
            ["save first"] = Measure(() => Save(journal, Change(members))),
            ["save unchanged"] = Measure(() => Save(journal, Change(members))),
            ["save one per cent changed"] = Measure(() => Save(journal, Change(members.Select((m, i) => i % 100 == 0 ? m with { Address = "x" + m.Address } : m).ToArray()))),
            ["save nothing"] = Measure(() => Save(journal, null)),
            ["load start"] = Measure(() => journal.LoadStart()),
            ["one known"] = Measure(() => Assert.Single(journal.FindKnown(one))),
            ["all known"] = Measure(() => Assert.Equal(100_000, journal.FindKnown(members.Select(m => m.EntraId).ToArray()).Count)),
            ["none known"] = Measure(() => Assert.Empty(journal.FindKnown(strangers))),
            ["one address"] = Measure(() => Assert.Single(journal.FindMembersAt(new[] { members[7].Address! }))),
            ["count"] = Measure(() => Assert.Equal(100_000, journal.CountMembers(members[0].GroupId))),
        };

        foreach (var (what, time) in took)
            output.WriteLine("{0}: {1:0.0} ms", what, time.TotalMilliseconds);
    }

    [Fact]
    public void Lookups_use_the_indexes()
    {
        using var journal = state.OpenJournal(Connection());
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadOnly);
        foreach (var select in MemberRows.Lookups)
        {
            var plan = raw.Query("EXPLAIN QUERY PLAN " + select, row => row.GetString(3), 1, "[]", 2);
            Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("asked", StringComparison.Ordinal));
            Assert.All(plan.Where(step => step.StartsWith("SEARCH", StringComparison.Ordinal)), step => Assert.Matches(@"connection=\? AND (entra_id|address_key|group_id)=\?", step));
        }

        foreach (var select in LinkRows.Lookups.Concat(RunRows.Lookups).Concat(IntentRows.Lookups))
        {
            var plan = raw.Query("EXPLAIN QUERY PLAN " + select, row => row.GetString(3), new object?[] { 1, 2, 3 }.Take(select.Count(c => c == '$')).ToArray());
            Assert.Matches("INDEX (links_by_deletion|runs_by_time|removals_by_time)", Assert.Single(plan, step => !step.Contains("DISTINCT", StringComparison.Ordinal)));
        }
    }

    private static TimeSpan Measure(Action act)
    {
        var watch = Stopwatch.StartNew();
        act();
        return watch.Elapsed;
    }
}
