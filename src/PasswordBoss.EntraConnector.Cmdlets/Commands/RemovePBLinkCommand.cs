using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>
/// Removes the link between a user of Entra and an account of Password Boss. The account stays unchanged, and no rule applies to it any more.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "PBLink", DefaultParameterSetName = nameof(Account), SupportsShouldProcess = true)]
[OutputType(typeof(PBLink))]
public sealed class RemovePBLinkCommand : ConnectionCommand
{
    /// <summary>The user: object id or address.</summary>
    [Parameter(ParameterSetName = nameof(User), Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("EntraId")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string? User { get; set; }

    /// <summary>The account: the server's id, or the address.</summary>
    [Parameter(ParameterSetName = nameof(User), ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = nameof(Account), Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("AccountId")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AccountCompleter))]
    public string? Account { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection =>
    {
        var service = Service;
        WriteObject(
            RunPrepared<IReadOnlyList<PBLink>>((_, pump) =>
            {
                var approver = new StepApprover(this, pump);
                return token => service.RemoveLinksAsync(connection, User, Account, approver, token);
            }),
            enumerateCollection: true);
    });
}
