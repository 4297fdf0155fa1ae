using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Alerts;

/// <summary>Which events an alert must report about a connection now, and what counts as reported afterwards.</summary>
public static class AlertChanges
{
    /// <summary>Compares the condition of a connection with what was reported. A condition that still holds is not reported again.</summary>
    /// <param name="alert">The settings of the alert.</param>
    /// <param name="before">What it has reported.</param>
    /// <param name="condition">The condition of the connection.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>The events, and what counts as reported afterwards.</returns>
    public static (IReadOnlyList<AlertNotice> Notices, ReportedConditions After) Of(AlertSettings alert, ReportedConditions before, ConnectionCondition condition, DateTimeOffset now)
    {
        var isOverdue = Reports(AlertEvent.NoSuccess) && condition.WithoutSuccessSince is { } since
            && (before.NoSuccessSince == since || now - since >= TimeSpan.FromMinutes(alert.NoSuccessMinutes));
        var isExpiring = Reports(AlertEvent.SecretExpires) && condition.SecretExpires is { } expires
            && (before.SecretExpires == expires || expires - now <= TimeSpan.FromDays(alert.ExpiryDays));
        var isWell = !condition.NotAuthorized && condition.PausedAt is null && !condition.IsFailing && !isOverdue;
        var after = new ReportedConditions
        {
            NotAuthorized = Reports(AlertEvent.NotAuthorized) && condition.NotAuthorized,
            Paused = Reports(AlertEvent.Paused) && condition.PausedAt is not null,
            // Runs without access fail too. That is one change, so it is one event.
            Failing = Reports(AlertEvent.Failing) && condition.IsFailing && !(Reports(AlertEvent.NotAuthorized) && condition.NotAuthorized),
            NoSuccessSince = isOverdue ? condition.WithoutSuccessSince : null,
            SecretExpires = isExpiring ? condition.SecretExpires : null,
        };
        var notices = new List<AlertNotice>();
        if (after.NotAuthorized && !before.NotAuthorized)
            notices.Add(Notice(AlertEvent.NotAuthorized) with { Since = condition.FailingSince });
        if (after.Paused && !before.Paused)
            notices.Add(Notice(AlertEvent.Paused) with { Since = condition.PausedAt });
        if (after.Failing && !before.Failing)
            notices.Add(Notice(AlertEvent.Failing) with { Since = condition.FailingSince });
        if (after.NoSuccessSince is { } lastSuccess && before.NoSuccessSince != lastSuccess)
            notices.Add(Notice(AlertEvent.NoSuccess) with { Since = lastSuccess });
        var isUnrecovered = !isWell && (before.Unrecovered || notices.Count > 0);
        if (isWell && before.Unrecovered && Reports(AlertEvent.Recovered))
            notices.Add(Notice(AlertEvent.Recovered) with { Since = condition.LastSuccess });
        if (after.SecretExpires is { } expiry && before.SecretExpires != expiry)
            notices.Add(Notice(AlertEvent.SecretExpires) with { SecretExpires = expiry });
        return (notices, after with { Unrecovered = isUnrecovered });

        bool Reports(AlertEvent what) => alert.Events.Contains(what);

        AlertNotice Notice(AlertEvent what) => new()
        {
            Event = what,
            Source = AlertNotice.SourceOf(condition.ConnectionId ?? Guid.Empty),
            Connection = condition.Connection,
            TenantId = condition.TenantId,
            Time = now,
            LastSuccess = condition.LastSuccess,
            ErrorId = what is AlertEvent.Recovered or AlertEvent.SecretExpires ? null : condition.ErrorId,
        };
    }
}
