using System;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.Upgrade;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>Alerts in the database. Events are stored with the run that causes them, and addresses are encrypted like secrets.</summary>
public sealed class AlertStoreTests : IDisposable
{
    private const string Address = "https://hooks.example/canary-path?sig=canary-signature";

    private readonly StateFixture state = new();

    private IAlertStore Alerts => state.Store.Alerts;

    private DateTimeOffset Now => state.Clock.UtcNow;

    private static ConnectionHealth Well => new() { LastSync = SetClock.Start, LastOutcome = SyncOutcome.NoChange, FirstSuccessAt = SetClock.Start, LastSuccess = SetClock.Start };

    private static ConnectionHealth Failed => Well with { LastOutcome = SyncOutcome.Failed, ConsecutiveFailures = 1, FailingSince = SetClock.Start };

    public void Dispose() => state.Dispose();

    [Fact]
    public void A_store_without_a_database_has_no_alerts_and_gets_no_file()
    {
        Assert.Empty(Alerts.List());
        Assert.Empty(Alerts.Collect(Now));
        Assert.False(System.IO.File.Exists(state.Location.Database));
    }

    [Fact]
    public void A_saved_run_stores_its_event_in_the_same_transaction()
    {
        var connection = Connection();
        using var journal = state.OpenJournal(connection);
        var alert = Register(AlertScope.All);
        journal.SaveRun(Run(Now), Well, null, null);
        Assert.Equal(0, Count("alert_events"));

        journal.SaveRun(Run(Now), Failed, null, null);

        // The process ends before it delivers the event.
        Assert.Equal(1, Count("alert_events"));
        // The next process finds the event, although the failure has ended.
        journal.SaveRun(Run(Now), Well, null, null);
        var waiting = Alerts.Collect(Now);
        Assert.Equal([AlertEvent.Failing, AlertEvent.Recovered], waiting.Select(w => w.Notice.Event));
        Assert.Equal(AlertNotice.SourceOf(connection.Id), waiting[0].Notice.Source);
        Assert.Equal(alert.Id, waiting[0].Alert.Id);
        Assert.Equal(waiting.Select(w => w.Id), Alerts.Collect(Now).Select(w => w.Id));
        Assert.Equal(2, waiting.Select(w => w.Id).Distinct().Count());
    }

    [Fact]
    public void A_run_whose_end_is_not_saved_stores_no_event()
    {
        var connection = Connection();
        using var journal = state.OpenJournal(connection);
        Register(AlertScope.All);
        using (var raw = OpenRaw())
            raw.Run("CREATE TRIGGER refuse BEFORE INSERT ON alert_events BEGIN SELECT RAISE(ABORT, 'no'); END");

        Assert.Throws<ConnectorException>(() => journal.SaveRun(Run(Now), Failed, null, null));

        Assert.Empty(journal.ReadRuns(1, null));
        Assert.Equal(ConnectionHealth.New, journal.Summarize().Health);
    }

    [Fact]
    public void Idle_runs_write_nothing_about_alerts_and_a_command_without_changes_nothing_at_all()
    {
        using var journal = state.OpenJournal(Connection());
        Register(AlertScope.All);
        journal.SaveRun(Run(Now), Well, null, null);
        using var other = OpenRaw();
        var before = other.Number("PRAGMA data_version");

        Assert.Empty(Alerts.Collect(Now));
        Assert.Empty(Alerts.Collect(Now + TimeSpan.FromMinutes(5)));

        Assert.Equal(before, other.Number("PRAGMA data_version"));
        journal.SaveRun(Run(Now), Well, null, null);
        Assert.Equal((0, 0), (Count("alert_events"), Count("alert_memories")));
    }

    [Fact]
    public void Conditions_that_depend_on_time_are_noticed_once_for_every_connection()
    {
        foreach (var name in new[] { "One", "Two" })
        {
            using var journal = state.OpenJournal(Connection(name) with { SecretExpires = Now + TimeSpan.FromDays(10) });
            journal.SaveRun(Run(Now), Well, null, null);
        }

        Register(AlertScope.All);
        var waiting = Alerts.Collect(Now + TimeSpan.FromHours(1));

        Assert.Equal(
            [("One", AlertEvent.NoSuccess), ("One", AlertEvent.SecretExpires), ("Two", AlertEvent.NoSuccess), ("Two", AlertEvent.SecretExpires)],
            waiting.Select(w => (w.Notice.Connection, w.Notice.Event!.Value)));
        Assert.Equal(4, Alerts.Collect(Now + TimeSpan.FromHours(2)).Count);
    }

