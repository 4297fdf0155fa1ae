using System;
using System.Net.Http;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>Why no response arrived.</summary>
internal enum TransportFailure
{
    /// <summary>No connection was made, so the request was not sent.</summary>
    Unreachable,
    /// <summary>The certificate of the server is not trusted, or there is no common TLS version; the request was not sent.</summary>
    Untrusted,
    /// <summary>The connection broke, or violated the protocol, after the request may have been sent.</summary>
    Broken,
    /// <summary>The response did not arrive in time; the request may have been carried out.</summary>
    TimedOut,
    /// <summary>The host failed so often that it gets no requests for a while; the request was not sent.</summary>
    HostDead,
    /// <summary>The response was larger than the limit; the request was carried out.</summary>
    ResponseTooLarge,
}

/// <summary>
/// The only exception by which a client of <see cref="HttpEndpoint"/> reports that no response arrived. As it is an <see cref="HttpRequestException"/>, Azure.Core
/// keeps it as an inner exception. Its own inner exception is either null or an exception of the framework.
/// </summary>
internal sealed class TransportException : HttpRequestException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="reason">The reason. User info in addresses is masked, because platforms name a proxy together with its password.</param>
    /// <param name="inner">The framework's exception, masked likewise; null if the exception came from a package.</param>
    public TransportException(TransportFailure failure, MessageArgument reason, Exception? inner)
        : base(UserInfoMask.Apply(reason.Render()), UserInfoMask.Apply(inner))
    {
        Failure = failure;
        // In the message of this exception, the user info of addresses is already masked.
        Reason = reason.Message is { } text ? text : (MessageArgument)Message;
    }

    /// <summary>The reason, for the texts of the catalogue.</summary>
    public MessageArgument Reason { get; }

    /// <summary>The kind of failure.</summary>
    public TransportFailure Failure { get; }

    /// <summary>Whether the server may have carried out the request.</summary>
    public bool MayHaveArrived => Failure is TransportFailure.Broken or TransportFailure.TimedOut or TransportFailure.ResponseTooLarge;
}
