using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts alerts to the output of a command.</summary>
internal static class AlertViews
{
    /// <summary>An alert, without the address of its receiver.</summary>
    /// <param name="alert">The alert.</param>
    public static PBAlert Render(AlertRegistration alert) => new()
    {
        Connection = ConnectionOf(alert),
        Tag = alert.Scope.Tag,
        Id = alert.Id,
        Format = alert.Settings.Format,
        Host = alert.Settings.Host,
        Event = alert.Settings.Events,
        NoSuccessMinutes = alert.Settings.NoSuccessMinutes,
        ExpiryDays = alert.Settings.ExpiryDays,
        Pending = alert.Deliveries.Pending,
        LastDelivered = alert.Deliveries.LastDelivered,
        Dropped = alert.Deliveries.Dropped,
        LastDropped = alert.Deliveries.LastDropped,
        Message = alert.Deliveries.Failure?.Render() ?? "",
        CreatedAt = alert.Settings.CreatedAt,
    };

    /// <summary>The result of a test event.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="response">The response of the receiver.</param>
    /// <param name="duration">The time from the request to the response.</param>
    public static PBAlertCheck Render(AlertRegistration alert, AlertResponse response, TimeSpan duration) => new()
    {
        Connection = ConnectionOf(alert),
        Id = alert.Id,
        Host = alert.Settings.Host,
        Format = alert.Settings.Format,
        Status = response.Failure is null ? CheckStatus.Passed : CheckStatus.Failed,
        HttpStatus = response.Status,
        Detail = (response.Failure ?? Texts.CheckAlert).Render(),
        Recommendation = response.Failure is null ? "" : Texts.CheckFixAlert.Render(),
        Duration = duration,
    };

    /// <summary>The result of a test that sent nothing.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="problem">Why.</param>
    public static PBAlertCheck Render(AlertRegistration alert, Problem problem) => new()
    {
        Connection = ConnectionOf(alert),
        Id = alert.Id,
        Host = alert.Settings.Host,
        Format = alert.Settings.Format,
        Status = CheckStatus.Failed,
        Detail = problem.Render(),
        Recommendation = problem.Recommendation.Render(),
    };

    private static string ConnectionOf(AlertRegistration alert) => alert.Scope.Connection ?? AlertScope.AllName;
}
