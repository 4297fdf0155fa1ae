using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>A report in memory.</summary>
/// <param name="words">The words of the page; null for a table.</param>
internal sealed class FakeReport(ReportWords? words) : IReportFile
{
    public ReportWords? Words => words;

    public int MaxChanges => 5;

    public List<ReportChange> Changes { get; } = new();

    /// <summary>Null until the report is complete.</summary>
    public ReportSummary? Summary { get; private set; }

    public void Add(ReportChange change) => Changes.Add(change);

    public void Complete(ReportSummary summary) => Summary = summary;

    public void Dispose()
    {
    }
}
