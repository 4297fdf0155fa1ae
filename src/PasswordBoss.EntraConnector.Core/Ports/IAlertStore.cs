using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The alerts of a store, what each has reported, and the events that their receivers have not accepted yet. All members throw only
/// <see cref="ConnectorException"/>, and may be called by several threads and processes at once.
/// </summary>
public interface IAlertStore
{
    /// <summary>All alerts, in the order in which they were registered.</summary>
    IReadOnlyList<AlertRegistration> List();

    /// <summary>Stores an alert, new or changed. The record of what it has reported is kept.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="address">The address of the receiver, which is encrypted for this alert.</param>
    void Save(AlertRegistration alert, string address);

    /// <summary>
    /// Decrypts the address of a receiver. Throws <see cref="ErrorId.AlertUnreadable"/> if it cannot be decrypted here, or if the stored host or scope is not the
    /// one that it was entered for.
    /// </summary>
    /// <param name="alert">The alert.</param>
    string ReadAddress(AlertRegistration alert);

    /// <summary>Removes an alert with its events.</summary>
    /// <param name="id">The alert.</param>
    void Remove(Guid id);

    /// <summary>
    /// Compares every connection with what was reported, stores an event for each change, and returns all events that wait for their receivers, oldest first.
    /// Writes nothing if nothing changed; without alerts it costs one query.
    /// </summary>
    /// <param name="now">The time, UTC.</param>
    IReadOnlyList<PendingAlert> Collect(DateTimeOffset now);

    /// <summary>Reserves an event before it is sent, so that no other process sends it at the same time. If the process ends before the result is known, the reservation expires.</summary>
    /// <param name="id">The event.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="until">When the reservation ends, UTC.</param>
    /// <returns>Whether it is reserved; false if another process is sending it, or it is gone.</returns>
    bool TryReserve(Guid id, DateTimeOffset now, DateTimeOffset until);

    /// <summary>Removes an event that the receiver accepted.</summary>
    /// <param name="id">The event.</param>
    /// <param name="now">The time, UTC.</param>
    void Delivered(Guid id, DateTimeOffset now);

    /// <summary>Ends the reservation of an event that the receiver did not accept. It is sent again later.</summary>
    /// <param name="id">The event.</param>
    /// <param name="failure">Why.</param>
    void NotDelivered(Guid id, Message failure);

    /// <summary>Removes an event that the receiver did not accept for too long, and counts it.</summary>
    /// <param name="id">The event.</param>
    /// <param name="now">The time, UTC.</param>
    void Drop(Guid id, DateTimeOffset now);
}
