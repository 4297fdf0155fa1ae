using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>What a run of one user found in one of its steps.</summary>
/// <param name="Name">The name of the step.</param>
/// <param name="Status">The result.</param>
/// <param name="Details">What was found, sentence by sentence.</param>
/// <param name="At">When, UTC; null for the end of the run.</param>
internal sealed record UserStep(string Name, CheckStatus Status, IReadOnlyList<Message> Details, DateTimeOffset? At = null)
{
    public const string Entra = "Entra";
    public const string Scope = "Scope";
    public const string Account = "Account";
    public const string Changes = "Changes";
    public const string Holds = "Holds";

    public static UserStep Passed(string name, Message detail, DateTimeOffset? at) => new(name, CheckStatus.Passed, new[] { detail }, at);

    public static UserStep Warned(string name, Message detail, DateTimeOffset? at) => new(name, CheckStatus.Warning, new[] { detail }, at);

    public static UserStep Skipped(string name, Message detail) => new(name, CheckStatus.Skipped, new[] { detail });
}
