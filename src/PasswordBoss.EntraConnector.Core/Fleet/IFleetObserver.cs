using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>Receives the reports of many runs, each when its run ends. May be called from any thread; must return at once, because a slow observer would hold up the runs.</summary>
public interface IFleetObserver : IRunObserver
{
    /// <summary>A run has ended.</summary>
    /// <param name="report">Its report.</param>
    /// <param name="ended">The number of runs that have ended, this one included.</param>
    /// <param name="total">The number of runs that have ended, are under way, or are still to be started.</param>
    void Ended(SyncReport report, int ended, int total);
}
