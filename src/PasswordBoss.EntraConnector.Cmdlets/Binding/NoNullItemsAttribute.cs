using System;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Refuses a null in a list of values such as states or ids. PowerShell would convert it to the first value of an enumeration, or to an id of zeros, before
/// <see cref="FilledItemsAttribute"/> sees it.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class NoNullItemsAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is not IList list)
            return inputData;
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is null)
                throw new ArgumentTransformationMetadataException(Texts.ArgumentBlankItem((i + 1).ToString(CultureInfo.CurrentCulture)).Render());
        }

        return inputData;
    }
}
