#if !NET8_0_OR_GREATER
using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <content>How .NET Framework reads a body.</content>
internal sealed partial class SingleTryHandler
{
    // A response without a body has null here.
    private static HttpContent ContentOf(HttpResponseMessage response) => response.Content ?? new BufferedContent(Array.Empty<byte>(), 0);

    // The response stream ignores the token during a read, so the response is closed to end the read. Dispose the registration once the body is read.
    private static CancellationTokenRegistration CloseWhenStopped(HttpResponseMessage response, CancellationToken cancellationToken) =>
        cancellationToken.Register(static r => (r as HttpResponseMessage)?.Dispose(), response);

    private static Task<Stream> OpenAsync(HttpContent content, CancellationToken cancellationToken) => content.ReadAsStreamAsync();

    private static Task<int> ReadAsync(Stream stream, ArraySegment<byte> room, CancellationToken cancellationToken) =>
        stream.ReadAsync(room.Array ?? [], room.Offset, room.Count, cancellationToken);

    private static void CopyHeaders(HttpContent source, HttpContent target)
    {
        foreach (var header in source.Headers)
        {
            if (IsCopied(header.Key))
                target.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }
}
#endif
