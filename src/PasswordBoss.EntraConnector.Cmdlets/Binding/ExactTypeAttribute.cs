using System;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Accepts values of one type and nothing that PowerShell could convert to it. Its conversions turn any object with properties into an empty credential, and
/// any text into the path of a certificate. A pipeline value of another type is left to the other parameters.
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
        // Only with this inner exception does the binder try other parameters. The text leaves out the value, which may be a secret.
        var reason = Texts.ArgumentOtherType(type.Name, value.GetType().Name).Render();
        throw new ArgumentTransformationMetadataException(reason, new PSInvalidCastException(reason));
    }
}
