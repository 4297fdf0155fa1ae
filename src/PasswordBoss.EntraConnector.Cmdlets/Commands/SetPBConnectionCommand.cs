using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Changes the tags of a connection.</summary>
[Cmdlet(VerbsCommon.Set, "PBConnection", SupportsShouldProcess = true)]
[OutputType(typeof(PBConnection))]
public sealed class SetPBConnectionCommand : ConnectionCommand
{
    /// <summary>The new tags; an empty list removes all.</summary>
    [Parameter(Mandatory = true)]
    [AllowEmptyCollection]
    [FilledItems(AllowsEmpty = true)]
    [ArgumentCompleter(typeof(ConnectionTagCompleter))]
    public string[] Tag { get; set; } = [];

    /// <summary>Emit the connection.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection =>
    {
        var difference = Service.CompareTags(connection, Tag);
        if (!Approve(connection, difference is null ? Texts.DoSetTags : Texts.DoSet(Texts.DoSetTags, $"{difference.Before ?? "-"} -> {difference.After ?? "-"}")))
            return;
        var changed = Service.SetTags(connection, Tag, CurrentConnection.Name);
        if (PassThru)
            WriteObject(changed);
    });
}
