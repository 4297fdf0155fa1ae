using System;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Reports;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>The content of a report, which is collected from stored data.</summary>
public sealed class ReportTests
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(13), "test", "test");

    private readonly World world = new(others: 20);

    [Fact]
    public void A_report_has_the_newest_changes_and_counts_all_of_them()
    {
        world.Sync();
        world.UserGroup.Members.Take(4).ToList().ForEach(world.Leave);
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(2));
        world.UserGroup.Members.Take(3).ToList().ForEach(world.Leave);
        world.Sync();
        var requests = world.Entra.RequestCount + world.PasswordBoss.RequestCount;

        var report = Export();

        var disabled = report.Changes[0];
        Assert.Equal((ChangeKind.Disabled, SyncAction.Disable, ChangeOutcome.Done, 0), (disabled.Kind, disabled.Action, disabled.Outcome, disabled.ConnectionIndex));
        Assert.Equal($"left group '{world.UserGroup.Name}'", disabled.Reason);
        Assert.Equal(report.MaxChanges, report.Changes.Count);
        var days = report.Summary!.Days;
        Assert.Equal([(ChangeKind.Disabled, 4), (ChangeKind.Disabled, 3)], days.OrderBy(d => d.Day).Select(d => (d.Kind, d.Count)));
        Assert.Equal(TimeSpan.FromDays(2), days.Max(d => d.Day) - days.Min(d => d.Day));
        Assert.Equal(requests, world.Entra.RequestCount + world.PasswordBoss.RequestCount);
    }

    [Fact]
    public void Times_are_in_the_zone_of_the_report()
    {
        world.Sync();
        world.Leave(world.UserGroup.Members.First());
        world.Sync();

        var report = Export();

        Assert.Equal(world.Clock.UtcNow.ToOffset(Zone.BaseUtcOffset), report.Summary!.WrittenAt);
        Assert.Equal(Zone.BaseUtcOffset, report.Summary.WrittenAt.Offset);
        var change = Assert.Single(report.Changes);
        Assert.Equal(Zone.BaseUtcOffset, change.Time.Offset);
        Assert.Equal(change.Time.Date, Assert.Single(report.Summary.Days).Day);
        Assert.Equal(Zone.BaseUtcOffset, report.Summary.Connections.Single().LastSync!.Value.Offset);
    }

    [Fact]
    public void Earlier_changes_are_left_out()
    {
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(2));
        var since = world.Clock.UtcNow;
        world.Leave(world.UserGroup.Members.First());
        world.Sync();

        var report = Export(since: since);

        Assert.Equal(SyncAction.Disable, Assert.Single(report.Changes).Action);
        Assert.Equal(1, report.Summary!.Days.Sum(d => d.Count));
        Assert.Equal(since, report.Summary.Since);
    }

    [Fact]
    public void The_states_of_accounts_are_counted()
    {
        world.Sync();
        world.Leave(world.UserGroup.Members.First());
        world.Sync();

        var connection = Assert.Single(Export().Summary!.Connections);

        var status = world.Service.GetStatus(World.Name);
        Assert.Equal((status.ManagedUsers - 1, 0, 1), (connection.Active, connection.Pending, connection.Disabled));
        Assert.Equal((World.Name, ConnectorStatus.Connected, Attention.None, ""), (connection.Name, connection.Status, connection.Attention, connection.Message));
    }

    [Fact]
    public void A_connection_that_fails_or_is_paused_needs_attention_and_shows_why()
    {
        world.Sync();
        world.UserGroup.Members.Take(8).ToList().ForEach(world.Leave);
        world.Sync();
        var paused = Export().Summary!.Connections.Single();
        Assert.Equal((ConnectorStatus.Paused, world.Service.GetStatus(World.Name).Message), (paused.Status, paused.Message));
        Assert.NotEqual(Attention.None, paused.Attention);
        Assert.Contains(Export().Changes, change => change.Kind == ChangeKind.HeldBack && change.Outcome == ChangeOutcome.Refused);

        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.GraphFailed);
        world.Sync();

        Assert.Equal(Attention.Now, Export().Summary!.Connections.Single().Attention);
    }

    [Theory]
    [InlineData(-1, Attention.Now)]
    [InlineData(29, Attention.Soon)]
    [InlineData(31, Attention.None)]
    public void A_secret_that_expires_needs_attention(int days, Attention attention)
    {
        world.Sync();
        world.Store.SaveConnection(world.Connection with { SecretExpires = world.Clock.UtcNow.AddDays(days) }, null);

        var connection = Export().Summary!.Connections.Single();

        Assert.Equal((attention, ""), (connection.Attention, connection.Message));
    }

    [Fact]
    public void A_chosen_connection_is_the_only_one_in_the_report()
    {
        world.Leave(world.UserGroup.Members.First());
        world.Sync();
        world.Store.SaveConnection(World.NewConnection("Fabrikam"), new ConnectionSecrets());

        Assert.Equal(World.Name, Export().Summary!.Connections.Single().Name);
        Assert.Equal(World.Name, Assert.Single(world.Factory.Report!.Changes).Connection);

        Assert.Equal([], world.Service.ExportReport(world.Service.ListNames(), Request()));
        Assert.Equal(2, world.Factory.Report.Summary!.Connections.Count);
    }

    [Fact]
    public void A_damaged_connection_is_in_the_report_and_an_unknown_one_is_a_problem()
    {
        world.Store.Damaged.Add(new DamagedConnection(7, null, "Broken", "rules"));

        var problem = Assert.Single(world.Service.ExportReport(["Broken", "Missing"], Request()));

        Assert.Equal(ErrorId.ConnectionNotFound, problem.Id);
        var broken = Assert.Single(world.Factory.Report!.Summary!.Connections);
        Assert.Equal((ConnectorStatus.Damaged, Attention.Now), (broken.Status, broken.Attention));
        Assert.NotEqual("", broken.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_whose_health_cannot_be_read_is_listed_as_damaged_with_its_changes(bool among)
    {
        world.Leave(world.UserGroup.Members.First());
        world.Sync();
        world.Store.Of(world.Connection.Id).IsHealthDamaged = true;
        if (among)
            world.Store.SaveConnection(World.NewConnection("Fabrikam"), new ConnectionSecrets());
        var names = world.Service.ListNames();

        var statuses = world.Service.GetStatuses(names);
        Assert.Equal([], world.Service.ExportReport(names, Request()));

        Assert.Empty(statuses.Problems);
        Assert.Equal(names, statuses.Found.Select(s => s.Connection));
        var status = statuses.Found.Single(s => s.Connection == World.Name);
        Assert.Equal((ConnectorStatus.Damaged, world.Connection.TenantId, world.UserGroup.Name), (status.Status, status.TenantId, status.UserGroup));
        Assert.Equal(
            "A part of the stored state of this connection cannot be read (JsonException). No further changes were made. Run Invoke-PBSync again: it writes this part again. "
            + "If the error returns, restore a backup of the state, or remove the connection and connect again.",
            status.Message);
        var reported = world.Factory.Report!.Summary!.Connections.Single(c => c.Name == World.Name);
        Assert.Equal((ConnectorStatus.Damaged, Attention.Now, status.Message), (reported.Status, reported.Attention, reported.Message));
        Assert.Equal(SyncAction.Disable, Assert.Single(world.Factory.Report.Changes).Action);
    }

    [Fact]
    public void A_change_of_a_later_version_is_in_the_report()
    {
        world.Sync();
        var state = world.Store.Of(world.Connection.Id);
        var change = new ChangeRecord { Action = (SyncAction)99, Outcome = (ChangeOutcome)98, Reason = new Message("Reason_Later", "anna"), Detail = new Message(Texts.TextAbout("", "").Id, "anna") };
        state.Runs[^1] = state.Runs[^1] with { Changes = [change] };

        var reported = Assert.Single(Export().Changes);

        Assert.Equal(("text of another version (Reason_Later: anna)", "anna: ?"), (reported.Reason, reported.Message));
        var history = Assert.Single(world.Service.GetHistory(World.Name, 1, null));
        Assert.Equal((reported.Reason, reported.Message), (history.Changes[0].Reason, history.Changes[0].Message));
    }

    [Fact]
    public void Texts_from_outside_are_made_safe_to_show()
    {
        world.Leave(world.UserGroup.Members.First());
        world.Sync();
        var state = world.Store.Of(world.Connection.Id);
        state.Runs[^1] = state.Runs[^1] with { Changes = [state.Runs[^1].Changes[0] with { DisplayName = "Anna\u202Eexe\tB\u0007", Group = "\u001b[31mred" }] };

        var change = Assert.Single(Export().Changes);

        Assert.Equal(("Annaexe B", "[31mred"), (change.DisplayName, change.Group));
    }

    [Theory]
    [InlineData(SyncAction.CreatePending, ChangeOutcome.Done, ChangeKind.Created)]
    [InlineData(SyncAction.Adopt, ChangeOutcome.Done, ChangeKind.Changed)]
    [InlineData(SyncAction.Unlink, ChangeOutcome.Done, ChangeKind.Changed)]
    [InlineData(SyncAction.ConvertToPersonal, ChangeOutcome.Done, ChangeKind.Deleted)]
    [InlineData(SyncAction.RemoveMember, ChangeOutcome.Done, ChangeKind.Groups)]
    [InlineData(SyncAction.Create, ChangeOutcome.Failed, ChangeKind.Failed)]
    [InlineData(SyncAction.Disable, ChangeOutcome.Refused, ChangeKind.HeldBack)]
    [InlineData(SyncAction.Update, ChangeOutcome.Skipped, ChangeKind.HeldBack)]
    [InlineData(SyncAction.Conflict, ChangeOutcome.Done, ChangeKind.HeldBack)]
    public void A_change_has_a_kind(SyncAction action, ChangeOutcome outcome, ChangeKind kind) => Assert.Equal(kind, ReportContent.KindOf(action, outcome));

    [Fact]
    public void A_report_without_any_connection_is_refused()
    {
        world.Store.RemoveConnection(world.Connection.Id);

        Assert.Equal(ErrorId.NoConnection, Assert.Throws<ConnectorException>(() => world.Service.ExportReport([], Request())).Id);
        Assert.Null(world.Factory.Report);
    }

    [Fact]
    public void The_words_fill_their_places_in_the_page()
    {
        var words = ReportWording.Render();

        Assert.Equal("en", words.Language);
        Assert.Equal("Page {0} of {1}", words.Words["pageOf"]);
        Assert.Equal(Texts.ReportActionSkip.Render(), words.Words["action" + ((int)SyncAction.Skip).ToString(CultureInfo.InvariantCulture)]);
    }

    private FakeReport Export(DateTimeOffset? since = null)
    {
        Assert.Equal([], world.Service.ExportReport([World.Name], Request() with { Since = since }));
        return world.Factory.Report!;
    }

    private static ReportRequest Request() => new() { Path = "/reports/a.html", Zone = Zone };
}
