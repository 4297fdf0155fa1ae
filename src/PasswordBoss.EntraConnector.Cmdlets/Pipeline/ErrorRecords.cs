using System;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Loading;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>Converts errors of the catalogue to PowerShell's error records. The <c>FullyQualifiedErrorId</c> starts with the error's id.</summary>
internal static class ErrorRecords
{
    internal static ErrorRecord From(ConnectorException exception, string? connection)
    {
        var category = Enum.TryParse<ErrorCategory>(exception.Kind.ToString(), out var known) ? known : ErrorCategory.NotSpecified;
        // Windows PowerShell displays the target of each error.
        var target = (exception.Target ?? connection) is { } text ? InertText.Of(text) : null;
        return new ErrorRecord(exception, exception.Id.ToString(), category, target)
        {
            // A call may cover many tenants, so each error must contain its connection, once.
            ErrorDetails = new ErrorDetails(connection is null || exception.Problem.NamesConnection(connection) ? exception.Message : InertText.Of(connection) + ": " + exception.Message)
            {
                RecommendedAction = connection is null ? AdviceOf(exception).Render() : AdviceOf(exception).RenderFor(connection),
            },
        };
    }

    // Parts of two versions of the module cause unexpected errors.
    private static Message AdviceOf(ConnectorException exception) =>
        exception.Id == ErrorId.InternalError && ModuleFolder.IsReplaced ? Texts.AdviceNewPowerShell : exception.Recommendation;
}
