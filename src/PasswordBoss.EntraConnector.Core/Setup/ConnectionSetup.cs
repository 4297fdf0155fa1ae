using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Checks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>Creates and changes connections. Validates the input, then tests the connection, and only then stores it.</summary>
internal sealed class ConnectionSetup
{
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly ConnectionCatalog catalog;

    public ConnectionSetup(IConnectorFactory factory, IStateStore store, ConnectionCatalog catalog)
    {
        this.factory = factory;
        this.store = store;
        this.catalog = catalog;
    }

    public async Task<ConnectionSettings> ConnectAsync(ConnectRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        var (settings, secrets) = await PrepareAsync(request, observer, cancellationToken).ConfigureAwait(false);
        store.SaveConnection(settings, secrets);
        return settings;
    }

    public async Task<ConnectionSettings> VerifyAsync(ConnectRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        (await PrepareAsync(request, observer, cancellationToken).ConfigureAwait(false)).Settings;

    private async Task<(ConnectionSettings Settings, ConnectionSecrets Secrets)> PrepareAsync(ConnectRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        var name = ConnectionName.Validate(request.Name);
        var found = catalog.Find(name);
        var existing = found;
        var stored = new ConnectionSecrets();
        if (existing is not null)
        {
            if (TryReadSecrets(existing) is { } readable)
            {
                stored = readable;
                request = WithStoredGroups(request, existing);
            }
            else
            {
                (request, existing) = SecretRepair.Begin(request, existing, store.IsSecretKeyMissing(existing));
                observer.Warning(name, SecretRepair.Hosts(Merge(request, name, existing)));
            }
        }

        var settings = Merge(request, name, existing);
        var secrets = Merge(request, stored);
        RequireComplete(settings, secrets);
        RefuseDuplicate(settings, store.ListConnections());

        if (store.FindLoss() is { } loss)
            observer.Warning(name, loss.Text);
        if (request.SkipVerification && Guid.TryParse(request.ClientSecret, out _))
            observer.Warning(name, Texts.WarningSecretLooksLikeId);
        settings = request.SkipVerification
            ? WithUnverifiedGroups(settings, request)
            : await VerifyAsync(settings, secrets, request, observer, cancellationToken).ConfigureAwait(false);
        RefuseDuplicate(settings, store.ListConnections());
        if (store.FindOtherStoreWarning(settings) is { } warning)
            observer.Warning(name, warning);
        if (found is null)
            return (settings, secrets);
        // The verification takes time, in which another command may have renewed the secrets that this one keeps.
        var today = SettingsChange.RequireUnchanged(catalog, found);
        return (SettingsChange.WithNewNames(settings, found, today) with
        {
            SecretExpires = request.Credentials.Count == 0 && settings.SecretExpires == found.SecretExpires ? today.SecretExpires : settings.SecretExpires,
            Rules = today.Rules,
        }, Merge(request, TryReadSecrets(today) ?? stored));
    }

    // A group that is already selected, given by its id or its stored name, is not a change. Its name is not resolved again: the group may have been renamed, or
    // another group may have that name now. This requires trusted settings, so a repair of the secrets resolves every name.
    private static ConnectRequest WithStoredGroups(ConnectRequest request, ConnectionSettings existing)
    {
        var additional = request.AdditionalGroups?.Select(group => existing.AdditionalGroups.Where(stored => Names(group, stored)).ToList() is { Count: 1 } meant ? meant[0].Id : group).ToList();
        return request with
        {
            UserGroup = request.UserGroup is { } user && existing.UserGroup is { } selected && Names(user, selected) ? null : request.UserGroup,
            AdditionalGroups = additional is not null && additional.Count == existing.AdditionalGroups.Count && existing.AdditionalGroups.All(stored => additional.Exists(id => EntraId.Same(id, stored.Id)))
                ? null
                : additional,
        };

        static bool Names(string given, GroupReference group) =>
            EntraId.Same(given.Trim(), group.Id) || string.Equals(given.Trim(), group.DisplayName, StringComparison.OrdinalIgnoreCase);
    }

    public ConnectionSettings ConnectSandbox(string name)
    {
        name = ConnectionName.Validate(name);
        if (catalog.Find(name) is { } existing)
        {
            if (!existing.IsSandbox)
                throw new ConnectorException(Problems.NotASandbox(name));
            // All sandboxes use the same secrets, and these never leave the process.
            if (TryReadSecrets(existing) is null)
                store.SaveConnection(existing, factory.CreateSandbox(name).Secrets);
            return existing;
        }

        var (settings, secrets) = factory.CreateSandbox(name);
        store.SaveConnection(settings, secrets);
        return settings;
    }

    // Null if the secrets cannot be decrypted, either on this machine or for the stored settings.
    private ConnectionSecrets? TryReadSecrets(ConnectionSettings existing)
    {
        try
        {
            return store.ReadSecrets(existing);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.SecretUnreadable)
        {
            return null;
        }
        catch (ConnectorException e) when (e.Id == ErrorId.SecretMissing)
        {
            // The connection was imported: its settings are stored, and its secrets have not been entered yet.
            return new ConnectionSecrets();
        }
    }

    /// <summary>The settings after a request. Validates them, and refuses a change that the stored secrets do not allow.</summary>
    public ConnectionSettings Merge(ConnectRequest request, string name, ConnectionSettings? existing)
    {
        if (request.Credentials.Count > 1)
            throw new ConnectorException(Problems.CredentialAmbiguous(name, string.Join(", ", request.Credentials)));
        // Check the credential first: everything else needs it, and it is what users most often forget.
        if (existing is null && request.Credentials.Count == 0)
            throw new ConnectorException(Problems.CredentialMissing(name).About(name));
        if (request.AuthorityHost is not null)
            EndpointAddress.Validate("AuthorityHost", request.AuthorityHost);
        if (request.GraphEndpoint is not null)
            EndpointAddress.ValidateGraph("GraphEndpoint", request.GraphEndpoint);
        if (request.PasswordBossUri is not null)
            EndpointAddress.Validate("PasswordBossUri", request.PasswordBossUri);
        if (existing is not null)
        {
            // A domain and an id can mean the same tenant. Only a request to Microsoft can show that, so the verification decides.
            if (request.SkipVerification || (Guid.TryParse(request.TenantId, out _) && Guid.TryParse(existing.TenantId, out _)))
                RefuseOtherTenant(existing, request.TenantId);
            if (request.PasswordBossUri is { } address && !ConnectionKey.MayBeSameServer(address, existing.PasswordBossUri))
                throw new ConnectorException(Problems.ConnectionFixed(existing.Name, Texts.SettingAddress).About(existing.Name));
            RequireProofOfChange(request, existing);
        }

        var environment = request.Environment ?? existing?.Environment ?? EntraEnvironment.Global;
        var cloud = CloudEndpoints.Of(environment);
        var keepAddresses = existing is not null && (request.Environment is null || request.Environment == existing.Environment);
        var authority = Choose(request.AuthorityHost, existing?.AuthorityHost, keepAddresses) ?? cloud.AuthorityHost;
        var graph = Choose(request.GraphEndpoint, existing?.GraphEndpoint, keepAddresses) ?? cloud.GraphEndpoint;
        var passwordBoss = request.PasswordBossUri ?? existing?.PasswordBossUri ?? throw new ConnectorException(Problems.ConnectionIncomplete(name, "-PasswordBossUri"));
        var tenantId = (request.TenantId ?? existing?.TenantId ?? throw new ConnectorException(Problems.ConnectionIncomplete(name, "-TenantId"))).Trim();
        if (Guid.TryParse(tenantId, out var tenant) && tenant == Guid.Empty)
            throw new ConnectorException(Problems.TenantUnknown(tenantId, Texts.ObstacleEmptyGuid).About(tenantId));
        if (!IsTenant(tenantId))
            throw new ConnectorException(Problems.TenantUnknown(tenantId, Texts.ObstacleNeitherGuidNorDomain).About(tenantId));
        var clientId = (request.ClientId is { } given && IsChange(given, existing?.ClientId) ? given : existing?.ClientId ?? "").Trim();
        if (clientId.Length > 0 && !Guid.TryParse(clientId, out _))
            throw new ConnectorException(Problems.ApplicationUnknown(tenantId, clientId, Texts.ObstacleNotAGuid).About(clientId));
        if (Guid.TryParse(clientId, out var application) && (application == Guid.Empty || application == tenant))
        {
            throw new ConnectorException(Problems.ApplicationUnknown(tenantId, clientId, application == Guid.Empty ? Texts.ObstacleEmptyGuid : Texts.ObstacleTenantIdTwice).About(clientId));
        }

        var credential = request.Credentials.Count == 1 ? request.Credentials[0] : existing?.Credential ?? CredentialKind.None;
        return new ConnectionSettings
        {
            Id = existing?.Id ?? Guid.NewGuid(),
            Name = existing?.Name ?? name,
            TenantId = existing?.TenantId ?? tenantId,
            ClientId = clientId,
            Credential = credential,
            CertificateReference = request.Credentials.Count == 1 ? request.CertificateReference : existing?.CertificateReference,
            Environment = environment,
            AuthorityHost = EndpointAddress.Validate("AuthorityHost", authority),
            GraphEndpoint = EndpointAddress.ValidateGraph("GraphEndpoint", graph),
            PasswordBossUri = EndpointAddress.Validate("PasswordBossUri", passwordBoss),
            IsSandbox = existing?.IsSandbox ?? false,
            UserGroup = existing?.UserGroup,
            AdditionalGroups = existing?.AdditionalGroups ?? Array.Empty<GroupReference>(),
            IncludeNested = existing?.IncludeNested ?? false,
            Rules = existing?.Rules ?? Rules.SyncRules.Default,
            CreatedAt = existing?.CreatedAt ?? factory.Clock.UtcNow,
            Tags = existing?.Tags ?? Array.Empty<string>(),
            SecretExpires = request.SecretExpires ?? (request.Credentials.Count == 1 ? null : existing?.SecretExpires),
        };
    }

    private static ConnectionSecrets Merge(ConnectRequest request, ConnectionSecrets stored)
    {
        var fresh = request.Credentials.Count == 1;
        return new ConnectionSecrets
        {
            ClientSecret = fresh ? request.ClientSecret : stored.ClientSecret,
            Certificate = fresh ? request.Certificate : stored.Certificate,
            CertificatePassword = fresh ? request.CertificatePassword : stored.CertificatePassword,
            PasswordBossToken = request.PasswordBossToken ?? stored.PasswordBossToken,
        };
    }

    private static void RequireComplete(ConnectionSettings settings, ConnectionSecrets secrets)
    {
        if (settings.IsSandbox)
            return;
        if (settings.Credential == CredentialKind.None)
            throw new ConnectorException(Problems.CredentialMissing(settings.Name));
        if (settings.ClientId.Length == 0 && settings.Credential is not (CredentialKind.ManagedIdentity or CredentialKind.EnvironmentVariable))
            throw new ConnectorException(Problems.ConnectionIncomplete(settings.Name, "-ClientId"));
        if (settings.Credential == CredentialKind.ClientSecret && string.IsNullOrWhiteSpace(secrets.ClientSecret))
            throw new ConnectorException(Problems.CredentialMissing(settings.Name));
        if (string.IsNullOrWhiteSpace(secrets.PasswordBossToken))
            throw new ConnectorException(Problems.ConnectionIncomplete(settings.Name, "-PasswordBossToken"));
    }

    /// <summary>Refuses a second connection between the same two sides.</summary>
    public static void RefuseDuplicate(ConnectionSettings settings, IReadOnlyList<ConnectionSettings> stored)
    {
        var key = ConnectionKey.Of(settings);
        var duplicate = stored.FirstOrDefault(c => c.Id != settings.Id && ConnectionKey.Of(c).MayEqual(key));
        if (duplicate is not null && !settings.IsSandbox)
            throw new ConnectorException(Problems.ConnectionDuplicate(duplicate.Name, settings.TenantId, settings.PasswordBossUri.ToString()).About(settings.Name));
    }

    private async Task<ConnectionSettings> VerifyAsync(
        ConnectionSettings settings, ConnectionSecrets secrets, ConnectRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        using (var directory = factory.OpenDirectory(settings, secrets))
        {
            var facts = await directory.SignInAsync(cancellationToken).ConfigureAwait(false);
            await RefuseOtherTenantAsync(settings, secrets, request.TenantId?.Trim(), facts, cancellationToken).ConfigureAwait(false);
            // A tenant has many domains but one id. Only the id shows that two connections belong to the same tenant.
            if (!Guid.TryParse(settings.TenantId, out _) && Guid.TryParse(facts.TenantId, out var tenant))
                settings = settings with { TenantId = tenant.ToString("D") };
            if (await directory.FindCredentialExpiryAsync(cancellationToken).ConfigureAwait(false) is { } expires)
                settings = settings with { SecretExpires = expires };
            if (request.UserGroup is not null)
            {
                var group = await GroupResolver.ResolveAsync(directory, request.UserGroup, cancellationToken).ConfigureAwait(false);
                if (await CheckMembersAsync(directory, group, settings.IncludeNested, cancellationToken).ConfigureAwait(false) is { } doubt)
                    observer.Warning(settings.Name, doubt);
                settings = settings with { UserGroup = group };
            }

            if (request.AdditionalGroups is not null)
                settings = settings with { AdditionalGroups = await GroupResolver.ResolveAllAsync(directory, request.AdditionalGroups, cancellationToken).ConfigureAwait(false) };
        }

        using var accounts = factory.OpenAccounts(settings, secrets);
        var capabilities = await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        if (SafetyRules.Unsupported(settings.Rules, capabilities) is { } unsupported)
            throw new ConnectorException(unsupported);
        await AccountServerChecks.ProveTokenAsync(accounts, cancellationToken).ConfigureAwait(false);
        if (capabilities.IsAssumed)
            observer.Warning(settings.Name, Texts.CheckScimAssumed(settings.PasswordBossUri.Host));
        if (capabilities.UserExtension && await ExtensionCheck.RunAsync(accounts, settings.PasswordBossUri.Host, cancellationToken).ConfigureAwait(false) is ExtensionDeclaration.Doubtful { Problem: var problem })
            observer.Warning(settings.Name, problem);
        return settings;
    }

    // The given tenant may be the stored one in another form (a domain, or an id in another format).
    private async Task RefuseOtherTenantAsync(
        ConnectionSettings settings, ConnectionSecrets secrets, string? given, SignInFacts facts, CancellationToken cancellationToken)
    {
        if (given is null || NamesSameObject(given, settings.TenantId))
            return;
        var meant = given;
        if (!Guid.TryParse(given, out _))
        {
            using var directory = factory.OpenDirectory(settings with { TenantId = given }, secrets);
            meant = (await directory.SignInAsync(cancellationToken).ConfigureAwait(false)).TenantId;
        }

        if (meant is null || !EntraId.Same(meant, facts.TenantId))
            throw new ConnectorException(Problems.ConnectionFixed(settings.Name, Texts.SettingTenant).About(settings.Name));
    }

    // Report a missing permission now, not at the first run. An empty group is not an error yet.
    private static async Task<Message?> CheckMembersAsync(IDirectoryReader directory, GroupReference group, bool includeNested, CancellationToken cancellationToken)
    {
        var reading = await directory.ReadGroupAsync(group.Id, group.DisplayName, includeNested: false, null, cancellationToken).ConfigureAwait(false);
        if (SafetyRules.RefusalOf(reading, null) is { Id: ErrorId.PermissionMissing or ErrorId.MembersUnreadable } refusal)
            throw new ConnectorException(refusal);
        return UserGroupDoubt.Of(reading, includeNested);
    }

    private static ConnectionSettings WithUnverifiedGroups(ConnectionSettings settings, ConnectRequest request)
    {
        if (request.UserGroup is not null)
            settings = settings with { UserGroup = Unverified(request.UserGroup) };
        if (request.AdditionalGroups is not null)
        {
            var stored = settings.AdditionalGroups;
            settings = settings with { AdditionalGroups = request.AdditionalGroups.Select(group => stored.FirstOrDefault(known => EntraId.Same(known.Id, group)) ?? Unverified(group)).ToList() };
        }

        return settings;
    }

    // Without a request to Entra, only an id is reliable.
    private static GroupReference Unverified(string group) => Guid.TryParse(group, out _)
        ? new GroupReference(group.Trim(), group.Trim())
        : throw new ConnectorException(Problems.GroupNotFound(group, Texts.ObstacleOnlyIdsUnverified).About(group));

    // A stored token or secret must not be sent to a new address. An admin who enters the credential again may send it there, and the verification tests it with
    // the new settings.
    private static void RequireProofOfChange(ConnectRequest request, ConnectionSettings existing)
    {
        var changes = new List<string>();
        if (IsChange(request.ClientId, existing.ClientId))
            changes.Add("-ClientId");
        if (request.Environment is { } environment && environment != existing.Environment)
            changes.Add("-Environment");
        if (request.AuthorityHost is { } authority && !ConnectionKey.IsSameAddress(authority, existing.AuthorityHost))
            changes.Add("-AuthorityHost");
        if (request.GraphEndpoint is { } graph && !ConnectionKey.IsSameAddress(graph, existing.GraphEndpoint))
            changes.Add("-GraphEndpoint");
        if (changes.Count > 0 && (request.Credentials.Count == 0 || request.SkipVerification))
            throw new ConnectorException(Problems.ChangeNotProven(existing.Name, string.Join(", ", changes)).About(existing.Name));
    }

    // Keep the stored form of an equal value.
    private static Uri? Choose(Uri? given, Uri? stored, bool keepsStored)
    {
        if (given is null)
            return keepsStored ? stored : null;
        return stored is not null && ConnectionKey.IsSameAddress(given, stored) ? stored : given;
    }

    private static bool IsChange(string? given, string? stored) => given is not null && (stored is null || !NamesSameObject(given, stored));

    // The same id can be written in different formats.
    private static bool NamesSameObject(string left, string right) => Guid.TryParse(left, out var leftId) && Guid.TryParse(right, out var rightId)
        ? leftId == rightId
        : string.Equals(left.Trim(), right.Trim(), StringComparison.OrdinalIgnoreCase);

    private static void RefuseOtherTenant(ConnectionSettings existing, string? given)
    {
        if (given is not null && !NamesSameObject(given, existing.TenantId))
            throw new ConnectorException(Problems.ConnectionFixed(existing.Name, Texts.SettingTenant).About(existing.Name));
    }

    private static bool IsTenant(string text) => Guid.TryParse(text, out _)
        || (text.Length <= 253 && text.IndexOf('.') > 0 && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '-'));
}
