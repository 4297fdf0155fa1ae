using System;
using System.Net.Http;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>A body in memory that can be parsed without another copy.</summary>
internal sealed class BufferedContent : ByteArrayContent
{
    /// <summary>Creates the content.</summary>
    /// <param name="buffer">The buffer that starts with the body.</param>
    /// <param name="length">The length of the body.</param>
    public BufferedContent(byte[] buffer, int length)
        : base(buffer, 0, length) => Bytes = buffer.AsMemory(0, length);

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }
}
