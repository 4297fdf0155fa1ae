using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>Receives what happens while connections are watched.</summary>
public interface IWatchObserver : IFleetObserver
{
    /// <summary>The connections cannot be read, so no run starts until they can. Reported once, and again when the problem has changed.</summary>
    /// <param name="problem">Why.</param>
    void StoreFailed(Problem problem);
}
