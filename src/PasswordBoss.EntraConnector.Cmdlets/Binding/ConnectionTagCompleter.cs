using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Completes the tags of stored connections.</summary>
public sealed class ConnectionTagCompleter : StoredWordCompleter
{
    private protected override IReadOnlyList<string> List(ConnectorService service) => service.ListTags();
}
