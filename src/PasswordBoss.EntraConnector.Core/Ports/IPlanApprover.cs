using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Decides which actions of a plan may be done: <c>-WhatIf</c>, <c>-Confirm</c>, or simply all.</summary>
public interface IPlanApprover
{
    /// <summary>Whether nothing may be done or saved: the run is a preview.</summary>
    bool IsPreview { get; }

    /// <summary>Whether a person is asked: then time passes, and the plan is computed again after the answers.</summary>
    bool IsInteractive { get; }

    /// <summary>Asks for the whole plan of one connection, before its first write.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="actions">The actions that write, in the order in which they would be done.</param>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <returns>The keys of the approved actions.</returns>
    Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken);
}
