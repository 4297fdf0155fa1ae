using System;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Takes the name from an object of the pipeline, such as a row of a CSV file. An object without a name is left to the other parameters.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class RowNameAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is PSObject { BaseObject: PSCustomObject } row && (row.Properties["Name"] ?? row.Properties["ProfileName"])?.Value?.ToString() is { Length: > 0 } name)
            return name;
        // Only with this inner exception does the binder try other parameters.
        throw new ArgumentTransformationMetadataException(nameof(RowNameAttribute), new PSInvalidCastException(nameof(RowNameAttribute)));
    }
}
