using System;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector;

/// <summary>One step of a run of one user.</summary>
public sealed class PBSyncStep
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>
    /// The step: <c>Entra</c> (the user was read), <c>Scope</c> (whether the user is in the user group), <c>Account</c> (the account of the user), <c>Changes</c> (what a
    /// run changes) or <c>Holds</c> (what prevents it).
    /// </summary>
    public string Name { get; init; } = "";
    /// <summary>Passed, Warning if something prevents a sync of the user, Failed if the step failed, Skipped if it was not reached or does not apply.</summary>
    public CheckStatus Status { get; init; }
    /// <summary>What was found.</summary>
    public string Detail { get; init; } = "";
    /// <summary>When it was found, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>One line, safe to show.</summary>
    public override string ToString() => InertText.Of($"{Name}: {Detail}");
}
