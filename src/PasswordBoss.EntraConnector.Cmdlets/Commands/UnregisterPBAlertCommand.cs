using System;
using System.Globalization;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Removes alerts: by their ids, or those that were registered for exactly the named connections.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "PBAlert", SupportsShouldProcess = true)]
public sealed class UnregisterPBAlertCommand : AlertCommand
{
    /// <summary>The ids of alerts.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AlertCompleter))]
    public Guid[]? Id { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Id is null)
        {
            ForEachScope(scope =>
            {
                foreach (var alert in Service.FindAlerts(scope))
                    Remove(alert);
            });
            return;
        }

        foreach (var id in Id)
        {
            try
            {
                Remove(Service.GetAlert(id));
            }
            catch (ConnectorException exception)
            {
                WriteError(exception);
            }
        }
    }

    private void Remove(PBAlert alert)
    {
        if (ShouldProcess(alert.Tag ?? alert.Connection, Texts.DoUnregisterAlert(alert.Host, alert.Pending.ToString(CultureInfo.CurrentCulture)).Render()))
            Service.RemoveAlert(alert.Id);
    }
}
