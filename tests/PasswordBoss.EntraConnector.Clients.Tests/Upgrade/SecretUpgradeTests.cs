using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.Upgrade;

/// <summary>Secrets of version 1 are read only once, at the upgrade.</summary>
public sealed class SecretUpgradeTests
{
    private const string Evil = "UPDATE connections SET settings = json_set(settings, '$.passwordBossUri', 'https://evil.example/v2') WHERE name = 'Contoso'";

    [UnixTheory]
    [InlineData(OldHome.Ended)]
    [InlineData(OldHome.Killed)]
    public void All_secrets_stay_readable_in_the_new_version(string archive)
    {
        using var home = new OldHome(archive);
        Assert.All(Blobs(home), blob => Assert.Equal(0x09, blob[0]));

        using var store = home.OpenStateStore();

        Assert.All(store.ListConnections(), connection => Assert.False(string.IsNullOrEmpty(store.ReadSecrets(connection).PasswordBossToken)));
        Assert.All(Blobs(home), blob => Assert.Equal(2, blob[0]));
    }

    [UnixFact]
    public void Settings_edited_after_the_upgrade_are_detected()
    {
        using var home = new OldHome(OldHome.Ended);
        _ = home.Names();

        Run(home, Evil);

        Unreadable(home, "Contoso");
        Readable(home, "Fjordlight");
    }

    [UnixFact]
    public void A_blob_from_before_the_upgrade_is_refused_after_it()
    {
        using var home = new OldHome(OldHome.Ended);
        var old = Blob(home);
        _ = home.Names();

        Run(home, "UPDATE connections SET secrets = $1 WHERE name = 'Contoso'", old);

        Unreadable(home, "Contoso");
    }

    [UnixFact]
    public void Data_that_is_not_a_blob_stays_unreadable_and_does_not_stop_the_upgrade()
    {
        using var home = new OldHome(OldHome.Ended);
        Run(home, "UPDATE connections SET secrets = 'text' WHERE name = 'Contoso'");

        Unreadable(home, "Contoso");
        Readable(home, "Fjordlight");
    }

    [UnixFact]
    public void An_old_blob_is_refused_in_a_database_with_a_decreased_schema_version()
    {
        using var home = new OldHome(OldHome.Ended);
        var old = Blob(home);
        _ = home.Names();

        Run(home, "UPDATE connections SET secrets = $1 WHERE name = 'Contoso'", old);
        Run(home, Evil);
        Run(home, OldHome.BackToSchema5 + "PRAGMA user_version = 3");

        Unreadable(home, "Contoso");
        Assert.Equal(old, Blob(home));
        Readable(home, "Fjordlight");
    }

    [UnixFact]
    public void A_complete_database_from_before_the_upgrade_is_refused()
    {
        using var home = new OldHome(OldHome.Ended);
        using var backup = new OldHome(OldHome.Ended);
        _ = home.Names();
        foreach (var file in Directory.GetFiles(home.Location.Folder, "state.db*"))
            File.Delete(file);
        foreach (var file in Directory.GetFiles(backup.Location.Folder, "state.db*"))
            File.Copy(file, Path.Combine(home.Location.Folder, Path.GetFileName(file)));
        Run(home, Evil);

        Unreadable(home, "Contoso");
        Assert.Equal(38, home.With("Contoso", journal => journal.Load(default).Links.Count(link => link is { Kind: LinkKind.Current, AppliedRule: LeaverRule.None })));
    }

    [UnixFact]
    public void The_witness_of_an_upgrade_records_only_the_schema_version()
    {
        using var home = new OldHome(OldHome.Ended);
        _ = home.Names();
        var connection = home.Connection("Fjordlight");

        Assert.Equal((0, SchemaMigrations.All.Count), (Witnessed().RunNumber, Witnessed().Schema));
        Assert.False(home.With("Fjordlight", journal => journal.LoadStart().WasRolledBack));

        WitnessRecord Witnessed() => new Witness(home.Location, connection.Id).Read()!;
    }

    [UnixFact]
    public async Task An_upgrade_keeps_the_runs_in_the_witness()
    {
        using var home = new OldHome(OldHome.Ended);
        await home.SyncAsync("Fjordlight");
        var connection = home.Connection("Fjordlight");
        var before = new Witness(home.Location, connection.Id).Read()!;
        Run(home, OldHome.BackToSchema5 + "PRAGMA user_version = 3");

        _ = home.Names();

        var after = new Witness(home.Location, connection.Id).Read()!;
        Assert.Equal((before.RunNumber, before.Schema), (after.RunNumber, after.Schema));
        Assert.Equal(before.Removals, after.Removals);
        Readable(home, "Fjordlight");
    }

