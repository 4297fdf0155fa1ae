using System;
using System.IO;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>The module in PowerShell against a server on real sockets, with the HTTP and TLS of each PowerShell. The embedded sandbox uses neither.</summary>
public class WireTests
{
    [SkippableTheory]
    [InlineData("pwsh")]
    [InlineData("pwsh-lts")]
    public async Task The_package_syncs_over_HTTPS(string shell)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only OpenSSL takes the authority that it trusts from a variable of the process.");
        Skip.If(PowerShellProcess.Command(shell) is null, $"There is no {shell} on this machine.");
        await using var server = await SandboxServer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("pbentra-wire-").FullName;
        try
        {
            var authority = Path.Combine(folder, "authority.pem");
            await File.WriteAllTextAsync(authority, server.AuthorityPem);

            var lines = PowerShellScript.RunIn(PowerShellProcess.Command(shell)!, Script(server.Endpoints), authority);

            Assert.Contains("CONNECTED Wire Password Boss Users", lines);
            Assert.Contains("SYNC Partial 22", lines);
            Assert.Contains("AGAIN Partial 0", lines);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Script(SandboxEndpoints endpoints) => $$"""
        Import-Module '{{Repository.Manifest}}'
        $arguments = @{
            Name = 'Wire'; TenantId = '{{SandboxCredentials.TenantId}}'; ClientId = '{{SandboxCredentials.ClientId}}'
            ClientSecret = ConvertTo-SecureString '{{SandboxCredentials.ClientSecret}}' -AsPlainText -Force
            PasswordBossToken = ConvertTo-SecureString '{{SandboxCredentials.PasswordBossToken}}' -AsPlainText -Force
            AuthorityHost = '{{endpoints.AuthorityHost}}'; GraphEndpoint = '{{endpoints.GraphEndpoint}}'; PasswordBossUri = '{{endpoints.PasswordBossUri}}'
            UserGroup = 'Password Boss Users'
        }
        $connection = Connect-PBEntra @arguments
        "CONNECTED $($connection.Connection) $($connection.UserGroup)"
        $run = Invoke-PBSync -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        "SYNC $($run.Outcome) $($run.Created)"
        $run = Invoke-PBSync -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        "AGAIN $($run.Outcome) $($run.Created)"
        """;
}
