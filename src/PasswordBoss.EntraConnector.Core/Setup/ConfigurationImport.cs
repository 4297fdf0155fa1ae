using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>
/// Makes the stored connections equal to a configuration file. Sends no request: settings that a server does not support are refused by the next run. A connection
/// that is not in the file stays as it is.
/// </summary>
internal sealed class ConfigurationImport
{
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly ConnectionCatalog catalog;
    private readonly ConnectionSetup setup;

    public ConfigurationImport(IConnectorFactory factory, IStateStore store, ConnectionCatalog catalog)
    {
        this.factory = factory;
        this.store = store;
        this.catalog = catalog;
        setup = new ConnectionSetup(factory, store, catalog);
    }

    /// <summary>Compares the file with the stored connections. Throws before anything is planned if the file itself cannot be used.</summary>
    public IReadOnlyList<PlannedConfiguration> Plan(IConfigurationFile file)
    {
        var given = file.Read();
        Validate(file.Path, given);
        if (store.FindLoss() is { } loss)
            throw new ConnectorException(loss);
        var stored = store.ListConnections();
        return given.Select(connection => Plan(connection, stored)).ToList();
    }

    /// <summary>Stores a planned change. Refuses it if the connection is no longer the one that it was planned for: an admin may have taken time to confirm.</summary>
    public void Apply(PlannedConfiguration planned, IRunObserver observer)
    {
        if (planned.After is not { } connection)
            return;
        var today = catalog.Find(planned.Name);
        var isOutdated = planned.Before is { } before ? today is null || !SettingsChange.IsUnchanged(before, today) : today is not null;
        if (isOutdated)
            throw new ConnectorException(Problems.ConfigurationOutdated(planned.Name).About(planned.Name));
        // The expiry and the time of a change are not in the file. Keep those that are stored now: another command may have changed them.
        if (planned.Before is { } earlier && today is not null)
            connection = SettingsChange.WithNewNames(connection, earlier, today) with { SecretExpires = today.SecretExpires, Rules = connection.Rules.ChangedFrom(today.Rules, factory.Clock.UtcNow) };
        foreach (var warning in RuleChecks.Warnings(planned.Before?.Rules ?? SyncRules.Default, connection.Rules))
            observer.Warning(connection.Name, warning);
        // Stores empty secrets that are bound to these settings. The real ones are entered later, and can be used only with the tenant and the addresses of this file.
        var secrets = planned.Before is not null ? null : connection.IsSandbox ? factory.CreateSandbox(connection.Name).Secrets : new ConnectionSecrets();
        store.SaveConnection(connection, secrets);
    }

    private static void Validate(string path, IReadOnlyList<ConnectionConfiguration> given)
    {
        var names = new HashSet<string>(ConnectionName.Comparer);
        var sides = new HashSet<(string?, string?)>();
        for (var i = 0; i < given.Count; i++)
        {
            var connection = given[i];
            var isSandbox = connection.IsSandbox == true;
            if (!names.Add(connection.Name.Trim()))
                throw Invalid(i, "name", Texts.FlawTwice);
            if (!isSandbox && connection.TenantId is null)
                throw Invalid(i, "tenantId", Texts.FlawMissing);
            if (!isSandbox && connection.PasswordBossUri is null)
                throw Invalid(i, "passwordBossUri", Texts.FlawMissing);
            if (!isSandbox && !sides.Add((connection.TenantId?.ToUpperInvariant(), connection.PasswordBossUri?.AbsoluteUri.TrimEnd('/').ToUpperInvariant())))
                throw Invalid(i, "passwordBossUri", Texts.FlawTwice);
            try
            {
                ConnectionName.Validate(connection.Name);
                ConnectionTag.Validate(connection.Tags ?? Array.Empty<string>());
                RuleChecks.Validate(connection.Rules?.ApplyTo(SyncRules.Default) ?? SyncRules.Default);
            }
            catch (ConnectorException e)
            {
                throw Invalid(i, e.Id switch { ErrorId.ConnectionNameInvalid => "name", ErrorId.ConnectionTagInvalid => "tags", _ => "rules" }, e.Problem.Sentence);
            }
        }

        ConnectorException Invalid(int at, string what, Message flaw) =>
            new(Problems.ConfigurationInvalid(path, $"$.connections[{at.ToString(CultureInfo.InvariantCulture)}].{what}", flaw).About(path));
    }

