using System;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>Runs work in the background while the caller continues.</summary>
public interface IWorkers
{
    /// <summary>Starts the work and returns at once.</summary>
    /// <param name="work">The work.</param>
    /// <returns>A task that ends with the work, even if it fails.</returns>
    Task StartAsync(Func<Task> work);
}
