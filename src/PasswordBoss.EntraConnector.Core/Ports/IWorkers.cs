using System;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Runs work beside what the caller goes on with.</summary>
public interface IWorkers
{
    /// <summary>Starts a piece of work and comes back at once.</summary>
    /// <param name="work">The work.</param>
    /// <returns>Ends with the work, also when it fails.</returns>
    Task StartAsync(Func<Task> work);
}
