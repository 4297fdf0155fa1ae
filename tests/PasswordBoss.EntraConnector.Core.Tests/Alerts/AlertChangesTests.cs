using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Alerts;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Alerts;

/// <summary>Each change of a connection that is an event causes exactly one event.</summary>
public sealed class AlertChangesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private readonly ConnectionSettings connection = World.NewConnection("Contoso") with { CreatedAt = Start };
    private AlertSettings alert = new() { Host = "hooks.example", Events = Enum.GetValues<AlertEvent>(), NoSuccessMinutes = 60, ExpiryDays = 14 };
    private ReportedConditions memory = ReportedConditions.None;
    private ErrorId? error;
    private DateTimeOffset now = Start;

    private static ConnectionHealth Well(DateTimeOffset at) => new() { FirstSuccessAt = Start, LastSync = at, LastOutcome = SyncOutcome.NoChange, LastSuccess = at };

    private static ConnectionHealth Failed(DateTimeOffset since) => new()
    {
        FirstSuccessAt = Start,
        LastSync = since,
        LastOutcome = SyncOutcome.Failed,
        ConsecutiveFailures = 1,
        FailingSince = since,
        LastSuccess = Start,
        Messages = [Problems.GraphFailed("anna@contoso.com").Text],
    };

    private static PauseRecord Pause(DateTimeOffset at) => new() { RunId = Guid.NewGuid(), At = at, RefusedKeys = ["a"], Reason = Texts.ReasonDeleted };

    [Fact]
    public void A_healthy_connection_causes_no_events_and_stores_nothing()
    {
        Assert.Empty(After(Well(now)));
        Assert.Equal(ReportedConditions.None, memory);
    }

    [Fact]
    public void Each_condition_is_reported_once_and_its_end_once()
    {
        var refused = Failed(now) with { NotAuthorized = true };
        error = ErrorId.SecretExpired;

        var notice = Assert.Single(After(refused));
        Assert.Equal(
            (AlertEvent.NotAuthorized, "Contoso", connection.TenantId, nameof(ErrorId.SecretExpired), (DateTimeOffset?)Start),
            (notice.Event, notice.Connection, notice.TenantId, notice.ErrorId, notice.Since));
        now += TimeSpan.FromMinutes(5);
        Assert.Empty(After(refused with { ConsecutiveFailures = 2 }));
        Assert.Equal([AlertEvent.Recovered], Events(Well(now)));
        Assert.Empty(After(Well(now)));
        Assert.Equal([AlertEvent.NotAuthorized], Events(refused));
    }

    [Fact]
    public void A_lasting_failure_is_one_event_and_a_pause_is_another()
    {
        Assert.Equal([AlertEvent.Failing], Events(Failed(now)));
        Assert.Empty(After(Failed(now) with { ConsecutiveFailures = 9 }));
        Assert.Equal([AlertEvent.Paused], Events(Well(now) with { LastOutcome = SyncOutcome.Refused }, Pause(now)));
        // Each refused run writes its pause again.
        Assert.Empty(After(Well(now) with { LastOutcome = SyncOutcome.Refused }, Pause(now + TimeSpan.FromMinutes(5))));
        Assert.Equal([AlertEvent.Recovered], Events(Well(now)));
    }

    [Fact]
    public void A_run_that_cannot_use_what_it_read_counts_as_failing()
    {
        var refused = Well(now) with { LastOutcome = SyncOutcome.Refused, FailingSince = now };
        error = ErrorId.UserGroupEmpty;

        Assert.Equal((AlertEvent.Failing, nameof(ErrorId.UserGroupEmpty)), After(refused).Select(n => (n.Event, n.ErrorId)).Single());
        Assert.Empty(After(refused));
    }

    [Fact]
    public void A_run_that_an_admin_stopped_is_no_failure_and_no_recovery()
    {
        var stopped = Failed(now);
        error = ErrorId.Cancelled;
        Assert.Empty(After(stopped));
        Assert.Empty(After(Well(now)));

        error = ErrorId.GraphFailed;
        Assert.Equal([AlertEvent.Failing], Events(Failed(now)));
        error = ErrorId.Cancelled;
        Assert.Empty(After(Failed(now) with { ConsecutiveFailures = 2, LastSync = now + TimeSpan.FromMinutes(5) }));
        Assert.Equal([AlertEvent.Recovered], Events(Well(now)));
    }

    [Fact]
    public void Other_errors_after_the_access_is_restored_are_reported()
    {
        Assert.Equal([AlertEvent.NotAuthorized], Events(Failed(now) with { NotAuthorized = true }));
        Assert.Equal([AlertEvent.Failing], Events(Failed(now)));
        Assert.Equal([AlertEvent.Recovered], Events(Well(now)));
    }

    [Fact]
    public void A_missing_success_is_reported_after_the_chosen_time_and_once()
    {
        now += TimeSpan.FromMinutes(59);
        Assert.Empty(After(Well(Start)));
        now += TimeSpan.FromMinutes(1);
        var notice = Assert.Single(After(Well(Start)));
        Assert.Equal((AlertEvent.NoSuccess, (DateTimeOffset?)Start), (notice.Event, notice.Since));
        now += TimeSpan.FromDays(1);
        Assert.Empty(After(Well(Start)));
        // The clock is set back, and forward again.
        now = Start;
        Assert.Empty(After(Well(Start)));
        now += TimeSpan.FromDays(1);
        Assert.Empty(After(Well(Start)));
        Assert.Equal([AlertEvent.Recovered], Events(Well(now)));
        now += TimeSpan.FromHours(2);
        Assert.Equal([AlertEvent.NoSuccess], Events(Well(now - TimeSpan.FromHours(1))));
    }

    [Fact]
    public void NoSuccess_is_counted_from_the_creation_of_a_connection_that_never_ran()
    {
        now += TimeSpan.FromMinutes(61);

        var notice = Assert.Single(After(ConnectionHealth.New));

        Assert.Equal((AlertEvent.NoSuccess, (DateTimeOffset?)Start, null), (notice.Event, notice.Since, notice.LastSuccess));
    }

    [Fact]
    public void The_health_of_an_earlier_version_has_its_times()
    {
        var health = Well(Start) with { LastSuccess = null };
        Assert.Equal(Start, ConnectionCondition.Of(new StoredConnection(connection), health, null, null).LastSuccess);
        var failing = Failed(Start) with { LastSuccess = null, FailingSince = null };
        Assert.Equal((null, (DateTimeOffset?)Start, (DateTimeOffset?)Start), Times(ConnectionCondition.Of(new StoredConnection(connection), failing, null, null)));

        static (DateTimeOffset?, DateTimeOffset?, DateTimeOffset?) Times(ConnectionCondition condition) => (condition.LastSuccess, condition.FailingSince, condition.WithoutSuccessSince);
    }

    [Fact]
    public void An_expiry_is_reported_once_and_again_for_the_next_secret()
    {
        var expires = Start + TimeSpan.FromDays(30);
        Assert.Empty(After(Well(now), expires: expires));
        now = expires - TimeSpan.FromDays(14);
        Assert.Equal((AlertEvent.SecretExpires, expires), After(Well(now), expires: expires).Select(n => (n.Event, n.SecretExpires)).Single());
        now += TimeSpan.FromDays(20);
        Assert.Empty(After(Well(now), expires: expires));
        // A new secret ends the condition without an event, because syncing never failed.
        Assert.Empty(After(Well(now), expires: expires + TimeSpan.FromDays(365)));
        Assert.Equal(ReportedConditions.None, memory);
        now = expires + TimeSpan.FromDays(360);
        Assert.Equal([AlertEvent.SecretExpires], After(Well(now), expires: expires + TimeSpan.FromDays(365)).Select(n => n.Event));
    }

    [Fact]
    public void Only_the_chosen_events_are_reported()
    {
        alert = alert with { Events = [AlertEvent.Failing, AlertEvent.Recovered] };
        Assert.Empty(After(Well(now), Pause(now), Start));
        Assert.Empty(After(Well(now)));
        // No other event reports that access is refused.
        Assert.Equal([AlertEvent.Failing], Events(Failed(now) with { NotAuthorized = true }));
        Assert.Empty(After(Well(now), Pause(now)));
        Assert.Equal([AlertEvent.Recovered], Events(Well(now)));
    }

    [Fact]
    public void A_connection_that_cannot_be_read_is_failing()
    {
        var damaged = new StoredConnection(new DamagedConnection(1, connection.Id, "Contoso", "id"));

        var (notices, after) = AlertChanges.Of(alert, memory, ConnectionCondition.Of(damaged, ConnectionHealth.New, null, null), now);

        Assert.Equal((AlertEvent.Failing, nameof(ErrorId.ConnectionDamaged)), notices.Select(n => (n.Event, n.ErrorId)).Single());
        Assert.True(after.Failing);
        Assert.Equal(nameof(ErrorId.StoredTextDamaged), ConnectionCondition.Of(new StoredConnection(connection), null, null, null).ErrorId);
    }

    [Fact]
    public void A_connection_whose_runs_are_blocked_for_too_long_is_failing()
    {
        var blocked = Well(Start) with { LastOutcome = SyncOutcome.Failed, ConsecutiveFailures = 1, BlockedRuns = 3, LockHeld = Texts.StatusOk, FailingSince = now };

        Assert.Equal((AlertEvent.Failing, nameof(ErrorId.AlreadyRunning)), After(blocked).Select(n => (n.Event, n.ErrorId)).Single());
    }

    [Fact]
    public void An_event_contains_no_arguments_of_errors_because_they_may_name_users()
    {
        error = ErrorId.GraphFailed;
        var notice = Assert.Single(After(Failed(now)));

        var text = AlertText.Of(notice);
        var words = notice + " " + text.Sentence + " " + text.Advice + " " + string.Join(" ", text.Facts);

        Assert.Equal(nameof(ErrorId.GraphFailed), notice.ErrorId);
        Assert.DoesNotContain("anna", words, StringComparison.Ordinal);
    }

    [Fact]
    public void The_words_name_the_connection_and_do_not_depend_on_the_language()
    {
        foreach (var what in Enum.GetValues<AlertEvent>().Select(e => (AlertEvent?)e).Append(null))
        {
            var text = AlertText.Of(new AlertNotice { Event = what, Source = "s", Connection = "O'Brien", Time = now, SecretExpires = now });
            Assert.Contains("'O'Brien'", text.Sentence, StringComparison.Ordinal);
            Assert.Equal(what is null or AlertEvent.Recovered, text.Advice.Length == 0);
            Assert.Contains(new KeyValuePair<string, string>("Time", "2026-03-02 08:00 UTC"), text.Facts);
        }
    }

    private IReadOnlyList<AlertNotice> After(ConnectionHealth health, PauseRecord? pause = null, DateTimeOffset? expires = null)
    {
        var condition = ConnectionCondition.Of(new StoredConnection(connection with { SecretExpires = expires }), health, pause, error?.ToString());
        (var notices, memory) = AlertChanges.Of(alert, memory, condition, now);
        return notices;
    }

    private IEnumerable<AlertEvent?> Events(ConnectionHealth health, PauseRecord? pause = null) => After(health, pause).Select(n => n.Event);
}
