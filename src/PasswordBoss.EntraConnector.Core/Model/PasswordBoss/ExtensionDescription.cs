using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a server declares of this project's extension at <c>/Schemas</c> (RFC 7643 section 7).</summary>
public sealed record ExtensionDescription
{
    /// <summary>The extension is offered, and <c>/Schemas</c> describes it. False where there is nothing to compare, which is no fault.</summary>
    public bool IsDescribed { get; init; }
    /// <summary>What differs from the single, readable and writable texts that the connector needs, each as a part of a sentence; empty when nothing does.</summary>
    public IReadOnlyList<Message> Deviations { get; init; } = Array.Empty<Message>();
}
