using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Completes the names of stored connections.</summary>
public sealed class ConnectionNameCompleter : StoredWordCompleter
{
    private protected override IReadOnlyList<string> List(ConnectorService service) => service.ListNames();
}
