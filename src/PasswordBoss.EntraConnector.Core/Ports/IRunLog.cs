using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>A log of runs at a path that the user chose. Several processes may write to the same one.</summary>
public interface IRunLog
{
    /// <summary>The full path.</summary>
    string Path { get; }

    /// <summary>Appends lines, together and in order. Throws <see cref="Errors.ErrorId.FileUnusable"/>; then some of the lines may be missing, but none is torn.</summary>
    /// <param name="lines">The lines.</param>
    void Write(IEnumerable<LogLine> lines);
}
