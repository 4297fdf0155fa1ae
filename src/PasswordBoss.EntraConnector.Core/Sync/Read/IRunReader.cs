using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Reads the input of the planner: changes, everything or one user. If an admin confirms the changes, the run reads a second time afterwards.</summary>
internal interface IRunReader
{
    /// <summary>Whether it reads changes, everything or one user.</summary>
    SyncMode Mode { get; }

    /// <summary>Reads what the planner needs. An exception ends the run.</summary>
    /// <param name="limit">Stops the read.</param>
    Task<ReadOutcome> ReadAsync(RunLimit limit);
}
