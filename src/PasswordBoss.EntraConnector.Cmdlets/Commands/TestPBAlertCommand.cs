using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Sends a test event to receivers, once each: to all, to those of alerts about the named connections, or to those of the given ids.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PBAlert")]
[OutputType(typeof(PBAlertCheck))]
public sealed class TestPBAlertCommand : ConnectionsCommand
{
    private readonly List<Guid> tested = new();

    /// <summary>The ids of alerts.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NoNullItems]
    [FilledItems]
    [ArgumentCompleter(typeof(AlertCompleter))]
    public Guid[]? Id { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Id is not null)
            AddEach(Id);
        else if (Name is null && Connection is null && Tag is null)
            AddEach(Service.ListAlerts().Select(alert => alert.Id));
        else
            ForEachTarget(connection => AddEach(Service.ListAlerts(connection).Select(alert => alert.Id)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (tested.Count > 0)
            WriteObject(Run((service, _, token) => service.TestAlertsAsync(tested, token)), enumerateCollection: true);
    }

    private void AddEach(IEnumerable<Guid> ids)
    {
        foreach (var id in ids.Where(id => !tested.Contains(id)))
        {
            try
            {
                tested.Add(Service.GetAlert(id).Id);
            }
            catch (ConnectorException exception)
            {
                WriteError(exception);
            }
        }
    }
}
