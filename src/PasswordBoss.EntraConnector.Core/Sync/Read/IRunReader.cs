using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Reads what a run plans from: what changed, or everything. Where an admin is asked, it reads a second time after the answers.</summary>
internal interface IRunReader
{
    /// <summary>What it reads.</summary>
    SyncMode Mode { get; }

    /// <summary>Reads. Throws only what ends the run.</summary>
    /// <param name="limit">Stops the read.</param>
    Task<ReadOutcome> ReadAsync(RunLimit limit);
}
