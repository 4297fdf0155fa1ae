using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Lets a group parameter accept a <see cref="PBSyncGroup"/> as well as an id or a display name, even one that came from a job or a remote session, or from
/// <c>Select-Object</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class GroupArgumentAttribute : ArgumentTransformationAttribute
{
    private const string CopySuffix = "." + nameof(PBSyncGroup);

    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => TryFindId(inputData) ?? (Unwrap(inputData) switch
    {
        IList list and not byte[] => list.Cast<object?>().Select(item => TryFindId(item) ?? Unwrap(item)).ToArray(),
        _ => inputData,
    });

    private static string? TryFindId(object? value) => value switch
    {
        PBSyncGroup group => group.Id,
        PSObject { BaseObject: PBSyncGroup group } => group.Id,
        PSObject copy when copy.TypeNames.Any(name => name.EndsWith(CopySuffix, StringComparison.Ordinal)) => copy.Properties[nameof(PBSyncGroup.Id)]?.Value?.ToString(),
        _ => null,
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
