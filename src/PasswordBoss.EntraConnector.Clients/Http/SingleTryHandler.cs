using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// One try: waits as long as the host asks for, sends the request and reads the whole response, within a time limit and a size limit. It runs inside the
/// retries, so that a body that breaks off or never ends counts as a failed try and not as a response. The content of the returned response is a
/// <see cref="StreamedContent"/> if the request has a <see cref="BodyReading"/> and the response is a success, else a <see cref="BufferedContent"/>.
/// </summary>
internal sealed partial class SingleTryHandler : DelegatingHandler
{
    private const int SizeOfOneResource = 1024;
    private const int LargestFirstAllocation = 1024 * 1024;
    private readonly HostThrottle throttle;
    private readonly HttpTiming timing;
    private readonly Action? onRequest;
    private readonly Action<int>? onResponse;

    /// <summary>Creates the handler; one serves one host.</summary>
    /// <param name="timing">The time limit of a try, the largest body, and the longest wait.</param>
    /// <param name="onRequest">Called before every request.</param>
    /// <param name="onResponse">Called with the status of every response.</param>
    public SingleTryHandler(HttpTiming timing, Action? onRequest = null, Action<int>? onResponse = null)
    {
        this.onRequest = onRequest;
        this.onResponse = onResponse;
        throttle = new HostThrottle(timing);
        this.timing = timing;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The host is throttled for longer than we wait, so return its refusal without a request.
        if (await throttle.WaitAsync(cancellationToken).ConfigureAwait(false) is var held && held > TimeSpan.Zero)
            return HostThrottle.Refusal(request, held);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timing.TryTimeout);
        HttpResponseMessage? response = null;
        try
        {
            onRequest?.Invoke();
            response = await base.SendAsync(request, limit.Token).ConfigureAwait(false);
            throttle.RecordWait(response);
            onResponse?.Invoke((int)response.StatusCode);
            if (timing.ReadsBodies)
                await ReadAsync(response, BodyReading.Of(request), limit.Token).ConfigureAwait(false);
            else
                DropBody(response);
            return response;
        }
        catch (Exception e)
        {
            response?.Dispose();
            // Closing a response during a read makes the read fail with some other exception. Platforms have time limits of their own too, as for connecting.
            var wasStopped = e is OperationCanceledException || (response is not null && limit.IsCancellationRequested);
            if (!wasStopped)
                throw;
            cancellationToken.ThrowIfCancellationRequested();
            throw new TryTimedOutException();
        }
    }

    private async Task ReadAsync(HttpResponseMessage response, BodyReading? reading, CancellationToken cancellationToken)
    {
        var content = ContentOf(response);
        HttpContent read;
        using (CloseWhenStopped(response, cancellationToken))
        using (var stream = await OpenAsync(content, cancellationToken).ConfigureAwait(false))
        {
            read = response.IsSuccessStatusCode && reading is not null
                ? await StreamAsync(stream, content.Headers.ContentLength, reading, cancellationToken).ConfigureAwait(false)
                : await BufferAsync(stream, content.Headers.ContentLength, response.IsSuccessStatusCode, cancellationToken).ConfigureAwait(false);
        }

        CopyHeaders(content, read);
        content.Dispose();
        response.Content = read;
    }

    // The platform closes the socket if the rest of the body does not arrive soon; nothing waits for that.
    private static void DropBody(HttpResponseMessage response)
    {
        ContentOf(response).Dispose();
        response.Content = new BufferedContent(Array.Empty<byte>(), 0);
    }

    private async Task<StreamedContent> StreamAsync(Stream stream, long? announced, BodyReading reading, CancellationToken cancellationToken)
    {
        var maxBytes = reading.IsListPage ? Math.Min(timing.MaxPageBytes, timing.MaxResponseBytes) : timing.MaxResponseBytes;
        if (announced > maxBytes)
            throw new ResponseTooLargeException(maxBytes);
        var body = reading.Begin();
        var received = 0L;
        // Stop early if the data can no longer become the expected body.
        while (!body.IsBroken)
        {
            var room = body.NextRoom();
            var read = await ReadAsync(stream, room, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                break;
            received += read;
            if (received > maxBytes)
                throw new ResponseTooLargeException(maxBytes);
            body.Append(read);
        }

        return new StreamedContent(body);
    }

    private async Task<BufferedContent> BufferAsync(Stream stream, long? announced, bool isSuccess, CancellationToken cancellationToken)
    {
        if (isSuccess && announced > timing.MaxResponseBytes)
            throw new ResponseTooLargeException(timing.MaxResponseBytes);
        // One byte more than announced, so that the end is found without growing the buffer.
        var body = new byte[announced is { } length ? Math.Min(length, LargestFirstAllocation) + 1 : SizeOfOneResource];
        var filled = 0;
        while (true)
        {
            var read = await ReadAsync(stream, new ArraySegment<byte>(body, filled, body.Length - filled), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                break;
            filled += read;
            if (isSuccess && filled > timing.MaxResponseBytes)
                throw new ResponseTooLargeException(timing.MaxResponseBytes);
            if (!isSuccess && filled > timing.MaxErrorBytes)
                break;
            if (filled == body.Length)
                Array.Resize(ref body, (int)Math.Min(body.Length * 2L, timing.MaxResponseBytes + 1));
        }

        return new BufferedContent(body, filled);
    }

    private static bool IsCopied(string header) => !string.Equals(header, "Content-Length", StringComparison.OrdinalIgnoreCase);
}
