using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector;

/// <summary>A registered alert. It shows only the host of its receiver, because the address is a secret.</summary>
public sealed class PBAlert
{
    /// <summary>The connection; <c>*</c> for an alert about all connections, or about those with a tag.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The tag of the connections; null for an alert about one connection or all.</summary>
    public string? Tag { get; init; }
    /// <summary>The id of the alert.</summary>
    public Guid Id { get; init; }
    /// <summary>The form of the messages.</summary>
    public AlertFormat Format { get; init; }
    /// <summary>The host of the receiver.</summary>
    public string Host { get; init; } = "";
    /// <summary>What is reported.</summary>
    public IReadOnlyList<AlertEvent> Event { get; init; } = Array.Empty<AlertEvent>();
    /// <summary>After how many minutes without a successful run <see cref="AlertEvent.NoSuccess"/> is reported.</summary>
    public int NoSuccessMinutes { get; init; }
    /// <summary>How many days before the expiry <see cref="AlertEvent.SecretExpires"/> is reported.</summary>
    public int ExpiryDays { get; init; }
    /// <summary>The number of events that wait for the receiver.</summary>
    public int Pending { get; init; }
    /// <summary>When the receiver last accepted an event, UTC; null if it never did.</summary>
    public DateTimeOffset? LastDelivered { get; init; }
    /// <summary>The number of events that were dropped because the receiver did not accept them for a day.</summary>
    public int Dropped { get; init; }
    /// <summary>When an event was last dropped, UTC; null if none was.</summary>
    public DateTimeOffset? LastDropped { get; init; }
    /// <summary>Why the last attempt failed; empty if it succeeded.</summary>
    public string Message { get; init; } = "";
    /// <summary>When the alert was registered, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
