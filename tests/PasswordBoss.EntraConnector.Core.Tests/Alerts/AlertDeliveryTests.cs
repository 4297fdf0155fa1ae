using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Alerts;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Alerts;

/// <summary>Events reach their receivers at least once, not again after a success, within a time budget, and for at most a day.</summary>
public sealed class AlertDeliveryTests
{
    private readonly World world = new();
    private readonly Warnings observer = new();

    private FakeAlerts Store => world.Store.Alerts;

    [Fact]
    public async Task Events_are_delivered_in_their_order_and_only_once()
    {
        var (first, second) = (Add("a.example"), Add("a.example"));

        await DeliverAsync();
        await DeliverAsync();

        Assert.Equal([first, second], world.Factory.Receivers["a.example"].Arrived.Select(e => e.Id));
        Assert.Empty(Store.Waiting);
        Assert.Empty(observer.Texts);
    }

    [Fact]
    public async Task Nothing_to_deliver_writes_nothing_and_opens_no_receiver()
    {
        await DeliverAsync();

        Assert.Equal(0, Store.Writes);
    }

    [Fact]
    public async Task A_failed_event_is_sent_again_with_the_same_ID_and_later_events_wait()
    {
        var (first, second) = (Add("a.example"), Add("a.example"));
        var receiver = world.Factory.Receivers["a.example"];
        receiver.Answer = (_, _) => Task.FromResult(new AlertResponse(500, Texts.AlertAnswerStatus("500")));

        await DeliverAsync();
        Assert.Equal([first], receiver.Arrived.Select(e => e.Id));
        Assert.Equal(["a.example: Alerts were not delivered, and are sent again with the next sync: The receiver answered with HTTP status 500."], observer.Texts);

        receiver.Answer = (_, _) => Task.FromResult(new AlertResponse(204, null));
        await DeliverAsync();
        Assert.Equal([first, first, second], receiver.Arrived.Select(e => e.Id));
        Assert.Empty(Store.Waiting);
    }

    [Fact]
    public async Task An_event_that_the_receiver_refuses_does_not_block_the_others()
    {
        var (first, second) = (Add("a.example"), Add("a.example"));
        var receiver = world.Factory.Receivers["a.example"];
        receiver.Answer = (_, _) => Task.FromResult(receiver.Arrived.Count == 1 ? new AlertResponse(400, Texts.AlertAnswerStatus("400")) : new AlertResponse(200, null));

        await DeliverAsync();

        Assert.Equal([first, second], receiver.Arrived.Select(e => e.Id));
        Assert.Equal([first], Store.Waiting.Select(w => w.Id));
    }

    [Fact]
    public async Task An_event_is_dropped_a_day_after_its_first_attempt_and_the_drop_is_reported()
    {
        Add("a.example");
        var receiver = world.Factory.Receivers["a.example"];
        receiver.Answer = (_, _) => Task.FromResult(new AlertResponse(302, Texts.AlertAnswerRedirect("302")));
        // It waited because no command ran, so it still gets its first attempt.
        world.Clock.Advance(TimeSpan.FromDays(3));
        await DeliverAsync();
        world.Clock.Advance(TimeSpan.FromHours(23.9));
        await DeliverAsync();
        Assert.Equal(2, receiver.Arrived.Count);
        observer.Texts.Clear();

        world.Clock.Advance(TimeSpan.FromHours(0.1));
        await DeliverAsync();

        Assert.Equal(2, receiver.Arrived.Count);
        Assert.Empty(Store.Waiting);
        Assert.Equal(
            ["a.example: Alerts dropped, because they could not be delivered for 24 hours: 1. The last reason: The receiver answered with a redirect (HTTP status 302), which is not followed."],
            observer.Texts);
    }

