using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The commands that connect real servers over HTTPS.</summary>
[Trait("Speed", "Slow")]
public sealed class ConnectTests(ConnectTests.SharedServers shared) : IClassFixture<ConnectTests.SharedServers>, IDisposable
{
    private readonly Session session = new();
    private readonly List<ServerProcess> servers = [];
    private readonly Dictionary<string, string?> variables = [];

    public void Dispose()
    {
        session.Dispose();
        foreach (var server in servers)
            server.Dispose();
        foreach (var (name, value) in variables)
            Environment.SetEnvironmentVariable(name, value);
    }

    [SkippableFact]
    public void A_new_application_is_connected_by_one_pipeline_and_passes_the_checks()
    {
        var tenant = Tenant("--lag", "1");
        SharedCompany();

        var connection = Assert.Single(session.Get<PBConnection>($"New-PBEntraApplication {Admin(tenant)} | Connect-PBEntra -Name Contoso {PasswordBoss}"));

        Assert.Equal((CredentialKind.Certificate, tenant["TenantId"], "Password Boss Users"), (connection.Credential, connection.TenantId, connection.UserGroup));
        var expires = session.Get<PBConnectorStatus>("Get-PBConnectorStatus")[0].SecretExpires!.Value;
        Assert.InRange(expires, DateTimeOffset.UtcNow.AddMonths(12).AddDays(-1), DateTimeOffset.UtcNow.AddMonths(12).AddDays(1));
        var checks = session.Get<PBConnectionCheck>("Test-PBConnection").ToDictionary(c => c.Name, c => c.Status);
        foreach (var name in new[] { "Clock", "SignInHost", "Graph", "SignIn", "Application", "Permissions", "SecretExpiry", "PasswordBoss", "Token", "Rules", "State" })
            Assert.Equal((name, CheckStatus.Passed), (name, checks[name]));
        Assert.Equal(CheckStatus.Failed, checks["UserGroup"]); // It is empty yet.
        Assert.False(Assert.Single(session.Get<bool>("Test-PBConnection -Quiet")));

        session.Run($"New-PBEntraApplication {Admin(tenant)} -CredentialKind None");
        Assert.Equal(6, tenant.Ask().GetProperty("Writes").GetArrayLength());
        Assert.Equal(0, tenant.Ask().GetProperty("Violations").GetArrayLength());
    }

    [SkippableFact]
    public void WhatIf_lists_each_step_and_writes_nothing()
    {
        var tenant = Tenant();

        Assert.Empty(session.Run($"New-PBEntraApplication {Admin(tenant)} -WhatIf"));

        Assert.Equal(6, session.Host.Lines.Count(line => line.StartsWith("What if:", StringComparison.Ordinal) && line.Contains("tenant " + tenant["TenantId"], StringComparison.Ordinal)));
        Assert.Equal(0, tenant.Ask().GetProperty("Writes").GetArrayLength());
    }

    [SkippableFact]
    public void Only_set_properties_are_emitted_and_the_consent_link_if_consent_is_missing()
    {
        var tenant = Tenant("--forbid", "consent,group");

        var made = Assert.Single(session.Run($"New-PBEntraApplication {Admin(tenant)} -CredentialKind ClientSecret -LifetimeMonths 3"));

        Assert.Equal(["TenantId", "ClientId", "ClientSecret", "SecretExpires", "AuthorityHost", "GraphEndpoint", "ConsentUri"], made.Properties.Select(p => p.Name));
        Assert.Equal(2, session.Warnings.Count);
        Assert.Contains("/adminconsent?client_id=" + made.Properties["ClientId"].Value, made.Properties["ConsentUri"].Value.ToString());
    }

    [SkippableTheory]
    [InlineData("Get-Vault | Connect-PBEntra -ClientId {0} {1}")]
    [InlineData("[pscredential]::new('{0}', (Get-Vault)) | Connect-PBEntra {1}")]
    [InlineData("Connect-PBEntra -ClientSecretCredential ([pscredential]::new('{0}', (Get-Vault))) {1}")]
    [InlineData("[pscustomobject]@{{ AppId = '{0}'; ClientSecret = (Get-Vault); Certificate = $null }} | Connect-PBEntra {1}")]
    public void A_secret_from_a_vault_can_be_piped(string script)
    {
        var company = SharedCompany();
        session.Run($"function Get-Vault {{ {Secret(SandboxCredentials.ClientSecret)} }}");

        var connection = Assert.Single(session.Get<PBConnection>(string.Format(System.Globalization.CultureInfo.InvariantCulture, script, SandboxCredentials.ClientId, Entra(company) + PasswordBoss + " -UserGroup 'Password Boss Users'")));

        Assert.Equal((CredentialKind.ClientSecret, SandboxCredentials.ClientId), (connection.Credential, connection.ClientId));
    }

