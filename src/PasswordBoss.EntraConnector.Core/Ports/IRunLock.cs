using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The run lock of a connection, held until it is disposed of.</summary>
public interface IRunLock : IDisposable
{
    /// <summary>Writes down what the lock is held for now, for the processes that are refused. Never throws: a note that cannot be written stops no run.</summary>
    /// <param name="holder">What it is held for; the process is filled in.</param>
    void Describe(RunHolder holder);
}
