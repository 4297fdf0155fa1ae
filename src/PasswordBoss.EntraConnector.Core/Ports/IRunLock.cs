using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The run lock of a connection, held until it is disposed of.</summary>
public interface IRunLock : IDisposable
{
    /// <summary>Tells the processes that are refused what the lock is held for now. Never throws: what cannot be told stops no run.</summary>
    /// <param name="holder">What it is held for; the process is filled in.</param>
    void Tell(RunHolder holder);
}
