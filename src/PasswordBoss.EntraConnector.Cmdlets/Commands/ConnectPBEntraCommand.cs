using System;
using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Stores a connection between an Entra tenant and a Password Boss company, and makes it the current one.</summary>
[Cmdlet(VerbsCommunications.Connect, "PBEntra", DefaultParameterSetName = "Entra")]
[OutputType(typeof(PBConnection))]
public sealed class ConnectPBEntraCommand : ConnectorCommand
{
#pragma warning disable CS1591 // ConnectRequest documents the parameters; the help describes them for users.
    [Parameter(Position = 0), Alias("ProfileName"), ValidateNotNullOrEmpty, ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string Name { get; set; } = "Default";

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true)]
    public string? TenantId { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), Alias("AppId", "ApplicationId")]
    public string? ClientId { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true), AllowNull, ExactType(typeof(PSCredential))]
    public PSCredential? ClientSecretCredential { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true), AllowNull, ExactType(typeof(SecureString))]
    public SecureString? ClientSecret { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true), AllowNull, ExactType(typeof(X509Certificate2))]
    public X509Certificate2? Certificate { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, AllowEmptyString]
    public string? CertificateThumbprint { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, AllowEmptyString]
    public string? CertificatePath { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull]
    public SecureString? CertificatePassword { get; set; }

    [Parameter(ParameterSetName = "Entra"), Alias("ManagedIdentity")]
    public SwitchParameter Identity { get; set; }

    [Parameter(ParameterSetName = "Entra")]
    public SwitchParameter EnvironmentVariable { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true)]
    public DateTimeOffset? SecretExpires { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true)]
    public EntraEnvironment? Environment { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true)]
    public Uri? AuthorityHost { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true)]
    public Uri? GraphEndpoint { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true)]
    public Uri? PasswordBossUri { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull]
    public SecureString? PasswordBossToken { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), GroupArgument]
    public string? UserGroup { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), GroupArgument, AllowEmptyCollection]
    public string[]? AdditionalGroup { get; set; }

    [Parameter(ParameterSetName = "Entra")]
    public SwitchParameter SkipVerification { get; set; }

    [Parameter(ParameterSetName = "Sandbox", Mandatory = true)]
    public SwitchParameter Sandbox { get; set; }
#pragma warning restore CS1591

    private TypedSettings typed;
    private bool isConnected;

    /// <inheritdoc/>
    protected override void BeginProcessing() => typed = ConnectRequestBuilder.TypedSettingsOf(MyInvocation.BoundParameters.Keys);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        isConnected = false;
        try
        {
            var connection = Sandbox ? Service.ConnectSandbox(Name) : Connect(ConnectRequestBuilder.Build(this, typed));
            CurrentConnection.Name = connection.Connection;
            isConnected = true;
            WriteObject(Service.GetConnection(connection.Connection, connection.Connection));
        }
        catch (ConnectorException exception)
        {
            Terminate(exception, Name);
        }
    }

    /// <summary>
    /// Clears the current connection if nothing was connected, for any reason: an error, a parameter that could not be bound, an empty pipeline, or Ctrl+C.
    /// In all these cases PowerShell disposes the command before the next one begins.
    /// </summary>
    public override void Dispose()
    {
        if (!isConnected)
            CurrentConnection.Lose();
        base.Dispose();
    }

    private PBConnection Connect(ConnectRequest request) => request == new ConnectRequest { Name = Name }
        ? Service.GetConnection(Service.Resolve(new[] { Name }, null)[0])
        : Run((service, observer, token) => service.ConnectAsync(request, observer, token));
}
