using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Receives the progress of a run. May be called from any thread; must return at once.</summary>
public interface IRunObserver
{
    /// <summary>Reports the progress of long work.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="activity">The phase.</param>
    /// <param name="done">The number of items done.</param>
    /// <param name="total">The total number of items; 0 if not known.</param>
    void Progress(string connection, Message activity, int done, int total);

    /// <summary>Reports something that the user should know.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="warning">The warning.</param>
    void Warning(string connection, Message warning);

    /// <summary>Reports a detail for <c>-Verbose</c>; never a secret.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="detail">The detail.</param>
    void Detail(string connection, Message detail);
}
