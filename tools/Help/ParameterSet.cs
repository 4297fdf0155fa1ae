using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>Parameters that can be given together, in the order of the syntax.</summary>
internal sealed record ParameterSet(string Name, IReadOnlyList<Parameter> Parameters);
