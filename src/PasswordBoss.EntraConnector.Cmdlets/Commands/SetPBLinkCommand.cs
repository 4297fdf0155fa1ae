using System.Management.Automation;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Links a user of Entra to an account of Password Boss, even to one that no rule may adopt. Shows both first.</summary>
[Cmdlet(VerbsCommon.Set, "PBLink", SupportsShouldProcess = true)]
[OutputType(typeof(PBLink))]
public sealed class SetPBLinkCommand : ConnectionCommand
{
    /// <summary>The user: object id, address or user principal name.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("EntraId")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string User { get; set; } = "";

    /// <summary>The account: the server's id, or the address.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("AccountId")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AccountCompleter))]
    public string Account { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection =>
    {
        var service = Service;
        var link = RunPrepared<PBLink?>((observer, pump) =>
        {
            var approver = new StepApprover(this, pump);
            return token => service.SetLinkAsync(connection, User, Account, approver, observer, token);
        });
        if (link is not null)
            WriteObject(link);
    });
}
