using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Writes connections with their groups, rules and tags to one JSON file, without secrets; all connections unless some are named.</summary>
[Cmdlet(VerbsData.Export, "PBConfiguration", SupportsShouldProcess = true)]
public sealed class ExportPBConfigurationCommand : ConnectionsCommand
{
    private readonly List<string> connections = new();

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool MeansAllByDefault => true;

    /// <inheritdoc/>
    protected override void ProcessRecord() => connections.AddRange(Targets().Where(target => !connections.Contains(target, StringComparer.OrdinalIgnoreCase)));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var path = FullPath(Path);
            Service.RequirePlace(path, Force);
            if (!ShouldProcess(path, Texts.DoWriteConfiguration(connections.Count.ToString(CultureInfo.CurrentCulture)).Render()))
                return;
            foreach (var problem in Service.ExportConfiguration(connections, path, Force))
                WriteError(new ConnectorException(problem), problem.Target);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }
    }
}
