using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector;

/// <summary>What an import of a configuration changes in one connection.</summary>
public sealed class PBConfigurationChange
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>What the connection needs to equal the file.</summary>
    public ConfigurationAction Action { get; init; }
    /// <summary>Whether it was done.</summary>
    public ChangeOutcome Outcome { get; init; }
    /// <summary>The settings that differ.</summary>
    public IReadOnlyList<PBSettingDifference> Differences { get; init; } = Array.Empty<PBSettingDifference>();
    /// <summary>What an admin must do before the connection can run; null if nothing.</summary>
    public string? NextStep { get; init; }
    /// <summary>The id of the error; null if there is none.</summary>
    public string? ErrorId { get; init; }
    /// <summary>The sentence of the error; null if there is none.</summary>
    public string? Message { get; init; }
}

/// <summary>A setting whose stored value differs from the one in a configuration file.</summary>
public sealed class PBSettingDifference
{
    /// <summary>The name of the setting in the file.</summary>
    public string Setting { get; init; } = "";
    /// <summary>The stored value; null if there is none.</summary>
    public string? Before { get; init; }
    /// <summary>The value after the import; null if there is none.</summary>
    public string? After { get; init; }

    /// <summary>The difference in one line.</summary>
    public override string ToString() => $"{Setting}: {Before ?? "-"} -> {After ?? "-"}";
}
