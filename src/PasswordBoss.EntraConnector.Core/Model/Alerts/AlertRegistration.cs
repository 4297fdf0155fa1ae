using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A registered alert, without the address of its receiver, which is stored like a secret.</summary>
public sealed record AlertRegistration
{
    /// <summary>The id.</summary>
    public required Guid Id { get; init; }
    /// <summary>The connections that it is about.</summary>
    public required AlertScope Scope { get; init; }
    /// <summary>What it reports, and to which host.</summary>
    public required AlertSettings Settings { get; init; }
    /// <summary>What became of its events.</summary>
    public AlertDeliveries Deliveries { get; init; } = new();
}

/// <summary>The settings of an alert.</summary>
public sealed record AlertSettings
{
    /// <summary>The form of the messages.</summary>
    public AlertFormat Format { get; init; }
    /// <summary>The host of the receiver.</summary>
    public required string Host { get; init; }
    /// <summary>What is reported.</summary>
    public required IReadOnlyList<AlertEvent> Events { get; init; }
    /// <summary>After how many minutes without a successful run <see cref="AlertEvent.NoSuccess"/> is reported.</summary>
    public int NoSuccessMinutes { get; init; } = 60;
    /// <summary>How many days before the expiry <see cref="AlertEvent.SecretExpires"/> is reported.</summary>
    public int ExpiryDays { get; init; } = 30;
    /// <summary>When the alert was registered, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What became of the events of an alert.</summary>
public sealed record AlertDeliveries
{
    /// <summary>The number of events that wait for the receiver.</summary>
    public int Pending { get; init; }
    /// <summary>When the receiver last accepted an event, UTC; null if it never did.</summary>
    public DateTimeOffset? LastDelivered { get; init; }
    /// <summary>The number of events that were dropped because the receiver did not accept them for a day.</summary>
    public int Dropped { get; init; }
    /// <summary>When an event was last dropped, UTC; null if none was.</summary>
    public DateTimeOffset? LastDropped { get; init; }
    /// <summary>Why the last attempt failed; null if it succeeded.</summary>
    public Message? Failure { get; init; }
}
