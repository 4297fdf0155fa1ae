using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The run lock of a connection, held until it is disposed of.</summary>
public interface IRunLock : IDisposable
{
    /// <summary>Names the holder to the processes that the lock refuses. Never throws: a run goes on where the name cannot be written.</summary>
    /// <param name="holder">What it is held for; the process is filled in.</param>
    void Describe(RunHolder holder);
}
