using System.Management.Automation;
using PasswordBoss.EntraConnector.Pipeline;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Gets the selected groups, or the tenant's groups to select from.</summary>
[Cmdlet(VerbsCommon.Get, "PBSyncGroup")]
[OutputType(typeof(PBSyncGroup))]
public sealed class GetPBSyncGroupCommand : ConnectionsCommand
{
    /// <summary>List the tenant's groups.</summary>
    [Parameter]
    public SwitchParameter Available { get; set; }

    /// <summary>A display name with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Filter { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _ = WildcardsOf(Filter is null ? null : [Filter]);
        ForEachTarget(connection => WriteObject(Run((service, _, token) => service.GetGroupsAsync(connection, Available, Filter, token)), enumerateCollection: true));
    }
}
