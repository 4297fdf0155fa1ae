using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the names of stored connections.</summary>
public sealed class ConnectionNameCompleter : StoredWordCompleter
{
    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) => service.ListNames().Select(name => new StoredWord(name));
}
