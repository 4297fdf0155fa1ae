using System;
using System.Net.Http;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>What kept an answer from arriving.</summary>
internal enum TransportFailure
{
    /// <summary>No connection came about, so the request was not sent.</summary>
    Unreachable,
    /// <summary>The certificate of the other side is not trusted, or no common TLS version was found; the request was not sent.</summary>
    Untrusted,
    /// <summary>The connection died, or broke the protocol, after the request may have been sent.</summary>
    Broken,
    /// <summary>The answer did not arrive in time; the request may have been done.</summary>
    TimedOut,
    /// <summary>The host failed so often that it is left alone for a while; the request was not sent.</summary>
    HostDead,
    /// <summary>The answer was larger than the limit; the request was done.</summary>
    AnswerTooLarge,
}

/// <summary>
/// The one exception by which a client of <see cref="HttpEndpoint"/> tells that no answer arrived. Being an <see cref="HttpRequestException"/>, it passes
/// through Kiota, and Azure.Core keeps it as an inner exception. Its own inner exception is always one of the framework, or none.
/// </summary>
internal sealed class TransportException : HttpRequestException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="reason">The same in words; user info of addresses is masked, as platforms name a proxy with its password.</param>
    /// <param name="inner">The framework's exception, masked likewise; null when it came from a package.</param>
    public TransportException(TransportFailure failure, string reason, Exception? inner)
        : base(UserInfoMask.Apply(reason), UserInfoMask.Apply(inner)) => Failure = failure;

    /// <summary>What happened.</summary>
    public TransportFailure Failure { get; }

    /// <summary>Whether the other side may have done what was asked.</summary>
    public bool MayHaveArrived => Failure is TransportFailure.Broken or TransportFailure.TimedOut or TransportFailure.AnswerTooLarge;
}
