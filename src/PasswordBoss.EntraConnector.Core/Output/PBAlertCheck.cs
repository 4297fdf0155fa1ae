using System;

namespace PasswordBoss.EntraConnector;

/// <summary>The result of a test event.</summary>
public sealed class PBAlertCheck
{
    /// <summary>The connection of the alert; <c>*</c> for an alert about all connections, or about those with a tag.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The id of the alert.</summary>
    public Guid Id { get; init; }
    /// <summary>The host of the receiver.</summary>
    public string Host { get; init; } = "";
    /// <summary>The form of the messages.</summary>
    public AlertFormat Format { get; init; }
    /// <summary>Whether the receiver accepted the event.</summary>
    public CheckStatus Status { get; init; }
    /// <summary>The HTTP status of its response; null if there was none.</summary>
    public int? HttpStatus { get; init; }
    /// <summary>What happened.</summary>
    public string Detail { get; init; } = "";
    /// <summary>The recommended action; empty if there is nothing to do.</summary>
    public string Recommendation { get; init; } = "";
    /// <summary>The time from the request to the response.</summary>
    public TimeSpan Duration { get; init; }
}
