using System.Management.Automation;
using System.Security;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Writes the whole state, with links and secrets, to one file that is encrypted under a passphrase.</summary>
[Cmdlet(VerbsData.Backup, "PBState", SupportsShouldProcess = true)]
[OutputType(typeof(PBBackup))]
public sealed class BackupPBStateCommand : ConnectorCommand
{
    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The passphrase.</summary>
    [Parameter(Mandatory = true, Position = 1), ExactType(typeof(SecureString))]
    public SecureString Passphrase { get; set; } = new();

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            var path = FullPath(Path);
            Service.CheckBackup(path, SecureText.Reveal(Passphrase), Force);
            if (!ShouldProcess(path, Texts.DoBackup.Render()))
                return;
            foreach (var connection in Service.Backup(path, SecureText.Reveal(Passphrase), Force))
                WriteObject(connection);
        }
        catch (ConnectorException exception)
        {
            Terminate(exception);
        }
    }
}
