using System;
using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Chooses the user group and the additional groups. Groups that are piped in are added to the additional ones.</summary>
[Cmdlet(VerbsCommon.Set, "PBSyncGroup", SupportsShouldProcess = true)]
[OutputType(typeof(PBSyncGroup))]
public sealed class SetPBSyncGroupCommand : ConnectionCommand
{
    // Piped groups are gathered, so that each connection is changed, and its tenant asked, once.
    private readonly List<(string Connection, List<string> Groups)> gathered = new();

    /// <summary>The new user group, by id or display name.</summary>
    [Parameter]
    [GroupArgument]
    [ValidateNotNullOrEmpty]
    public string? UserGroup { get; set; }

    /// <summary>The new list of additional groups; an empty list deselects all.</summary>
    [Parameter]
    [GroupArgument]
    [AllowEmptyCollection]
    public string[]? AdditionalGroup { get; set; }

    /// <summary>Groups to add to the list.</summary>
    [Parameter]
    [GroupArgument]
    public string[]? AddGroup { get; set; }

    /// <summary>Groups to take from the list.</summary>
    [Parameter]
    [GroupArgument]
    public string[]? RemoveGroup { get; set; }

    /// <summary>Whether members of nested groups count.</summary>
    [Parameter]
    public SwitchParameter IncludeNested { get; set; }

    /// <summary>Emit the selected groups.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>A group from the pipeline. It counts when the command names no change of its own; otherwise the pipeline only tells the connection.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? Id { get; set; }

    /// <summary>The part that the piped group plays: the user group does not become an additional one by passing through.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public SyncGroupRole Role { get; set; }

    private protected override bool TakesWildcards => false;

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
        foreach (var (connection, piped) in gathered)
        {
            if (!ShouldProcess(connection, new Message("Do_SetGroups").Render()))
                continue;
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
                var groups = Run((service, _, token) => service.SetGroupsAsync(connection, selection, token));
                if (PassThru)
                    WriteObject(groups, enumerateCollection: true);
            }
            catch (ConnectorException exception)
            {
                WriteError(exception, connection);
            }
        }
    }
}
