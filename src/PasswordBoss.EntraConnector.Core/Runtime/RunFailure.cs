using System;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>Converts an exception to the error of a run.</summary>
internal static class RunFailure
{
    /// <summary>Whether an exception ends only this run. A bug of the connector must not stop the runs of other connections, and the failed run must still be saved.</summary>
    /// <param name="exception">The exception.</param>
    public static bool Ends(Exception exception) => exception is not OutOfMemoryException;

    /// <summary>The error of a run that has no limit yet.</summary>
    /// <param name="exception">The exception.</param>
    public static Problem Of(Exception exception) => exception switch
    {
        ConnectorException error => error.Problem,
        OperationCanceledException => Problems.Cancelled,
        _ => Problems.InternalError($"{exception.GetType().Name}: {exception.Message}"),
    };
}
