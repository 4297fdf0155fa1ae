using System;
using System.Globalization;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
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
    [NoNullItems]
    [FilledItems]
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

        for (var i = 0; i < Id.Length; i++)
        {
            Place = (i + 1, Id.Length);
            try
            {
                Remove(Service.GetAlert(Id[i]));
            }
            catch (ConnectorException exception)
            {
                WriteError(exception);
            }
        }
    }

    private void Remove(PBAlert alert)
    {
        if (Approve(alert.Tag ?? alert.Connection, Texts.DoUnregisterAlert(alert.Host, alert.Pending.ToString(CultureInfo.CurrentCulture))))
            Service.RemoveAlert(alert.Id);
    }
}
