using System;
using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Stores a connection between an Entra tenant and a Password Boss company, and makes it the current one.</summary>
[Cmdlet(VerbsCommunications.Connect, "PBEntra", DefaultParameterSetName = "Entra", SupportsShouldProcess = true)]
[OutputType(typeof(PBConnection))]
public sealed class ConnectPBEntraCommand : ConnectorCommand
{
#pragma warning disable CS1591 // ConnectRequest documents the parameters; the help describes them for users.
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("ProfileName"), ValidateNotNullOrEmpty, ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string Name { get; set; } = "Default";

    // If $PSDefaultParameterValues has a value for -Name, PowerShell does not bind -Name from the row, so this parameter reads the name.
    [Parameter(ParameterSetName = "Entra", ValueFromPipeline = true, DontShow = true), AllowNull, RowName]
    public string? RowName { get; set; }

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

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, ExactType(typeof(SecureString))]
    public SecureString? CertificatePassword { get; set; }

    [Parameter(ParameterSetName = "Entra"), Alias("ManagedIdentity")]
    public SwitchParameter Identity { get; set; }

    [Parameter(ParameterSetName = "Entra")]
    public SwitchParameter EnvironmentVariable { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, EmptyIsAbsent]
    public DateTimeOffset? SecretExpires { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, EmptyIsAbsent]
    public EntraEnvironment? Environment { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, EmptyIsAbsent]
    public Uri? AuthorityHost { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, EmptyIsAbsent]
    public Uri? GraphEndpoint { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, EmptyIsAbsent]
    public Uri? PasswordBossUri { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), AllowNull, ExactType(typeof(SecureString))]
    public SecureString? PasswordBossToken { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), GroupArgument]
    [ArgumentCompleter(typeof(SelectedGroupCompleter))]
    public string? UserGroup { get; set; }

    [Parameter(ParameterSetName = "Entra", ValueFromPipelineByPropertyName = true), GroupArgument, AllowEmptyCollection]
    [ArgumentCompleter(typeof(SelectedGroupCompleter))]
    public string[]? AdditionalGroup { get; set; }

    [Parameter(ParameterSetName = "Entra")]
    public SwitchParameter SkipVerification { get; set; }

    [Parameter(ParameterSetName = "Sandbox", Mandatory = true)]
    public SwitchParameter Sandbox { get; set; }
#pragma warning restore CS1591

    private EnteredSettings entered;
    private bool isNameTyped;
    private string? defaultName;
    private bool keepsCurrent;
    private bool isFirst = true;
    private ConnectRequest? unnamed;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        entered = ConnectRequestBuilder.EnteredSettingsOf(MyInvocation.BoundParameters.Keys);
        var isGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Name));
        if (isGiven && MyInvocation.ExpectingInput && DefaultParameter.Gave(this, nameof(Name), new[] { Name }))
            defaultName = Name;
        isNameTyped = isGiven && defaultName is null;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (isNameTyped || !MyInvocation.ExpectingInput)
            Attempt(() => Connect(ConnectRequestBuilder.Build(this, entered)), Terminate);
        else
            ProcessPiped();
    }

    // Each piped object is a connection of its own, and one that fails does not stop the others. The default name is for one connection only, so an object without
    // a name waits until the next object, or the end, shows whether it is alone.
    private void ProcessPiped()
    {
        var isNamed = defaultName is null ? MyInvocation.BoundParameters.ContainsKey(nameof(Name)) : RowName is not null;
        if (defaultName is not null)
            Name = RowName ?? defaultName;
        if (unnamed is not null)
            WriteError(new ConnectorException(Problems.ConnectionUnnamed));
        unnamed = null;
        if (isNamed)
            Attempt(() => Connect(ConnectRequestBuilder.Build(this, entered)), WriteError);
        else if (isFirst)
            Attempt(() => unnamed = ConnectRequestBuilder.Build(this, entered), Terminate);
        else
            WriteError(new ConnectorException(Problems.ConnectionUnnamed));
        isFirst = false;
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (unnamed is { } request)
            Attempt(() => Connect(request), Terminate);
    }

    /// <summary>
    /// Clears the current connection if nothing was connected, for any reason: an error, a parameter that could not be bound, an empty pipeline, or Ctrl+C.
    /// In all these cases PowerShell disposes the command before the next one begins.
    /// </summary>
    public override void Dispose()
    {
        if (!keepsCurrent)
            CurrentConnection.Lose();
        base.Dispose();
    }

    private void Attempt(Action work, Action<ConnectorException, string?> report)
    {
        keepsCurrent = false;
        try
        {
            work();
        }
        catch (ConnectorException exception)
        {
            report(exception, Name);
        }
    }

    private void Connect(ConnectRequest request)
    {
        // A name alone makes a stored connection current, which changes nothing that is stored.
        var isSelection = !Sandbox && request == new ConnectRequest { Name = request.Name };
        if (!isSelection && !ShouldProcess(request.Name, Texts.DoStoreConnection.Render()))
        {
            keepsCurrent = ShouldProcessApprover.IsWhatIf(this);
            if (keepsCurrent && !Sandbox)
                Run((service, observer, token) => service.VerifyAsync(request, observer, token));
            return;
        }

        var connection = isSelection ? Service.GetConnection(request.Name)
            : Sandbox ? Service.ConnectSandbox(request.Name)
            : Run((service, observer, token) => service.ConnectAsync(request, observer, token));
        CurrentConnection.Name = connection.Connection;
        keepsCurrent = true;
        WriteObject(Service.GetConnection(connection.Connection, connection.Connection));
    }
}
