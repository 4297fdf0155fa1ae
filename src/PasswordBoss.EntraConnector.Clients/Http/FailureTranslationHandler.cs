using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>Turns the failure of the last try into a <see cref="TransportException"/>, so that callers depend neither on Polly nor on a platform's handler.</summary>
internal sealed class FailureTranslationHandler : DelegatingHandler
{
    private readonly HttpTiming timing;
    private readonly TimeSpan? limit;

    /// <summary>Creates the handler.</summary>
    /// <param name="timing">The limits that the reasons mention.</param>
    /// <param name="limit">The time limit for all tries together, with the waits between them; null for no limit.</param>
    public FailureTranslationHandler(HttpTiming timing, TimeSpan? limit = null)
    {
        this.timing = timing;
        this.limit = limit;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var whole = limit is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit is { } longest)
            whole?.CancelAfter(longest);
        try
        {
            return await base.SendAsync(request, whole?.Token ?? cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The caller did not cancel: either the limit of all tries or a time limit of the platform (connecting, draining) has expired.
            var reason = limit is { } passed && whole is { IsCancellationRequested: true } ? Texts.TransportTimedOut(MessageValue.Rounded(passed.TotalSeconds)) : Reason(TransportFailure.TimedOut, e);
            throw new TransportException(TransportFailure.TimedOut, reason, null);
        }
        catch (Exception e) when (FailureClassifier.Classify(e) is { } failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ofFramework = failure is TransportFailure.Broken or TransportFailure.Unreachable or TransportFailure.Untrusted;
            throw new TransportException(failure, Reason(failure, e), ofFramework ? e : null);
        }
    }

    private MessageArgument Reason(TransportFailure failure, Exception exception) => failure switch
    {
        TransportFailure.TimedOut => Texts.TransportTimedOut(MessageValue.Rounded(timing.TryTimeout.TotalSeconds)),
        TransportFailure.HostDead => Texts.TransportHostDead(MessageValue.Rounded(timing.BreakDuration.TotalSeconds)),
        TransportFailure.ResponseTooLarge => Texts.TransportAnswerTooLarge(MessageValue.Rounded(((exception as ResponseTooLargeException)?.Limit ?? timing.MaxResponseBytes) / (1024 * 1024))),
        _ when exception is InvalidDataException => Texts.TransportNotDecompressed,
        _ => FailureClassifier.Describe(exception),
    };
}
