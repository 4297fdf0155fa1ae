using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the ids of alerts. The list shows their receivers.</summary>
public sealed class AlertCompleter : StoredWordCompleter
{
    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) =>
        service.ListAlerts().Select(alert => new StoredWord(alert.Id.ToString(), $"{alert.Host} ({alert.Tag ?? alert.Connection})"));
}
