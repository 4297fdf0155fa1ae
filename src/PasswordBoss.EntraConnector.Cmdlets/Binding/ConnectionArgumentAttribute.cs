using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Lets <c>-Connection</c> accept names, and the output objects of the commands, whose property <c>Connection</c> names their connection. Without this attribute,
/// binding by value would use an object's type name.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class ConnectionArgumentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var names = new List<string>();
        Collect(inputData, names);
        return names.ToArray();
    }

    private static void Collect(object? input, List<string> names)
    {
        switch (input is PSObject wrapped && wrapped.BaseObject is string or PBConnection or IList ? ((PSObject)input).BaseObject : input)
        {
            case string name:
                names.Add(name);
                break;
            case PBConnection connection:
                names.Add(connection.Connection);
                break;
            case IList list:
                foreach (var item in list)
                    Collect(item, names);
                break;
            case not null when PSObject.AsPSObject(input).Properties["Connection"]?.Value is { } value:
                Collect(value, names);
                break;
            default:
                throw new ArgumentTransformationMetadataException(
                    Texts.ArgumentNoConnection(input is null ? "null" : PSObject.AsPSObject(input).BaseObject.GetType().Name).Render());
        }
    }
}
