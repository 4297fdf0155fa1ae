using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.Upgrade;

/// <summary>Earlier versions stored the address of a refusing proxy with its password. The upgrade removes it from the rows and from the files.</summary>
public sealed class TextUpgradeTests
{
    private const string Password = "hunter2-of-this-test'&\"+";

    private static readonly string[] Texts = ["summary", "warnings", "reason", "before", "after", "detail", "recommendation"];

    private static readonly string OfPlatform = $"The proxy tunnel request to proxy 'http://user:{Password.Replace("\"", "%22", StringComparison.Ordinal)}@proxy:8080/' failed with status code '407'.";

    public static TheoryData<string> Archives => new() { OldHome.Ended, OldHome.Killed };

    [Theory]
    [MemberData(nameof(Archives))]
    public void User_info_is_removed_from_all_rows_and_files(string archive)
    {
        using var home = new OldHome(archive);
        Plant(home);
        Assert.NotEmpty(Holding(home));
        // The other data, in the columns of version 2.
        var columns = home.Columns().Where(table => table.Key != "connections").ToDictionary(table => table.Key, table => table.Value.Except(Texts).ToArray());
        var before = home.Dump(columns);

        using (var store = home.OpenStateStore())
            Assert.NotEmpty(store.ListConnections());

        Assert.Empty(Holding(home));
        Assert.Equal(SchemaMigrations.All.Count, Version(home));
        var after = home.Dump(columns);
        foreach (var (table, rows) in before)
            Assert.Equal(rows, after[table]);

        // The same sentences are returned without the password.
        foreach (var name in home.Names())
        {
            var record = home.With(name, journal => journal.ReadRuns(1, null).First());
            Assert.Equal("Error_SignInUnreachable", record.Summary.Id);
            Assert.Equal(["login.example", OfPlatform.Replace(OfPlatform.Split("//")[1].Split('@')[0], "***", StringComparison.Ordinal)], record.Summary.Arguments.Select(argument => argument.Text));
        }
    }

    // If a process ends between the steps, the next one completes them.
    [Fact]
    public void The_next_process_removes_user_info_left_in_the_files()
    {
        using var home = new OldHome(OldHome.Ended);
        using (var store = home.OpenStateStore())
            Assert.NotEmpty(store.ListConnections());
        Plant(home);
        using (var raw = home.OpenRaw())
        {
            // The rows were cleaned but the version was not raised yet. The log still contains the old rows.
            raw.Run(OldHome.BackToSchema5 + "PRAGMA user_version = 4");
            raw.Run("PRAGMA wal_autocheckpoint = 0");
            raw.Run("UPDATE runs SET summary = '[\"Error_SignInUnreachable\"]', warnings = NULL");
        }

        Assert.NotEmpty(Holding(home));

        using (var store = home.OpenStateStore())
            Assert.NotEmpty(store.ListConnections());

        Assert.Empty(Holding(home));
        Assert.Equal(SchemaMigrations.All.Count, Version(home));
    }

    // A reader prevents that the log is emptied. This is reported, and the next process tries again.
    [Fact]
    public void The_removal_of_user_info_is_complete_only_after_the_log_is_emptied()
    {
        using var home = new OldHome(OldHome.Ended);
        Plant(home);
        using (var first = home.OpenRaw())
            first.Run("PRAGMA journal_mode = WAL");
        using (var reader = home.OpenRaw())
        {
            reader.Run("BEGIN");
            Assert.NotEqual(0, reader.Number("SELECT count(*) FROM runs"));
            var database = new StateDatabase(home.Location, home.Clock, SchemaMigrations.All, TimeSpan.FromMilliseconds(50));
            Assert.Equal(ErrorId.StateBusy, Assert.Throws<ConnectorException>(() => database.Guard(database.Open)).Id);
            Assert.Equal(4, Version(home));
            reader.Run("COMMIT");
        }

        using (var store = home.OpenStateStore())
            Assert.NotEmpty(store.ListConnections());
        Assert.Empty(Holding(home));
    }

    [Theory]
    [InlineData("[\"A\",\"http://u:p@h/\",[\"B\",\"http://u:\\u0027p@h\"]]", "[\"A\",\"http://***@h/\",[\"B\",\"http://***@h\"]]")]
    [InlineData("{\"messages\":[[\"A\",\"http://u:p@h\"]],\"number\":7.50,\"no\":null,\"is\":true}", "{\"messages\":[[\"A\",\"http://***@h\"]],\"number\":7.50,\"no\":null,\"is\":true}")]
    [InlineData("http://u:p@h/", "http://***@h/")]
    [InlineData("[\"\\ud83d\",\"http://u:p@h\"]", "[\"\\ud83d\",\"http://***@h\"]")]
    [InlineData("7", "7")]
    [InlineData("", "")]
    [InlineData(null, null)]
    public void User_info_is_removed_from_documents_and_texts(string? text, string? expected) => Assert.Equal(expected, SchemaFunctions.WithoutUserInfo(text));

    // The texts of version 2: messages as JSON, the values of a change as plain text.
    private static void Plant(OldHome home)
    {
        var message = JsonSerializer.Serialize(new[] { "Error_SignInUnreachable", "login.example", OfPlatform });
        var messages = $"[{message},{message}]";
        using var raw = home.OpenRaw();
        raw.Run("UPDATE runs SET summary = $1, warnings = $2", message, messages);
        raw.Run("UPDATE run_changes SET reason = $1, before = $2, after = $2, detail = $1, recommendation = $1", message, OfPlatform);
        raw.Run("UPDATE open_matters SET reason = $1, before = $2, after = $2, detail = $1, recommendation = $1", message, OfPlatform);
        raw.Run("UPDATE connections SET health = json_set(health, '$.messages', json($1)) WHERE health IS NOT NULL", messages);
        raw.Run("UPDATE connections SET pause = json_set(pause, '$.reason', json($1)) WHERE pause IS NOT NULL", message);
        Assert.NotEqual(0, raw.Number("SELECT count(*) FROM run_changes"));
        // Rows that a process deleted without overwriting them.
        raw.Run("PRAGMA secure_delete = OFF");
        raw.Run("CREATE TABLE gone (text TEXT)");
        raw.Run("INSERT INTO gone SELECT $1 FROM runs", OfPlatform);
        raw.Run("DROP TABLE gone");
    }

    private static List<string> Holding(OldHome home) => Directory.EnumerateFiles(home.Location.Folder, "*", SearchOption.AllDirectories)
        .Where(file => Encoding.UTF8.GetString(ReadShared(file)).Contains("hunter2-of-this-test", StringComparison.OrdinalIgnoreCase)).ToList();

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static long Version(OldHome home)
    {
        using var raw = home.OpenRaw();
        return raw.Number("PRAGMA user_version");
    }
}
