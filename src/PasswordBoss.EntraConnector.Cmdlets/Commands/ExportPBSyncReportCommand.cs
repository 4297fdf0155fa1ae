using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Writes a report about connections to one HTML page, or their changes to a CSV table; about all connections unless some are named.</summary>
[Cmdlet(VerbsData.Export, "PBSyncReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportPBSyncReportCommand : ExportCommand
{
    /// <summary>Only changes of runs that started at or after this time.</summary>
    [Parameter]
    [TimeArgument]
    public DateTime? Since { get; set; }

    /// <summary>Write the changes as a CSV table.</summary>
    [Parameter]
    public SwitchParameter Csv { get; set; }

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool Overwrites => Force;

    private protected override Message Action(string count) => Texts.DoWriteReport(count);

    private protected override IReadOnlyList<Problem> Write(IReadOnlyList<string> names, string path)
    {
        var problems = Service.ExportReport(names, new ReportRequest
        {
            Path = path,
            Overwrite = Force,
            IsTable = Csv,
            Since = Since is { } since ? LocalClock.TimeOf(since) : null,
            Zone = TimeZoneInfo.Local,
        });
        WriteObject(InvokeProvider.Item.Get(new[] { path }, force: true, literalPath: true), enumerateCollection: true);
        return problems;
    }
}
