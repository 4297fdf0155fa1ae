using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>Compares the settings of a connection before and after an import, under the names that they have in the file.</summary>
internal static class ConfigurationDifferences
{
    private static readonly (string Name, Func<ConnectionSettings, string?> Show)[] Settings =
    {
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
        ("rules.newUser", c => c.Rules.NewUser.ToString()),
        ("rules.deletedUser", c => c.Rules.DeletedUser.ToString()),
        ("rules.disabledUser", c => c.Rules.DisabledUser.ToString()),
        ("rules.removedUser", c => c.Rules.RemovedUser.ToString()),
        ("rules.existingAccount", c => c.Rules.ExistingAccount.ToString()),
        ("rules.removedGroup", c => c.Rules.RemovedGroup.ToString()),
        ("rules.deleteAfterDays", c => Show(c.Rules.DeleteAfterDays)),
        ("rules.unknownMember", c => c.Rules.UnknownMember.ToString()),
        ("rules.emailSource", c => c.Rules.EmailSource.ToString()),
        ("rules.guestUser", c => c.Rules.GuestUser.ToString()),
        ("rules.maxRemovalPercent", c => Show(c.Rules.MaxRemovalPercent)),
        ("rules.maxRemovalCount", c => Show(c.Rules.MaxRemovalCount)),
        ("rules.fullSyncHours", c => Show(c.Rules.FullSyncHours)),
        ("tags", c => string.Join(", ", c.Tags)),
    };

    /// <summary>The settings that differ.</summary>
    /// <param name="before">The settings before; null for a new connection, all of whose settings differ.</param>
    /// <param name="after">The settings after.</param>
    public static IReadOnlyList<PBSettingDifference> Find(ConnectionSettings? before, ConnectionSettings after) => Settings
        .Select(setting => new PBSettingDifference { Setting = setting.Name, Before = before is null ? null : Filled(setting.Show(before)), After = Filled(setting.Show(after)) })
        .Where(difference => difference.Before != difference.After)
        .ToList();

    private static string Show(GroupReference group) => $"{group.DisplayName} ({group.Id})";

    private static string Show(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
