using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>The status of several connections.</summary>
/// <param name="Found">The status of each connection whose state can be read, in the order of the request.</param>
/// <param name="Problems">Why the state of the others cannot be read.</param>
public sealed record ConnectorStatuses(IReadOnlyList<PBConnectorStatus> Found, IReadOnlyList<Problem> Problems);
