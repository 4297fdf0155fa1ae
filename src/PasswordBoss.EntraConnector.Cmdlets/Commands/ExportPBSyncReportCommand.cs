using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Writes a report about connections to one HTML page, or their changes to a CSV table; about all connections unless some are named.</summary>
[Cmdlet(VerbsData.Export, "PBSyncReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportPBSyncReportCommand : ConnectionsCommand
{
    private readonly List<string> connections = new();

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Only changes of runs that started at or after this time.</summary>
    [Parameter]
    public DateTime? Since { get; set; }

    /// <summary>Write the changes as a CSV table.</summary>
    [Parameter]
    public SwitchParameter Csv { get; set; }

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool MeansAllByDefault => true;

    /// <inheritdoc/>
    protected override void ProcessRecord() => connections.AddRange(Targets().Where(target => !connections.Contains(target, StringComparer.OrdinalIgnoreCase)));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var path = FullPath(Path);
        if (!ShouldProcess(path, Texts.DoWriteReport(connections.Count.ToString(CultureInfo.CurrentCulture)).Render()))
            return;
        var request = new ReportRequest
        {
            Path = path,
            Overwrite = Force,
            IsTable = Csv,
            Since = Since is { } since ? new DateTimeOffset(since) : null,
            Zone = TimeZoneInfo.Local,
        };
        try
        {
            foreach (var problem in Service.ExportReport(connections, request))
                WriteError(new ConnectorException(problem), problem.Target);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }

        foreach (var file in InvokeProvider.Item.Get(new[] { path }, force: true, literalPath: true))
            WriteObject(file);
    }
}
