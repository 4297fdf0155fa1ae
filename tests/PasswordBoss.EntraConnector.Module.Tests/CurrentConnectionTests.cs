using System;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>After a failed connect there is no current connection, so that no later command changes another tenant.</summary>
public sealed class CurrentConnectionTests : IDisposable
{
    private readonly Session session = new();

    public void Dispose() => session.Dispose();

    public static TheoryData<string> Failures => new()
    {
        "Connect-PBEntra -Name Missing",
        "Connect-PBEntra -Name Two -TenantId contoso.example -ClientId not-a-guid -ClientSecret $secret -PasswordBossUri https://localhost:1 -PasswordBossToken $secret",
        // Arguments that PowerShell refuses before the command runs.
        "Connect-PBEntra -Name ''",
        "Connect-PBEntra -Name Two -NoSuchParameter",
        "Connect-PBEntra -Name Two -Environment Mars",
        "Connect-PBEntra -Name Two -Sandbox -TenantId contoso.example",
        "@() | Connect-PBEntra -Name Two -TenantId contoso.example",
        "'text' | Connect-PBEntra -Name Two -TenantId contoso.example",
        "& { throw 'no secret' } | Connect-PBEntra -Name Two",
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failed_connect_leaves_no_current_connection(string connect)
    {
        // Only one connection is stored, and it was the current one.
        session.Run("$secret = [System.Net.NetworkCredential]::new('', 's').SecurePassword; Connect-PBEntra -Sandbox -Name One");

        session.Run($"try {{ {connect} }} catch {{ }}");

        Assert.StartsWith("NothingCurrent,", session.Fail("Set-PBSyncRule -RemovedUser None").FullyQualifiedErrorId);
        Assert.StartsWith("NothingCurrent,", session.Fail("Invoke-PBSync").FullyQualifiedErrorId);
        Assert.StartsWith("NothingCurrent,", session.Fail("Get-PBSyncRule").FullyQualifiedErrorId);
        Assert.StartsWith("NothingCurrent,", session.Fail("Disconnect-PBEntra -Remove -Confirm:$false").FullyQualifiedErrorId);
        Assert.Equal(LeaverRule.Disable, Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name One")).RemovedUser);
    }

    [Fact]
    public void A_loop_over_tenants_changes_only_connected_ones()
    {
        session.Run("'One', 'Three' | ForEach-Object { Connect-PBEntra -Sandbox -Name $_ }");

        session.Run("foreach ($name in 'One', 'Two', 'Three') { try { Connect-PBEntra -Name $name | Out-Null } catch { }; try { Set-PBSyncRule -MaxRemovalCount $name.Length } catch { } }");

        Assert.Equal(3, Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name One")).MaxRemovalCount);
        Assert.Equal(5, Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name Three")).MaxRemovalCount);
    }

    [Theory]
    [InlineData("Connect-PBEntra -Name One")]
    [InlineData("Connect-PBEntra -Sandbox -Name One")]
    [InlineData("Disconnect-PBEntra")]
    public void A_failed_connect_has_effect_until_the_next_connect_or_disconnect(string next)
    {
        session.Run("Connect-PBEntra -Sandbox -Name One; try { Connect-PBEntra -Name Missing } catch { }");

        session.Run(next);

        Assert.Equal("One", Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule")).Connection);
    }

    [Fact]
    public void Named_and_piped_connections_still_work_after_a_failed_connect()
    {
        session.Run("$one = Connect-PBEntra -Sandbox -Name One; try { Connect-PBEntra -Name Missing } catch { }");

        Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name *"));
        Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule One"));
        Assert.Single(session.Get<PBSyncRule>("$one | Get-PBSyncRule"));
    }

    [Theory]
    [InlineData("[System.Management.Automation.CommandCompletion]::CompleteInput('Connect-PBEntra -Te', 19, $null)")]
    [InlineData("[System.Management.Automation.CommandCompletion]::CompleteInput('Connect-PBEntra -Name ', 22, $null)")]
    [InlineData("[System.Management.Automation.CommandCompletion]::CompleteInput('Connect-PBEntra -Name One -Environment ', 39, $null)")]
    [InlineData("Get-Command Connect-PBEntra -Syntax")]
    [InlineData("Get-Help Connect-PBEntra")]
    public void Completion_and_help_keep_the_current_connection(string look)
    {
        session.Run("'One', 'Two' | ForEach-Object { Connect-PBEntra -Sandbox -Name $_ }");

        session.Run(look);

        Assert.Equal("Two", Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule")).Connection);
    }

    [Fact]
    public void Commands_before_a_connect_in_a_pipeline_use_the_previous_connection()
    {
        session.Run("Connect-PBEntra -Sandbox -Name One");

        Assert.Equal("One", Assert.Single(session.Get<PBConnection>("Get-PBSyncRule | ForEach-Object { } -End { 'done' } | ForEach-Object { Connect-PBEntra -Name One }")).Connection);
        session.Run("Get-PBSyncRule | Select-Object Connection | Connect-PBEntra -Name Missing");
        Assert.DoesNotContain(session.Errors, error => error.FullyQualifiedErrorId.StartsWith("NothingCurrent", StringComparison.Ordinal));
    }
}