    [SkippableTheory]
    [InlineData("object")]
    [InlineData("pipeline")]
    [InlineData("file")]
    [InlineData("drive")]
    [InlineData("relative")]
    public void A_certificate_is_accepted_as_an_object_or_a_file(string how)
    {
        SharedCompany();
        var tenant = shared.Tenant;
        session.Run($"$app = New-PBEntraApplication {Admin(tenant)}");
        var path = Path.Combine(session.Home, "connector.pfx");
        session.Run($"[System.IO.File]::WriteAllBytes('{path}', $app.Certificate.Export('Pfx', 'päss;w0rd'))");
        var rest = $"-TenantId $app.TenantId -ClientId $app.ClientId -AuthorityHost $app.AuthorityHost -GraphEndpoint $app.GraphEndpoint {PasswordBoss}";

        var connection = Assert.Single(session.Get<PBConnection>(how switch
        {
            "object" => "Connect-PBEntra -Certificate $app.Certificate " + rest,
            "pipeline" => "$app.Certificate | Connect-PBEntra " + rest,
            "drive" => $"$state = $ExecutionContext.SessionState; $null = $state.Drive.New([System.Management.Automation.PSDriveInfo]::new('Certs', $state.Provider.GetOne('FileSystem'), '{session.Home}', '', $null), 'global'); Connect-PBEntra -CertificatePath Certs:/connector.pfx -CertificatePassword ({Secret("päss;w0rd")}) {rest}",
            "relative" => $"$null = $ExecutionContext.SessionState.Path.SetLocation('{session.Home}'); Connect-PBEntra -CertificatePath connector.pfx -CertificatePassword ({Secret("päss;w0rd")}) {rest}",
            _ => $"Connect-PBEntra -CertificatePath '{path}' -CertificatePassword ({Secret("päss;w0rd")}) {rest}",
        }));

        Assert.Equal(how is "object" or "pipeline" ? CredentialKind.Certificate : CredentialKind.CertificatePath, connection.Credential);
        Assert.NotNull(session.Get<PBConnectorStatus>("Get-PBConnectorStatus")[0].SecretExpires);
    }

    [SkippableFact]
    public void Environment_variables_connect_and_are_read_in_each_run()
    {
        var company = SharedCompany();
        Set("AZURE_TENANT_ID", SandboxCredentials.TenantId);
        Set("AZURE_CLIENT_ID", SandboxCredentials.ClientId);
        Set("AZURE_CLIENT_SECRET", SandboxCredentials.ClientSecret);
        Set("AZURE_CLIENT_CERTIFICATE_PATH", null);
        Set("PBENTRA_PASSWORDBOSS_URI", Address(company, "PasswordBossUri"));
        Set("PBENTRA_PASSWORDBOSS_TOKEN", SandboxCredentials.PasswordBossToken);

        Assert.Single(session.Get<PBConnection>($"Connect-PBEntra -EnvironmentVariable {Hosts(company)} -UserGroup 'Password Boss Users'"));
        Assert.Contains(session.Get<PBConnectionCheck>("Test-PBConnection"), c => c is { Name: "SignIn", Status: CheckStatus.Passed });
        Set("AZURE_CLIENT_SECRET", "another");
        Assert.Contains(session.Get<PBConnectionCheck>("Test-PBConnection"), c => c is { Name: "SignIn", Status: CheckStatus.Failed });
    }

