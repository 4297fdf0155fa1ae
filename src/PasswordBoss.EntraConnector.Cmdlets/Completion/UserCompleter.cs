using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the addresses of users from members, links and the history.</summary>
public sealed class UserCompleter : StoredWordCompleter
{
    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) =>
        context.Connections(service).SelectMany(name => service.FindUserAddresses(name, context.Start, MostWords)).Select(address => new StoredWord(address));
}
