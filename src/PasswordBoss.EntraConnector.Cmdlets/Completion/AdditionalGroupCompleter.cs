using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the additional groups of a connection, which can be deselected.</summary>
public sealed class AdditionalGroupCompleter : StoredWordCompleter
{
    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) => GroupWords.Of(service, context, group => group.Role == SyncGroupRole.Additional);
}
