using System;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>An error of the catalogue in PowerShell's words: its id is the start of the <c>FullyQualifiedErrorId</c>.</summary>
internal static class ErrorRecords
{
    internal static ErrorRecord From(ConnectorException exception, string? connection)
    {
        var category = Enum.TryParse<ErrorCategory>(exception.Kind.ToString(), out var known) ? known : ErrorCategory.NotSpecified;
        // Windows PowerShell shows the target of each error.
        var target = (exception.Target ?? connection) is { } text ? InertText.Of(text) : null;
        return new ErrorRecord(exception, exception.Id.ToString(), category, target)
        {
            // With many tenants in one call, an error that does not name its connection is of little use.
            ErrorDetails = new ErrorDetails(connection is null ? exception.Message : InertText.Of(connection) + ": " + exception.Message) { RecommendedAction = exception.Recommendation.Render() },
        };
    }
}