    [SkippableFact]
    public void Rotating_a_secret_loses_nothing_and_a_wrong_one_changes_nothing()
    {
        var company = Company();
        session.Run($"Connect-PBEntra {Application(company)}; Set-PBSyncRule -RemovedUser None; Set-PBSyncGroup -AddGroup 'Design Studio' -IncludeNested; Invoke-PBSync");
        var before = session.Get<PBConnection>("Connect-PBEntra -Name Default")[0];
        var managed = session.Get<PBConnectorStatus>("Get-PBConnectorStatus")[0].ManagedUsers;

        Assert.StartsWith("SecretWrong,", session.Fail($"Connect-PBEntra -ClientSecret ({Secret("wrong")})").FullyQualifiedErrorId);
        Assert.StartsWith("SecretIdPasted,", session.Fail($"Connect-PBEntra -ClientSecret ({Secret("0f8fad5b-d9cb-469f-a165-70867728950e")})").FullyQualifiedErrorId);
        Assert.Contains(session.Get<PBConnectionCheck>("Test-PBConnection -Name Default"), c => c is { Name: "SignIn", Status: CheckStatus.Passed });

        var after = session.Get<PBConnection>($"Connect-PBEntra -ClientSecretCredential ([pscredential]::new('{SandboxCredentials.ClientId}', ({Secret(SandboxCredentials.ClientSecret)}))) -SecretExpires 2031-05-06")[0];

        Assert.Equal((before.UserGroup, before.IncludeNested, before.CreatedAt, before.ClientId), (after.UserGroup, after.IncludeNested, after.CreatedAt, after.ClientId));
        Assert.Equal(before.AdditionalGroups, after.AdditionalGroups);
        Assert.Equal(LeaverRule.None, session.Get<PBSyncRule>("Get-PBSyncRule")[0].RemovedUser);
        var status = session.Get<PBConnectorStatus>("Get-PBConnectorStatus")[0];
        Assert.Equal((managed, 2031), (status.ManagedUsers, status.SecretExpires!.Value.Year));
        Assert.True(managed > 0);
        Assert.Single(session.Get<PBSyncResult>("Get-PBSyncHistory"));
    }

