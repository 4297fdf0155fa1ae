using System.Linq;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Module.Tests;

public class BindingTests
{
    private const string Tenant = "11111111-2222-3333-4444-555555555555";
    private const string Client = "66666666-7777-8888-9999-000000000000";
    private const string Rest = "-TenantId " + Tenant + " -ClientId " + Client + " -PasswordBossUri https://127.0.0.1:1/";

    [Fact]
    public void Status_objects_bind_to_their_connections()
    {
        using var session = TwoBoxes();

        var results = session.Get<PBSyncResult>("Get-PBConnectorStatus -Name * | Invoke-PBSync -WhatIf");

        Assert.Equal(["One", "Two"], results.Select(result => result.Connection));
    }

    [Fact]
    public void Groups_bind_to_their_connection_and_are_added_once()
    {
        using var session = TwoBoxes();

        session.Run("Get-PBSyncGroup -Name One -Available -Filter 'Design*' | Set-PBSyncGroup");

        Assert.Empty(session.Errors);
        Assert.Contains(session.Get<PBSyncGroup>("Get-PBSyncGroup -Name One"), group => group.Role == SyncGroupRole.Additional && group.DisplayName.StartsWith("Design", System.StringComparison.Ordinal));
        Assert.DoesNotContain(session.Get<PBSyncGroup>("Get-PBSyncGroup -Name Two"), group => group.DisplayName.StartsWith("Design", System.StringComparison.Ordinal) && group.Role == SyncGroupRole.Additional);
    }

    [Fact]
    public void Piping_the_selected_groups_back_changes_nothing()
    {
        using var session = TwoBoxes();
        var before = session.Get<PBSyncGroup>("Get-PBSyncGroup -Name Two");

        session.Run("Get-PBSyncGroup -Name Two | Set-PBSyncGroup");

        Assert.Empty(session.Errors);
        Assert.Equal(before.Select(group => (group.Id, group.Role)), session.Get<PBSyncGroup>("Get-PBSyncGroup -Name Two").Select(group => (group.Id, group.Role)));
    }

    [Fact]
    public void Piped_groups_only_select_the_connection_if_parameters_name_the_change()
    {
        using var session = TwoBoxes();
        var before = session.Get<PBSyncGroup>("Get-PBSyncGroup -Name Two");

        session.Run("Get-PBSyncGroup -Name Two | Set-PBSyncGroup -IncludeNested");

        Assert.Empty(session.Errors);
        Assert.Equal(before.Select(group => (group.Id, group.Role)), session.Get<PBSyncGroup>("Get-PBSyncGroup -Name Two").Select(group => (group.Id, group.Role)));
    }

    [Theory]
    [InlineData("Get-PBSyncRule -Connection Two")]
    [InlineData("Get-PBSyncRule -Connection (Connect-PBEntra -Name Two)")]
    [InlineData("'Two' | Get-PBSyncRule")]
    [InlineData("Connect-PBEntra -Name Two | Get-PBSyncRule")]
    [InlineData("Get-PBUser -Name Two; Get-PBSyncRule -ProfileName T*")]
    [InlineData("Get-PBSyncRule Two")]
    [InlineData("Get-PBSyncGroup -Name Two | Get-PBSyncRule")]
    public void A_connection_can_be_named_in_many_ways(string script)
    {
        using var session = TwoBoxes();

        Assert.All(session.Get<PBSyncRule>(script), rule => Assert.Equal("Two", rule.Connection));
    }

    [Fact]
    public void Rules_can_be_copied_from_one_connection_to_another()
    {
        using var session = TwoBoxes();
        session.Run("Set-PBSyncRule -Name One -RemovedUser None -MaxRemovalCount 9");

        session.Run("Get-PBSyncRule -Name One | Set-PBSyncRule -Connection Two");

        var rule = Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule -Name Two"));
        Assert.Equal((LeaverRule.None, 9, LeaverRule.Disable), (rule.RemovedUser, rule.MaxRemovalCount, rule.DeletedUser));
    }

    [Fact]
    public void An_object_without_a_connection_is_refused_and_runs_nothing()
    {
        using var session = TwoBoxes();

        Assert.Empty(session.Run("42 | Invoke-PBSync -WhatIf"));
        Assert.Single(session.Errors);
        Assert.Empty(session.Run("$null | Invoke-PBSync -WhatIf"));
        Assert.Single(session.Errors);
        Assert.Empty(session.Run("@() | Invoke-PBSync -WhatIf"));
        Assert.Empty(session.Errors);
    }

    [Fact]
    public void Name_and_connection_together_are_refused()
    {
        using var session = TwoBoxes();

        Assert.StartsWith("ConnectionGivenTwice,", session.Fail("Get-PBSyncRule -Name One -Connection Two").FullyQualifiedErrorId);
    }

    [Theory]
    [InlineData("Connect-PBEntra -Name New " + Rest)]
    [InlineData("[pscustomobject]@{ ClientSecretCredential = $null; CertificateThumbprint = $null; Certificate = $null } | Connect-PBEntra -Name New " + Rest)]
    public void Tenant_and_client_without_a_credential_list_the_credential_types(string script)
    {
        using var session = new Session();

        var error = session.Fail(script);

        Assert.StartsWith("CredentialMissing,", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.Contains("-CertificateThumbprint", error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void Two_kinds_of_credentials_are_refused()
    {
        using var session = new Session();

        Assert.StartsWith("CredentialAmbiguous,", session.Fail("Connect-PBEntra -Name New -Identity -CertificateThumbprint AB " + Rest).FullyQualifiedErrorId);
    }

    [Fact]
    public void The_user_name_of_a_credential_can_contain_the_client_ID()
    {
        using var session = new Session();

        var connection = Assert.Single(session.Get<PBConnection>($"""
            $secret = [System.Net.NetworkCredential]::new('', 'not a real secret').SecurePassword
            $credential = [pscredential]::new('{Client}', $secret)
            Connect-PBEntra -Name New -TenantId {Tenant} -ClientSecretCredential $credential -PasswordBossUri https://127.0.0.1:1/ -PasswordBossToken $secret -SkipVerification
            """));

        Assert.Equal((Client, CredentialKind.ClientSecret, true), (connection.ClientId, connection.Credential, connection.IsCurrent));
    }

    [Fact]
    public void Each_runspace_has_its_own_current_connection()
    {
        using var session = TwoBoxes();
        session.Run("Connect-PBEntra -Name One");
        using var other = Session.OpenRunspace(new CapturingHost());
        using var shell = PowerShell.Create(other);

        shell.AddScript($"Import-Module '{Repository.Manifest}'; Connect-PBEntra -Name Two; Get-PBSyncRule").Invoke();

        Assert.Equal("One", Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule")).Connection);
        session.Run("Disconnect-PBEntra");
        Assert.StartsWith("ConnectionAmbiguous,", session.Fail("Get-PBSyncRule").FullyQualifiedErrorId);
    }

    [Fact]
    public void Connection_names_are_completed_from_the_store()
    {
        using var session = TwoBoxes();
        session.Run("Connect-PBEntra -Name \"Two's company\" -Sandbox");

        var completions = session.Run("$line = 'Invoke-PBSync -Name tw'; [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches | ForEach-Object { $_.CompletionText }")
            .Select(text => text.ToString());

        Assert.Equal(["Two", "'Two''s company'"], completions);
    }

    private static Session TwoBoxes()
    {
        var session = new Session();
        session.Run("Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Two -Sandbox");
        Assert.Empty(session.Errors);
        return session;
    }
}
