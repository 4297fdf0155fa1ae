using System;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Alerts;
using PasswordBoss.EntraConnector.Clients.Backups;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.Logs;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Clients.Reports;
using PasswordBoss.EntraConnector.Clients.Scheduling;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Clients;

/// <summary>
/// Creates the objects that touch the outside world. Other assemblies refer only to this type, by its name as text: this assembly is loaded by path.
/// </summary>
public sealed class ConnectorFactory : IConnectorFactory
{
    // Shared by the process, which has one factory. Created at the first sign-in, because it loads Azure.Core, which most commands do not need.
    private readonly Lazy<TokenCache> tokenCache = new(() => new TokenCache());

    /// <inheritdoc/>
    public IClock Clock { get; } = new SystemClock();

    /// <inheritdoc/>
    public IWorkers Workers { get; } = new ThreadPoolWorkers();

    /// <inheritdoc/>
    public IEndpointProbe Probe { get; } = new EndpointProbe();

    /// <inheritdoc/>
    public IStateStore OpenStateStore() => new StateStore(StateLocation.ForThisProcess(), Clock);

    /// <inheritdoc/>
    public IConfigurationFile OpenConfiguration(string path) => new ConfigurationFile(path, StateLocation.ForThisProcess());

    /// <inheritdoc/>
    public IStateBackup OpenBackup(string path) => new BackupFile(path, StateLocation.ForThisProcess(), Clock);

    /// <inheritdoc/>
    public IAlertReceiver OpenAlertReceiver(Uri address, AlertFormat format) => new WebhookReceiver(address, format);

    /// <inheritdoc/>
    public void ReplaceFile(string path, string text)
    {
        RequireWritablePath(path, overwrite: true);
        FileReplacement.WriteShared(path, text);
    }

    /// <inheritdoc/>
    public void RequireWritablePath(string path, bool overwrite) => FileReplacement.RequireWritablePath(StateLocation.ForThisProcess(), path, overwrite);

    /// <inheritdoc/>
    public IReportFile OpenReportPage(string path, bool overwrite, ReportWords words) => new ReportPage(path, overwrite, StateLocation.ForThisProcess(), words);

    /// <inheritdoc/>
    public IReportFile OpenReportTable(string path, bool overwrite) => new ReportTable(path, overwrite, StateLocation.ForThisProcess());

    /// <inheritdoc/>
    public IRunLog OpenLog(string path)
    {
        StateLocation.ForThisProcess().RefuseOwnLog(path);
        var log = new RunLog(path);
        log.Prepare();
        return log;
    }

    /// <inheritdoc/>
    public IWatchProcess OpenWatchProcess(string moduleFolder) => new WatchProcess(moduleFolder);

    /// <inheritdoc/>
    public ITaskScheduler OpenScheduler() => PlatformScheduler.Open();

    /// <inheritdoc/>
    public IDirectoryReader OpenDirectory(ConnectionSettings connection, ConnectionSecrets secrets) =>
        connection.IsSandbox ? OpenSandboxTenant(connection, secrets) : OpenTenant(EntraTenant.Of(connection), secrets);

    /// <inheritdoc/>
    public IDirectoryReader OpenTenant(EntraTenant tenant, ConnectionSecrets secrets) => new GraphDirectoryReader(EntraEndpoints.ToRead(tenant), tenant, secrets, tokenCache.Value);

    /// <inheritdoc/>
    public IApplicationDirectory OpenApplications(AdminSignIn signIn, Action<string> show)
    {
        var cloud = CloudEndpoints.Of(signIn.Environment);
        var session = new EntraTenant
        {
            Name = "admin",
            TenantId = signIn.TenantId ?? "organizations",
            ClientId = signIn.ClientId,
            Environment = signIn.Environment,
            AuthorityHost = signIn.AuthorityHost ?? cloud.AuthorityHost,
            GraphEndpoint = signIn.GraphEndpoint ?? cloud.GraphEndpoint,
        };
        return new GraphApplicationDirectory(EntraEndpoints.ToWrite(session), session, signIn, show);
    }

    /// <inheritdoc/>
    public IAccountDirectory OpenAccounts(ConnectionSettings connection, ConnectionSecrets secrets) =>
        new ScimAccountDirectory(
            HttpEndpoint.Open(EndpointRole.PasswordBoss, connection.PasswordBossUri, connection.IsSandbox ? OpenSandboxHandler(connection) : null), secrets.PasswordBossToken);

    /// <inheritdoc/>
    public (ConnectionSettings Connection, ConnectionSecrets Secrets) CreateSandbox(string name)
    {
        var id = Guid.NewGuid();
        // Each sandbox has a different address, so that several can exist and run at the same time, as real connections do.
        var endpoints = SandboxEndpoints.Default with { PasswordBossUri = new Uri($"https://{id:N}.passwordboss.sandbox.invalid/scim/v2") };
        var connection = new ConnectionSettings
        {
            Id = id,
            Name = name,
            TenantId = SandboxCredentials.TenantId,
            ClientId = SandboxCredentials.ClientId,
            Credential = CredentialKind.ClientSecret,
            AuthorityHost = endpoints.AuthorityHost,
            GraphEndpoint = endpoints.GraphEndpoint,
            PasswordBossUri = endpoints.PasswordBossUri,
            IsSandbox = true,
            UserGroup = new GroupReference(SandboxCredentials.UserGroupId, "Password Boss Users"),
            CreatedAt = Clock.UtcNow,
        };
        return (connection, new ConnectionSecrets { ClientSecret = SandboxCredentials.ClientSecret, PasswordBossToken = SandboxCredentials.PasswordBossToken });
    }

    /// <inheritdoc/>
    public ISandboxTenant OpenSandbox(ConnectionSettings connection) => new SandboxTenant(SandboxPath(connection));

    /// <inheritdoc/>
    public void DeleteSandbox(ConnectionSettings connection)
    {
        // A sandbox that was never used has no file or folder yet.
        var path = SandboxPath(connection);
        if (File.Exists(path))
            File.Delete(path);
    }

    /// <inheritdoc/>
    public IRunLock? TryLock(ConnectionSettings connection, RunLockHolder holder) => RunLockFiles.TryAcquire(StateLocation.ForThisProcess(), connection, holder);

    /// <inheritdoc/>
    public RunLockHolder? FindHolder(ConnectionSettings connection) => RunLockFiles.FindHolder(StateLocation.ForThisProcess(), connection);

    // All sandboxes have the same credential, but each issues its own tokens.
    private static GraphDirectoryReader OpenSandboxTenant(ConnectionSettings connection, ConnectionSecrets secrets)
    {
        var tenant = EntraTenant.Of(connection);
        return new GraphDirectoryReader(EntraEndpoints.ToRead(tenant, OpenSandboxHandler(connection)), tenant, secrets, new TokenCache());
    }

    private static SandboxHandler OpenSandboxHandler(ConnectionSettings connection) =>
        new(SandboxState.AtFile(SandboxPath(connection)), SandboxEndpoints.Default with { PasswordBossUri = connection.PasswordBossUri });

    private static string SandboxPath(ConnectionSettings connection) => SandboxLocation.PathOf(StateLocation.ForThisProcess(), connection.Id);
}
