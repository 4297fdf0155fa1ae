using System.Management.Automation;
using System.Security;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Restores a backup into an empty store, without activating its connections; with <c>-Activate</c>, lets their runs write again.</summary>
[Cmdlet(VerbsData.Restore, "PBState", SupportsShouldProcess = true, DefaultParameterSetName = "File")]
[OutputType(typeof(PBRestoredConnection))]
public sealed class RestorePBStateCommand : ConnectorCommand
{
    /// <summary>The file.</summary>
    [Parameter(ParameterSetName = "File", Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The passphrase.</summary>
    [Parameter(ParameterSetName = "File", Mandatory = true, Position = 1), ExactType(typeof(SecureString))]
    public SecureString Passphrase { get; set; } = new();

    /// <summary>Let runs write again in a state that was restored before.</summary>
    [Parameter(ParameterSetName = "Activate", Mandatory = true)]
    public SwitchParameter Activate { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            if (ParameterSetName == "File")
                Restore();
            else if (Activate && ShouldProcess(string.Join(", ", Service.ListNotActivated()), Texts.DoActivate.Render()))
                WriteObject(Service.Activate(), enumerateCollection: true);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }
    }

    private void Restore()
    {
        var path = FullPath(Path);
        using var restore = Service.OpenBackup(path, SecureText.Reveal(Passphrase));
        if (ShouldProcess(path, restore.Action.Render()))
            WriteObject(restore.Restore(), enumerateCollection: true);
    }
}
