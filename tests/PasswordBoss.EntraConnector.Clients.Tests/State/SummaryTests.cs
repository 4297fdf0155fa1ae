using System;
using System.IO;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>The data for the status of connections, read for one connection and for all at once.</summary>
public sealed class SummaryTests : IDisposable
{
    private readonly StateFixture state = new();

    public void Dispose() => state.Dispose();

    [Fact]
    public void All_connections_at_once_show_what_each_journal_shows()
    {
        var store = state.Store;
        Assert.Empty(store.ReadSummaries());
        var connections = Enumerable.Range(0, 3).Select(n => StateFixture.Connection("Contoso " + n)).ToList();
        foreach (var connection in connections)
            store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        for (var i = 0; i < 2; i++)
        {
            using var journal = store.OpenJournal(connections[i].Id);
            journal.Apply(
                Enumerable.Range(0, 4 + i).Select(n => new StateChange.LinkSaved(Link(n))).ToArray<StateChange>(), []);
            Save(journal, StateFixture.SetClock.Start, TimeSpan.FromSeconds(9));
            Save(journal, StateFixture.SetClock.Start.AddMinutes(5), TimeSpan.FromSeconds(2 + i));
        }

        var all = store.ReadSummaries();

        Assert.Equal(3, all.Count);
        foreach (var connection in connections)
        {
            using var journal = store.OpenJournal(connection.Id);
            Assert.Equivalent(journal.Summarize(), all[connection.Id], strict: true);
        }

        var second = all[connections[1].Id];
        Assert.Equal((TimeSpan.FromSeconds(3), 4, 1), (second.LastDuration, second.ManagedUsers, second.PendingDeletes));
        Assert.Equal((2, 1, 1), (second.Accounts[AccountState.Active], second.Accounts[AccountState.Pending], second.Accounts[AccountState.Disabled]));
        Assert.Null(all[connections[2].Id].LastDuration);
    }

    [Fact]
    public void A_connection_with_damaged_health_is_missing_and_its_journal_reports_why()
    {
        var store = state.Store;
        var (damaged, fine) = (StateFixture.Connection(), StateFixture.Connection("Fabrikam"));
        store.SaveConnection(damaged, null);
        store.SaveConnection(fine, null);
        using (var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite))
            raw.Run("UPDATE connections SET health = '{' WHERE id = $1", damaged.Id.ToString("D"));

        Assert.Equal([fine.Id], store.ReadSummaries().Keys);
        using var journal = store.OpenJournal(damaged.Id);
        Assert.Equal(ErrorId.StoredTextDamaged, Assert.Throws<ConnectorException>(() => journal.Summarize()).Id);
    }

    [Fact]
    public void A_shared_file_is_replaced_in_one_step_and_others_may_read_it()
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-metrics-").FullName;
        try
        {
            var path = Path.Combine(folder, "a.prom");
            FileReplacement.WriteShared(path, "old");
            FileReplacement.WriteShared(path, "ü");

            Assert.Equal("ü", File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFiles(folder));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(ModeOfNewFile(folder), File.GetUnixFileMode(path));
            var error = Assert.Throws<ConnectorException>(() => FileReplacement.WriteShared(Path.Combine(folder, "missing", "a.prom"), "x"));
            Assert.Equal(ErrorId.FileUnusable, error.Id);
            Assert.DoesNotContain(".new", error.Message, StringComparison.Ordinal);
            Assert.Equal(ErrorId.FileUnusable, Assert.Throws<ConnectorException>(() => FileReplacement.WriteShared(folder, "x")).Id);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static UnixFileMode ModeOfNewFile(string folder)
    {
        var path = Path.Combine(folder, "new");
        File.WriteAllText(path, "");
        return File.GetUnixFileMode(path);
    }

    private static AccountLink Link(int number) => StateFixture.Link(number) with
    {
        Kind = number == 4 ? LinkKind.Retired : LinkKind.Current,
        KnownState = number switch { 0 or 1 => AccountState.Active, 2 => AccountState.Pending, _ => AccountState.Disabled },
        WaitingDeletion = number == 3 ? new(LeavingEvent.Removed, StateFixture.SetClock.Start) : null,
    };

    private static void Save(Ports.ISyncJournal journal, DateTimeOffset start, TimeSpan duration) => journal.SaveRun(
        StateFixture.Run(start) with { Duration = duration },
        ConnectionHealth.New with { LastSync = start + duration, LastSuccess = start + duration, FailingSince = start },
        null,
        null);
}
