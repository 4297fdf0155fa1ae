using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>One change of the history, with its run.</summary>
/// <param name="ConnectionId">The connection.</param>
/// <param name="RunId">The run.</param>
/// <param name="StartedAt">When the run started, UTC.</param>
/// <param name="Change">The change.</param>
public sealed record HistoryChange(Guid ConnectionId, Guid RunId, DateTimeOffset StartedAt, ChangeRecord Change);

/// <summary>The number of equal changes of one run in one quarter of an hour, so that they belong to the same day in every time zone.</summary>
/// <param name="ConnectionId">The connection.</param>
/// <param name="Time">The time, UTC: the start of the quarter, or of the run.</param>
/// <param name="Action">The action.</param>
/// <param name="Outcome">How the changes ended.</param>
/// <param name="Count">The number of changes.</param>
public sealed record ChangeCount(Guid ConnectionId, DateTimeOffset Time, SyncAction Action, ChangeOutcome Outcome, int Count);
