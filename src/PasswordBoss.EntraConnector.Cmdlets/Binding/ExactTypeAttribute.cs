using System;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Takes values of one type and nothing that PowerShell could make into it: by its conversions any object with properties becomes an empty credential, and any
/// text the path of a certificate. What does not fit is, from the pipeline, left to the other parameters.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class ExactTypeAttribute : ArgumentTransformationAttribute
{
    private readonly Type type;

    /// <summary>Creates the attribute.</summary>
    /// <param name="type">The type.</param>
    public ExactTypeAttribute(Type type) => this.type = type;

    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is null || type.IsInstanceOfType(value))
            return value;
        // Only with this cause does the binder go on to other parameters. The value is not named: it may be a secret.
        var reason = new Message("Argument_OtherType", type.Name, value.GetType().Name).Render();
        throw new ArgumentTransformationMetadataException(reason, new PSInvalidCastException(reason));
    }
}
