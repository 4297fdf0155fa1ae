using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Writes metrics of connections to a file, in the text format of Prometheus; of all connections unless some are named.</summary>
[Cmdlet(VerbsData.Export, "PBMetric", SupportsShouldProcess = true)]
public sealed class ExportPBMetricCommand : ExportCommand
{
    // An agent reads the file again and again.
    private protected override bool Overwrites => true;

    private protected override Message Action(string count) => Texts.DoWriteMetrics(count);

    private protected override IReadOnlyList<Problem> Write(IReadOnlyList<string> names, string path) => Service.ExportMetrics(names, path);
}
