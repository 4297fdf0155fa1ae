using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the addresses of linked accounts for a parameter that takes wildcards.</summary>
public sealed class AccountPatternCompleter : StoredWordCompleter
{
    private protected override bool EscapesWildcards => true;

    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) =>
        context.Connections(service).SelectMany(name => service.FindAccountAddresses(name, context.Start, MostWords)).Select(address => new StoredWord(address));
}
