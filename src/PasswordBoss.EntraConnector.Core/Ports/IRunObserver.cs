using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Hears what a run is doing while it does it. May be called from any thread; must return at once.</summary>
public interface IRunObserver
{
    /// <summary>Long work moves on.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="activity">The phase.</param>
    /// <param name="done">How many are done.</param>
    /// <param name="total">Of how many; 0 when that is not known.</param>
    void Progress(string connection, Message activity, int done, int total);

    /// <summary>Something that the reader should know.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="warning">What.</param>
    void Warning(string connection, Message warning);

    /// <summary>A detail for <c>-Verbose</c>; never a secret.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="detail">What.</param>
    void Detail(string connection, Message detail);
}
