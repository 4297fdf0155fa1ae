#if NET8_0_OR_GREATER
using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <content>How .NET reads a body.</content>
internal sealed partial class SingleTryHandler
{
    private static HttpContent ContentOf(HttpResponseMessage response) => response.Content;

    // On .NET, the token itself ends a read.
    private static CancellationTokenRegistration CloseWhenStopped(HttpResponseMessage response, CancellationToken cancellationToken) => default;

    private static Task<Stream> OpenAsync(HttpContent content, CancellationToken cancellationToken) => content.ReadAsStreamAsync(cancellationToken);

    private static ValueTask<int> ReadAsync(Stream stream, ArraySegment<byte> room, CancellationToken cancellationToken) => stream.ReadAsync(room.AsMemory(), cancellationToken);

    // NonValidated copies the headers without parsing them.
    private static void CopyHeaders(HttpContent source, HttpContent target)
    {
        foreach (var header in source.Headers.NonValidated)
        {
            if (IsCopied(header.Key))
                target.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }
}
#endif
