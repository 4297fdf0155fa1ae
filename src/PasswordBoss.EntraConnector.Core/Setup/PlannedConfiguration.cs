using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>What an import will do to one connection; <c>-WhatIf</c> shows it, and the import does exactly this.</summary>
public sealed class PlannedConfiguration
{
    /// <summary>The name of the connection.</summary>
    public required string Name { get; init; }
    /// <summary>What the connection needs to equal the file.</summary>
    public ConfigurationAction Action { get; init; }
    /// <summary>The settings that differ.</summary>
    public IReadOnlyList<PBSettingDifference> Differences { get; init; } = Array.Empty<PBSettingDifference>();
    /// <summary>Why the connection cannot be changed; null if it can.</summary>
    public Problem? Problem { get; init; }
    /// <summary>What an admin must do before the connection can run; null if nothing.</summary>
    public Message? NextStep { get; init; }
    /// <summary>The settings before; null for a new connection.</summary>
    internal ConnectionSettings? Before { get; init; }
    /// <summary>The settings to store; null if nothing is stored.</summary>
    internal ConnectionSettings? After { get; init; }

    /// <summary>The output for the connection.</summary>
    /// <param name="outcome">Whether the import was done.</param>
    /// <param name="problem">Why it was not done; null if nothing prevented it.</param>
    public PBConfigurationChange Describe(ChangeOutcome outcome, Problem? problem) => ConfigurationViews.Render(Name, Action, Differences, outcome, problem, NextStep);
}
