using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Commands;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the users of the embedded tenant of a sandbox connection.</summary>
public sealed class SandboxUserCompleter : StoredWordCompleter
{
    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context)
    {
        // Restore is for the users in deleted items; every other change is for the others.
        var deleted = string.Equals(context.Parameter, nameof(EditPBSandboxCommand.Restore), StringComparison.OrdinalIgnoreCase);
        foreach (var name in context.Connections(service).Where(name => service.GetConnection(name).IsSandbox))
        {
            using var tenant = service.OpenSandbox(name);
            foreach (var user in tenant.ListUsers(deleted).OrderBy(user => user, StringComparer.OrdinalIgnoreCase))
                yield return new StoredWord(user);
        }
    }
}
