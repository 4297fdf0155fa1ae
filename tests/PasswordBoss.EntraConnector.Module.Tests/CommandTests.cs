using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Module.Tests;

public partial class CommandTests
{
    [Fact]
    public void The_scheduler_script_leaves_the_module_path_of_a_session_unchanged()
    {
        using var session = new Session();

        var paths = session.Run($"$env:PSModulePath; & '{Repository.PathOf("examples", "Sync-AllTenants.ps1")}' | Out-Null; $env:PSModulePath");

        Assert.Equal(2, paths.Count);
        Assert.Equal(paths[0].ToString(), paths[1].ToString());
    }

    [Fact]
    public void A_sandbox_passes_its_checks()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        Assert.DoesNotContain(session.Get<PBConnectionCheck>("Test-PBConnection"), check => check.Status == CheckStatus.Failed);
        Assert.True(Assert.Single(session.Get<bool>("Test-PBConnection -Quiet")));
    }

    [Fact]
    public void The_status_without_a_name_lists_all_connections()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Two -Sandbox");

        Assert.Equal(["One", "Two"], session.Get<PBConnectorStatus>("Get-PBConnectorStatus").Select(status => status.Connection));
        session.Run("Disconnect-PBEntra");
        Assert.Equal(["One", "Two"], session.Get<PBConnectorStatus>("Get-PBConnectorStatus").Select(status => status.Connection));
    }

    [Fact]
    public void Metrics_are_written_to_a_relative_path_and_replace_the_file()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Two -Sandbox; Set-PBConnection -Name Two -Tag gold; Invoke-PBSync -Name Two");
        var file = Path.Combine(session.Home, "fleet.prom");

        session.Run($"$null = $ExecutionContext.SessionState.Path.SetLocation('{session.Home}'); Export-PBMetric -Path fleet.prom -WhatIf");
        Assert.Empty(session.Errors);
        Assert.False(File.Exists(file));
        session.Run("Export-PBMetric -Path fleet.prom");
        Assert.Empty(session.Errors);
        Assert.Equal(["One PendingConnection", "Two Connected"], Statuses(file));

        session.Run("Invoke-PBSync -Name One; Export-PBMetric -Path ./fleet.prom");
        Assert.Empty(session.Errors);
        Assert.Equal(["One Connected", "Two Connected"], Statuses(file));

        session.Run("Export-PBMetric -Tag gold -Path fleet.prom");
        Assert.Equal(["Two Connected"], Statuses(file));
        session.Run("Export-PBMetric -Name O* fleet.prom");
        Assert.Equal(["One Connected"], Statuses(file));
    }

    [Fact]
    public void Users_are_filtered_by_address_state_and_manager()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox; Invoke-PBSync");
        var all = session.Get<PBUser>("Get-PBUser");
        var first = all[0];

        Assert.Equal(first.Email, Assert.Single(session.Get<PBUser>($"Get-PBUser -Email '{first.Email[..^3]}*'"), user => user.Email == first.Email).Email);
        Assert.Equal(all.Count(user => user.State == AccountState.Active), session.Get<PBUser>("Get-PBUser -State Active").Count);
        Assert.Empty(session.Get<PBUser>("Get-PBUser -ManagedBy ActiveDirectory"));
    }

    [Fact]
    public void History_shows_the_runs_and_the_changes_of_one_user()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox; Invoke-PBSync; Invoke-PBSync");
        var email = session.Get<PBUser>("Get-PBUser")[0].Email;

        Assert.Equal(2, session.Get<PBSyncResult>("Get-PBSyncHistory").Count);
        Assert.Single(session.Get<PBSyncResult>("Get-PBSyncHistory -Last 1"));
        var run = Assert.Single(session.Get<PBSyncResult>($"Get-PBSyncHistory -User '{email}'"));
        Assert.All(run.Changes, change => Assert.Equal(email, change.Email));
        Assert.Empty(session.Get<PBSyncResult>("Get-PBSyncHistory -Since ([datetime]::Now.AddHours(1))"));
    }

    [Fact]
    public void Rules_can_be_previewed_set_and_reset()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        session.Run("Set-PBSyncRule -NewUser CreatePending -WhatIf");
        Assert.Equal(NewUserRule.CreateActive, session.Get<PBSyncRule>("Get-PBSyncRule")[0].NewUser);
        Assert.Equal(NewUserRule.CreatePending, Assert.Single(session.Get<PBSyncRule>("Set-PBSyncRule -NewUser CreatePending -PassThru")).NewUser);
        Assert.Equal(NewUserRule.CreateActive, Assert.Single(session.Get<PBSyncRule>("Set-PBSyncRule -Reset -PassThru")).NewUser);
    }

    [Fact]
    public void One_unknown_sandbox_user_does_not_stop_the_others()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox; Invoke-PBSync");
        var email = session.Get<PBUser>("Get-PBUser -State Active")[0].Email;

        session.Run($"Edit-PBSandbox -Disable unknown@nowhere.example, '{email}'");

        Assert.StartsWith("SandboxUserUnknown,", Assert.Single(session.Errors).FullyQualifiedErrorId);
        session.Run("Invoke-PBSync");
        Assert.Equal(AccountState.Disabled, Assert.Single(session.Get<PBUser>($"Get-PBUser -Email '{email}'")).State);
    }

    [Theory]
    [InlineData("-Rename '{0}' -To 'Newly Named'", SyncAction.Update)]
    [InlineData("-Delete '{0}'", SyncAction.Disable)]
    [InlineData("-RemoveMember '{0}' -Group 'Password Boss Users'", SyncAction.Disable)]
    [InlineData("-ChangeMail '{0}' -To 'other.address@fjordlight.example'", SyncAction.Conflict)]
    public void The_sandbox_simulates_the_lifecycle_of_users(string edit, SyncAction expected)
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox; Invoke-PBSync");
        var user = session.Get<PBUser>("Get-PBUser -State Active")[0];

        session.Run("Edit-PBSandbox " + string.Format(System.Globalization.CultureInfo.InvariantCulture, edit, user.Email));
        Assert.Empty(session.Errors);

        var result = (PBSyncResult)Assert.Single(session.Run("Invoke-PBSync")).BaseObject;
        Assert.Contains(result.Changes, change => change.Action == expected && change.EntraId == user.EntraId);
    }

    [Fact]
    public void Disconnect_never_prompts_and_Remove_deletes_the_connection()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Name Box -Sandbox");

        session.Run("Disconnect-PBEntra -Name Box -Confirm");
        Assert.Empty(session.Host.Prompts);
        Assert.Single(session.Get<PBConnectorStatus>("Get-PBConnectorStatus -Name Box"));

        session.Host.Answer = _ => "&Yes";
        session.Run("Disconnect-PBEntra -Name Box -Remove");
        Assert.Empty(session.Errors);
        Assert.Single(session.Host.Prompts);
        Assert.StartsWith("ConnectionNotFound,", session.Report("Get-PBConnectorStatus -Name Box").FullyQualifiedErrorId);
    }

    [Fact]
    public void Results_are_shown_as_a_row_by_default()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        session.Run("Invoke-PBSync -WhatIf | Out-Default");

        var header = session.Host.Lines.Single(line => line.Contains("Outcome", StringComparison.Ordinal) && line.Contains("Duration", StringComparison.Ordinal));
        Assert.Contains("Changes", header, StringComparison.Ordinal);
        Assert.Contains(session.Host.Lines, line => line.StartsWith("Default ", StringComparison.Ordinal) && line.Contains("Planned", StringComparison.Ordinal) && line.Contains("Created 22, Skipped ", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Statuses(string file) => Status().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value + " " + match.Groups["status"].Value);

    [GeneratedRegex("^pbentra_status\\{connection=\"(?<name>[^\"]*)\",tenant=\"[^\"]*\",status=\"(?<status>[^\"]*)\"\\} 1$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Status();
}
