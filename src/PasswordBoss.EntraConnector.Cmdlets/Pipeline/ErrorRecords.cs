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
            // With many tenants in one call, an error that does not name its connection is of little use.
            ErrorDetails = new ErrorDetails(connection is null ? exception.Message : connection + ": " + exception.Message) { RecommendedAction = exception.Recommendation.Render() },
        };
    }
}
