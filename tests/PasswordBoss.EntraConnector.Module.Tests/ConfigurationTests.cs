using System;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The commands that export a configuration file on one machine and import it on another.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly Session session = new();
    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;

    private string FilePath => Path.Combine(folder, "connections.json");

    public void Dispose()
    {
        session.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Differences_are_shown_imported_and_gone_the_second_time()
    {
        session.Run($"Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Two -Sandbox; Set-PBConnection -Name One -Tag gold; Export-PBConfiguration -Path '{FilePath}'");
        Assert.Empty(session.Errors);
        session.Run("Set-PBSyncRule -Name Two -RemovedUser None; Set-PBConnection -Name One -Tag silver; Set-PBSyncGroup -Name Two -AddGroup 'Design Studio' -IncludeNested");

        var planned = session.Get<PBConfigurationChange>($"Import-PBConfiguration -Path '{FilePath}' -WhatIf");

        Assert.Equal(["One: Update Planned tags: silver -> gold", "Two: Update Planned additionalGroups: Design Studio (f10d1194-0000-4000-9000-000000000003) -> -; includeNested: true -> false; rules.removedUser: None -> Disable"], planned.Select(Show));
        Assert.Equal(2, session.Host.Lines.Count(line => line.StartsWith("What if:", StringComparison.Ordinal)));
        Assert.Equal("silver", Assert.Single(session.Get<PBConnection>("Get-PBConnection One")).Tags.Single());

        Assert.Equal(planned.Select(Show), session.Get<PBConfigurationChange>($"Import-PBConfiguration '{FilePath}'").Select(Show).Select(line => line.Replace(" Done ", " Planned ", StringComparison.Ordinal)));
        Assert.Equal(["One: Unchanged Skipped ", "Two: Unchanged Skipped "], session.Get<PBConfigurationChange>($"Import-PBConfiguration '{FilePath}'").Select(Show));
        Assert.Equal(LeaverRule.Disable, Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name Two")).RemovedUser);
    }

    [Fact]
    public void Sandboxes_are_created_from_the_file_and_can_run()
    {
        session.Run($"Connect-PBEntra -Name One -Sandbox; Set-PBSyncRule -MaxRemovalCount 9; Set-PBConnection -Tag gold; Export-PBConfiguration -Path '{FilePath}'; Disconnect-PBEntra -Name One -Remove -Confirm:$false");

        Assert.Equal(ConfigurationAction.Create, Assert.Single(session.Get<PBConfigurationChange>($"Import-PBConfiguration '{FilePath}'")).Action);

        Assert.Equal(9, Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name One")).MaxRemovalCount);
        Assert.Equal(SyncOutcome.Planned, Assert.Single(session.Get<PBSyncResult>("Invoke-PBSync -Tag gold -WhatIf")).Outcome);
        Assert.Equal(ConfigurationAction.Unchanged, Assert.Single(session.Get<PBConfigurationChange>($"Import-PBConfiguration '{FilePath}'")).Action);
    }

    [Fact]
    public void An_existing_file_and_a_later_version_are_refused()
    {
        session.Run($"Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Two -Sandbox; Export-PBConfiguration -Path '{FilePath}' -Name One");
        Assert.StartsWith("FileExists,", session.Fail($"Export-PBConfiguration -Path '{FilePath}'").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain("Two", File.ReadAllText(FilePath), StringComparison.Ordinal);
        session.Run($"Export-PBConfiguration -Path '{FilePath}' -Force -WhatIf");
        Assert.DoesNotContain("Two", File.ReadAllText(FilePath), StringComparison.Ordinal);
        session.Run($"'Two', 'One' | Export-PBConfiguration -Path '{FilePath}' -Force");
        Assert.Equal(["Two", "One"], session.Get<PBConfigurationChange>($"Import-PBConfiguration '{FilePath}'").Select(change => change.Connection));

        File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace("\"schemaVersion\": 1", "\"schemaVersion\": 2", StringComparison.Ordinal).Replace("\"maxRemovalCount\": 5", "\"maxRemovalCount\": 50", StringComparison.Ordinal));
        Assert.StartsWith("ConfigurationTooNew,", session.Fail($"Import-PBConfiguration '{FilePath}'").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.All(session.Get<PBSyncRule>("Get-PBSyncRule -Name *"), rule => Assert.Equal(5, rule.MaxRemovalCount));
        Assert.StartsWith("FileUnusable,", session.Fail($"Import-PBConfiguration '{FilePath}.no'").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_cannot_change_is_refused_by_name_and_the_others_are_imported()
    {
        session.Run($$"""
            $secret = [System.Net.NetworkCredential]::new('', 'not a real secret').SecurePassword
            'One', 'Two' | ForEach-Object {
                Connect-PBEntra -Name $_ -TenantId 11111111-2222-3333-4444-555555555555 -ClientId 66666666-7777-8888-9999-000000000000 -ClientSecret $secret -PasswordBossUri "https://127.0.0.1:1/$_" -PasswordBossToken $secret -SkipVerification
            }
            Export-PBConfiguration -Path '{{FilePath}}'
            """);
        Assert.Empty(session.Errors);
        Assert.DoesNotContain("not a real secret", File.ReadAllText(FilePath), StringComparison.Ordinal);
        File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace("https://127.0.0.1:1/One", "https://127.0.0.1:1/Other", StringComparison.Ordinal).Replace("\"maxRemovalCount\": 5", "\"maxRemovalCount\": 50", StringComparison.Ordinal));

        var changes = session.Run($"Import-PBConfiguration '{FilePath}'").Select(change => (PBConfigurationChange)change.BaseObject).ToList();

        Assert.Equal([("One", ChangeOutcome.Refused, "ConnectionFixed"), ("Two", ChangeOutcome.Done, null)], changes.Select(change => (change.Connection, change.Outcome, change.ErrorId)));
        var error = Assert.Single(session.Errors);
        Assert.Contains("connection 'One'", error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.Equal([5, 50], session.Get<PBSyncRule>("Get-PBSyncRule -Name *").Select(rule => rule.MaxRemovalCount));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public void A_new_connection_runs_after_its_secrets_were_entered()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        using var company = ServerProcess.StartSandbox();
        session.Run($"""
            $secret = {Secret(SandboxCredentials.ClientSecret)}
            $token = {Secret(SandboxCredentials.PasswordBossToken)}
            Connect-PBEntra -Name Contoso -TenantId {SandboxCredentials.TenantId} -ClientId {SandboxCredentials.ClientId} -ClientSecret $secret -AuthorityHost {company["AuthorityHost"]} -GraphEndpoint {company["GraphEndpoint"]} -PasswordBossUri {company["PasswordBossUri"]} -PasswordBossToken $token -UserGroup 'Password Boss Users' -AdditionalGroup 'Design Studio'
            Set-PBSyncRule -RemovedUser None
            Export-PBConfiguration -Path '{FilePath}'
            Disconnect-PBEntra -Name Contoso -Remove -Confirm:$false
            """);
        Assert.Empty(session.Errors);
        foreach (var secret in new[] { SandboxCredentials.ClientSecret, SandboxCredentials.PasswordBossToken })
            Assert.DoesNotContain(secret, File.ReadAllText(FilePath), StringComparison.Ordinal);

        var change = Assert.Single(session.Get<PBConfigurationChange>($"Import-PBConfiguration '{FilePath}'"));

        Assert.Equal((ConfigurationAction.Create, ChangeOutcome.Done), (change.Action, change.Outcome));
        Assert.Contains("Connect-PBEntra -Name 'Contoso' -ClientSecret <SecureString> -PasswordBossToken <SecureString>", change.NextStep, StringComparison.Ordinal);
        var result = (PBSyncResult)Assert.Single(session.Run("Invoke-PBSync -Name Contoso")).BaseObject;
        Assert.Equal((SyncOutcome.Failed, "SecretMissing"), (result.Outcome, result.ErrorId));
        Assert.StartsWith("SecretMissing,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(session.Get<PBConnectionCheck>("Test-PBConnection -Name Contoso"), check => check is { Name: "State", Status: CheckStatus.Failed } && check.Detail.Contains("imported", StringComparison.Ordinal));
        Assert.Equal(ConfigurationAction.Unchanged, Assert.Single(session.Get<PBConfigurationChange>($"Import-PBConfiguration '{FilePath}'")).Action);

        var connection = Assert.Single(session.Get<PBConnection>("Connect-PBEntra -Name Contoso -ClientSecret $secret -PasswordBossToken $token"));

        Assert.Empty(session.Warnings);
        Assert.Equal(("Password Boss Users", "Design Studio"), (connection.UserGroup, Assert.Single(connection.AdditionalGroups)));
        Assert.Equal(SyncOutcome.Planned, Assert.Single(session.Get<PBSyncResult>("Invoke-PBSync -Name Contoso -WhatIf")).Outcome);
        Assert.Equal(LeaverRule.None, Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name Contoso")).RemovedUser);
        Assert.Equal(ConfigurationAction.Unchanged, Assert.Single(session.Get<PBConfigurationChange>($"Import-PBConfiguration '{FilePath}'")).Action);
    }

    private static string Show(PBConfigurationChange change) => $"{change.Connection}: {change.Action} {change.Outcome} {string.Join("; ", change.Differences)}";

    private static string Secret(string text) => $"[System.Net.NetworkCredential]::new('', '{text}').SecurePassword";
}
