using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>The report of one run: the object that the command emits, and the errors that it writes after all results.</summary>
public sealed class SyncReport
{
    /// <summary>The result.</summary>
    public required PBSyncResult Result { get; init; }
    /// <summary>Why the run failed or was refused, then one error for each failed change; empty if there are none.</summary>
    public IReadOnlyList<Problem> Errors { get; init; } = Array.Empty<Problem>();
}