    [Fact]
    public void An_alert_is_only_about_its_connections()
    {
        var gold = Connection("Gold") with { Tags = ["gold"] };
        var other = Connection("Other");
        using var first = state.OpenJournal(gold);
        using var second = state.OpenJournal(other);
        var own = Register(AlertScope.Of(other));
        var tag = Register(AlertScope.OfTag("G*"));

        first.SaveRun(Run(Now), Failed, null, null);
        second.SaveRun(Run(Now), Failed, null, null);

        Assert.Equal([(tag.Id, "Gold"), (own.Id, "Other")], Alerts.Collect(Now).Select(w => (w.Alert.Id, w.Notice.Connection)));
    }

    [Fact]
    public void A_blocked_or_damaged_connection_is_noticed_at_the_end_of_a_command()
    {
        var connection = Connection("Broken");
        using (var journal = state.OpenJournal(connection))
            journal.SaveRun(Run(Now), Well, null, null);
        Register(AlertScope.All);
        using (var raw = OpenRaw())
            raw.Run("UPDATE connections SET settings = '{'");

        Assert.Equal((AlertEvent.Failing, "ConnectionDamaged"), Alerts.Collect(Now).Select(w => (w.Notice.Event!.Value, w.Notice.ErrorId)).Single());
        Assert.Single(Alerts.Collect(Now));
    }

    [Fact]
    public void An_event_is_sent_by_one_process_at_a_time_and_is_never_lost()
    {
        var waiting = Fail();
        using var other = new StateStore(state.Location, state.Clock);

        Assert.True(Alerts.TryReserve(waiting.Id, Now, Now + TimeSpan.FromSeconds(15)));
        Assert.False(other.Alerts.TryReserve(waiting.Id, Now, Now + TimeSpan.FromSeconds(15)));
        // The process dies. Later the event can be sent again, even after the clock was set back.
        Assert.True(other.Alerts.TryReserve(waiting.Id, Now + TimeSpan.FromSeconds(15), Now + TimeSpan.FromSeconds(30)));
        Assert.True(other.Alerts.TryReserve(waiting.Id, Now - TimeSpan.FromDays(1), Now - TimeSpan.FromDays(1) + TimeSpan.FromSeconds(15)));
        Assert.Equal(Now, Assert.Single(Alerts.Collect(Now)).FirstAttempt);

        other.Alerts.NotDelivered(waiting.Id, Texts.AlertAnswerStatus("500"));
        Assert.Equal((1, "The receiver answered with HTTP status 500."), (Alerts.List()[0].Deliveries.Pending, Alerts.List()[0].Deliveries.Failure!.Render()));
        Assert.True(Alerts.TryReserve(waiting.Id, Now, Now + TimeSpan.FromSeconds(15)));
        Alerts.Delivered(waiting.Id, Now);
        Assert.False(Alerts.TryReserve(waiting.Id, Now, Now + TimeSpan.FromSeconds(15)));
        Assert.Equal(new AlertDeliveries { LastDelivered = Now }, Alerts.List()[0].Deliveries);
        Assert.Empty(Alerts.Collect(Now));
    }

    [Fact]
    public void A_dropped_event_is_counted()
    {
        var waiting = Fail();

        Alerts.Drop(waiting.Id, Now);

        Assert.Equal(new AlertDeliveries { Dropped = 1, LastDropped = Now }, Alerts.List()[0].Deliveries);
        Assert.Empty(Alerts.Collect(Now));
    }

    [Fact]
    public void The_address_is_stored_like_a_secret()
    {
        var alert = Register(AlertScope.All);
        Fail();

        Assert.Equal(Address, Alerts.ReadAddress(alert));
        using var other = new StateStore(state.Location, state.Clock);
        Assert.Equal(Address, other.Alerts.ReadAddress(alert));
        Assert.Empty(FilesWith(state.Root, "canary-path", "canary-signature"));
        Assert.NotEmpty(FilesWith(state.Root, "hooks.example"));
    }

