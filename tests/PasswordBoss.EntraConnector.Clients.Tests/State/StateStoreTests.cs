using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

public sealed class StateStoreTests : IDisposable
{
    private readonly StateFixture state = new();

    public void Dispose() => state.Dispose();

    [Fact]
    public void Reading_a_store_that_does_not_exist_creates_nothing()
    {
        Assert.Empty(state.Store.ListConnections());
        Assert.Empty(state.Store.ListConnectionsOfOtherStore());
        Refused(ErrorId.ConnectionNotFound, () => state.Store.ReadSecrets(Connection()));
        Refused(ErrorId.ConnectionNotFound, () => state.Store.OpenJournal(Guid.NewGuid()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(state.Root));
    }

    [Fact]
    public void A_connection_is_read_as_it_was_stored()
    {
        var stored = Connection("Contoso – Zürich") with
        {
            ClientId = "11111111-2222-3333-4444-555555555555",
            Credential = CredentialKind.CertificatePath,
            CertificateReference = "/certs/o'brien.pfx",
            Environment = EntraEnvironment.USGov,
            IsSandbox = true,
            UserGroup = new GroupReference("g1", "Password Boss Users"),
            AdditionalGroups = new[] { new GroupReference("g2", "Vertrieb \"Süd\""), new GroupReference("g3", "IT") },
            IncludeNested = true,
            Rules = new SyncRules
            {
                NewUser = NewUserRule.CreatePending,
                DeletedUser = LeaverRule.Delete,
                DisabledUser = LeaverRule.None,
                RemovedUser = LeaverRule.ConvertToPersonal,
                ExistingAccount = ExistingAccountRule.AdoptAny,
                RemovedGroup = RemovedGroupRule.Delete,
                DeleteAfterDays = 0,
                DeleteAfterDaysChangedAt = SetClock.Start.AddTicks(-9),
                UnknownMember = UnknownMemberRule.Remove,
                EmailSource = EmailSource.UserPrincipalName,
                GuestUser = GuestUserRule.Skip,
                MaxRemovalPercent = 7,
                MaxRemovalCount = 0,
                FullSyncHours = 12,
            },
            CreatedAt = SetClock.Start.AddTicks(1234567),
            SecretExpires = SetClock.Start.AddDays(180),
        };
        state.Store.SaveConnection(stored, null);

        using var again = new StateStore(state.Location, state.Clock);
        var read = Assert.Single(again.ListConnections());
        Assert.Equal(stored.AdditionalGroups, read.AdditionalGroups);
        Assert.Equal(stored, read with { AdditionalGroups = stored.AdditionalGroups });
    }

    [Fact]
    public void Rules_missing_in_a_document_of_an_older_version_get_their_default()
    {
        var read = StoredDocuments.Connection.Read(
            """
            {"id":"0f8fad5b-d9cb-469f-a165-70867728950e","name":"Old","tenantId":"t","credential":"ClientSecret","authorityHost":"https://login.example",
             "graphEndpoint":"https://graph.example/v1.0","passwordBossUri":"https://pb.example/scim","rules":{"deletedUser":"Delete"}}
            """);

        Assert.Equal(CredentialKind.ClientSecret, read.Credential);
        Assert.Equal(SyncRules.Default with { DeletedUser = LeaverRule.Delete }, read.Rules);
        Assert.Equal((30, null, UnknownMemberRule.Report), (read.Rules.DeleteAfterDays, read.Rules.DeleteAfterDaysChangedAt, read.Rules.UnknownMember));
        Assert.Empty(read.AdditionalGroups);
        Assert.Null(read.UserGroup);
    }

    [Fact]
    public void Connections_are_listed_by_name()
    {
        foreach (var name in new[] { "beta", "Alpha", "gamma" })
            state.Store.SaveConnection(Connection(name), null);

        Assert.Equal(new[] { "Alpha", "beta", "gamma" }, state.Store.ListConnections().Select(connection => connection.Name));
    }

    /// <summary>Damaged values of the column with the settings of a connection.</summary>
    [Theory]
    [InlineData("settings = substr(settings, 1, 40)")]
    [InlineData("settings = ''")]
    [InlineData("settings = '[]'")]
    [InlineData("settings = x'00ff80'")]
    [InlineData("settings = json_set(settings, '$.tenantId', NULL)")]
    [InlineData("settings = json_set(settings, '$.graphEndpoint', 'not an address')")]
    [InlineData("settings = json_set(settings, '$.rules.deletedUser', '77')")]
    [InlineData("settings = json_set(settings, '$.additionalGroups', json('[{\"id\":null,\"displayName\":\"a\"}]'))")]
    [InlineData("settings = json_set(settings, '$.name', 'Contoso')")]
    [InlineData("id = 'damaged'")]
    public void An_unreadable_row_hides_no_other_and_can_be_removed(string damage)
    {
        var damaged = Connection("beta");
        foreach (var connection in new[] { Connection("Alpha"), damaged, Connection("gamma") })
            state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token of " + connection.Name });
        using (var database = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            Assert.Equal(1, database.Run("UPDATE connections SET " + damage + " WHERE name = $1", "beta"));

        Assert.Equal(new[] { "Alpha", "gamma" }, state.Store.ListConnections().Select(connection => connection.Name));
        Assert.Equal(new[] { "Alpha", "beta", "gamma" }, state.Store.ListNames().Order(StringComparer.Ordinal));
        Assert.Equal("gamma", state.Store.FindConnection(" GAMMA ")!.Settings.Name);
        var found = state.Store.FindConnection("BETA")!.Damage!;
        Assert.Equal("beta", found.Name);
        Assert.Equal(damage.StartsWith("id", StringComparison.Ordinal) ? null : damaged.Id, found.Id);
        Assert.DoesNotContain("Alpha", found.Reason.Render(), StringComparison.Ordinal);
        // Neither its name nor its pair can be used while the row exists.
        Refused(ErrorId.ConnectionDamaged, () => state.Store.SaveConnection(Connection("BETA"), null));
        Refused(ErrorId.ConnectionDamaged, () => state.Store.SaveConnection(Connection("Delta", damaged.TenantId), null));

        state.Store.RemoveDamagedConnection(found);

        Assert.Null(state.Store.FindConnection("beta"));
        Assert.Equal(2, state.Store.ListConnections().Count);
        state.Store.SaveConnection(Connection("beta", damaged.TenantId), null);
    }

    [Theory]
    [InlineData("health = '{\"lastSync\":true}'")]
    [InlineData("pause = '{}'")]
    public void A_damaged_document_fails_one_run_and_is_rewritten(string damage)
    {
        var connection = Connection();
        using var journal = state.OpenJournal(connection);
        using (var database = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            Assert.Equal(1, database.Run("UPDATE connections SET " + damage + " WHERE name = $1", connection.Name));

        Refused(ErrorId.StoredTextDamaged, () => journal.LoadStart());

        journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
        Assert.Null(journal.LoadStart().Pause);
    }

    [Theory]
    [InlineData("{\"links\":{\"groups\":[null],\"users\":\"u\"}}")]
    [InlineData("{\"lastFullAt\":\"yesterday\"}")]
    public void Unreadable_progress_causes_a_full_run(string text)
    {
        var connection = Connection();
        using var journal = state.OpenJournal(connection);
        using (var database = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            Assert.Equal(1, database.Run("UPDATE connections SET progress = $2 WHERE name = $1", connection.Name, text));

        Assert.Same(SyncProgress.None, journal.LoadStart().Progress);
    }

    [Theory]
    [InlineData("Ärger", "äRGER")]
    [InlineData("Contoso", "CONTOSO")]
    public void A_connection_name_is_unique_without_case(string first, string second)
    {
        state.Store.SaveConnection(Connection(first), null);

        Refused(ErrorId.ConnectionDuplicate, () => state.Store.SaveConnection(Connection(second), null));
        Assert.Single(state.Store.ListConnections());
    }

    [Theory]
    [InlineData("8D2B3C4E-0000-0000-0000-000000000001", "https://scim.example.com/v2/")]
    [InlineData("{8d2b3c4e-0000-0000-0000-000000000001}", "HTTPS://SCIM.Example.com:443/v2")]
    public void A_second_connection_between_the_same_pair_is_refused_naming_the_first(string tenant, string address)
    {
        state.Store.SaveConnection(Connection("First", "8d2b3c4e-0000-0000-0000-000000000001", "https://scim.example.com/v2"), null);

        var error = Refused(ErrorId.ConnectionDuplicate, () => state.Store.SaveConnection(Connection("Second", tenant, address), null));
        Assert.Contains("'First'", error.Message, StringComparison.Ordinal);
        Assert.Equal("First", Assert.Single(state.Store.ListConnections()).Name);
    }

    [Fact]
    public void Another_path_or_tenant_makes_another_connection()
    {
        state.Store.SaveConnection(Connection("First", "contoso.com", "https://scim.example.com/A"), null);
        state.Store.SaveConnection(Connection("Second", "contoso.com", "https://scim.example.com/a"), null);
        state.Store.SaveConnection(Connection("Third", "fabrikam.com", "https://scim.example.com/A"), null);

        Assert.Equal(3, state.Store.ListConnections().Count);
    }

    [Fact]
    public void A_change_without_secrets_keeps_the_stored_ones_and_the_progress()
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        using (var journal = state.Store.OpenJournal(connection.Id))
            journal.Apply([new StateChange.LinkSaved(Link(1))], Array.Empty<Guid>());

        state.Store.SaveConnection(connection with { Name = "Renamed" }, null);

        Assert.Equal("Renamed", Assert.Single(state.Store.ListConnections()).Name);
        Assert.Equal("token", state.Store.ReadSecrets(connection).PasswordBossToken);
        using var reopened = state.Store.OpenJournal(connection.Id);
        Assert.Equal(1, reopened.Summarize().ManagedUsers);
    }

    // A long run has older settings than those that an admin stored in the meantime.
    [Fact]
    public void Renaming_groups_keeps_other_changes_made_in_the_meantime()
    {
        var connection = Connection() with { AdditionalGroups = [new GroupReference("1", "Sales"), new GroupReference("2", "Support")] };
        state.Store.SaveConnection(connection, null);
        state.Store.SaveConnection(connection with { Rules = connection.Rules with { MaxRemovalCount = 7 }, AdditionalGroups = [new GroupReference("1", "Sales")] }, null);

        state.Store.RenameGroups(connection.Id, [new GroupReference("1", "Sales and Marketing"), new GroupReference("2", "Help")]);
        state.Store.RenameGroups(Guid.NewGuid(), [new GroupReference("1", "Unknown")]);

        var stored = Assert.Single(state.Store.ListConnections());
        Assert.Equal(7, stored.Rules.MaxRemovalCount);
        Assert.Equal(new GroupReference("1", "Sales and Marketing"), Assert.Single(stored.AdditionalGroups));
    }

    [Fact]
    public void A_removed_connection_leaves_nothing_in_the_files()
    {
        var kept = Connection("Kept", address: "https://kept.example/scim");
        var removed = Connection("CanaryConnection", "canary-tenant", "https://canary-host.example/scim") with { UserGroup = new GroupReference("canary-group", "CanaryGroup") };
        state.Store.SaveConnection(kept, null);
        state.Store.SaveConnection(removed, new ConnectionSecrets { PasswordBossToken = "canary-token" });
        byte[] encrypted;
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadOnly))
            encrypted = raw.Query("SELECT secrets FROM connections WHERE name = 'CanaryConnection'", row => (byte[])row.GetValue(0)).Single();
        using (var journal = state.Store.OpenJournal(removed.Id))
        {
            // Many rows in random order that grow and shrink, so that SQLite splits and joins pages and moves rows.
            for (var round = 0; round < 4; round++)
            {
                var padding = new string('x', round % 2 == 0 ? 5 : 400);
                journal.Apply(
                    Enumerable.Range(0, 3000).Select(i => new StateChange.LinkSaved(Link(i * 7919 % 3000) with { Email = "canary-mail" + i + "@example.com", DisplayName = "canary-person" + i + padding })).ToArray(),
                    Array.Empty<Guid>());
            }

            using var neighbour = state.Store.OpenJournal(kept.Id);
            for (var round = 0; round < 100; round++)
            {
                // Both connections have rows on the same pages, and some of them are deleted.
                var intents = Enumerable.Range(0, 10).Select(i => Intent() with { Email = "canary-mail" + new string('y', i * 30) + "@example.com" }).ToArray();
                var others = Enumerable.Range(0, 10).Select(_ => Intent()).ToArray();
                journal.Begin(intents);
                neighbour.Begin(others);
                journal.Apply(Array.Empty<StateChange>(), intents.Take(7).Select(intent => intent.Id).ToArray());
                neighbour.Apply(Array.Empty<StateChange>(), others.Skip(round % 10).Select(intent => intent.Id).ToArray());
            }

            var run = Run(SetClock.Start) with { Changes = new[] { new ChangeRecord { Action = SyncAction.Create, Outcome = ChangeOutcome.Done, Email = "canary-mail@example.com", Reason = Texts.ReasonNewMember("CanaryGroup") } } };
            journal.Apply([new StateChange.MemberSaved(new("canary-group", "canary-person", GroupMemberMark.Shown))], []);
            journal.SaveRun(run, ConnectionHealth.New with { Messages = new[] { Problems.AddressMissing("canary-person").Text } }, null, null);
        }

        string[] canaries = { "CanaryConnection", "CANARYCONNECTION", "canary-tenant", "canary-host", "canary-group", "CanaryGroup", "canary-mail", "canary-person" };
        Assert.NotEmpty(FilesWith(state.Location.Folder, canaries));

        state.Store.RemoveConnection(removed.Id);

        Assert.Empty(FilesWith(state.Location.Folder, canaries));
        Assert.All(Directory.GetFiles(state.Location.Folder), file => Assert.Equal(-1, ReadAllBytes(file).AsSpan().IndexOf(encrypted)));
        Assert.Equal("Kept", Assert.Single(state.Store.ListConnections()).Name);
        Refused(ErrorId.ConnectionNotFound, () => state.Store.ReadSecrets(removed));
    }

    [Fact]
    public void A_journal_of_a_removed_connection_writes_nothing_to_its_successor()
    {
        var removed = Connection("Removed");
        using var journal = state.OpenJournal(removed);
        state.Store.RemoveConnection(removed.Id);
        var successor = Connection("Removed");
        state.Store.SaveConnection(successor, null);

        Refused(ErrorId.ConnectionNotFound, () => journal.Apply([new StateChange.LinkSaved(Link(1))], Array.Empty<Guid>()));

        using var other = state.Store.OpenJournal(successor.Id);
        Assert.Empty(other.Load(default).Links);
    }

    [Fact]
    public void The_connections_of_the_other_store_are_listed_if_they_can_be_read()
    {
        state.Store.SaveConnection(Connection("Theirs"), null);
        var own = Path.Combine(state.Root, "own");
        using var store = new StateStore(new StateLocation(own, own + ".keys", isMachineWide: false, state.Location), state.Clock);
        Assert.Equal(new[] { "Theirs" }, store.ListConnectionsOfOtherStore());

        state.Store.Dispose();
        File.WriteAllText(state.Location.Database, "no database at all, and long enough to be looked at: " + new string('x', 4096));
        Assert.Empty(store.ListConnectionsOfOtherStore());
        Assert.StartsWith("no database", File.ReadAllText(state.Location.Database), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_store_of_the_machine_that_syncs_the_same_pair_is_found()
    {
        var theirs = Connection("Theirs");
        state.Store.SaveConnection(theirs, null);
        state.Store.Dispose();
        var own = Path.Combine(state.Root, "own");
        using var store = new StateStore(new StateLocation(own, own + ".keys", isMachineWide: false, null, state.Location), state.Clock);

        var reported = store.FindOtherStoreWarning(Connection("Ours", theirs.TenantId.ToUpperInvariant(), "https://SCIM.example.com:443/v2/"))!.Render();

        Assert.Contains(state.Location.Folder, reported, StringComparison.Ordinal);
        Assert.Contains("'Theirs'", reported, StringComparison.Ordinal);
        Assert.Null(store.FindOtherStoreWarning(Connection("Ours")));
        Assert.Null(store.FindOtherStoreWarning(theirs with { PasswordBossUri = new Uri("https://other.example.com/v2") }));
        // The other store is unchanged, and contains no new files.
        Assert.Equal([state.Location.Database], Directory.GetFileSystemEntries(state.Location.Folder));
    }

    [UnixFact]
    public async Task A_pipe_or_a_link_in_place_of_the_other_store_is_not_opened()
    {
        var own = Path.Combine(state.Root, "own");
        using var store = new StateStore(new StateLocation(own, own + ".keys", isMachineWide: false, state.Location), state.Clock);
        Directory.CreateDirectory(state.Location.Folder);
        using (var make = System.Diagnostics.Process.Start("mkfifo", [state.Location.Database]))
            await make.WaitForExitAsync();

        Assert.Null(await Task.Run(() => store.FindOtherStoreWarning(Connection())).WaitAsync(TimeSpan.FromSeconds(30)));
        File.Delete(state.Location.Database);
        File.CreateSymbolicLink(state.Location.Database, "/dev/zero");
        Assert.Null(await Task.Run(() => store.FindOtherStoreWarning(Connection())).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void The_stored_enum_values_never_change()
    {
        static string Numbers<T>() where T : struct, Enum => string.Join(" ", Enum.GetValues<T>().Select(value => value + "=" + Convert.ToInt32(value, CultureInfo.InvariantCulture)));

        Assert.Equal("Current=0 Predecessor=1 Retired=2", Numbers<LinkKind>());
        Assert.Equal("Unknown=0 Created=1 Adopted=2 Linked=3", Numbers<LinkOrigin>());
        Assert.Equal("None=0 Disable=1 ConvertToPersonal=2 Delete=3 Enable=4", Numbers<AccountRequest>());
        Assert.Equal("Shown=0 AddedNotShown=1 RemovalUnconfirmed=2 Unlinked=3", Numbers<GroupMemberMark>());
        Assert.Equal("None=0 Disable=1 ConvertToPersonal=2 Delete=3", Numbers<LeaverRule>());
        Assert.Equal("Unknown=0 Active=1 Pending=2 Disabled=3 Personal=4", Numbers<AccountState>());
        Assert.Equal("None=0 Disabled=1 Removed=2 Deleted=3", Numbers<LeavingEvent>());
        Assert.Equal("Full=0 Incremental=1 User=2", Numbers<SyncMode>());
        Assert.Equal("Succeeded=0 NoChange=1 Partial=2 Refused=3 Failed=4 AlreadyRunning=5 Planned=6", Numbers<SyncOutcome>());
        Assert.Equal("Planned=0 Done=1 Failed=2 Skipped=3 Refused=4", Numbers<ChangeOutcome>());
        Assert.Equal(
            "Create=0 CreatePending=1 Adopt=2 Update=3 Enable=4 Disable=5 Delete=6 ConvertToPersonal=7 CreateGroup=8 UpdateGroup=9 AddMember=10 RemoveMember=11 "
            + "DeleteGroup=12 ReleaseGroup=13 Unlink=14 Conflict=15 Skip=16",
            Numbers<SyncAction>());
    }
}
