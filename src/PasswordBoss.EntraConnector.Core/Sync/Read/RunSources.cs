using System;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>What a run reads from.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="UserGroup">Its user group. Without one, nothing is read.</param>
/// <param name="Directory">The Entra side.</param>
/// <param name="Accounts">The Password Boss side.</param>
/// <param name="Journal">The journal of the connection.</param>
/// <param name="Start">How the last run left the connection.</param>
/// <param name="State">Loads the state, only if it is needed.</param>
/// <param name="Clock">The time of the run; compared with Graph's clock after the first response.</param>
/// <param name="Observer">Receives the progress.</param>
internal sealed record RunSources(
    ConnectionSettings Connection,
    GroupReference UserGroup,
    IDirectoryReader Directory,
    IAccountDirectory Accounts,
    ISyncJournal Journal,
    RunStart Start,
    StateLoader State,
    RunClock Clock,
    IRunObserver Observer)
{
    /// <summary>The start as it counts at a time: times after it are left out if the clock was set back since they were stored.</summary>
    /// <param name="now">The time, UTC.</param>
    public RunStart StartAt(DateTimeOffset now) => Clock.StateIsAhead ? Start.WithoutTimesAfter(now) : Start;
}
