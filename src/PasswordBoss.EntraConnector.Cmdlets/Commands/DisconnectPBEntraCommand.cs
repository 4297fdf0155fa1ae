using System;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Ends the use of a connection in this session; with <c>-Remove</c> also removes it. Accounts stay.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "PBEntra", DefaultParameterSetName = "Disconnect", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class DisconnectPBEntraCommand : ConnectionCommand
{
    /// <summary>Remove the connection, its secrets and its state.</summary>
    [Parameter(ParameterSetName = "Remove", Mandatory = true)]
    public SwitchParameter Remove { get; set; }

    /// <summary>Mark its accounts and groups as managed by Password Boss first.</summary>
    [Parameter(ParameterSetName = "Remove")]
    public SwitchParameter ReleaseAccounts { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Without a name, Disconnect means the current connection, and succeeds even if there is none.
        if (!Remove && Name is null && Connection is null)
            CurrentConnection.Name = null;
        else
            ForEachTarget(Disconnect);
    }

    private void Disconnect(string connection)
    {
        if (Remove)
        {
            if (!Approve(connection, ReleaseAccounts ? Texts.DoRemoveConnectionAndRelease : Texts.DoRemoveConnection))
                return;
            Run(async (service, observer, token) =>
            {
                await service.RemoveAsync(connection, ReleaseAccounts, observer, token).ConfigureAwait(false);
                return true;
            });
        }

        if (string.Equals(CurrentConnection.Name, connection, StringComparison.OrdinalIgnoreCase))
            CurrentConnection.Name = null;
    }
}
