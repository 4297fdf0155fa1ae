using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the addresses of users for a parameter that takes wildcards.</summary>
public sealed class UserPatternCompleter : StoredWordCompleter
{
    private protected override bool EscapesWildcards => true;

    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) =>
        context.Connections(service).SelectMany(name => service.FindUserAddresses(name, context.Start, MostWords)).Select(address => new StoredWord(address));
}
