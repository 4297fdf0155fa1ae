using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>What the execution of a plan did.</summary>
/// <param name="Changes">One record for each planned change, in the order of the plan.</param>
/// <param name="Stopped">Why the remaining changes were not tried; null if all were tried.</param>
/// <param name="IsRecoverySaved">Whether the recovered state has been committed.</param>
/// <param name="Effects">What the reads after the writes have shown about the server.</param>
internal sealed record Execution(IReadOnlyList<ChangeRecord> Changes, Problem? Stopped, bool IsRecoverySaved, EffectSummary Effects);
