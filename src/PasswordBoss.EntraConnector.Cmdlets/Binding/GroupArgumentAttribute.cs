using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Lets a group parameter accept a <see cref="PBSyncGroup"/> as well as an id or a display name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class GroupArgumentAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Unwrap(inputData) switch
    {
        PBSyncGroup group => group.Id,
        IList list and not byte[] => list.Cast<object?>().Select(item => Unwrap(item) is PBSyncGroup group ? group.Id : item).ToArray(),
        _ => inputData,
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
