using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>The end of one run: the object that a command emits, and the errors that it writes after all results.</summary>
public sealed class SyncReport
{
    /// <summary>The result.</summary>
    public required PBSyncResult Result { get; init; }
    /// <summary>Why the connection failed or was refused, then each user who failed; empty otherwise.</summary>
    public IReadOnlyList<ConnectorException> Errors { get; init; } = Array.Empty<ConnectorException>();
}
