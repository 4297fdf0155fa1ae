using System;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>From what was thrown to what a run reports.</summary>
internal static class RunFailure
{
    /// <summary>Whether an exception ends only the run. A defect of ours must not cost the other connections of the call their runs, nor this one its history.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool Ends(Exception exception) => exception is not OutOfMemoryException;

    /// <summary>The error of a run that nothing limits yet.</summary>
    /// <param name="exception">What was thrown.</param>
    public static ConnectorException Of(Exception exception) => exception switch
    {
        ConnectorException error => error,
        OperationCanceledException => new ConnectorException(ErrorId.Cancelled),
        _ => new ConnectorException(ErrorId.InternalError, $"{exception.GetType().Name}: {exception.Message}"),
    };
}
