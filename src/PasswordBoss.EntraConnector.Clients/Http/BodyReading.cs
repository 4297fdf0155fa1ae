using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// How the body of a successful answer is read while it arrives. It travels with the request, because each try reads anew: what a try took whose body broke off is
/// forgotten with it.
/// </summary>
/// <param name="Begin">Makes the reader of one try.</param>
/// <param name="IsPage">Whether the body is one page of several, and could be asked for in smaller ones.</param>
internal sealed record BodyReading(Func<JsonArrayBody> Begin, bool IsPage)
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

    /// <summary>What is attached to a request; null for nothing, so that the body is kept as it is.</summary>
    /// <param name="request">The request.</param>
    public static BodyReading? Of(HttpRequestMessage request) =>
#if NET8_0_OR_GREATER
        request.Options.TryGetValue(new HttpRequestOptionsKey<BodyReading>(Key), out var reading) ? reading : null;
#else
        request.Properties.TryGetValue(Key, out var reading) ? reading as BodyReading : null;
#endif
}

/// <summary>A body that was read while it arrived; there is nothing more to be read.</summary>
internal sealed class StreamedContent : HttpContent
{
    /// <summary>Creates the content.</summary>
    /// <param name="body">What is left of the body.</param>
    public StreamedContent(JsonArrayBody body) => Body = body;

    /// <summary>What is left of the body.</summary>
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