    [Theory]
    [InlineData("UPDATE alerts SET settings = json_set(settings, '$.host', 'elsewhere.example')")]
    [InlineData("UPDATE alerts SET tag = 'gold'")]
    [InlineData("UPDATE alerts SET connection = 1")]
    [InlineData("UPDATE alerts SET address = 'text'")]
    [InlineData("UPDATE alerts SET settings = '{'")]
    public void An_edited_alert_sends_nothing_and_can_be_removed(string edit)
    {
        state.Store.SaveConnection(Connection(), null);
        Register(AlertScope.All);
        using (var raw = OpenRaw())
            raw.Run(edit);

        var alert = Assert.Single(Alerts.List());

        var error = Refused(ErrorId.AlertUnreadable, () => Alerts.ReadAddress(alert));
        Assert.Null(error.InnerException);
        Alerts.Remove(alert.Id);
        Assert.Empty(Alerts.List());
    }

    [Theory]
    [InlineData("UPDATE alerts SET settings = '{'")]
    [InlineData("UPDATE alert_memories SET memory = '['")]
    [InlineData("UPDATE alert_events SET notice = ''")]
    public void A_damaged_text_of_an_alert_does_not_fail_a_run(string damage)
    {
        Fail();
        using (var raw = OpenRaw())
            raw.Run(damage);
        using var journal = state.Store.OpenJournal(state.Store.ListConnections()[0].Id);

        journal.SaveRun(Run(Now), Failed, null, null);

        Assert.NotNull(Alerts.Collect(Now));
        Assert.Equal(2, journal.ReadRuns(9, null).Count());
    }

    [Fact]
    public void Removing_a_connection_removes_its_alerts_and_events()
    {
        var connection = Connection();
        using (var journal = state.OpenJournal(connection))
        {
            Register(AlertScope.Of(connection));
            var all = Register(AlertScope.All);
            journal.SaveRun(Run(Now), Failed, null, null);
            Assert.Equal(2, Alerts.Collect(Now).Count);
            state.Store.RemoveConnection(connection.Id);
            Assert.Equal([all.Id], Alerts.List().Select(a => a.Id));
        }

        Assert.Equal((0, 0), (Count("alert_events"), Count("alert_memories")));
    }

    [Fact]
    public void Times_of_a_wrong_clock_are_set_back()
    {
        var waiting = Fail();
        Alerts.TryReserve(waiting.Id, Now + TimeSpan.FromDays(400), Now + TimeSpan.FromDays(401));
        using var journal = state.Store.OpenJournal(state.Store.ListConnections()[0].Id);

        journal.SetBackTimes(Now);

        Assert.Equal(Now, Assert.Single(Alerts.Collect(Now)).FirstAttempt);
    }

    [Fact]
    public void A_changed_alert_keeps_what_it_reported()
    {
        var alert = Fail().Alert;

        Alerts.Save(alert with { Settings = alert.Settings with { Format = AlertFormat.Slack, NoSuccessMinutes = 7 } }, Address);

        Assert.Equal((AlertFormat.Slack, 7), (Alerts.List()[0].Settings.Format, Alerts.List()[0].Settings.NoSuccessMinutes));
        Assert.Single(Alerts.Collect(Now));
    }

    [Fact]
    public void A_state_of_an_earlier_version_can_store_alerts()
    {
        using var home = new OldHome(OldHome.Ended);
        using var store = home.OpenStateStore();

        Assert.Empty(store.Alerts.Collect(home.Clock.UtcNow));
        var alert = new AlertRegistration { Id = Guid.NewGuid(), Scope = AlertScope.All, Settings = new AlertSettings { Host = "hooks.example", Events = [AlertEvent.NoSuccess] } };
        store.Alerts.Save(alert, Address);
        Assert.Empty(store.Alerts.Collect(home.Clock.UtcNow - TimeSpan.FromDays(1)));
        Assert.Equal(home.Names().Length, store.Alerts.Collect(home.Clock.UtcNow + TimeSpan.FromDays(1)).Count);
    }

    private PendingAlert Fail()
    {
        if (Alerts.List().Count == 0)
            Register(AlertScope.All);
        using var journal = state.OpenJournal(Connection());
        journal.SaveRun(Run(Now), Failed, null, null);
        return Assert.Single(Alerts.Collect(Now));
    }

    private AlertRegistration Register(AlertScope scope)
    {
        var alert = new AlertRegistration
        {
            Id = Guid.NewGuid(),
            Scope = scope,
            Settings = new AlertSettings { Host = "hooks.example", Events = Enum.GetValues<AlertEvent>(), CreatedAt = Now },
        };
        Alerts.Save(alert, Address);
        return alert;
    }

    private SqliteConnection OpenRaw()
    {
        SqliteNative.EnsureLoaded();
        return StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
    }

    private long Count(string table)
    {
        using var raw = OpenRaw();
        return raw.Number("SELECT COUNT(*) FROM " + table);
    }
}