    [UnixTheory]
    [InlineData("UPDATE connections SET secrets = x'00' WHERE name = 'Contoso'")]
    [InlineData("UPDATE connections SET secrets = x'' WHERE name = 'Contoso'")]
    [InlineData("UPDATE connections SET secrets = NULL WHERE name = 'Contoso'")]
    [InlineData("UPDATE connections SET secrets = substr(secrets, 1, length(secrets) - 1) WHERE name = 'Contoso'")]
    [InlineData("UPDATE connections SET secrets = (SELECT secrets FROM connections WHERE name = 'Fjordlight') WHERE name = 'Contoso'")]
    public void An_unreadable_blob_stays_unreadable_and_does_not_stop_the_upgrade(string damage)
    {
        using var home = new OldHome(OldHome.Ended);
        Run(home, damage);

        Unreadable(home, "Contoso");
        Readable(home, "Fjordlight");
        Assert.Equal(SchemaMigrations.All.Count, Version(home));
    }

    [UnixTheory]
    [InlineData("{}")]
    [InlineData("nothing")]
    [InlineData("{\"id\":\"7\"}")]
    public void Unreadable_settings_do_not_stop_the_upgrade(string settings)
    {
        using var home = new OldHome(OldHome.Ended);
        var old = Blob(home);
        Run(home, "UPDATE connections SET settings = $1 WHERE name = 'Contoso'", settings);

        using (var database = new StateDatabase(home.Location, home.Clock, SchemaMigrations.All).Open())
            Assert.Equal(SchemaMigrations.All.Count, database.Number("PRAGMA user_version"));

        Assert.Equal(old, Blob(home));
    }

    [UnixFact]
    public void Missing_keys_do_not_stop_the_upgrade()
    {
        using var home = new OldHome(OldHome.Ended);
        Directory.Delete(home.Location.KeyFolder, recursive: true);

        Unreadable(home, "Contoso");
        Unreadable(home, "Fjordlight");
        Assert.Equal(SchemaMigrations.All.Count, Version(home));
        Assert.Equal(38, home.With("Contoso", journal => journal.Load(default).Links.Count(link => link is { Kind: LinkKind.Current, AppliedRule: LeaverRule.None })));
    }

    [RootFact]
    public void Keys_that_are_temporarily_unusable_lose_no_secrets()
    {
        using var home = new OldHome(OldHome.Ended);
        var old = Blob(home);
        ChangeOwner(home.Location.KeyFolder, "65534");

        Refused(ErrorId.StateFolderUnusable, () => home.Names());
        Assert.Equal((2, 0), (Version(home), Blob(home).AsSpan().SequenceCompareTo(old)));

        ChangeOwner(home.Location.KeyFolder, "0");
        Readable(home, "Contoso");
    }

    [UnixFact]
    public async Task A_run_after_the_upgrade_signs_in_with_the_rewritten_secrets()
    {
        using var home = new OldHome(OldHome.Ended);

        Assert.Equal(SyncOutcome.Partial, (await home.SyncAsync("Fjordlight", new SyncOptions { Full = true })).Outcome);
        Run(home, "UPDATE connections SET settings = json_set(settings, '$.graphEndpoint', 'https://evil.example/v1.0')");
        Assert.Equal("SecretUnreadable", (await home.SyncAsync("Fjordlight")).ErrorId);
    }

    private static void Readable(OldHome home, string name)
    {
        using var store = home.OpenStateStore();
        Assert.False(string.IsNullOrEmpty(store.ReadSecrets(home.Connection(name)).PasswordBossToken));
    }

    private static void Unreadable(OldHome home, string name)
    {
        using var store = home.OpenStateStore();
        Refused(ErrorId.SecretUnreadable, () => store.ReadSecrets(home.Connection(name)));
    }

    private static void ChangeOwner(string path, string owner)
    {
        using var chown = System.Diagnostics.Process.Start("chown", [owner, path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    private static byte[][] Blobs(OldHome home)
    {
        using var raw = home.OpenRaw();
        return raw.Query("SELECT secrets FROM connections", row => (byte[])row.GetValue(0)).ToArray();
    }

    private static byte[] Blob(OldHome home)
    {
        using var raw = home.OpenRaw();
        return raw.Query("SELECT secrets FROM connections WHERE name = 'Contoso'", row => (byte[])row.GetValue(0)).Single();
    }

    private static long Version(OldHome home)
    {
        using var raw = home.OpenRaw();
        return raw.Number("PRAGMA user_version");
    }

    private static void Run(OldHome home, string sql, params object?[] values)
    {
        using var raw = home.OpenRaw();
        raw.Run(sql, values);
    }
}
