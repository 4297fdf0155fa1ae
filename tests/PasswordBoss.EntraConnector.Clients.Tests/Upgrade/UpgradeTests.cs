using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Clients.Tests.Upgrade;

/// <summary>A state of an earlier version can be read, keeps all its data, and no user loses access.</summary>
public sealed class UpgradeTests
{
    public static TheoryData<string> Archives => new() { OldHome.Ended, OldHome.Killed };

    [Theory]
    [MemberData(nameof(Archives))]
    public void An_upgrade_keeps_all_data(string archive)
    {
        using var home = new OldHome(archive);
        var columns = home.Columns();
        var before = home.Dump();
        Assert.Equal(2, Version(home));
        Assert.Equal(9, columns.Count);

        using (var store = home.OpenStateStore())
            Assert.NotEmpty(store.ListConnections());

        Assert.Equal(SchemaMigrations.All.Count, Version(home));
        var after = home.Dump(columns);
        foreach (var (table, rows) in before)
        {
            if (table != "connections")
                Assert.Equal(rows, after[table]);
        }

        // Health, progress and secrets have their own tests. This test shows that nothing else changed.
        var kept = new Dictionary<string, string[]>
        {
            ["connections"] =
            [
                .. columns["connections"].Except(["health", "progress", "secrets"]), "json_remove(health, '$.adoptMeaningUntold')", "json_remove(progress, '$.scope')",
            ],
        };
        using var untouched = new OldHome(archive);
        Assert.Equal(untouched.Dump(kept)["connections"], home.Dump(kept)["connections"]);
    }

    [Theory]
    [MemberData(nameof(Archives))]
    public void Opening_an_upgraded_database_again_changes_nothing(string archive)
    {
        using var home = new OldHome(archive);
        _ = home.With(home.Names()[0], journal => journal.Load(default));
        var once = home.Dump();

        foreach (var name in home.Names())
            _ = home.With(name, journal => (journal.LoadStart(), journal.Load(default), journal.Summarize()));

        Assert.Equal(SchemaMigrations.All.Count, Version(home));
        Assert.Equal(once.Keys, home.Dump().Keys);
        Assert.All(home.Dump(), table => Assert.Equal(once[table.Key], table.Value));
    }

    [UnixFact]
    public void The_files_stay_private_after_an_upgrade()
    {
        using var home = new OldHome(OldHome.Ended);
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        Assert.Equal(Private | UnixFileMode.UserExecute, Mode(home.Location.Folder));
        Assert.Equal(Private, Mode(home.Location.Database));
        Assert.All(Directory.GetFiles(home.Location.KeyFolder), file => Assert.Equal(Private, Mode(file)));
    }

