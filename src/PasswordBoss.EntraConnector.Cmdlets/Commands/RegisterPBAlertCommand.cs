using System;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Security;
using PasswordBoss.EntraConnector.Alerts;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Registers a webhook for changes of one connection, of those with a tag, or of all.</summary>
[Cmdlet(VerbsLifecycle.Register, "PBAlert", SupportsShouldProcess = true)]
[OutputType(typeof(PBAlert))]
public sealed class RegisterPBAlertCommand : AlertCommand
{
    private string address = "";
    private string host = "";

    /// <summary>The https address of the receiver. Anyone who knows it can send messages, so it is stored like a secret.</summary>
    [Parameter(Mandatory = true)]
    [WebhookArgument]
    [Alias("Url")]
    public SecureString Uri { get; set; } = new();

    /// <summary>The form of the messages.</summary>
    [Parameter]
    public AlertFormat Format { get; set; }

    /// <summary>What is reported; everything by default.</summary>
    [Parameter]
    [NoNullItems]
    [FilledItems]
    public AlertEvent[] Event { get; set; } = (AlertEvent[])Enum.GetValues(typeof(AlertEvent));

    /// <summary>The number of minutes without a successful run after which NoSuccess is reported.</summary>
    [Parameter]
    [ValidateRange(1, 43200)]
    public int NoSuccessMinutes { get; set; } = 60;

    /// <summary>The number of days before the expiry at which a secret or certificate is reported.</summary>
    [Parameter]
    [ValidateRange(1, 365)]
    public int ExpiryDays { get; set; } = 30;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        address = new NetworkCredential("", Uri).Password;
        try
        {
            host = WebhookAddress.Validate(address).IdnHost;
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // A mistyped tag would silently report nothing.
        if (Tag is not null && IsScope)
            _ = Select();
        ForEachScope(scope =>
        {
            if (!Approve(scope.ToString(), Texts.DoRegisterAlert(host)))
                return;
            var settings = new AlertSettings { Format = Format, Host = host, Events = Event.Distinct().ToArray(), NoSuccessMinutes = NoSuccessMinutes, ExpiryDays = ExpiryDays };
            WriteObject(Service.RegisterAlert(scope, address, settings));
        });
    }
}
