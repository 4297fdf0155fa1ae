using System;
using System.Linq;
using System.Threading.Tasks;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>Several processes that use one store.</summary>
[Trait("Speed", "Slow")]
public sealed class SecondProcessTests : IDisposable
{
    private readonly StateFixture state = new();

    public void Dispose() => state.Dispose();

    [Fact]
    public async Task The_intents_of_a_killed_process_stay_open()
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, null);
        using (var other = SecondProcess.Start("begin", state.Location.Folder, state.Location.KeyFolder, connection.Id.ToString(), "25"))
        {
            Assert.Equal("begun", await other.ReadLineAsync());
            other.Kill();
        }

        using var journal = state.Store.OpenJournal(connection.Id);
        var open = journal.Load(default).OpenIntents;
        Assert.Equal(Enumerable.Range(0, 25).Select(number => "person" + number), open.Select(intent => intent.EntraId));
        journal.Apply(Array.Empty<Model.StateChange>(), open.Select(intent => intent.Id).ToArray());
        Assert.Empty(journal.Load(default).OpenIntents);
    }

    [Fact]
    public async Task Several_processes_create_and_write_one_store_at_once()
    {
        var processes = Enumerable.Range(0, 4)
            .Select(number => SecondProcess.Start("write", state.Location.Folder, state.Location.KeyFolder, "tenant" + number, "20"))
            .ToArray();
        try
        {
            foreach (var process in processes)
                Assert.Equal("200", await process.ReadLineAsync());
        }
        finally
        {
            foreach (var process in processes)
                process.Dispose();
        }

        var connections = state.Store.ListConnections();
        Assert.Equal(4, connections.Count);
        foreach (var connection in connections)
        {
            using var journal = state.Store.OpenJournal(connection.Id);
            Assert.Equal(200, journal.Summarize().ManagedUsers);
            Assert.Empty(journal.Load(default).OpenIntents);

            // Each process may have created a key. All keys are read.
            Assert.Equal(connection.Name, state.Store.ReadSecrets(connection).PasswordBossToken);
        }
    }
}
