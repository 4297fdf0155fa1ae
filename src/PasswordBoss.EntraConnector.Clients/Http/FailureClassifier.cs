using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Security.Authentication;
using Polly.CircuitBreaker;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>Derives from an exception what happened to a request, which decides whether it may be sent again.</summary>
internal static class FailureClassifier
{
    /// <summary>The kind of failure; null for exceptions that do not mean a missing response.</summary>
    /// <param name="exception">The exception of a handler.</param>
    public static TransportFailure? Classify(Exception exception) => exception switch
    {
        TransportException known => known.Failure,
        ResponseTooLargeException => TransportFailure.ResponseTooLarge,
        TryTimedOutException => TransportFailure.TimedOut,
        BrokenCircuitException => TransportFailure.HostDead,
        HttpRequestException http => ClassifyRequest(http),
        // The platform decompresses a body while it is read, so a damaged one fails like a connection that breaks.
        IOException or WebException or InvalidDataException => TransportFailure.Broken,
        _ => null,
    };

    /// <summary>The innermost message, which names the cause (such as "Connection refused"); the outer messages only report that something failed.</summary>
    /// <param name="exception">The exception of a handler.</param>
    public static string Describe(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message;
    }

    private static TransportFailure ClassifyRequest(HttpRequestException exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return TransportFailure.Untrusted;
        }

#if NET8_0_OR_GREATER
        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError => TransportFailure.Unreachable,
            // A handshake that fails for another reason than the certificate (a reset, a firewall) may succeed on a retry.
            HttpRequestError.SecureConnectionError => TransportFailure.Unreachable,
            _ => TransportFailure.Broken,
        };
#else
        return exception.InnerException is WebException web
            ? web.Status switch
            {
                WebExceptionStatus.NameResolutionFailure or WebExceptionStatus.ProxyNameResolutionFailure or WebExceptionStatus.ConnectFailure => TransportFailure.Unreachable,
                WebExceptionStatus.TrustFailure or WebExceptionStatus.SecureChannelFailure => TransportFailure.Untrusted,
                _ => TransportFailure.Broken,
            }
            : TransportFailure.Broken;
#endif
    }
}
