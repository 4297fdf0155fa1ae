using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Decides which changes of a plan are made: with <c>-WhatIf</c> none, with <c>-Confirm</c> those that the user approves, otherwise all.</summary>
public interface IPlanApprover
{
    /// <summary>Whether the run is a preview: nothing is done or saved.</summary>
    bool IsPreview { get; }

    /// <summary>Whether a user is prompted. This takes time, so the plan is computed again after the answers.</summary>
    bool IsInteractive { get; }

    /// <summary>Asks for approval of the whole plan of one connection, before its first write.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="actions">The changes that a run tries, in order of execution.</param>
    /// <param name="cancellationToken">Stops the prompts.</param>
    /// <returns>The keys of the approved changes.</returns>
    Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken);
}
