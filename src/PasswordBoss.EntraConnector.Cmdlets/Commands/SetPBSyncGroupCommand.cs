using System;
using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Selects the user group and the additional groups. Adds piped groups to the additional ones.</summary>
[Cmdlet(VerbsCommon.Set, "PBSyncGroup", SupportsShouldProcess = true)]
[OutputType(typeof(PBSyncGroup))]
public sealed class SetPBSyncGroupCommand : ConnectionCommand
{
    // Collect the piped groups first, to change each connection and query its tenant only once.
    private readonly List<(string Connection, List<string> Groups)> gathered = new();

    /// <summary>The new user group, by id or display name.</summary>
    [Parameter]
    [GroupArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SelectedGroupCompleter))]
    public string? UserGroup { get; set; }

    /// <summary>The new list of additional groups; an empty list deselects all.</summary>
    [Parameter]
    [GroupArgument]
    [AllowEmptyCollection]
    [FilledItems(AllowsEmpty = true)]
    [ArgumentCompleter(typeof(SelectedGroupCompleter))]
    public string[]? AdditionalGroup { get; set; }

    /// <summary>Groups to add to the list.</summary>
    [Parameter]
    [GroupArgument]
    [FilledItems]
    public string[]? AddGroup { get; set; }

    /// <summary>Groups to remove from the list.</summary>
    [Parameter]
    [GroupArgument]
    [FilledItems]
    [ArgumentCompleter(typeof(AdditionalGroupCompleter))]
    public string[]? RemoveGroup { get; set; }

    /// <summary>Whether members of nested groups count.</summary>
    [Parameter]
    public SwitchParameter IncludeNested { get; set; }

    /// <summary>Emit the selected groups.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>
    /// A group from the pipeline. It is added only if the command specifies no other change; otherwise the pipeline object just identifies the connection.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? Id { get; set; }

    /// <summary>The role of the piped group, so that a piped user group does not become an additional group.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public SyncGroupRole Role { get; set; }

    private bool NamesChange => UserGroup is not null || AdditionalGroup is not null || AddGroup is not null || RemoveGroup is not null
        || MyInvocation.BoundParameters.ContainsKey(nameof(IncludeNested));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var connection in Targets())
        {
            var entry = gathered.Find(known => string.Equals(known.Connection, connection, StringComparison.OrdinalIgnoreCase));
            if (entry.Connection is null)
                gathered.Add(entry = (connection, new List<string>()));
            if (Id is not null && Role != SyncGroupRole.User && !NamesChange)
                entry.Groups.Add(Id);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        for (var i = 0; i < gathered.Count; i++)
        {
            var (connection, piped) = gathered[i];
            Place = (i + 1, gathered.Count);
            try
            {
                var selection = new GroupSelection
                {
                    UserGroup = UserGroup,
                    AdditionalGroups = AdditionalGroup,
                    AddGroups = AddGroup ?? (IReadOnlyList<string>)piped,
                    RemoveGroups = RemoveGroup ?? Array.Empty<string>(),
                    IncludeNested = MyInvocation.BoundParameters.ContainsKey(nameof(IncludeNested)) ? (bool)IncludeNested : null,
                };
                var service = Service;
                var groups = RunPrepared<IReadOnlyList<PBSyncGroup>?>((observer, pump) =>
                {
                    var approver = new StepApprover(this, pump);
                    return token => service.SetGroupsAsync(connection, selection, approver, observer, token);
                });
                if (PassThru && groups is not null)
                    WriteObject(groups, enumerateCollection: true);
            }
            catch (ConnectorException exception)
            {
                WriteError(exception, connection);
            }
        }
    }
}
