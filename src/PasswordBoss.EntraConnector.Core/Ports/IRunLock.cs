using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The run lock of a connection, held until disposed.</summary>
public interface IRunLock : IDisposable
{
    /// <summary>Writes the holder into the lock file, for processes that do not get the lock. Never throws: a run continues if the holder cannot be written.</summary>
    /// <param name="holder">The purpose of the lock; this method adds the process.</param>
    void Describe(RunLockHolder holder);
}
