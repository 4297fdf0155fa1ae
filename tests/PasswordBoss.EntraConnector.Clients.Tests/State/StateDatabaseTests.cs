using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>The database file: its settings, its upgrade, and the handling of damage.</summary>
[Trait("Speed", "Slow")]
public sealed class StateDatabaseTests : IDisposable
{
    private readonly StateFixture state = new();

    public void Dispose() => state.Dispose();

    [Fact]
    public void The_database_has_the_expected_settings()
    {
        using var connection = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All).Open();

        Assert.Equal("wal", connection.Query("PRAGMA journal_mode", row => row.GetString(0)).Single());
        Assert.Equal(2, connection.Number("PRAGMA synchronous"));
        Assert.Equal(1, connection.Number("PRAGMA foreign_keys"));
        Assert.Equal(1, connection.Number("PRAGMA secure_delete"));
        Assert.Equal(30000, connection.Number("PRAGMA busy_timeout"));
        Assert.Equal(2, connection.Number("PRAGMA temp_store"));
        Assert.Equal(SchemaMigrations.All.Count, connection.Number("PRAGMA user_version"));
    }

    [Fact]
    public void An_older_database_is_upgraded_with_its_data()
    {
        const string First = "CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('Ada')";
        const string Second = "ALTER TABLE people ADD COLUMN age INTEGER NOT NULL DEFAULT 7";
        const string Third = "UPDATE people SET age = age * 6";
        Version(First).Dispose();

        using (var connection = Version(First, Second, Third))
        {
            Assert.Equal(3, connection.Number("PRAGMA user_version"));
            Assert.Equal(("Ada", 42L), connection.Query("SELECT name, age FROM people", row => (row.GetString(0), row.GetInt64(1))).Single());
        }

        using var again = Version(First, Second, Third);
        Assert.Equal(42, again.Number("SELECT age FROM people"));
    }

    [Fact]
    public void A_failed_migration_leaves_the_older_version_intact()
    {
        const string First = "CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('Ada')";
        Version(First).Dispose();

        Assert.Throws<SqliteException>(() => Version(First, "DELETE FROM people", "this is no statement"));

        using var connection = Version(First);
        Assert.Equal(1, connection.Number("PRAGMA user_version"));
        Assert.Equal(1, connection.Number("SELECT COUNT(*) FROM people"));
    }

    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_unchanged()
    {
        state.Store.SaveConnection(Connection(), null);
        state.Store.Dispose();
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("PRAGMA user_version = 99");
        var before = ReadAllBytes(state.Location.Database);
        using var store = new StateStore(state.Location, state.Clock);

        var error = Refused(ErrorId.StateFromNewerVersion, () => store.ListConnections());
        Refused(ErrorId.StateFromNewerVersion, () => store.SaveConnection(Connection("Other"), null));

        Assert.Contains("99", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, ReadAllBytes(state.Location.Database));
        Assert.Equal(new[] { "state.db" }, Directory.GetFiles(state.Location.Folder).Select(Path.GetFileName));
    }

    /// <summary>A version number that does not match the tables.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_decreased_schema_version_is_reported_for_each_connection(int version)
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, null);
        state.Store.SaveConnection(Connection("Other"), null);
        state.Store.Dispose();
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("PRAGMA user_version = " + version);
        using var store = new StateStore(state.Location, state.Clock);

        Assert.Equal(2, store.ListConnections().Count);
        Assert.All(store.ListNames(), name => Assert.Null(store.FindConnection(name)!.Damage));
        var error = Refused(ErrorId.StateDamaged, () => store.OpenJournal(connection.Id));
        Refused(ErrorId.StateDamaged, () => store.ReadSecrets(connection));
        Refused(ErrorId.StateDamaged, () => store.SaveConnection(Connection("Third"), null));

        Assert.Contains(state.Location.Database, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("renamed to", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Restore a backup of the database. Only this module", error.Recommendation.Render(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(state.Location.Folder, "state.damaged-*"));
        using var after = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        Assert.Equal(version, after.Number("PRAGMA user_version"));
    }

    [Fact]
    public void A_file_that_is_not_a_database_is_quarantined_and_reported()
    {
        Directory.CreateDirectory(state.Location.Folder);
        var content = "this is not a database, " + new string('x', 5000);
        File.WriteAllText(state.Location.Database, content);

        var error = Refused(ErrorId.StateDamaged, () => state.Store.ListConnections());

        var aside = Path.Combine(state.Location.Folder, "state.damaged-20260304T050607Z.db");
        Assert.Contains(aside, error.Message, StringComparison.Ordinal);
        Assert.Contains(state.Location.Database, error.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(aside));
        Assert.False(File.Exists(state.Location.Database));
        Assert.Null(error.InnerException);

        // The next call creates a new database, and later damage does not overwrite the first quarantined file.
        state.Store.SaveConnection(Connection(), null);
        state.Store.Dispose();
        File.WriteAllText(state.Location.Database, content + "again");
        using var store = new StateStore(state.Location, state.Clock);
        Refused(ErrorId.StateDamaged, () => store.ListConnections());
        Assert.Equal(content, File.ReadAllText(aside));
        Assert.Equal(2, Directory.GetFiles(state.Location.Folder, "state.damaged-*.db").Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_page_quarantines_the_database_with_its_log(bool whileOpen)
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, null);
        using (var journal = state.Store.OpenJournal(connection.Id))
            journal.Apply(Enumerable.Range(0, 2000).Select(i => new StateChange.LinkSaved(Link(i))).ToArray(), Array.Empty<Guid>());
        if (!whileOpen)
            state.Store.Dispose();
        else
            Checkpoint();
        // Everything but the first page and the roots.
        DamagePages(from: 30);

        using var store = new StateStore(state.Location, state.Clock);
        using var opened = store.OpenJournal(connection.Id);
        if (whileOpen && OperatingSystem.IsWindows())
        {
            // On Windows a file cannot be renamed while another process has it open.
            Refused(ErrorId.StateFolderUnusable, () => opened.Load(default));
            Assert.Empty(Directory.GetFiles(state.Location.Folder, "state.damaged-*"));
            state.Store.Dispose();
        }

        Refused(ErrorId.StateDamaged, () => opened.Load(default));

        Assert.Single(Directory.GetFiles(state.Location.Folder, "state.damaged-*.db"));
        Assert.Empty(Directory.GetFiles(state.Location.Folder, "state.db*"));
        Assert.Empty(store.ListConnections());

        // No connection writes to the quarantined database any more.
        store.SaveConnection(Connection("New"), null);
        using var fresh = new StateStore(state.Location, state.Clock);
        Assert.Equal("New", Assert.Single(fresh.ListConnections()).Name);
    }

    [Fact]
    public void A_transaction_that_SQLite_rolls_back_does_not_hide_damage()
    {
        state.Store.SaveConnection(Connection(), null);
        state.Store.Dispose();
        using var session = new StateSession(new StateDatabase(state.Location, state.Clock, SchemaMigrations.All));

        Refused(ErrorId.StateDamaged, () => session.Read<int>(database =>
        {
            DamagePages(from: 2);
            database.Run("ROLLBACK");
            throw new SqliteException("said", SQLitePCL.raw.SQLITE_CORRUPT);
        }));
    }

    [Fact]
    public async Task Concurrent_detection_of_damage_quarantines_only_the_damaged_database()
    {
        Directory.CreateDirectory(state.Location.Folder);
        File.WriteAllText(state.Location.Database, "this is not a database, " + new string('x', 5000));

        // Each task tries until it has stored its connection, as the runs of a machine would.
        var reported = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() =>
        {
            using var store = new StateStore(state.Location, state.Clock);
            var damages = 0;
            while (true)
            {
                try
                {
                    store.SaveConnection(Connection("Connection " + i), null);
                    return damages;
                }
                catch (ConnectorException exception) when (exception.Id == ErrorId.StateDamaged)
                {
                    damages++;
                }
                catch (ConnectorException exception) when (exception.Id == ErrorId.StateBusy)
                {
                    // Another process was about to quarantine it.
                }
            }
        })));

        Assert.Equal(1, reported.Sum());
        Assert.Single(Directory.GetFiles(state.Location.Folder, "state.damaged-*.db"));
        Assert.Equal(12, state.Store.ListConnections().Count);
    }

    [UnixFact]
    public void A_pipe_in_place_of_the_lock_of_a_quarantine_is_reported_in_each_language()
    {
        Directory.CreateDirectory(state.Location.Folder);
        File.WriteAllText(state.Location.Database, "this is not a database, " + new string('x', 5000));
        var taken = Path.Combine(state.Location.Folder, StateLocation.DamageLock);
        using (var make = Process.Start("mkfifo", [taken]))
            make.WaitForExit();

        var error = Refused(ErrorId.StateFolderUnusable, () => state.Store.ListConnections());

        Assert.Contains(taken + " n'est pas un fichier.", error.Problem.Text.Render(CultureInfo.GetCultureInfo("fr-FR")), StringComparison.Ordinal);
        Assert.Contains(taken + " is not a file.", error.Problem.Text.Render(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_a_new_database()
    {
        Directory.CreateDirectory(state.Location.Folder);
        File.WriteAllBytes(state.Location.Database, Array.Empty<byte>());

        Assert.Empty(state.Store.ListConnections());
        Assert.Empty(Directory.GetFiles(state.Location.Folder, "state.damaged-*.db"));
    }

    [Fact]
    public void A_locked_database_is_busy_and_not_damaged()
    {
        state.Store.SaveConnection(Connection(), null);
        using var holder = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        using var transaction = holder.BeginTransaction(deferred: false);
        var database = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All);

        var error = Refused(ErrorId.StateBusy, () => database.Guard(() =>
        {
            using var connection = database.Open();
            connection.Run("PRAGMA busy_timeout = 1");
            connection.Run("BEGIN IMMEDIATE");
            return 0;
        }));

        Assert.Contains(state.Location.Database, error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(state.Location.Database));
    }

    [Theory]
    [InlineData(SQLitePCL.raw.SQLITE_FULL, ErrorId.StateFolderUnusable)]
    [InlineData(SQLitePCL.raw.SQLITE_READONLY, ErrorId.StateFolderUnusable)]
    [InlineData(SQLitePCL.raw.SQLITE_CANTOPEN, ErrorId.StateFolderUnusable)]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR, ErrorId.StateFolderUnusable)]
    [InlineData(SQLitePCL.raw.SQLITE_BUSY, ErrorId.StateBusy)]
    [InlineData(SQLitePCL.raw.SQLITE_LOCKED, ErrorId.StateBusy)]
    [InlineData(SQLitePCL.raw.SQLITE_CONSTRAINT, ErrorId.InternalError)]
    public void SQLite_errors_map_to_errors_of_the_catalogue(int code, ErrorId expected)
    {
        state.Store.SaveConnection(Connection(), null);
        var database = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All);

        var error = Refused(expected, () => database.Guard<int>(() => throw new SqliteException("said", code)));

        Assert.Null(error.InnerException);
        Assert.Single(state.Store.ListConnections());
    }

    [Theory]
    [InlineData(SQLitePCL.raw.SQLITE_FULL, "Free space")]
    [InlineData(SQLitePCL.raw.SQLITE_READONLY, "Give this user write access to the folder and to state.db")]
    [InlineData(SQLitePCL.raw.SQLITE_CANTOPEN, "Give this user write access to the folder and to state.db")]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR, "Give this user write access to the folder, or point PBENTRA_HOME")]
    public void An_unwritable_state_is_reported_with_the_matching_recommendation(int code, string advice)
    {
        state.Store.SaveConnection(Connection(), null);
        var database = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All);

        var error = Refused(ErrorId.StateFolderUnusable, () => database.Guard<int>(() => throw new SqliteException("said", code)));

        Assert.StartsWith(advice, error.Recommendation.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_disappears_before_it_is_opened_is_retried()
    {
        state.Store.SaveConnection(Connection(), null);
        state.Store.Dispose();
        var database = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All);

        Refused(ErrorId.StateBusy, () => database.Guard<int>(() =>
        {
            File.Move(state.Location.Database, state.Location.Database + ".aside");
            StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
            return 0;
        }));
    }

    [Fact]
    public void Damage_that_a_second_check_does_not_find_moves_nothing()
    {
        state.Store.SaveConnection(Connection(), null);
        var database = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All);

        Refused(ErrorId.StateBusy, () => database.Guard<int>(() => throw new SqliteException("said", SQLitePCL.raw.SQLITE_CORRUPT)));

        Assert.Single(state.Store.ListConnections());
        Assert.Empty(Directory.GetFiles(state.Location.Folder, "state.damaged-*.db"));
    }

    [Fact]
    public async Task Many_processes_can_create_the_database_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
        {
            using var store = new StateStore(state.Location, state.Clock);
            store.SaveConnection(Connection("Connection " + i), null);
        })));

        Assert.Equal(16, state.Store.ListConnections().Count);
    }

    [Fact]
    public void An_outdated_library_loaded_by_another_module_is_reported()
    {
        SqliteNative.RequireVersion(3_051_000);
        var error = Assert.Throws<ConnectorException>(() => SqliteNative.RequireVersion(3_050_004));
        Assert.Equal(ErrorId.NativeLibraryTooOld, error.Id);
        Assert.Contains("3.50.4", error.Message, StringComparison.Ordinal);
        Assert.Contains("3.51.0", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "NativeLibraryMissing: ")]
    [InlineData(true, "saved")]
    public async Task A_native_library_is_found_beside_the_assembly_or_reported_as_missing(bool withLibrary, string expected)
    {
        // The program without the manifest from which .NET finds its native libraries.
        var copy = Path.Combine(state.Root, "program");
        Directory.CreateDirectory(copy);
        var source = Path.GetDirectoryName(SecondProcess.Assembly)!;
        foreach (var file in Directory.GetFiles(source).Where(IsNeeded))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        if (withLibrary)
        {
            var library = SqliteNative.Candidates(copy).First();
            Directory.CreateDirectory(Path.GetDirectoryName(library)!);
            File.Copy(SqliteNative.Candidates(source).First(File.Exists), library);
        }

        using var process = SecondProcess.Start(Path.Combine(copy, Path.GetFileName(SecondProcess.Assembly)), withoutRights: false, "save", state.Location.Folder, state.Location.KeyFolder, "name");

        Assert.StartsWith(expected, await process.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(withLibrary, File.Exists(state.Location.Database));

        static bool IsNeeded(string file) =>
            file.EndsWith("StateProcess.runtimeconfig.json", StringComparison.Ordinal)
            || (file.EndsWith(".dll", StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith("Microsoft.Graph", StringComparison.Ordinal));
    }

    private SqliteConnection Version(params string[] migrations) => new StateDatabase(state.Location, state.Clock, migrations).Open();

    private void DamagePages(int from)
    {
        using var file = new FileStream(state.Location.Database, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = 4096 * from;
        file.Write(Enumerable.Repeat((byte)0xA5, (int)(file.Length - file.Position)).ToArray());
    }

    private void Checkpoint()
    {
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        Assert.Equal(0, raw.Number("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
}
