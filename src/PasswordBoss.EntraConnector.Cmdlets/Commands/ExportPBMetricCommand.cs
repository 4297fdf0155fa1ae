using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Writes metrics of connections to a file, in the text format of Prometheus; of all connections unless some are named.</summary>
[Cmdlet(VerbsData.Export, "PBMetric", SupportsShouldProcess = true)]
public sealed class ExportPBMetricCommand : ConnectionsCommand
{
    private readonly List<string> connections = new();

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    private protected override bool MeansAllByDefault => true;

    /// <inheritdoc/>
    protected override void ProcessRecord() => connections.AddRange(Targets().Where(target => !connections.Contains(target, StringComparer.OrdinalIgnoreCase)));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var path = FullPath(Path);
            Service.RequirePlace(path, overwrite: true);
            if (!ShouldProcess(path, Texts.DoWriteMetrics(connections.Count.ToString(CultureInfo.CurrentCulture)).Render()))
                return;
            foreach (var problem in Service.ExportMetrics(connections, path))
                WriteError(new ConnectorException(problem), problem.Target);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }
    }
}
