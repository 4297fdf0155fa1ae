using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>
/// Metrics of connections in the text format of Prometheus, version 0.0.4. Names and units follow its conventions: base units, and times as seconds since 1970.
/// A value that is not known is left out.
/// </summary>
internal static class MetricText
{
    private static readonly AccountState[] States = { AccountState.Active, AccountState.Pending, AccountState.Disabled };

    /// <summary>The text.</summary>
    /// <param name="connections">The connections: the status, and the data from which it was made; null if the connection is damaged.</param>
    /// <param name="now">The time of the export, UTC.</param>
    public static string Of(IReadOnlyList<(PBConnectorStatus Status, ConnectionSummary? Summary)> connections, DateTimeOffset now)
    {
        var text = new StringBuilder();
        Add(text, "pbentra_export_timestamp_seconds", "When this file was written. A machine that stopped no longer changes it.", new[] { ("", Seconds(now)) });
        AddAll("status", "1 for the status that the connection has, 0 for the others.", (status, _) => Enum.GetValues(typeof(ConnectorStatus)).Cast<ConnectorStatus>()
            .Select(s => (Labels(status, ("status", s.ToString())), status.Status == s ? 1.0 : 0.0)));
        AddOne("last_run_timestamp_seconds", "When the last run ended.", (status, _) => Seconds(status.LastSync));
        AddOne("last_success_timestamp_seconds", "When the last run that succeeded, even if only in part, ended.", (status, _) => Seconds(status.LastSuccess));
        AddOne("last_run_duration_seconds", "The duration of the last run.", (_, summary) => summary?.LastDuration?.TotalSeconds);
        AddOne("last_run_requests", "The requests that the last run sent, retries included.", (_, summary) => summary?.Health.LastRequests);
        AddOne("consecutive_failures", "Failed runs since the last one that did not fail.", (status, _) => status.ConsecutiveFailures);
        AddOne("failing_since_timestamp_seconds", "When the first failed or refused run since the last success ended.", (status, _) => Seconds(status.FailingSince));
        AddOne("overdue", "1 if the scheduled task should have synced the connection since its last run.", (status, _) => status.Overdue ? 1 : 0);
        AddOne("paused", "1 if a safety limit holds removals back.", (_, summary) => summary is null ? null : summary.Pause is null ? 0 : 1);
        AddOne("pending_retries", "Changes that failed or were not made, and are tried again.", (_, summary) => summary?.PendingRetries);
        AddOne("pending_deletions", "Disabled accounts that will be deleted.", (_, summary) => summary?.PendingDeletes);
        AddOne("credential_expiry_timestamp_seconds", "When the client secret or the certificate expires.", (status, _) => Seconds(status.SecretExpires));
        AddAll("accounts", "Linked accounts by state, as a run last read or left them.", (status, summary) => summary is null ? [] : States.Select(state =>
            (Labels(status, ("state", Lower(state))), summary.Accounts.TryGetValue(state, out var count) ? (double)count : 0)));
        return text.ToString();

        void AddOne(string name, string help, Func<PBConnectorStatus, ConnectionSummary?, double?> value) => AddAll(name, help, (status, summary) =>
            value(status, summary) is { } known ? [(Labels(status), known)] : []);

        void AddAll(string name, string help, Func<PBConnectorStatus, ConnectionSummary?, IEnumerable<(string, double)>> samples) =>
            Add(text, "pbentra_" + name, help, connections.SelectMany(c => samples(c.Status, c.Summary)));
    }

    private static void Add(StringBuilder text, string name, string help, IEnumerable<(string Labels, double Value)> samples)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(" gauge\n");
        foreach (var (labels, value) in samples)
            text.Append(name).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Labels(PBConnectorStatus status, params (string Name, string Value)[] others) =>
        "{" + string.Join(",", new[] { ("connection", status.Connection), ("tenant", status.TenantId) }.Concat(others).Select(l => l.Item1 + "=\"" + Escape(l.Item2) + "\"")) + "}";

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private static string Lower(AccountState state) => state.ToString().ToLowerInvariant();

    private static double Seconds(DateTimeOffset time) => Math.Round(time.ToUnixTimeMilliseconds() / 1000.0, 3);

    private static double? Seconds(DateTimeOffset? time) => time is { } known ? Seconds(known) : null;
}
