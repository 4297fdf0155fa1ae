using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the selected groups of a connection: by their names, or by their ids where a name is not unique.</summary>
public sealed class SelectedGroupCompleter : StoredWordCompleter
{
    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) => GroupWords.Of(service, context, group => true);
}
