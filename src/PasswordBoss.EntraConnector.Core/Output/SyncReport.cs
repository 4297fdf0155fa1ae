using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>
/// The report of one run: the object that the command emits, and the errors that it writes after all results. It contains no rendered text: runs end on many threads,
/// and each reader has their own language.
/// </summary>
public sealed class SyncReport
{
    private PBSyncResult? result;

    /// <summary>The name of the connection.</summary>
    public required string Connection { get; init; }
    /// <summary>Its tenant; empty if the run could not be prepared.</summary>
    public string TenantId { get; init; } = "";
    /// <summary>The run.</summary>
    public required RunRecord Run { get; init; }
    /// <summary>The steps of a run of one user; otherwise empty.</summary>
    internal IReadOnlyList<UserStep> Steps { get; init; } = Array.Empty<UserStep>();
    /// <summary>
    /// Why the run is not in the history; null if it is. Neither history nor status will show what to do, so the message of the result contains the advice.
    /// </summary>
    public Problem? NotRecorded { get; init; }
    /// <summary>Why the run failed or was refused, then one error for each failed change; empty if there are none.</summary>
    public IReadOnlyList<Problem> Errors { get; init; } = Array.Empty<Problem>();

    /// <summary>The result in the language of its first reader, the pipeline that emits it.</summary>
    public PBSyncResult Result => result ??= Render(null);

    /// <summary>The result in one language.</summary>
    /// <param name="culture">The language; null for the current UI culture.</param>
    public PBSyncResult Render(CultureInfo? culture)
    {
        var rendered = RunViews.Render(Connection, TenantId, Run, culture) with { Steps = Steps.Select(step => Render(step, culture)).ToList() };
        return NotRecorded is { } problem ? rendered with { Message = problem.Render(culture) + " " + problem.Recommendation.RenderFor(Connection, culture) } : rendered;
    }

    private PBSyncStep Render(UserStep step, CultureInfo? culture) => new()
    {
        Connection = Connection,
        Name = step.Name,
        Status = step.Status,
        Detail = string.Join(" ", step.Details.Select(detail => detail.RenderFor(Connection, culture))),
        At = step.At ?? Run.StartedAt + Run.Duration,
    };
}
