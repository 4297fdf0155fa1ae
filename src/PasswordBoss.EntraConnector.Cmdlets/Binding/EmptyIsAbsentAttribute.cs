using System;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Treats an empty text, such as an empty cell of a CSV file, as a missing value. PowerShell cannot convert it to an address, a number or an enumeration.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class EmptyIsAbsentAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text && string.IsNullOrWhiteSpace(text) ? null : inputData;
}
