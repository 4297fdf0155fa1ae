using System;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Takes an empty text as no value: the empty cell of a CSV file. PowerShell converts it to no address, number or name of an enumeration.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class EmptyIsAbsentAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text && string.IsNullOrWhiteSpace(text) ? null : inputData;
}
