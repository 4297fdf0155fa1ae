using System;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients;

/// <summary>The threads of this process.</summary>
internal sealed class ThreadPoolWorkers : IWorkers
{
    /// <inheritdoc/>
    public Task StartAsync(Func<Task> work) => Task.Run(work);
}
