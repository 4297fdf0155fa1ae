using System;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>
/// Lets a time parameter accept the times of the output objects, also those from a job or a remote session. PowerShell would convert them through their text in the
/// session's culture, and misread or refuse the year of another calendar.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class TimeArgumentAttribute : ArgumentTransformationAttribute
{
    private const string Copy = "Deserialized.System.DateTimeOffset";

    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => inputData switch
    {
        DateTimeOffset time => time.UtcDateTime,
        PSObject { BaseObject: DateTimeOffset time } => time.UtcDateTime,
        PSObject copy when copy.TypeNames.Contains(Copy) => copy.Properties[nameof(DateTimeOffset.UtcDateTime)]?.Value,
        _ => inputData,
    };
}
