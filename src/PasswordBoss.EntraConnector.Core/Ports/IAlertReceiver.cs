using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>A receiver of alerts. Follows no redirect, repeats no request, and waits at most ten seconds for a response.</summary>
public interface IAlertReceiver
{
    /// <summary>Sends an event once. Throws only <see cref="OperationCanceledException"/>.</summary>
    /// <param name="id">The id of the event, the same for every attempt.</param>
    /// <param name="notice">The event.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    Task<AlertResponse> SendAsync(Guid id, AlertNotice notice, CancellationToken cancellationToken);
}

/// <summary>The response of a receiver.</summary>
/// <param name="Status">The HTTP status; null if there was none.</param>
/// <param name="Failure">Why the receiver did not accept the event; null if it did.</param>
public sealed record AlertResponse(int? Status, Message? Failure)
{
    /// <summary>Whether the receiver refuses this one event, and may accept others.</summary>
    public bool ConcernsOneEvent => Status is 400 or 413 or 415 or 422;
}
