using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// A report that is being written. Its file appears in one step when it is complete; without <see cref="Complete"/> nothing changes. All members throw only
/// <see cref="Errors.ConnectorException"/>.
/// </summary>
public interface IReportFile : IDisposable
{
    /// <summary>The maximum number of changes that the file can contain.</summary>
    int MaxChanges { get; }

    /// <summary>Writes one change, and does not keep it.</summary>
    /// <param name="change">The change.</param>
    void Add(ReportChange change);

    /// <summary>Writes the rest, and moves the file to its path.</summary>
    /// <param name="summary">The rest.</param>
    void Complete(ReportSummary summary);
}
