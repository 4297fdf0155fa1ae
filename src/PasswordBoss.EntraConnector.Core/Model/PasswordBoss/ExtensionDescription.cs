using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A server's declaration of this project's extension at <c>/Schemas</c> (RFC 7643 section 7).</summary>
public sealed record ExtensionDescription
{
    /// <summary>
    /// Whether the server supports the extension and <c>/Schemas</c> describes it. False means that there is nothing to compare, which is not an error.
    /// </summary>
    public bool IsDescribed { get; init; }
    /// <summary>
    /// The differences from the single-valued, readable and writable strings that the connector needs, each as a part of a sentence; empty if there are none.
    /// </summary>
    public IReadOnlyList<Message> Deviations { get; init; } = Array.Empty<Message>();
}