    [Fact]
    public void Contoso_is_read_as_it_was_written()
    {
        using var home = new OldHome(OldHome.Ended);
        using var store = home.OpenStateStore();
        Assert.Equal(["Contoso", "Fjordlight"], store.ListConnections().Select(c => c.Name));
        var connection = home.Connection("Contoso");

        Assert.Equal("c0ffee00-1abc-4def-8123-456789abcdef", connection.TenantId);
        Assert.Equal(("Password Boss Users", "Design Sales"), (connection.UserGroup!.DisplayName, string.Join(" ", connection.AdditionalGroups.Select(g => g.DisplayName))));
        Assert.Equal(SyncRules.Default with { RemovedUser = LeaverRule.Delete, MaxRemovalCount = 3 }, connection.Rules);
        var secrets = store.ReadSecrets(connection);
        Assert.Equal(("bench~secret-01+/=&%", "bench-scim-token"), (secrets.ClientSecret, secrets.PasswordBossToken));

        using var journal = store.OpenJournal(connection.Id);
        var start = journal.LoadStart();
        Assert.Equal(SyncOutcome.Refused, start.Health.LastOutcome);
        Assert.Equal(20, start.PendingRetries.Count);
        Assert.Equal(20, start.Pause!.RefusedKeys.Count(key => key.StartsWith("Delete|", StringComparison.Ordinal)));
        Assert.False(start.WasRolledBack);
        Assert.Equal(new DateTime(2026, 11, 29, 18, 45, 25).Ticks, start.NewestTime!.Value.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond);
        var loaded = journal.Load(home.Clock.UtcNow.AddDays(-1));
        Assert.Equal(2, loaded.Removals.Count(r => r.GroupId is null));
        Assert.Equal(2, loaded.Removals.Count(r => r.GroupId is not null));
        Assert.Equal((38, 1, 1), (
            loaded.Links.Count(l => l is { Kind: LinkKind.Current, AppliedRule: LeaverRule.None, KnownState: AccountState.Active }),
            loaded.Links.Count(l => l is { Kind: LinkKind.Current, AppliedRule: LeaverRule.Disable, HandledEvent: LeavingEvent.Disabled, PriorState: AccountState.Active }),
            loaded.Links.Count(l => l is { Kind: LinkKind.Retired, AppliedRule: LeaverRule.Delete, HandledEvent: LeavingEvent.Removed })));
        Assert.Equal(["Design", "Sales"], loaded.GroupLinks.Select(g => g.DisplayName).Order(StringComparer.Ordinal));
        Assert.Equal([SyncOutcome.Refused, SyncOutcome.Succeeded, SyncOutcome.Succeeded], journal.ReadRuns(9, null).Select(run => run.Outcome));
        Assert.Equal(39, journal.Summarize().ManagedUsers);
        Assert.Equal(0, journal.Summarize().PendingDeletes);
    }

    [Theory]
    [InlineData(OldHome.Ended, "Fjordlight", 22)]
    [InlineData(OldHome.Ended, "Contoso", 40)]
    [InlineData(OldHome.Killed, "Served", 24)]
    public void Upgraded_links_have_no_origin_and_count_as_seen_active(string archive, string name, int count)
    {
        using var home = new OldHome(archive);

        var links = home.With(name, journal => journal.Load(default).Links);

        Assert.Equal(count, links.Count);
        Assert.All(links, link => Assert.Equal(
            (LinkOrigin.Unknown, true, false, AccountRequest.None, null, null, null, null, false),
            (link.Origin, link.SeenActive, link.AppliedRuleSeen, link.Unconfirmed.Request, link.WaitingConversion, link.WaitingDeletion, link.NamesWritten, link.NamesRead, link.NeedsConsent)));
    }

    [Theory]
    // An account that is disabled, but neither by us nor reported as disabled by an admin, was already disabled when it was adopted or recovered.
    [InlineData(AccountState.Disabled, LeaverRule.None, false, false)]
    [InlineData(AccountState.Disabled, LeaverRule.None, true, true)]
    [InlineData(AccountState.Disabled, LeaverRule.Disable, false, true)]
    [InlineData(AccountState.Active, LeaverRule.None, false, true)]
    [InlineData(AccountState.Pending, LeaverRule.None, false, true)]
    [InlineData(AccountState.Unknown, LeaverRule.None, false, true)]
    // The account was active after our disable. No record shows whether the disable failed or an admin enabled the account.
    [InlineData(AccountState.Active, LeaverRule.Disable, false, true)]
    [InlineData(AccountState.Personal, LeaverRule.ConvertToPersonal, false, true)]
    public void The_state_of_an_old_link_decides_whether_it_was_seen_active(AccountState knownState, LeaverRule done, bool adminDisableReported, bool seenActive)
    {
        using var old = new OldDatabase();
        old.Add(Link("a") with { KnownState = knownState, AppliedRule = done, AdminChangeReported = adminDisableReported });

        var link = Assert.Single(old.Load().Links);

        Assert.Equal((seenActive, false, LinkOrigin.Unknown), (link.SeenActive, link.AppliedRuleSeen, link.Origin));
        Assert.Equal((knownState, done, adminDisableReported), (link.KnownState, link.AppliedRule, link.AdminChangeReported));
    }