    private PlannedConfiguration Plan(ConnectionConfiguration given, IReadOnlyList<ConnectionSettings> stored)
    {
        var before = stored.FirstOrDefault(c => ConnectionName.Same(c.Name, given.Name));
        var name = before?.Name ?? given.Name.Trim();
        try
        {
            if (store.FindConnection(name)?.Damage is { } unreadable)
                throw new ConnectorException(unreadable.ToError());
            var after = Settings(given, name, before);
            if (before is null && !after.IsSandbox)
                ConnectionSetup.RefuseDuplicate(after, stored);
            var differences = ConfigurationViews.Differences(before, after);
            return new PlannedConfiguration
            {
                Name = name,
                Action = before is null ? ConfigurationAction.Create : differences.Count > 0 ? ConfigurationAction.Update : ConfigurationAction.Unchanged,
                Differences = differences,
                NextStep = before is null && !after.IsSandbox ? NextStep(after) : null,
                Before = before,
                After = differences.Count > 0 ? after : null,
            };
        }
        catch (ConnectorException e)
        {
            return new PlannedConfiguration { Name = name, Action = before is null ? ConfigurationAction.Create : ConfigurationAction.Update, Problem = e.Problem };
        }
    }

    private ConnectionSettings Settings(ConnectionConfiguration given, string name, ConnectionSettings? before)
    {
        var sides = Sides(given, name, before);
        var rules = given.Rules?.ApplyTo(sides.Rules) ?? sides.Rules;
        return sides with
        {
            UserGroup = given.UserGroup is { } group && !(sides.UserGroup is { } selected && EntraId.Same(selected.Id, group.Id)) ? group : sides.UserGroup,
            AdditionalGroups = given.AdditionalGroups is { } groups ? Groups(groups, sides.AdditionalGroups) : sides.AdditionalGroups,
            IncludeNested = given.IncludeNested ?? sides.IncludeNested,
            Rules = rules,
            Tags = given.Tags is { } tags && !ConnectionTag.AreSame(ConnectionTag.Validate(tags), sides.Tags) ? ConnectionTag.Validate(tags) : sides.Tags,
        };
    }

    // The two sides of the connection, and how it signs in. For a stored connection, these must not change without its secrets.
    private ConnectionSettings Sides(ConnectionConfiguration given, string name, ConnectionSettings? before)
    {
        var isSandbox = given.IsSandbox == true;
        if (before is not null && before.IsSandbox != isSandbox)
            throw new ConnectorException(Problems.ConnectionFixed(name, Texts.SettingKind).About(name));
        if (isSandbox)
            return before ?? factory.CreateSandbox(name).Connection;
        var credential = given.Credential ?? CredentialKind.None;
        if (before is null && credential == CredentialKind.None)
            throw new ConnectorException(Problems.CredentialMissing(name).About(name));
        if (before is not null && ((given.Credential is not null && credential != before.Credential) || (given.CertificateReference is { } reference && reference != before.CertificateReference)))
            throw new ConnectorException(Problems.ChangeNotProven(name, "-Credential").About(name).Advising(Texts.AdviceConnectInstead(name)));
        try
        {
            return setup.Merge(
                new ConnectRequest
                {
                    Name = name,
                    TenantId = given.TenantId,
                    ClientId = given.ClientId,
                    Credentials = before is null ? new[] { credential } : Array.Empty<CredentialKind>(),
                    CertificateReference = given.CertificateReference,
                    Environment = given.Environment,
                    AuthorityHost = given.AuthorityHost,
                    GraphEndpoint = given.GraphEndpoint,
                    PasswordBossUri = given.PasswordBossUri,
                    SkipVerification = true,
                },
                name,
                before);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.ChangeNotProven)
        {
            throw new ConnectorException(e.Problem.Advising(Texts.AdviceConnectInstead(name)));
        }
    }

    // A group that is already selected keeps its stored name: the name in the file may be older.
    private static IReadOnlyList<GroupReference> Groups(IReadOnlyList<GroupReference> given, IReadOnlyList<GroupReference> selected)
    {
        var groups = new List<GroupReference>();
        foreach (var group in given)
        {
            if (!groups.Exists(known => EntraId.Same(known.Id, group.Id)))
                groups.Add(selected.FirstOrDefault(known => EntraId.Same(known.Id, group.Id)) ?? group);
        }

        return groups.Count == selected.Count && groups.TrueForAll(group => selected.Any(known => EntraId.Same(known.Id, group.Id))) ? selected : groups;
    }

    private static Message NextStep(ConnectionSettings connection)
    {
        var credential = connection.Credential switch
        {
            CredentialKind.ClientSecret => "-ClientSecret <SecureString> ",
            CredentialKind.Certificate => "-Certificate <certificate> ",
            CredentialKind.CertificatePath => $"-CertificatePath {CommandArgument.Quoted(connection.CertificateReference ?? "")} ",
            CredentialKind.None or CredentialKind.CertificateThumbprint or CredentialKind.ManagedIdentity or CredentialKind.EnvironmentVariable => "",
            _ => throw new ArgumentOutOfRangeException(nameof(connection)),
        };
        return Texts.NextConnect($"Connect-PBEntra -Name {CommandArgument.Quoted(connection.Name)} {credential}-PasswordBossToken <SecureString>");
    }
}
