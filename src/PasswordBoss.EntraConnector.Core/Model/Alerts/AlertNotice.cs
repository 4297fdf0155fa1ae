using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>One event of an alert, as it is stored until the receiver has accepted it. It names the connection and the error, but no user and no secret.</summary>
public sealed record AlertNotice
{
    /// <summary>What happened; null for a test.</summary>
    public AlertEvent? Event { get; init; }
    /// <summary>The source of the event, a URI: the connection; for a test, the alert.</summary>
    public required string Source { get; init; }
    /// <summary>The name of the connection; <c>*</c> for a test of an alert that is not about one connection.</summary>
    public required string Connection { get; init; }
    /// <summary>For a test, the tag of the alert; null if it has none.</summary>
    public string? Tag { get; init; }
    /// <summary>The tenant; null if it is not known.</summary>
    public string? TenantId { get; init; }
    /// <summary>When the event was detected, UTC.</summary>
    public required DateTimeOffset Time { get; init; }
    /// <summary>When the reported condition began, UTC; null if it is not known.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>When the last successful run ended, UTC; null if none is known.</summary>
    public DateTimeOffset? LastSuccess { get; init; }
    /// <summary>When the client secret or the certificate expires, UTC; null for other events.</summary>
    public DateTimeOffset? SecretExpires { get; init; }
    /// <summary>The id of the error of the last run; null if it had none.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The URI of a connection or an alert (RFC 9562 section 4).</summary>
    /// <param name="id">Its id.</param>
    public static string SourceOf(Guid id) => "urn:uuid:" + id.ToString("D");
}

/// <summary>An event that the receiver has not accepted yet.</summary>
/// <param name="Id">The id of the event, the same for every attempt.</param>
/// <param name="Alert">The alert.</param>
/// <param name="Notice">The event.</param>
/// <param name="FirstAttempt">When it was first sent, UTC; null if it was not sent yet.</param>
public sealed record PendingAlert(Guid Id, AlertRegistration Alert, AlertNotice Notice, DateTimeOffset? FirstAttempt);
