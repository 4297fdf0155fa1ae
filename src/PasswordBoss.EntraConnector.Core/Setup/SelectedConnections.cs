using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>The connections that a command refers to.</summary>
/// <param name="Names">The stored ones, each once.</param>
/// <param name="Missing">An error for each given name that is not stored.</param>
public sealed record SelectedConnections(IReadOnlyList<string> Names, IReadOnlyList<Problem> Missing);
