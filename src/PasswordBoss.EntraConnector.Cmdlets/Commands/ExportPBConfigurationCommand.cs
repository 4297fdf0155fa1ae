using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Writes connections with their groups, rules and tags to one JSON file, without secrets; all connections unless some are named.</summary>
[Cmdlet(VerbsData.Export, "PBConfiguration", SupportsShouldProcess = true)]
public sealed class ExportPBConfigurationCommand : ExportCommand
{
    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool Overwrites => Force;

    private protected override Message Action(string count) => Texts.DoWriteConfiguration(count);

    private protected override IReadOnlyList<Problem> Write(IReadOnlyList<string> names, string path) => Service.ExportConfiguration(names, path, Force);
}
