using System;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.Upgrade;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>The next runs of connections in the store, and which process may start them.</summary>
public sealed class TurnTests : IDisposable
{
    private static readonly DateTimeOffset Start = StateFixture.SetClock.Start;

    private readonly StateFixture state = new();

    public void Dispose() => state.Dispose();

    [Fact]
    public void Without_a_database_there_are_no_turns() => Assert.Empty(state.Store.ListTurns());

    [Fact]
    public void A_turn_shows_the_newest_run_and_the_health()
    {
        var contoso = StateFixture.Connection();
        using (var journal = state.OpenJournal(contoso))
        {
            journal.SaveRun(StateFixture.Run(Start.AddMinutes(5)), ConnectionHealth.New, null, null);
            journal.SaveRun(
                StateFixture.Run(Start, SyncOutcome.Failed), ConnectionHealth.New with { LastOutcome = SyncOutcome.Failed, ConsecutiveFailures = 3 }, null, null);
        }

        state.Store.SaveConnection(StateFixture.Connection("Adatum", address: "https://other.example.com/v2"), null);

        var turns = state.Store.ListTurns();

        Assert.Equal(["Adatum", "Contoso"], turns.Select(turn => turn.Connection));
        Assert.Equal((null, TimeSpan.Zero, null, 0, true), (turns[0].LastStart, turns[0].LastDuration, turns[0].LastOutcome, turns[0].Failures, turns[0].IsDueAtOnce));
        Assert.Equal(
            (Start.AddMinutes(5), TimeSpan.FromSeconds(2), SyncOutcome.Failed, 3, true),
            (turns[1].LastStart, turns[1].LastDuration, turns[1].LastOutcome, turns[1].Failures, turns[1].IsDueAtOnce));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"lastOutcome":"NoSuch","consecutiveFailures":"many"}""")]
    public void A_damaged_health_does_not_hide_the_turns(string health)
    {
        state.Store.SaveConnection(StateFixture.Connection(), null);
        using (var raw = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All).Open())
            raw.Run("UPDATE connections SET health = $1", health);

        var turn = Assert.Single(state.Store.ListTurns());

        Assert.Equal((null, 0), (turn.LastOutcome, turn.Failures));
    }

    [Fact]
    public void A_saved_connection_is_due_at_once_until_its_turn_is_taken()
    {
        var contoso = StateFixture.Connection();
        state.Store.SaveConnection(contoso, null);

        Assert.True(state.Store.TryTakeTurn(Turn()));
        Assert.False(Turn().IsDueAtOnce);
        var version = DataVersion();
        Assert.True(state.Store.TryTakeTurn(Turn()));
        Assert.Equal(version, DataVersion());

        // A new group name from a run does not make the connection due. A change by an admin does.
        state.Store.RenameGroups(contoso.Id, [new GroupReference("g", "Renamed")]);
        Assert.False(Turn().IsDueAtOnce);
        state.Store.SaveConnection(contoso, null);
        Assert.True(Turn().IsDueAtOnce);
    }

    [Fact]
    public void A_run_that_a_person_stopped_makes_its_connection_due_at_once()
    {
        using var journal = state.OpenJournal(StateFixture.Connection());
        Assert.True(state.Store.TryTakeTurn(Turn()));

        journal.SaveRun(StateFixture.Run(Start, SyncOutcome.Failed) with { ErrorId = nameof(ErrorId.DeadlineExceeded) }, ConnectionHealth.New, null, null);
        Assert.False(Turn().IsDueAtOnce);
        journal.SaveRun(StateFixture.Run(Start.AddMinutes(5), SyncOutcome.Failed) with { ErrorId = nameof(ErrorId.Cancelled) }, ConnectionHealth.New, null, null);
        Assert.True(Turn().IsDueAtOnce);
    }

    [Fact]
    public void A_run_that_ends_a_pause_makes_its_connection_due_at_once()
    {
        var contoso = StateFixture.Connection();
        using var journal = state.OpenJournal(contoso);
        Assert.True(state.Store.TryTakeTurn(Turn()));
        var pause = new PauseRecord { RunId = Guid.NewGuid(), At = Start, RefusedKeys = ["k"], Reason = Texts.ReasonDeleted };

        journal.SaveRun(StateFixture.Run(Start), ConnectionHealth.New, pause, null);
        Assert.False(Turn().IsDueAtOnce);
        journal.SaveRun(StateFixture.Run(Start.AddMinutes(5)), ConnectionHealth.New, pause, null);
        Assert.False(Turn().IsDueAtOnce);
        journal.SaveRun(StateFixture.Run(Start.AddMinutes(10)), ConnectionHealth.New, null, null);
        Assert.True(Turn().IsDueAtOnce);
        Assert.True(state.Store.TryTakeTurn(Turn()));
        journal.SaveRun(StateFixture.Run(Start.AddMinutes(15)), ConnectionHealth.New, null, null);
        Assert.False(Turn().IsDueAtOnce);
    }

    [Fact]
    public void A_turn_is_not_taken_after_another_run_or_a_removal()
    {
        var contoso = StateFixture.Connection();
        using var journal = state.OpenJournal(contoso);
        var turn = Turn();
        journal.SaveRun(StateFixture.Run(Start), ConnectionHealth.New, null, null);

        Assert.False(state.Store.TryTakeTurn(turn));
        Assert.True(state.Store.TryTakeTurn(Turn()));
        turn = Turn();
        state.Store.RemoveConnection(contoso.Id);
        Assert.False(state.Store.TryTakeTurn(turn));
    }

    [Theory]
    [InlineData(OldHome.Ended)]
    [InlineData(OldHome.Killed)]
    public void Connections_of_an_earlier_version_are_due_by_their_last_run(string archive)
    {
        using var home = new OldHome(archive);
        using var store = home.OpenStateStore();

        Assert.All(store.ListTurns(), turn => Assert.Equal((true, false), (turn.LastStart is not null, turn.IsDueAtOnce)));
    }

    [SkippableFact]
    public void A_state_that_another_one_replaces_is_seen_and_while_there_is_none_nothing_is_created()
    {
        Skip.If(OperatingSystem.IsWindows(), "An open database cannot be moved.");
        state.Store.SaveConnection(StateFixture.Connection(), null);
        Assert.Equal("Contoso", Turn().Connection);
        var moved = state.Location.Folder + ".moved";
        Directory.Move(state.Location.Folder, moved);

        Assert.Empty(state.Store.ListTurns());
        Assert.False(Directory.Exists(state.Location.Folder));
        using (var other = new StateStore(state.Location, state.Clock))
            other.SaveConnection(StateFixture.Connection("Fabrikam"), null);
        Assert.Equal(ErrorId.StateMoved, Assert.Throws<ConnectorException>(() => Turn()).Id);
        Assert.Equal("Fabrikam", Turn().Connection);

        Directory.Delete(state.Location.Folder, recursive: true);
        Directory.Move(moved, state.Location.Folder);
        Assert.Throws<ConnectorException>(() => Turn());
        Assert.Equal("Contoso", Turn().Connection);
    }

    private RunTurn Turn() => Assert.Single(state.Store.ListTurns());

    // This number changes with each commit of another database connection.
    private long DataVersion()
    {
        using var raw = new StateDatabase(state.Location, state.Clock, SchemaMigrations.All).Open();
        return raw.Number("PRAGMA data_version") + new System.IO.FileInfo(state.Location.Database + "-wal").Length;
    }
}
