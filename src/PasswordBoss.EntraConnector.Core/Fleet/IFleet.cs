using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>The connections that one call syncs.</summary>
internal interface IFleet
{
    /// <summary>Whether the call continues while no run is under way, and runs connections as they become due.</summary>
    bool IsContinuous { get; }

    /// <summary>Reports that the call is at work. A call that runs what is due reports it at its beginning, and at least every half minute until its last run has ended.</summary>
    void ReportAlive();

    /// <summary>The connections as they are now, with what decides when each runs.</summary>
    IReadOnlyList<RunTurn> ListTurns();

    /// <summary>Claims the next run of a connection.</summary>
    /// <param name="turn">The connection as it was listed.</param>
    /// <returns>Whether it may run: false if it has run since, or was removed.</returns>
    bool TryTakeTurn(RunTurn turn);

    /// <summary>Prepares a run.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="limit">The limit of an incremental run; null for the usual one.</param>
    IFleetRun Prepare(string connection, TimeSpan? limit);
}

/// <summary>One run of a connection.</summary>
internal interface IFleetRun
{
    /// <summary>Whether it is a full run, which has a long limit of its own. An incremental run can become one.</summary>
    bool IsFull { get; }

    /// <summary>Runs. A failure is in the report and is not thrown.</summary>
    /// <param name="cancellationToken">Ends the run cleanly.</param>
    Task<SyncReport> RunAsync(CancellationToken cancellationToken);
}