    [Fact]
    public async Task A_hanging_receiver_uses_the_budget_but_does_not_block_other_receivers()
    {
        for (var i = 0; i < 20; i++)
            Add($"hung{i}.example");
        Add("well.example");
        var hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var receiver in world.Factory.Receivers.Where(r => r.Key != "well.example"))
        {
            receiver.Value.Answer = async (_, token) =>
            {
                // The last receiver to start uses the time of the whole budget.
                if (world.Factory.Receivers.Values.Sum(r => r.Arrived.Count) == 16)
                    world.Clock.AdvanceToDeadline();
                await hung.Task.WaitAsync(token);
                return new AlertResponse(200, null);
            };
        }

        var begun = world.Clock.UtcNow;
        await DeliverAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(TimeSpan.FromSeconds(30), world.Clock.UtcNow - begun);
        Assert.Equal(21, Store.Waiting.Count);
        Assert.Equal(21, observer.Texts.Count);
        hung.SetResult();
        await DeliverAsync();
        Assert.Empty(Store.Waiting);
    }

    [Fact]
    public async Task An_event_that_another_process_is_sending_is_not_sent_twice()
    {
        var sent = Add("a.example");
        Store.TryReserve(sent, world.Clock.UtcNow, world.Clock.UtcNow + TimeSpan.FromSeconds(15));

        await DeliverAsync();
        Assert.Empty(world.Factory.Receivers["a.example"].Arrived);

        // The other process died. Its reservation expires, so the event is not lost.
        world.Clock.Advance(TimeSpan.FromSeconds(15));
        await DeliverAsync();
        Assert.Equal([sent], world.Factory.Receivers["a.example"].Arrived.Select(e => e.Id));
    }

    [Fact]
    public async Task A_stopped_command_keeps_its_events()
    {
        Add("a.example");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await world.Service.DeliverAlertsAsync(observer, stop.Token);

        Assert.Single(Store.Waiting);
        Assert.Empty(world.Factory.Receivers["a.example"].Arrived);
    }

    [Fact]
    public async Task A_store_or_an_address_that_cannot_be_read_is_a_warning()
    {
        Add("a.example", address: "");
        await DeliverAsync();
        Store.Fault = Problems.StateBusy("state.db");
        await DeliverAsync();

        Assert.Equal(2, observer.Texts.Count);
        Assert.Contains("cannot be decrypted", observer.Texts[0], StringComparison.Ordinal);
        Assert.StartsWith("*: Alerts could not be checked: ", observer.Texts[1], StringComparison.Ordinal);
        Assert.Single(Store.Waiting);
        // The reason stays a message: each reader has a language.
        var listener = new Listener();
        await world.Service.DeliverAlertsAsync(listener, default);
        Assert.Equal(Store.Fault.Sentence, listener.Warnings[0].Arguments[0].Message);
    }

    [Theory]
    [InlineData("hooks.example/x", "it is not a complete address.")]
    [InlineData("", "it is not a complete address.")]
    [InlineData("http://localhost/secret", "it does not begin with https://")]
    [InlineData("ftp://hooks.example/secret", "it does not begin with https://")]
    [InlineData("https://user:secret@hooks.example/", "it contains a user name or a password.")]
    public void Only_https_addresses_are_registered_and_no_error_repeats_one(string address, string flaw)
    {
        var error = Assert.Throws<ConnectorException>(() => Register(AlertScope.All, address));

        Assert.Equal(ErrorId.WebhookInvalid, error.Id);
        Assert.Contains(flaw, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Store.List());
    }

    [Fact]
    public void The_same_address_for_the_same_connections_is_one_alert()
    {
        var first = Register(AlertScope.OfTag("gold"), "https://hooks.example/1?sig=a");
        world.Clock.Advance(TimeSpan.FromDays(1));
        var again = world.Service.RegisterAlert(AlertScope.OfTag(" GOLD "), "https://hooks.example/1?sig=a", Settings() with { Format = AlertFormat.Slack });
        var other = Register(AlertScope.OfTag("gold"), "https://hooks.example/1?sig=b");
        var all = Register(AlertScope.All, "https://hooks.example/1?sig=a");

        Assert.Equal((first.Id, first.CreatedAt, AlertFormat.Slack), (again.Id, again.CreatedAt, again.Format));
        Assert.Equal(3, world.Service.ListAlerts().Select(a => a.Id).Distinct().Count());
        Assert.Equal(("*", "gold", "hooks.example"), (first.Connection, first.Tag, first.Host));
        Assert.Equal([first.Id, other.Id], world.Service.FindAlerts(AlertScope.OfTag("gold")).Select(a => a.Id));
        Assert.Equal([all.Id], world.Service.FindAlerts(AlertScope.All).Select(a => a.Id));
        world.Service.RemoveAlert(all.Id);
        Assert.Equal(ErrorId.AlertNotFound, Assert.Throws<ConnectorException>(() => world.Service.FindAlerts(AlertScope.All)).Id);
        Assert.Equal(ErrorId.AlertNotFound, Assert.Throws<ConnectorException>(() => world.Service.GetAlert(all.Id)).Id);
    }

    [Fact]
    public void The_alerts_of_a_connection_are_its_own_those_of_its_tags_and_those_of_all()
    {
        world.Service.SetTags(World.Name, ["gold"], null);
        var other = World.NewConnection("Other");
        world.Store.SaveConnection(other, new ConnectionSecrets());
        var own = Register(world.Service.ScopeOf(World.Name), "https://a.example/");
        var foreign = Register(world.Service.ScopeOf("Other"), "https://b.example/");
        var tag = Register(AlertScope.OfTag("g*"), "https://c.example/");
        var all = Register(world.Service.ScopeOf("*"), "https://d.example/");

        Assert.Equal([own.Id, tag.Id, all.Id], world.Service.ListAlerts(World.Name).Select(a => a.Id));
        Assert.Equal([foreign.Id, all.Id], world.Service.ListAlerts("Other").Select(a => a.Id));
        Assert.Equal(World.Name, own.Connection);
    }

    [Fact]
    public async Task A_test_sends_one_event_that_is_not_kept()
    {
        var alert = Register(world.Service.ScopeOf(World.Name), "https://a.example/secret");
        var receiver = world.Factory.Receivers["a.example"] = new FakeReceiver();

        var passed = Assert.Single(await world.Service.TestAlertsAsync([alert.Id, Guid.NewGuid()], default));
        receiver.Answer = (_, _) => Task.FromResult(new AlertResponse(404, Texts.AlertAnswerStatus("404")));
        var failed = Assert.Single(await world.Service.TestAlertsAsync([alert.Id], default));

        Assert.Equal((CheckStatus.Passed, 204, ""), (passed.Status, passed.HttpStatus, passed.Recommendation));
        Assert.Equal((CheckStatus.Failed, 404, "The receiver answered with HTTP status 404."), (failed.Status, failed.HttpStatus, failed.Detail));
        Assert.NotEmpty(failed.Recommendation);
        Assert.All(receiver.Arrived, e => Assert.Equal((null, "urn:uuid:" + alert.Id, World.Name), (e.Notice.Event, e.Notice.Source, e.Notice.Connection)));
        Assert.Empty(Store.Waiting);
    }

    [Fact]
    public async Task Receivers_are_tested_at_the_same_time_and_shown_in_the_given_order()
    {
        var alerts = Enumerable.Range(0, 16).Select(i => Register(AlertScope.All, $"https://r{i}.example/")).ToList();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = 0;
        foreach (var alert in alerts)
        {
            world.Factory.Receivers[alert.Host] = new FakeReceiver
            {
                Answer = async (_, token) =>
                {
                    if (Interlocked.Increment(ref arrived) == alerts.Count)
                        all.SetResult();
                    await all.Task.WaitAsync(token);
                    return new AlertResponse(204, null);
                },
            };
        }

        alerts.Reverse();
        var checks = await world.Service.TestAlertsAsync(alerts.Select(a => a.Id).ToList(), default).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(alerts.Select(a => a.Id), checks.Select(c => c.Id));
    }

    [Theory]
    [InlineData(null, null, "for all connections.", "*")]
    [InlineData(null, "gold", "for connections with the tag 'gold'.", "*")]
    [InlineData(World.Name, null, "for connection '" + World.Name + "'.", World.Name)]
    public async Task A_test_names_what_the_alert_is_about(string? connection, string? tag, string words, string subject)
    {
        var alert = Register(connection is not null ? world.Service.ScopeOf(connection) : tag is null ? AlertScope.All : AlertScope.OfTag(tag), "https://a.example/");
        var receiver = world.Factory.Receivers["a.example"] = new FakeReceiver();

        await world.Service.TestAlertsAsync([alert.Id], default);

        var notice = Assert.Single(receiver.Arrived).Notice;
        var text = AlertText.Of(notice);
        Assert.Equal(subject, notice.Connection);
        Assert.StartsWith("This is a test of the alerts " + words, text.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Facts, fact => fact.Value == "*");
    }

    [Theory]
    [InlineData("  https://hooks.example/Path?sig=a%2Bb  ")]
    [InlineData("HTTPS://Hooks.Example/Path?sig=a%2Bb")]
    [InlineData("https://hooks.example:443/Path?sig=a%2Bb")]
    [InlineData("https://hooks.example/Path?sig=a%2Bb#top")]
    [InlineData("https://hooks.example/Path?sig=a%2Bb#")]
    public void Another_notation_of_an_address_is_the_same_alert(string notation)
    {
        var first = Register(AlertScope.All, "https://hooks.example/Path?sig=a%2Bb");

        Assert.Equal(first.Id, Register(AlertScope.All, notation).Id);
        Assert.Equal("https://hooks.example/Path?sig=a%2Bb", Store.ReadAddress(Assert.Single(Store.List())));
        // Versions before this one stored the notation of the user.
        Store.Save(Store.List()[0], notation.Trim());
        Assert.Equal(first.Id, Register(AlertScope.All, "https://hooks.example/Path?sig=a%2Bb").Id);
        Assert.NotEqual(first.Id, Register(AlertScope.All, "https://hooks.example/path?sig=a%2Bb").Id);
        Assert.NotEqual(first.Id, Register(AlertScope.All, "https://hooks.example:8443/Path?sig=a%2Bb").Id);
    }

    private Task DeliverAsync() => world.Service.DeliverAlertsAsync(observer, default);

    private static AlertSettings Settings() => new() { Host = "", Events = Enum.GetValues<AlertEvent>() };

    private PBAlert Register(AlertScope scope, string address) => world.Service.RegisterAlert(scope, address, Settings());

    private Guid Add(string host, string address = "https://receiver.example/")
    {
        var alert = Store.List().FirstOrDefault(a => a.Settings.Host == host)
            ?? new AlertRegistration { Id = Guid.NewGuid(), Scope = AlertScope.All, Settings = Settings() with { Host = host } };
        Store.Save(alert, address.Length == 0 ? "" : $"https://{host}/");
        world.Factory.Receivers.TryAdd(host, new FakeReceiver());
        var notice = new AlertNotice { Event = AlertEvent.Failing, Source = AlertNotice.SourceOf(world.Connection.Id), Connection = World.Name, Time = world.Clock.UtcNow };
        Store.Waiting.Add(new PendingAlert(Guid.NewGuid(), alert, notice, null));
        return Store.Waiting[^1].Id;
    }

    private sealed class Warnings : IRunObserver
    {
        public List<string> Texts { get; } = [];

        public void Progress(string connection, Message activity, int done, int total)
        {
        }

        public void Warning(string connection, Message warning)
        {
            lock (Texts)
                Texts.Add(connection + ": " + warning.Render());
        }

        public void Detail(string connection, Message detail)
        {
        }
    }
}
