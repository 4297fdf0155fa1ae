using System;
using System.Buffers;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// One try: sends a request and reads the whole answer, within a time and up to a size. It stands inside the retries, so that a body that breaks off, or that
/// never comes to its end, counts as a failed try and not as an answer.
/// </summary>
internal sealed class SingleTryHandler : DelegatingHandler
{
    private const int ChunkSize = 16 * 1024;
    private const int LargestFirstAllocation = 1024 * 1024;
    private readonly TimeSpan timeout;
    private readonly long maxBytes;

    /// <summary>Creates the handler.</summary>
    /// <param name="timing">The time limit of a try, and the largest body.</param>
    public SingleTryHandler(HttpTiming timing)
    {
        timeout = timing.TryTimeout;
        maxBytes = timing.MaxAnswerBytes;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await SendWholeAsync(request, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TryTimedOutException();
        }
    }

    private async Task<HttpResponseMessage> SendWholeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var original = response.Content;
        if (original is null or ByteArrayContent || response.StatusCode == HttpStatusCode.NoContent)
            return response;

        try
        {
            var buffered = await ReadAsync(original, response, cancellationToken).ConfigureAwait(false);
#if NET8_0_OR_GREATER
            foreach (var header in original.Headers.NonValidated)
#else
            foreach (var header in original.Headers)
#endif
            {
                if (!string.Equals(header.Key, "Content-Length", StringComparison.OrdinalIgnoreCase))
                    buffered.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }

            original.Dispose();
            response.Content = buffered;
            return response;
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is not OperationCanceledException)
        {
            // Disposing the response under a read makes it fail in a way of its own.
            response.Dispose();
            throw new OperationCanceledException(cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<BufferedContent> ReadAsync(HttpContent content, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // .NET Framework's response stream does not heed a token during a read; closing the response ends the read everywhere.
        using var closing = cancellationToken.Register(static r => ((HttpResponseMessage)r!).Dispose(), response);
        var announced = content.Headers.ContentLength ?? 0;
        if (announced > maxBytes)
            throw new AnswerTooLargeException();

#if NET8_0_OR_GREATER
        using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
#else
        using var stream = await content.ReadAsStreamAsync().ConfigureAwait(false);
#endif
        var body = new MemoryStream((int)Math.Min(announced, LargestFirstAllocation));
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            while (true)
            {
#if NET8_0_OR_GREATER
                var read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false);
#else
                var read = await stream.ReadAsync(chunk, 0, chunk.Length, cancellationToken).ConfigureAwait(false);
#endif
                if (read == 0)
                    break;
                if (body.Length + read > maxBytes)
                    throw new AnswerTooLargeException();
                body.Write(chunk, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return new BufferedContent(body.GetBuffer(), (int)body.Length);
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
