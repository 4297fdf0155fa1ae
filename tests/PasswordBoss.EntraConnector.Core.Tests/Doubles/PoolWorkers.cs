using System;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>The threads of this process.</summary>
internal sealed class PoolWorkers : IWorkers
{
    public Task StartAsync(Func<Task> work) => Task.Run(work);
}
