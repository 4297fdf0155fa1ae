using System;
using System.Net.Http;

namespace PasswordBoss.EntraConnector.Clients.Http;

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