    [Fact]
    public void An_upgrade_updates_the_stored_scope()
    {
        using var home = new OldHome(OldHome.Ended);
        var fjordlight = home.With("Fjordlight", journal => journal.LoadStart());
        var contoso = home.With("Contoso", journal => journal.LoadStart());

        Assert.Null(FullSyncReason("Fjordlight", fjordlight));
        // Only the result of the last run requires a full run.
        Assert.Equal("Full_Paused", FullSyncReason("Contoso", contoso));
        Assert.Null(FullSyncReason("Contoso", contoso with { Pause = null, Progress = contoso.Progress with { FullNeeded = false } }));

        using var killed = new OldHome(OldHome.Killed);
        var served = killed.With("Served", journal => journal.LoadStart());
        Assert.Equal("Full_OpenWrites", FullSyncPolicy.FullSyncReason(killed.Connection("Served"), new SyncOptions(), served, killed.Clock.UtcNow)?.Id);
        Assert.Null(FullSyncPolicy.FullSyncReason(killed.Connection("Served"), new SyncOptions(), served with { HasOpenIntents = false, HasOpenRun = false }, killed.Clock.UtcNow));

        string? FullSyncReason(string name, RunStart start) => FullSyncPolicy.FullSyncReason(home.Connection(name), new SyncOptions(), start, home.Clock.UtcNow)?.Id;
    }

    [Fact]
    public void An_outdated_scope_is_kept_and_the_next_run_is_full()
    {
        using var home = new OldHome(OldHome.Ended);
        string before;
        using (var raw = home.OpenRaw())
        {
            raw.Run("UPDATE connections SET settings = json_set(settings, '$.rules.guestUser', 'Skip') WHERE name = 'Fjordlight'");
            before = raw.Query("SELECT progress ->> '$.scope' FROM connections WHERE name = 'Fjordlight'", row => row.GetString(0)).Single();
        }

        var start = home.With("Fjordlight", journal => journal.LoadStart());

        Assert.Equal(before, start.Progress.Scope);
        Assert.Equal("Full_ScopeChanged", FullSyncPolicy.FullSyncReason(home.Connection("Fjordlight"), new SyncOptions(), start, home.Clock.UtcNow)?.Id);
    }

    [Fact]
    public void An_unreadable_connection_does_not_stop_the_upgrade_of_the_others()
    {
        using var home = new OldHome(OldHome.Ended);
        using (var raw = home.OpenRaw())
            raw.Run("UPDATE connections SET settings = json_set(settings, '$.rules.guestUser', 'Whatever') WHERE name = 'Contoso'");

        using (var database = new StateDatabase(home.Location, home.Clock, SchemaMigrations.All).Open())
        {
            Assert.Equal(SchemaMigrations.All.Count, database.Number("PRAGMA user_version"));
            Assert.Equal(["Contoso"], database.Query("SELECT name FROM connections WHERE progress ->> '$.scope' LIKE '%SyncRules {%'", row => row.GetString(0)));
        }
    }

    [Theory]
    [InlineData("Adopt", true, true)]
    [InlineData(null, true, true)]
    [InlineData("Skip", true, false)]
    [InlineData("Adopt", false, false)]
    public void The_new_Adopt_rule_must_be_explained_if_a_run_used_the_old_one(string? rule, bool hasRun, bool unreported)
    {
        using var old = new OldDatabase();
        old.Run("UPDATE connections SET settings = json_set(settings, '$.rules.existingAccount', $1)", rule);
        old.Run("UPDATE connections SET health = $1", hasRun ? """{"lastOutcome":"Partial","messages":[["Error_AddressMissing","Zoë \"Z\""]],"relinked":true}""" : null);

        var health = old.Load().Health;

        Assert.Equal(unreported, health.AdoptChangeUnreported);
        Assert.Equal((hasRun, hasRun ? SyncOutcome.Partial : null), (health.Relinked, health.LastOutcome));
        if (hasRun)
            Assert.Equal([Problems.AddressMissing("Zoë \"Z\"").Text], health.Messages);
    }

