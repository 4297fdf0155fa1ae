using System;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Changes users in the embedded tenant of a sandbox connection, as an admin would in the Entra portal, to test the rules.</summary>
[Cmdlet(VerbsData.Edit, "PBSandbox", SupportsShouldProcess = true)]
public sealed class EditPBSandboxCommand : ConnectionCommand
{
#pragma warning disable CS1591 // Each parameter is named after its change and takes users: object id, user principal name or mail address.
    [Parameter(ParameterSetName = nameof(AddMember), Mandatory = true), FilledItems]
    [ArgumentCompleter(typeof(SandboxUserCompleter))]
    public string[] AddMember { get; set; } = Array.Empty<string>();

    [Parameter(ParameterSetName = nameof(RemoveMember), Mandatory = true), FilledItems]
    [ArgumentCompleter(typeof(SandboxUserCompleter))]
    public string[] RemoveMember { get; set; } = Array.Empty<string>();

    [Parameter(ParameterSetName = nameof(AddMember)), Parameter(ParameterSetName = nameof(RemoveMember)), ValidateNotNullOrEmpty]
    [GroupArgument]
    [ArgumentCompleter(typeof(SelectedGroupCompleter))]
    public string? Group { get; set; }

    [Parameter(ParameterSetName = nameof(Disable), Mandatory = true), FilledItems]
    [ArgumentCompleter(typeof(SandboxUserCompleter))]
    public string[] Disable { get; set; } = Array.Empty<string>();

    [Parameter(ParameterSetName = nameof(Enable), Mandatory = true), FilledItems]
    [ArgumentCompleter(typeof(SandboxUserCompleter))]
    public string[] Enable { get; set; } = Array.Empty<string>();

    [Parameter(ParameterSetName = nameof(Delete), Mandatory = true), FilledItems]
    [ArgumentCompleter(typeof(SandboxUserCompleter))]
    public string[] Delete { get; set; } = Array.Empty<string>();

    [Parameter(ParameterSetName = nameof(Restore), Mandatory = true), FilledItems]
    [ArgumentCompleter(typeof(SandboxUserCompleter))]
    public string[] Restore { get; set; } = Array.Empty<string>();

    [Parameter(ParameterSetName = nameof(Rename), Mandatory = true), ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SandboxUserCompleter))]
    public string Rename { get; set; } = "";

    [Parameter(ParameterSetName = nameof(ChangeMail), Mandatory = true), ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SandboxUserCompleter))]
    public string ChangeMail { get; set; } = "";

    [Parameter(ParameterSetName = nameof(Rename), Mandatory = true), Parameter(ParameterSetName = nameof(ChangeMail), Mandatory = true)]
    [AllowNull, AllowEmptyString]
    public string? To { get; set; }
#pragma warning restore CS1591

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection =>
    {
        using var tenant = Service.OpenSandbox(connection);
        switch (ParameterSetName)
        {
            case nameof(AddMember): Each(connection, AddMember, Texts.SandboxAddMember, user => tenant.AddMember(user, GroupOf(connection))); break;
            case nameof(RemoveMember): Each(connection, RemoveMember, Texts.SandboxRemoveMember, user => tenant.RemoveMember(user, GroupOf(connection))); break;
            case nameof(Disable): Each(connection, Disable, Texts.SandboxDisable, tenant.Disable); break;
            case nameof(Enable): Each(connection, Enable, Texts.SandboxEnable, tenant.Enable); break;
            case nameof(Delete): Each(connection, Delete, Texts.SandboxDelete, tenant.Delete); break;
            case nameof(Restore): Each(connection, Restore, Texts.SandboxRestore, tenant.Restore); break;
            case nameof(Rename): Each(connection, new[] { Rename }, Texts.SandboxRename(To ?? ""), user => tenant.Rename(user, To ?? "")); break;
            default: Each(connection, new[] { ChangeMail }, Texts.SandboxChangeMail(To ?? ""), user => tenant.ChangeMail(user, string.IsNullOrEmpty(To) ? null : To)); break;
        }
    });

    private string GroupOf(string connection) => Group ?? Service.GetConnection(connection).UserGroup ?? throw new ConnectorException(Problems.UserGroupNotChosen(connection));

    private void Each(string connection, string[] users, Message what, Action<string> change)
    {
        for (var i = 0; i < users.Length; i++)
        {
            var user = users[i];
            Place = (i + 1, users.Length);
            if (!Approve(user, what))
                continue;
            try
            {
                change(user);
            }
            catch (ConnectorException exception)
            {
                WriteError(exception, connection);
            }
        }
    }
}
