using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Reports;

/// <summary>Collects what a report contains: the status of connections, and their history, which is passed on change by change.</summary>
internal sealed class ReportContent
{
    // An admin needs a few weeks to renew a secret at many customers.
    private static readonly TimeSpan SecretWarning = TimeSpan.FromDays(30);

    private readonly IStateStore store;
    private readonly TimeZoneInfo zone;
    private readonly DateTimeOffset? since;
    private readonly DateTimeOffset now;

    /// <param name="store">The store.</param>
    /// <param name="request">The request.</param>
    /// <param name="now">The time, UTC.</param>
    public ReportContent(IStateStore store, ReportRequest request, DateTimeOffset now)
    {
        this.store = store;
        zone = request.Zone;
        since = request.Since;
        this.now = now;
    }

    /// <summary>Writes the report.</summary>
    /// <param name="file">The file.</param>
    /// <param name="connections">The connections.</param>
    public void Write(IReportFile file, IReadOnlyList<ReportedConnection> connections)
    {
        var places = new Dictionary<Guid, int>();
        for (var i = 0; i < connections.Count; i++)
        {
            if (connections[i].Id is { } id)
                places[id] = i;
        }

        var counts = store.ReadChanges(places.Keys.ToList(), since, file.MaxChanges, found =>
        {
            var place = places[found.ConnectionId];
            file.Add(Render(found, place, connections[place].Status.Connection));
        });
        file.Complete(new ReportSummary
        {
            WrittenAt = Local(now),
            Since = Local(since ?? counts.Select(c => (DateTimeOffset?)c.Time).Min() ?? now),
            Connections = connections.Select(Render).ToList(),
            Days = counts.GroupBy(c => (Place: places[c.ConnectionId], Local(c.Time).Date, Kind: KindOf(c.Action, c.Outcome)))
                .Select(group => new ReportDay(group.Key.Place, group.Key.Date, group.Key.Kind, group.Sum(c => c.Count)))
                .ToList(),
        });
    }

    /// <summary>The kind of a change.</summary>
    /// <param name="action">The action.</param>
    /// <param name="outcome">How it ended.</param>
    internal static ChangeKind KindOf(SyncAction action, ChangeOutcome outcome) => outcome switch
    {
        ChangeOutcome.Failed => ChangeKind.Failed,
        ChangeOutcome.Skipped or ChangeOutcome.Refused => ChangeKind.HeldBack,
        _ => action switch
        {
            SyncAction.Create or SyncAction.CreatePending => ChangeKind.Created,
            SyncAction.Disable => ChangeKind.Disabled,
            SyncAction.Delete or SyncAction.ConvertToPersonal => ChangeKind.Deleted,
            SyncAction.CreateGroup or SyncAction.UpdateGroup or SyncAction.AddMember or SyncAction.RemoveMember or SyncAction.DeleteGroup or SyncAction.ReleaseGroup => ChangeKind.Groups,
            SyncAction.Conflict or SyncAction.Skip => ChangeKind.HeldBack,
            _ => ChangeKind.Changed,
        },
    };

    private ReportChange Render(HistoryChange found, int place, string connection)
    {
        var change = RunViews.Render(connection, found.RunId, found.StartedAt, found.Change);
        return new ReportChange
        {
            ConnectionIndex = place,
            Connection = InertText.Of(connection),
            Time = Local(change.Time),
            RunId = found.RunId,
            Kind = KindOf(change.Action, change.Outcome),
            Action = change.Action,
            Outcome = change.Outcome,
            Email = Inert(change.Email),
            DisplayName = Inert(change.DisplayName),
            EntraId = Inert(change.EntraId),
            AccountId = Inert(change.AccountId),
            Group = Inert(change.Group),
            Reason = InertText.Of(change.Reason),
            Before = Inert(change.Before),
            After = Inert(change.After),
            ErrorId = change.ErrorId,
            Message = Inert(change.Message),
        };
    }

    private ReportConnection Render(ReportedConnection connection)
    {
        var status = connection.Status;
        var attention = AttentionOf(status);
        return new ReportConnection
        {
            Name = InertText.Of(status.Connection),
            TenantId = InertText.Of(status.TenantId),
            Status = status.Status,
            Attention = attention,
            UserGroup = Inert(status.UserGroup),
            Active = Count(AccountState.Active),
            Pending = Count(AccountState.Pending),
            Disabled = Count(AccountState.Disabled),
            PendingDeletes = status.PendingDeletes,
            LastSync = Local(status.LastSync),
            LastOutcome = status.LastOutcome,
            NextSync = Local(status.NextSync),
            IsOverdue = status.Overdue,
            FailingSince = Local(status.FailingSince),
            SecretExpires = Local(status.SecretExpires),
            // An expiring secret and a missed run are shown by their times.
            Message = attention == Attention.None || IsWell(status) ? "" : InertText.Of(status.Message),
        };

        int Count(AccountState state) => connection.Summary is { } summary && summary.Accounts.TryGetValue(state, out var count) ? count : 0;
    }

    private Attention AttentionOf(PBConnectorStatus status)
    {
        if (status.Status is ConnectorStatus.NotAuthorized or ConnectorStatus.Damaged || status.FailingSince is not null || status.SecretExpires <= now)
            return Attention.Now;
        return !IsWell(status) || status.Overdue || status.SecretExpires <= now + SecretWarning ? Attention.Soon : Attention.None;
    }

    private static bool IsWell(PBConnectorStatus status) =>
        status.Status == ConnectorStatus.Connected && status.FailingSince is null && status.LastOutcome is SyncOutcome.Succeeded or SyncOutcome.NoChange;

    private static string? Inert(string? text) => text is null ? null : InertText.Of(text);

    private DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, zone);

    private DateTimeOffset? Local(DateTimeOffset? time) => time is { } known ? Local(known) : null;
}

/// <summary>A connection of a report, as it is stored.</summary>
/// <param name="Id">Its id; null if its settings cannot be read.</param>
/// <param name="Status">Its status.</param>
/// <param name="Summary">The data from which the status was made; null if they cannot be read.</param>
internal sealed record ReportedConnection(Guid? Id, PBConnectorStatus Status, ConnectionSummary? Summary);