    [SkippableFact]
    public void Released_accounts_are_managed_by_Password_Boss_and_the_connection_is_gone()
    {
        var company = Company();
        session.Run($"Connect-PBEntra -Name Fjordlight {Application(company)}; Invoke-PBSync");
        Assert.All(session.Get<PBUser>("Get-PBUser").Where(user => user.EntraId is not null), user => Assert.Equal(ManagedBy.AzureAD, user.ManagedBy));
        session.Host.Answer = _ => "&Yes";

        session.Run("Disconnect-PBEntra -Name Fjordlight -Remove -ReleaseAccounts");

        Assert.Empty(session.Errors);
        Assert.Single(session.Host.Prompts);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(session.Home, "*", SearchOption.AllDirectories),
            file => CanaryTests.Holds(File.ReadAllBytes(file), "Fjordlight", SandboxCredentials.TenantId, "fjordlight.example"));
        session.Run($"Connect-PBEntra -Name Again {Application(company)}");
        var accounts = session.Get<PBUser>("Get-PBUser");
        Assert.NotEmpty(accounts);
        Assert.DoesNotContain(accounts, user => user.ManagedBy == ManagedBy.AzureAD);
    }

    public static TheoryData<string, string> BadInput => new()
    {
        { "-TenantId 00000000-0000-0000-0000-000000000000 -ClientId {client} {secret}", "TenantUnknown" },
        { "-TenantId 'my company' -ClientId {client} {secret}", "TenantUnknown" },
        { "-TenantId {tenant} -ClientId {tenant} {secret}", "ApplicationUnknown" },
        { "-TenantId {tenant} -ClientId not-a-guid {secret}", "ApplicationUnknown" },
        { "-TenantId {tenant} -ClientId 99999999-0000-4000-8000-000000000000 {secret}", "ApplicationUnknown" },
        { "-TenantId other.example -ClientId {client} {secret}", "TenantUnknown" },
        { "-TenantId {tenant} -ClientId {client} -CertificatePath {home}/expired.pfx", "CertificateNotUsable" },
        { "-TenantId {tenant} -ClientId {client} -CertificatePath {home}/future.pfx", "CertificateNotUsable" },
        { "-TenantId {tenant} -ClientId {client} -CertificatePath {home}/public.pfx", "CertificateNotUsable" },
        { "-TenantId {tenant} -ClientId {client} -CertificatePath {home}/locked.pfx -CertificatePassword ({other})", "CertificateNotUsable" },
        { "-TenantId {tenant} -ClientId {client} -CertificatePath {home}/nowhere.pfx", "CertificateNotUsable" },
        { "-TenantId {tenant} -ClientId {client} -CertificatePath env:nowhere.pfx", "FileUnusable" },
        { "-TenantId {tenant} -ClientId {client} -Certificate ([System.Security.Cryptography.X509Certificates.X509CertificateLoader]::LoadPkcs12FromFile('{home}/public.pfx', ''))", "CertificateNotUsable" },
        { "-TenantId {tenant} -ClientId {client} -CertificatePath {home}/fresh.pfx", "CertificateRejected" },
        { "-TenantId {tenant} -ClientId {client} {secret} -UserGroup 'No such group'", "GroupNotFound" },
    };

    [SkippableTheory]
    [MemberData(nameof(BadInput))]
    public void Invalid_input_is_reported_and_nothing_is_stored(string arguments, string expected)
    {
        var company = SharedCompany();
        var filled = arguments.Replace("{client}", SandboxCredentials.ClientId).Replace("{tenant}", SandboxCredentials.TenantId).Replace("{home}", shared.Folder)
            .Replace("{other}", Secret("other")).Replace("{secret}", $"-ClientSecret ({Secret(SandboxCredentials.ClientSecret)})");

        var error = session.Fail($"Connect-PBEntra -Name New {filled} {Hosts(company)} {PasswordBoss}");

        Assert.StartsWith(expected + ",", error.FullyQualifiedErrorId);
        Assert.Matches("[.!]$", error.Exception.Message);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.StartsWith("ConnectionNotFound,", session.Report("Get-PBConnectorStatus -Name New").FullyQualifiedErrorId);
    }

    private string PasswordBoss { get; set; } = "";

    private ServerProcess Tenant(params string[] arguments)
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        return Keep(ServerProcess.StartTenant(arguments));
    }

    private ServerProcess Company()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        return Use(Keep(ServerProcess.StartSandbox()));
    }

    private ServerProcess SharedCompany()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        return Use(shared.Company);
    }

    private ServerProcess Use(ServerProcess company)
    {
        PasswordBoss = $" -PasswordBossUri {Address(company, "PasswordBossUri")} -PasswordBossToken ({Secret(SandboxCredentials.PasswordBossToken)}) ";
        return company;
    }

    private ServerProcess Keep(ServerProcess server)
    {
        servers.Add(server);
        return server;
    }

    private string Application(ServerProcess company) =>
        $"{Entra(company)} -ClientId {SandboxCredentials.ClientId} -ClientSecret ({Secret(SandboxCredentials.ClientSecret)}) {PasswordBoss} -UserGroup 'Password Boss Users'";

    private static string Entra(ServerProcess company) => $"-TenantId {SandboxCredentials.TenantId} {Hosts(company)} ";

    private static string Hosts(ServerProcess company) => $"-AuthorityHost {Address(company, "AuthorityHost")} -GraphEndpoint {Address(company, "GraphEndpoint")}";

    private static string Admin(ServerProcess tenant) => $"-AccessToken ({Secret(tenant["AdminToken"])}) -AuthorityHost {tenant["Authority"]} -GraphEndpoint {tenant["Graph"]}";

    private static string Address(ServerProcess company, string name) => company[name];

    private static string Secret(string text) => $"[System.Net.NetworkCredential]::new('', '{text}').SecurePassword";

    private void Set(string name, string? value)
    {
        variables.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    private static X509Certificate2 Create(int fromDays, int toDays)
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest("CN=Password Boss Connector", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays));
    }

    /// <summary>
    /// A company to which no test writes, a tenant in which tests only add credentials to one application, and certificates for connections that fail. All tests share them, because
    /// a new process for each test needs more processor time than the test.
    /// </summary>
    public sealed class SharedServers : IDisposable
    {
        private readonly Lazy<ServerProcess> company = new(() => ServerProcess.StartSandbox());
        private readonly Lazy<ServerProcess> tenant = new(() => ServerProcess.StartTenant());

        public SharedServers()
        {
            Write("expired.pfx", -20, -1, "");
            Write("future.pfx", 1, 20, "");
            Write("locked.pfx", -1, 20, "right");
            Write("fresh.pfx", -1, 20, "");
            using var certificate = Create(-1, 20);
            File.WriteAllBytes(Path.Combine(Folder, "public.pfx"), X509CertificateLoader.LoadCertificate(certificate.RawData).Export(X509ContentType.Pkcs12, ""));
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("pbentra-certificates-").FullName;

        internal ServerProcess Company => company.Value;

        internal ServerProcess Tenant => tenant.Value;

        public void Dispose()
        {
            foreach (var server in new[] { company, tenant }.Where(server => server.IsValueCreated))
                server.Value.Dispose();
            Directory.Delete(Folder, recursive: true);
        }

        private void Write(string name, int fromDays, int toDays, string password)
        {
            using var certificate = Create(fromDays, toDays);
            File.WriteAllBytes(Path.Combine(Folder, name), certificate.Export(X509ContentType.Pkcs12, password));
        }
    }
}
