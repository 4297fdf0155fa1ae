using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the tags of stored connections.</summary>
public sealed class ConnectionTagCompleter : StoredWordCompleter
{
    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) => service.ListTags().Select(tag => new StoredWord(tag));
}
