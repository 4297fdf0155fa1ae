using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The pause that a plan begins: a safety limit refused changes, and an admin may allow them with <c>-Force</c>.</summary>
/// <param name="Because">The refusal.</param>
/// <param name="RefusedKeys">What an admin may allow, as a <see cref="PauseRecord"/> stores it.</param>
public sealed record PlannedPause(Problem Because, IReadOnlyList<string> RefusedKeys);
