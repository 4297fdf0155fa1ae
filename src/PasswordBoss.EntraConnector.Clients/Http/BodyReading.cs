using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// How to read the body of a successful response while it arrives. It travels with the request because each try reads from scratch: if a body breaks off, the
/// data of that try is discarded.
/// </summary>
/// <param name="Begin">Creates the reader for one try.</param>
/// <param name="IsListPage">Whether the body is one page of a list, so that smaller pages could be requested.</param>
internal sealed record BodyReading(Func<JsonArrayBody> Begin, bool IsListPage)
{
    private const string Key = "PasswordBoss.EntraConnector.BodyReading";

    /// <summary>Attaches it to a request.</summary>
    /// <param name="request">The request.</param>
    public void AttachTo(HttpRequestMessage request) =>
#if NET8_0_OR_GREATER
        request.Options.Set(new HttpRequestOptionsKey<BodyReading>(Key), this);
#else
        request.Properties[Key] = this;
#endif

    /// <summary>The reading that is attached to a request; null if there is none and the body is buffered unchanged.</summary>
    /// <param name="request">The request.</param>
    public static BodyReading? Of(HttpRequestMessage request) =>
#if NET8_0_OR_GREATER
        request.Options.TryGetValue(new HttpRequestOptionsKey<BodyReading>(Key), out var reading) ? reading : null;
#else
        request.Properties.TryGetValue(Key, out var reading) ? reading as BodyReading : null;
#endif
}

/// <summary>A body that was parsed while it arrived; nothing is left to read.</summary>
internal sealed class StreamedContent : HttpContent
{
    /// <summary>Creates the content.</summary>
    /// <param name="body">The reader of the body.</param>
    public StreamedContent(JsonArrayBody body) => Body = body;

    /// <summary>The reader of the body, which holds what remains of it.</summary>
    public JsonArrayBody Body { get; }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
