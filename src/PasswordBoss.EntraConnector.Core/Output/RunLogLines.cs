using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>
/// The lines of a run in the log: one for each change, then one for the run, so that the line of a run shows that its changes are complete. Scripts depend on the
/// names of the properties: new ones may be added, but none may be changed or removed. The texts are invariant, whatever the language of the process: a log is
/// searched, and the runs of a task and of an admin must have the same words.
/// </summary>
internal static class RunLogLines
{
    /// <summary>The lines of a report.</summary>
    /// <param name="report">The report.</param>
    public static IEnumerable<LogLine> Of(SyncReport report) =>
        Of(report.Render(CultureInfo.InvariantCulture), report.Errors);

    private static IEnumerable<LogLine> Of(PBSyncResult run, IReadOnlyList<Problem> errors) => run.Changes.Select(change => Of(run, change)).Concat(new[] { OfRun(run, errors) });

    private static LogLine Of(PBSyncResult run, PBSyncChange change) => Begin("change", run)
        .Add("action", change.Action.ToString())
        .Add("outcome", change.Outcome.ToString())
        .Add("email", change.Email)
        .Add("displayName", change.DisplayName)
        .Add("entraId", change.EntraId)
        .Add("accountId", change.AccountId)
        .Add("group", change.Group)
        .Add("reason", change.Reason)
        .Add("before", change.Before)
        .Add("after", change.After)
        .Add("errorId", change.ErrorId)
        .Add("message", change.Message);

    private static LogLine OfRun(PBSyncResult run, IReadOnlyList<Problem> errors) => Begin("run", run)
        .Add("mode", run.Mode.ToString())
        .Add("outcome", run.Outcome.ToString())
        .Add("startedAt", run.StartedAt)
        .Add("durationSeconds", Math.Round(run.Duration.TotalSeconds, 3))
        .Add("created", run.Created)
        .Add("adopted", run.Adopted)
        .Add("updated", run.Updated)
        .Add("enabled", run.Enabled)
        .Add("disabled", run.Disabled)
        .Add("deleted", run.Deleted)
        .Add("converted", run.Converted)
        .Add("groupsChanged", run.GroupsChanged)
        .Add("skipped", run.Skipped)
        .Add("failed", run.Failed)
        .Add("errorId", run.ErrorId)
        .Add("message", run.Message)
        .Add("warnings", run.Warnings)
        .Add("requestIds", Known(errors.Select(error => error.RequestId)))
        .Add("clientRequestIds", Known(errors.Select(error => error.ClientRequestId)));

    private static LogLine Begin(string type, PBSyncResult run) => new LogLine()
        .Add("time", run.StartedAt + run.Duration)
        .Add("type", type)
        .Add("runId", run.RunId.ToString())
        .Add("connection", run.Connection)
        .Add("tenantId", run.TenantId);

    private static List<string> Known(IEnumerable<string?> ids) => ids.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
}
