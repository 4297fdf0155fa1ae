using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the addresses of linked accounts.</summary>
public sealed class AccountCompleter : StoredWordCompleter
{
    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) =>
        context.Connections(service).SelectMany(name => service.FindAccountAddresses(name, context.Start, MostWords)).Select(address => new StoredWord(address));
}
