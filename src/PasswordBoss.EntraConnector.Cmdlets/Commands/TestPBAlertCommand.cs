using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Sends a test event to receivers, once each: to all, to those of alerts about the named connections, or to those of the given ids.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PBAlert")]
[OutputType(typeof(PBAlertCheck))]
public sealed class TestPBAlertCommand : ConnectionsCommand
{
    private readonly HashSet<Guid> tested = new();

    /// <summary>The ids of alerts.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public Guid[]? Id { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Id is not null)
            TestEach(Id);
        else if (Name is null && Connection is null && Tag is null)
            TestEach(Service.ListAlerts().Select(alert => alert.Id));
        else
            ForEachTarget(connection => TestEach(Service.ListAlerts(connection).Select(alert => alert.Id)));
    }

    private void TestEach(IEnumerable<Guid> ids)
    {
        foreach (var id in ids.Where(tested.Add))
        {
            try
            {
                WriteObject(Run((service, _, token) => service.TestAlertAsync(id, token)));
            }
            catch (ConnectorException exception)
            {
                WriteError(exception);
            }
        }
    }
}
