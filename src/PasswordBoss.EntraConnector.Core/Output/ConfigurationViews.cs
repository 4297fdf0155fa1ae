using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts changes of settings to the output of a command. The settings have the names that they have in the configuration file.</summary>
internal static class ConfigurationViews
{
    private static readonly (string Name, Func<ConnectionSettings, string?> Show)[] Settings =
    [
        ("tenantId", c => c.TenantId),
        ("clientId", c => c.ClientId),
        ("credential", c => c.Credential.ToString()),
        ("certificateReference", c => c.CertificateReference),
        ("environment", c => c.Environment.ToString()),
        ("authorityHost", c => c.AuthorityHost.OriginalString),
        ("graphEndpoint", c => c.GraphEndpoint.OriginalString),
        ("passwordBossUri", c => c.PasswordBossUri.OriginalString),
        ("userGroup", c => c.UserGroup is { } group ? Show(group) : null),
        ("additionalGroups", c => string.Join(", ", c.AdditionalGroups.Select(Show))),
        ("includeNested", c => c.IncludeNested ? "true" : "false"),
        .. SyncRuleList.All.Select(rule => ("rules." + rule.NameInFile, (Func<ConnectionSettings, string?>)(c => Convert.ToString(rule.Of(c.Rules), CultureInfo.InvariantCulture)))),
        ("tags", c => string.Join(", ", c.Tags)),
    ];

    /// <summary>The settings that differ.</summary>
    /// <param name="before">The settings before; null for a new connection, all of whose settings differ.</param>
    /// <param name="after">The settings after.</param>
    public static IReadOnlyList<PBSettingDifference> Differences(ConnectionSettings? before, ConnectionSettings after) => Settings
        .Select(setting => new PBSettingDifference { Setting = setting.Name, Before = before is null ? null : Filled(setting.Show(before)), After = Filled(setting.Show(after)) })
        .Where(difference => difference.Before != difference.After)
        .ToList();

    /// <summary>The change of a connection.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="action">What the connection needs to equal the file.</param>
    /// <param name="differences">The settings that differ.</param>
    /// <param name="outcome">Whether it was done.</param>
    /// <param name="problem">Why it was not done; null if nothing prevented it.</param>
    /// <param name="nextStep">What an admin must do before the connection can run; null if nothing.</param>
    public static PBConfigurationChange Render(
        string connection, ConfigurationAction action, IReadOnlyList<PBSettingDifference> differences, ChangeOutcome outcome, Problem? problem, Message? nextStep) => new()
        {
            Connection = connection,
            Action = action,
            Outcome = outcome,
            Differences = differences,
            NextStep = problem is null ? nextStep?.Render() : null,
            ErrorId = problem?.Id.ToString(),
            Message = problem?.Render(),
        };

    private static string Show(GroupReference group) => $"{group.DisplayName} ({group.Id})";

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
