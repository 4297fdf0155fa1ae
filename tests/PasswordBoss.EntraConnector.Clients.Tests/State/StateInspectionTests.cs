using System;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

public sealed class StateInspectionTests : IDisposable
{
    private readonly StateFixture state = new();

    public StateInspectionTests() => state.Store.SaveConnection(Connection(), new ConnectionSecrets { PasswordBossToken = "token" });

    public void Dispose() => state.Dispose();

    [Fact]
    public void A_sound_store_has_no_problem() => Assert.Empty(state.Store.FindProblems());

    [UnixFact]
    public void Files_that_others_can_read_are_reported()
    {
        var key = Directory.GetFiles(state.Location.KeyFolder, "key-*.xml").Single();
        Owners.SetMode(state.Location.Database, 0x184);
        Owners.SetMode(key, 0x1A0);

        var problems = state.Store.FindProblems().Select(p => p.Render()).ToList();

        Assert.Equal(2, problems.Count);
        Assert.Contains(problems, p => p.Contains(state.Location.Database, StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains(key, StringComparison.Ordinal));
    }

    [UnixFact]
    public void A_witness_that_others_can_read_is_reported()
    {
        SaveRun();
        var witness = Directory.GetFiles(state.Location.WitnessFolder).Single();
        Owners.SetMode(witness, 0x1A4);

        Assert.Contains(witness, Assert.Single(state.Store.FindProblems()).Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unwritable_witness_is_reported_once_there_are_runs()
    {
        File.WriteAllText(state.Location.WitnessFolder, "a file");
        Assert.Empty(state.Store.FindProblems());
        SaveRun();

        var problem = Assert.Single(state.Store.FindProblems()).Render();
        Assert.Contains(state.Location.WitnessFolder + " cannot be written", problem, StringComparison.Ordinal);
        Assert.EndsWith(Texts.StateReasonFile.Render(), problem, StringComparison.Ordinal);

        File.Delete(state.Location.WitnessFolder);
        Assert.Empty(state.Store.FindProblems());
        Assert.Empty(Directory.GetFiles(state.Location.WitnessFolder));
    }

    [Fact]
    public void Orphaned_rows_are_found()
    {
        using (var raw = StateDatabase.Connect(state.Location.Database, Microsoft.Data.Sqlite.SqliteOpenMode.ReadWrite))
        {
            raw.Run("PRAGMA foreign_keys = OFF");
            raw.Run("INSERT INTO removals (connection, at, forced) VALUES (999, 1, 0)");
        }

        Assert.Contains("removals", Assert.Single(state.Store.FindProblems()).Render(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, 1)]
    [InlineData(30, 1000)]
    public void Damaged_pages_are_found_before_a_run_needs_them(int first, int count)
    {
        var connection = state.Store.ListConnections().Single();
        using (var journal = state.Store.OpenJournal(connection.Id))
            journal.Apply(Enumerable.Range(0, 2000).Select(i => new StateChange.LinkSaved(Link(i))).ToArray(), Array.Empty<Guid>());
        state.Store.Dispose();
        // The damage is within the links, so the names of the connections are still readable.
        using (var file = new FileStream(state.Location.Database, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 4096 * first;
            file.Write(Enumerable.Repeat((byte)0xA5, (int)Math.Min(4096 * count, file.Length - file.Position)).ToArray());
        }

        using var store = new StateStore(state.Location, state.Clock);

        Assert.Contains("damaged", Assert.Single(store.FindProblems()).Render(), StringComparison.Ordinal);
        Assert.Equal(connection.Name, Assert.Single(store.ListConnections()).Name);
    }

    [Fact]
    public void Damage_at_another_connection_is_reported_and_the_database_stays_in_its_place()
    {
        foreach (var i in Enumerable.Range(0, 100))
            state.Store.SaveConnection(Connection("Other " + i), null);
        state.Store.Dispose();
        DamagePageWith("\"Other 90\"");
        using var store = new StateStore(state.Location, state.Clock);
        var damaged = File.ReadAllBytes(state.Location.Database);

        Assert.Equal("Contoso", store.FindConnection("Contoso")!.Name);
        Assert.Contains("damaged", Assert.Single(store.FindProblems()).Render(), StringComparison.Ordinal);

        Assert.Empty(Directory.GetFiles(state.Location.Folder, "state.damaged-*"));
        store.Dispose();
        Assert.Equal(damaged, File.ReadAllBytes(state.Location.Database));
    }

    // The page with the settings of a connection, which contain its name in quotation marks. The index of the names is on other pages.
    private void DamagePageWith(string text)
    {
        var content = File.ReadAllBytes(state.Location.Database);
        var at = content.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.NotEqual(-1, at);
        content.AsSpan(at / 4096 * 4096, 4096).Fill(0xA5);
        File.WriteAllBytes(state.Location.Database, content);
    }

    private void SaveRun()
    {
        using var journal = state.Store.OpenJournal(state.Store.ListConnections().Single().Id);
        journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
    }
}
