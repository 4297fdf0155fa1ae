using System;
using System.Management.Automation;
using System.Net;
using System.Security;
using PasswordBoss.EntraConnector.Applications;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Creates what a connection needs in a tenant, or finds and completes it, and emits the input for <c>Connect-PBEntra</c>.</summary>
[Cmdlet(VerbsCommon.New, "PBEntraApplication", SupportsShouldProcess = true, DefaultParameterSetName = "Browser")]
[OutputType(typeof(PSObject))]
public sealed class NewPBEntraApplicationCommand : ConnectorCommand
{
#pragma warning disable CS1591 // ApplicationRequest documents the parameters; the help describes them for users.
    [Parameter(Position = 0), ValidateNotNullOrEmpty]
    public string? TenantId { get; set; }

    [Parameter, ValidateNotNullOrEmpty]
    public string DisplayName { get; set; } = new ApplicationRequest().DisplayName;

    [Parameter, ValidateNotNullOrEmpty]
    public string GroupName { get; set; } = new ApplicationRequest().Group;

    [Parameter, Alias("AppId", "ApplicationId"), ValidateNotNullOrEmpty]
    public string? ClientId { get; set; }

    [Parameter, ValidateSet(nameof(EntraConnector.CredentialKind.Certificate), nameof(EntraConnector.CredentialKind.ClientSecret), nameof(EntraConnector.CredentialKind.None))]
    public CredentialKind CredentialKind { get; set; } = CredentialKind.Certificate;

    [Parameter]
    public int LifetimeMonths { get; set; } = new ApplicationRequest().LifetimeMonths;

    [Parameter]
    public SwitchParameter MultiTenant { get; set; }

    [Parameter(ParameterSetName = "DeviceCode", Mandatory = true)]
    public SwitchParameter UseDeviceCode { get; set; }

    [Parameter(ParameterSetName = "AccessToken", Mandatory = true), ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    [Parameter(ParameterSetName = "Browser"), Parameter(ParameterSetName = "DeviceCode"), ValidateNotNullOrEmpty]
    public string SignInClientId { get; set; } = AdminSignIn.GraphCommandLineTools;

    [Parameter]
    public EntraEnvironment Environment { get; set; }

    [Parameter]
    public Uri? AuthorityHost { get; set; }

    [Parameter]
    public Uri? GraphEndpoint { get; set; }
#pragma warning restore CS1591

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var service = Service;
            var application = RunPrepared<NewApplication?>((observer, pump) =>
            {
                var approver = new StepApprover(this, pump);
                return token => service.CreateApplicationAsync(Request(), approver, observer, token);
            });
            if (application is not null)
                WriteObject(Render(application));
        }
        catch (ConnectorException exception)
        {
            Terminate(exception, DisplayName);
        }
    }

    private ApplicationRequest Request() => new()
    {
        TenantId = TenantId,
        DisplayName = DisplayName,
        Group = GroupName,
        ClientId = ClientId,
        Credential = CredentialKind,
        LifetimeMonths = LifetimeMonths,
        MultiTenant = MultiTenant,
        SignIn = new AdminSignIn
        {
            AccessToken = AccessToken is null ? null : new NetworkCredential("", AccessToken).Password,
            UseDeviceCode = UseDeviceCode,
            ClientId = SignInClientId,
            Environment = Environment,
            AuthorityHost = AuthorityHost,
            GraphEndpoint = GraphEndpoint,
        },
    };

    // Leave out empty properties, because they would bind to parameters of Connect-PBEntra too.
    private PSObject Render(NewApplication application)
    {
        var output = new PSObject();
        output.TypeNames.Insert(0, "PasswordBoss.EntraConnector.PBEntraApplication");
        Add("TenantId", application.TenantId);
        Add("ClientId", application.ClientId);
        Add("Certificate", application.Certificate);
        Add("ClientSecret", application.ClientSecret is { } secret ? new NetworkCredential("", secret).SecurePassword : null);
        Add("SecretExpires", application.Expires);
        Add("UserGroup", application.Group?.Id);
        Add("Environment", Environment == EntraEnvironment.Global ? null : Environment);
        Add("AuthorityHost", AuthorityHost);
        Add("GraphEndpoint", GraphEndpoint);
        Add("ConsentUri", application.ConsentUri);
        return output;

        void Add(string name, object? value)
        {
            if (value is not null)
                output.Properties.Add(new PSNoteProperty(name, value is string text ? InertText.Of(text) : value));
        }
    }
}
