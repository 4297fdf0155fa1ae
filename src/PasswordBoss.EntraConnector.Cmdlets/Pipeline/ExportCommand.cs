using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>A command that writes one file about all selected connections; about all stored ones unless some are named.</summary>
public abstract class ExportCommand : ConnectionsCommand
{
    private readonly List<string> connections = new();
    private readonly List<Problem> missing = new();

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    private protected sealed override bool MeansAllByDefault => true;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        var selected = Select();
        connections.AddRange(selected.Names.Where(target => !connections.Contains(target, StringComparer.OrdinalIgnoreCase)));
        missing.AddRange(selected.Missing);
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        // A file about no connection would hide a mistyped name.
        if (connections.Count > 0 || missing.Count == 0)
            WriteFile();
        foreach (var problem in missing)
            WriteError(new ConnectorException(problem));
    }

    private void WriteFile()
    {
        try
        {
            var path = FullPath(Path);
            Service.RequireWritablePath(path, Overwrites);
            if (!ShouldProcess(path, Action(connections.Count.ToString(CultureInfo.CurrentCulture)).Render()))
                return;
            foreach (var problem in Write(connections, path))
                WriteError(new ConnectorException(problem), problem.Target);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }
    }

    /// <summary>Whether an existing file is replaced.</summary>
    private protected abstract bool Overwrites { get; }

    /// <summary>The action to confirm.</summary>
    /// <param name="count">The number of connections.</param>
    private protected abstract Message Action(string count);

    /// <summary>Writes the file and returns the problems of connections that it cannot contain.</summary>
    /// <param name="names">The names of the connections.</param>
    /// <param name="path">The full path of the file.</param>
    private protected abstract IReadOnlyList<Problem> Write(IReadOnlyList<string> names, string path);
}