    [Fact]
    public void Members_added_by_the_connector_are_derived_from_the_history()
    {
        using var home = new OldHome(OldHome.Ended);

        Assert.Equal(7, home.With("Fjordlight", journal => journal.Load(default).GroupMembers.Count));
        var state = home.With("Contoso", journal => journal.Load(default));
        Assert.Equal((11, 7), (MembersOf("Design").Length, MembersOf("Sales").Length));
        Assert.Subset(state.Links.Select(l => l.AccountId).ToHashSet(), MembersOf("Design").ToHashSet());

        string[] MembersOf(string name)
        {
            var group = state.GroupLinks.Single(g => g.DisplayName == name).GroupId;
            var members = state.GroupMembers.Where(m => m.GroupId == group).ToArray();
            Assert.All(members, member => Assert.Equal(GroupMemberMark.Shown, member.Mark));
            return members.Select(m => m.AccountId).ToArray();
        }
    }

    [Fact]
    public void The_last_completed_change_decides_a_group_membership()
    {
        using var old = new OldDatabase();
        old.Run("INSERT INTO group_links (connection, group_id, account_group_id, display_name, not_found_reads) VALUES (1, 'G', 'ag', 'Design', 0), (1, 'H', 'ah', 'Sales', 0)");
        old.AddRun(
            (SyncAction.AddMember, ChangeOutcome.Done, "Design", "stays"),
            (SyncAction.AddMember, ChangeOutcome.Done, "Design", "leaves"),
            (SyncAction.AddMember, ChangeOutcome.Done, "Design", "both"),
            (SyncAction.AddMember, ChangeOutcome.Done, "Sales", "both"),
            (SyncAction.AddMember, ChangeOutcome.Done, "Elsewhere", "stranger"),
            (SyncAction.AddMember, ChangeOutcome.Failed, "Design", "failed"),
            (SyncAction.AddMember, ChangeOutcome.Done, "Design", null),
            (SyncAction.AddMember, ChangeOutcome.Done, "design", "otherCase"),
            (SyncAction.Create, ChangeOutcome.Done, "Design", "created"));
        old.AddRun(
            (SyncAction.RemoveMember, ChangeOutcome.Done, "Design", "leaves"),
            (SyncAction.RemoveMember, ChangeOutcome.Refused, "Design", "stays"),
            (SyncAction.RemoveMember, ChangeOutcome.Done, "Design", "returns"),
            (SyncAction.RemoveMember, ChangeOutcome.Done, "Design", "both"));
        old.AddRun((SyncAction.AddMember, ChangeOutcome.Done, "Design", "returns"));

        Assert.Equal(["G returns", "G stays", "H both"], old.Load().GroupMembers.Select(m => m.GroupId + " " + m.AccountId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Stored_address_keys_are_converted_to_the_new_form()
    {
        using var old = new OldDatabase();
        foreach (var (person, address) in new[] { ("p", "Team@bücher.example"), ("q", "zoë@example.com"), ("r", "plain@example.com"), ("s", (string?)null) })
            old.Run("INSERT INTO members (connection, entra_id, group_id, address, address_key) VALUES (1, $1, 'g', $2, $3)", person, address, address?.Trim().ToUpperInvariant());

        old.With(journal =>
        {
            Assert.Equal("p", Assert.Single(journal.FindMembersAt(["team@xn--bcher-kva.example"])).EntraId);
            Assert.Equal("p", Assert.Single(journal.FindMembersAt(["TEAM@BÜCHER.example"])).EntraId);
            Assert.Equal("q", Assert.Single(journal.FindMembersAt(["ZOË@example.com"])).EntraId);
            Assert.Equal("r", Assert.Single(journal.FindMembersAt(["plain@EXAMPLE.com"])).EntraId);
            Assert.Equal(4, journal.CountMembers("g"));
            return true;
        });
    }

    [Fact]
    public void A_database_of_the_first_version_is_upgraded_to_the_current_one()
    {
        using var old = new OldDatabase(version: 1);
        old.Run("INSERT INTO links VALUES (1, 'account', 'Person', 'p@example.com', NULL, 0, 1, 1, 2, 0, 0, 5)");
        old.Run("UPDATE connections SET health = '{}'");

        var loaded = old.Load();

        var link = Assert.Single(loaded.Links);
        Assert.Equal(
            (LeaverRule.Disable, LeavingEvent.Removed, AccountState.Active, AccountState.Unknown, true, false),
            (link.AppliedRule, link.HandledEvent, link.PriorState, link.KnownState, link.SeenActive, link.AppliedRuleSeen));
        Assert.True(loaded.Health.AdoptChangeUnreported);
        Assert.Equal(SyncProgress.None, old.With(journal => journal.LoadStart().Progress));
        Assert.Equal(SchemaMigrations.All.Count, old.Version);
    }

    [Theory]
    [InlineData(SyncAction.Disable, """["Reason_Disabled"]""", LeavingEvent.Disabled)]
    [InlineData(SyncAction.Delete, """["Reason_Deleted"]""", LeavingEvent.Deleted)]
    [InlineData(SyncAction.ConvertToPersonal, """["Reason_Removed","Staff"]""", LeavingEvent.Removed)]
    [InlineData(SyncAction.Delete, """["Reason_DeletionDue","deleted in Entra"]""", LeavingEvent.None)]
    [InlineData(SyncAction.Disable, """["Reason_PredecessorRetired","p@example.com"]""", LeavingEvent.None)]
    [InlineData(SyncAction.Create, """["Reason_Disabled"]""", LeavingEvent.None)]
    [InlineData(SyncAction.Disable, "not JSON", LeavingEvent.None)]
    public void The_leaving_event_of_a_pending_retry_is_taken_from_its_reason(SyncAction action, string reason, LeavingEvent expected)
    {
        using var old = new OldDatabase(version: 5);
        old.Run("INSERT INTO open_matters (connection, position, attempts, not_before, action, outcome, reason) VALUES (1, 0, 1, 0, $1, 3, $2)", (int)action, reason);

        old.Load();

        Assert.Equal((long)expected, old.Number("SELECT leaving_event FROM open_matters"));
    }

    [Fact]
    public void An_interrupted_upgrade_leaves_the_older_version_intact()
    {
        using var home = new OldHome(OldHome.Ended);
        using var copy = new OldHome(OldHome.Ended);
        var before = home.Dump();
        using (var raw = home.OpenRaw())
        {
            // A small cache, so that uncommitted data is written to the files.
            raw.Run("PRAGMA cache_size = 1");
            SchemaFunctions.Register(raw, new SecretUpgrade(home.Location));
            using var transaction = raw.BeginTransaction(deferred: false);
            foreach (var step in SchemaMigrations.All.Skip(2))
                raw.Run(step);
            raw.Run("PRAGMA user_version = " + SchemaMigrations.All.Count);

            // The content of the disk if the machine stops now.
            foreach (var file in Directory.GetFiles(home.Location.Folder, "state.db*"))
                File.WriteAllBytes(Path.Combine(copy.Location.Folder, Path.GetFileName(file)), StateFixture.ReadAllBytes(file));
        }

        Assert.True(new FileInfo(copy.Location.Database + "-wal").Length > 4096);
        Assert.Equal(2, Version(copy));
        Assert.All(copy.Dump(), table => Assert.Equal(before[table.Key], table.Value));

        // The next attempt succeeds.
        Assert.Equal(22, copy.With("Fjordlight", journal => journal.Load(default).Links.Count));
        Assert.Equal(SchemaMigrations.All.Count, Version(copy));
    }

    [Fact]
    public async Task An_idle_run_after_the_upgrade_is_incremental_and_writes_nothing()
    {
        using var home = new OldHome(OldHome.Ended);
        var connection = home.Connection("Fjordlight");
        var sandbox = File.ReadAllText(home.SandboxFile(connection));
        var before = home.With("Fjordlight", journal => journal.Load(default));

        // The second run is the first one with a witness.
        for (var run = 0; run < 2; run++)
        {
            var result = await home.SyncAsync("Fjordlight");

            Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial, null), (result.Mode, result.Outcome, result.ErrorId));
            Assert.Equal(0, result.Created + result.Updated + result.Enabled + result.Disabled + result.Deleted + result.Converted);
            Assert.Equal(sandbox, File.ReadAllText(home.SandboxFile(connection)));
            home.GoOn(TimeSpan.FromMinutes(5));
        }

        var after = home.With("Fjordlight", journal => journal.Load(default));
        Assert.Equal(before.Links.Select(Deeds), after.Links.Select(Deeds));
        Assert.Equal(before.GroupMembers, after.GroupMembers);
        Assert.Empty(after.OpenIntents);
        Assert.Equal(before.Removals, after.Removals);
        Assert.Equal(2, new Witness(home.Location, connection.Id).Read()!.RunNumber);

        static (string, string, string, LinkKind, LeaverRule, LeavingEvent) Deeds(AccountLink link) => (link.EntraId, link.AccountId, link.Email, link.Kind, link.AppliedRule, link.HandledEvent);
    }

    [Fact]
    public async Task A_full_run_after_the_upgrade_removes_no_user()
    {
        using var home = new OldHome(OldHome.Ended);
        var sandbox = new SandboxPasswordBoss(home.OpenSandboxState(home.Connection("Fjordlight")));
        var before = sandbox.Accounts.Select(a => $"{a.Email} {a.State}: {string.Join(", ", a.Groups)}").ToArray();

        var result = await home.SyncAsync("Fjordlight", new SyncOptions { Full = true });

        Assert.Equal((SyncMode.Full, SyncOutcome.Partial, null), (result.Mode, result.Outcome, result.ErrorId));
        Assert.Equal(0, result.Created + result.Enabled + result.Disabled + result.Deleted + result.Converted);
        Assert.Equal(before, sandbox.Accounts.Select(a => $"{a.Email} {a.State}: {string.Join(", ", a.Groups)}"));
    }

    [Fact]
    public async Task A_run_killed_before_the_upgrade_is_completed_after_it()
    {
        using var home = new OldHome(OldHome.Killed);
        Assert.Equal(
            ["AddMember 1", "ConvertToPersonal 2", "Create 2", "Delete 2", "Disable 2", "Enable 1"],
            home.With("Served", journal => journal.Load(default).OpenIntents.GroupBy(i => i.Action).Select(g => g.Key + " " + g.Count()).Order(StringComparer.Ordinal)));
        Assert.Single(home.With("Served", journal => journal.Load(default).OpenRuns));
        var connection = home.Connection("Served");

        var first = await home.SyncAsync("Served");
        Assert.Equal((SyncMode.Full, SyncOutcome.Partial, null), (first.Mode, first.Outcome, first.ErrorId));
        for (var run = 0; run < 3; run++)
        {
            home.GoOn(TimeSpan.FromHours(2));
            Assert.Equal(SyncOutcome.Partial, (await home.SyncAsync("Served")).Outcome);
        }

        var state = home.With("Served", journal => journal.Load(default));
        Assert.Empty(state.OpenIntents);
        Assert.Empty(state.OpenRuns);
        var company = new SandboxPasswordBoss(home.OpenSandboxState(connection));
        var active = company.Accounts.Where(a => a.State == AccountState.Active).Select(a => a.Email).ToHashSet();
        // New and enabled users have access with one account each. Users who left have none.
        Assert.Superset(new HashSet<string>(Enumerable.Range(0, 4).Select(i => $"new{i}@fjordlight.example").Concat(["chloe.lefevre@fjordlight.example", "anders.vik@fjordlight.example"])), active);
        Assert.Empty(active.Intersect(new[]
        {
            "siobhan.nidhomhnaill", "kenji.watanabe", "eleni.papadopoulou", "ragnhild.moe", "samir.haddad", "linnea.akesson",
        }.Select(name => name + "@fjordlight.example")));
        Assert.Equal(company.Accounts.Count, company.Accounts.Select(a => a.Email).Distinct().Count());
    }

    private static long Version(OldHome home)
    {
        using var raw = home.OpenRaw();
        return raw.Number("PRAGMA user_version");
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static AccountLink Link(string id) => new() { EntraId = "person-" + id, AccountId = id, Email = id + "@example.com", LinkedAt = StateFixture.SetClock.Start };

    /// <summary>A database of an older version with one connection. The test adds the rows.</summary>
    private sealed class OldDatabase : IDisposable
    {
        private readonly StateFixture state = new();
        private readonly ConnectionSettings connection = StateFixture.Connection();
        private readonly SqliteConnection raw;
        private long runs;

        public OldDatabase(int version = 2)
        {
            raw = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All.Take(version).ToArray()).Open();
            raw.Run(
                "INSERT INTO connections (key, id, name, name_key, tenant_key, address_key, settings) VALUES (1, $1, 'Contoso', 'CONTOSO', 't', 'a', $2)",
                connection.Id.ToString("D"),
                StoredDocuments.Connection.Write(connection));
        }

        public long Version => Number("PRAGMA user_version");

        public long Number(string sql) => raw.Number(sql);

        public void Run(string sql, params object?[] values) => raw.Run(sql, values);

        public void Add(AccountLink link) => raw.Run(
            """
            INSERT INTO links (connection, account_id, entra_id, email, kind, done, prior_state, handled_event, admin_disable_reported, absent_reads, linked_at, known_state)
            VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            link.AccountId,
            link.EntraId,
            link.Email,
            (int)link.Kind,
            (int)link.AppliedRule,
            (int)link.PriorState,
            (int)link.HandledEvent,
            link.AdminChangeReported,
            link.AbsentReads,
            link.LinkedAt.UtcTicks,
            (int)link.KnownState);

        public void AddRun(params (SyncAction Action, ChangeOutcome Outcome, string Group, string? Account)[] changes)
        {
            runs++;
            raw.Run(
                "INSERT INTO runs (sequence, connection, run_id, mode, outcome, started_at, duration, summary) VALUES ($1, 1, $2, 0, 0, $1, 5, '[\"Reason_Deleted\"]')",
                runs,
                Guid.NewGuid().ToByteArray());
            for (var i = 0; i < changes.Length; i++)
            {
                raw.Run(
                    "INSERT INTO run_changes (run, position, action, outcome, group_name, account_id, reason) VALUES ($1, $2, $3, $4, $5, $6, '[\"Reason_Deleted\"]')",
                    runs,
                    i,
                    (int)changes[i].Action,
                    (int)changes[i].Outcome,
                    changes[i].Group,
                    changes[i].Account);
            }
        }

        public SyncState Load() => With(journal => journal.Load(default));

        public T With<T>(Func<Ports.ISyncJournal, T> read)
        {
            using var store = new StateStore(state.Location, state.Clock);
            using var journal = store.OpenJournal(connection.Id);
            return read(journal);
        }

        public void Dispose()
        {
            raw.Dispose();
            state.Dispose();
        }
    }
}
