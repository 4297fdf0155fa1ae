using System;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>The response is larger than the limit.</summary>
internal sealed class ResponseTooLargeException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="limit">The limit, in bytes.</param>
    public ResponseTooLargeException(long limit) => Limit = limit;

    /// <summary>The limit, in bytes.</summary>
    public long Limit { get; }
}

/// <summary>The response did not arrive in time.</summary>
internal sealed class TryTimedOutException : Exception
{
}
