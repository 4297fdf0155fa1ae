using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// One try: waits as long as the host wants, sends a request and reads the whole answer, within a time and up to a size. It stands inside the retries, so that
/// a body that breaks off, or that never comes to its end, counts as a failed try and not as an answer. The content of what it returns is a
/// <see cref="BufferedContent"/>.
/// </summary>
internal sealed class SingleTryHandler : DelegatingHandler
{
    private const int SizeOfOneResource = 1024;
    private const int LargestFirstAllocation = 1024 * 1024;
    private readonly HostHold hold;
    private readonly TimeSpan timeout;
    private readonly long maxBytes;
    private readonly Action<int>? onAnswer;

    /// <summary>Creates the handler; one serves one host.</summary>
    /// <param name="timing">The time limit of a try, the largest body, and the longest wait.</param>
    /// <param name="onAnswer">Told the status of every answer.</param>
    public SingleTryHandler(HttpTiming timing, Action<int>? onAnswer = null)
    {
        this.onAnswer = onAnswer;
        hold = new HostHold(timing);
        timeout = timing.TryTimeout;
        maxBytes = timing.MaxAnswerBytes;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The host has said what it would answer.
        if (await hold.WaitAsync(cancellationToken).ConfigureAwait(false) is var held && held > TimeSpan.Zero)
            return HostHold.Refusal(request, held);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, limit.Token).ConfigureAwait(false);
            hold.Note(response);
            onAnswer?.Invoke((int)response.StatusCode);
            await BufferAsync(response, limit.Token).ConfigureAwait(false);
            return response;
        }
        catch (Exception e)
        {
            response?.Dispose();
            // A response that is closed under a read makes it fail in a way of its own. And platforms have time limits too, as for connecting.
            var wasStopped = e is OperationCanceledException || (response is not null && limit.IsCancellationRequested);
            if (!wasStopped)
                throw;
            cancellationToken.ThrowIfCancellationRequested();
            throw new TryTimedOutException();
        }
    }

    private async Task BufferAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
#if NET8_0_OR_GREATER
        var content = response.Content;
        using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
#else
        // There is none for an answer without a body.
        var content = response.Content ?? new BufferedContent(Array.Empty<byte>(), 0);
        // Its response stream does not heed a token during a read; closing the response ends the read.
        using var closing = cancellationToken.Register(static r => ((HttpResponseMessage)r!).Dispose(), response);
        using var stream = await content.ReadAsStreamAsync().ConfigureAwait(false);
#endif
        var announced = content.Headers.ContentLength;
        if (announced > maxBytes)
            throw new AnswerTooLargeException();
        // One byte more, so that the end is seen without growing.
        var body = new byte[announced is { } length ? Math.Min(length, LargestFirstAllocation) + 1 : SizeOfOneResource];
        var filled = 0;
        while (true)
        {
#if NET8_0_OR_GREATER
            var read = await stream.ReadAsync(body.AsMemory(filled), cancellationToken).ConfigureAwait(false);
#else
            var read = await stream.ReadAsync(body, filled, body.Length - filled, cancellationToken).ConfigureAwait(false);
#endif
            if (read == 0)
                break;
            filled += read;
            if (filled > maxBytes)
                throw new AnswerTooLargeException();
            if (filled == body.Length)
                Array.Resize(ref body, body.Length * 2);
        }

        var buffered = new BufferedContent(body, filled);
#if NET8_0_OR_GREATER
        foreach (var header in content.Headers.NonValidated)
#else
        // What has been read is not to be closed any more.
        closing.Dispose();
        foreach (var header in content.Headers)
#endif
        {
            if (!string.Equals(header.Key, "Content-Length", StringComparison.OrdinalIgnoreCase))
                buffered.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        content.Dispose();
        response.Content = buffered;
    }
}

/// <summary>A body that lies in memory, and can be parsed there without another copy.</summary>
internal sealed class BufferedContent : ByteArrayContent
{
    /// <summary>Creates the content.</summary>
    /// <param name="buffer">Holds the body at its beginning.</param>
    /// <param name="length">The length of the body.</param>
    public BufferedContent(byte[] buffer, int length)
        : base(buffer, 0, length) => Bytes = buffer.AsMemory(0, length);

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }
}

/// <summary>The answer is larger than the limit.</summary>
internal sealed class AnswerTooLargeException : Exception
{
}

/// <summary>The answer did not arrive in time.</summary>
internal sealed class TryTimedOutException : Exception
{
}
