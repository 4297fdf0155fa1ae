using System;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>An error of the catalogue in PowerShell's words: its id is the start of the <c>FullyQualifiedErrorId</c>.</summary>
internal static class ErrorRecords
{
    internal static ErrorRecord From(ConnectorException exception, string? connection)
    {
        var category = Enum.TryParse<ErrorCategory>(exception.Kind.ToString(), out var known) ? known : ErrorCategory.NotSpecified;
        return new ErrorRecord(exception, exception.Id.ToString(), category, exception.Target ?? connection)
        {
            ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = exception.Recommendation.Render() },
        };
    }
}
