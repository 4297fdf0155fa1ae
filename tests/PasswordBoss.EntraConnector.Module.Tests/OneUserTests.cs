using System;
using System.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Invoke-PBSync -User against the sandbox.</summary>
[Trait("Speed", "Slow")]
public class OneUserTests
{
    private const string Zoe = "zoe.obrien-mueller@fjordlight.example";

    [Theory]
    [InlineData("Zoë O''Brien-Müller")]
    [InlineData("f10d1194-0000-4000-8000-000000000003")]
    [InlineData("ZOE.obrien-mueller@fjordlight.example")]
    public void One_user_is_explained_in_five_lines_and_synced(string user)
    {
        using var session = Synced();
        session.Run($"Edit-PBSandbox -RemoveMember {Zoe}; Edit-PBSandbox -RemoveMember ingrid.braaten@fjordlight.example");

        var preview = Assert.Single(session.Get<PBSyncResult>($"Invoke-PBSync -User '{user}' -WhatIf -OutVariable shown | Out-Default; $shown"));

        Assert.Equal((SyncMode.User, SyncOutcome.Planned, 1), (preview.Mode, preview.Outcome, preview.Disabled));
        Assert.Equal(["Entra", "Scope", "Account", "Changes", "Holds"], preview.Steps.Select(step => step.Name));
        Assert.Contains(session.Host.Lines, line => line.StartsWith("What if:", StringComparison.Ordinal) && line.Contains($"Disable account {Zoe}", StringComparison.Ordinal));
        var lines = session.Host.PlainText.Split('\n').Select(line => line.TrimEnd()).ToList();
        foreach (var name in new[] { "Entra  ", "Scope  ", "Account", "Changes", "Holds  " })
            Assert.Single(lines, line => line.StartsWith(name + " : ", StringComparison.Ordinal));
        Assert.Contains("Scope   : Warning: Not a member of 'Password Boss Users'.", lines);

        var result = Assert.Single(session.Get<PBSyncResult>($"Invoke-PBSync -User '{user}'"));

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Disabled));
        Assert.All(result.Changes, change => Assert.Equal(Zoe, change.Email));
        Assert.Equal(AccountState.Active, Assert.Single(session.Get<PBUser>("Get-PBUser -Email ingrid*")).State);
        var stored = session.Get<PBSyncResult>("Get-PBSyncHistory -User zoe* -Last 1").Single();
        Assert.Equal((SyncMode.User, result.RunId), (stored.Mode, stored.RunId));
        Assert.All(stored.Changes, change => Assert.Equal(result.RunId, change.RunId));
        Assert.Equal(result.Changes.Select(change => change.Time), stored.Changes.Select(change => change.Time));
        // The next run does the rest.
        Assert.Equal(1, session.Get<PBSyncResult>("Invoke-PBSync -WarningAction SilentlyContinue").Single().Disabled);
    }

    [Theory]
    [InlineData("priya.raman@fjordlight.example", "only through 'Project Aurora'", "only through 'Project Aurora'")]
    [InlineData("dmytro.kovalenko@fjordlight.example", "Not a member", "Not a member")]
    [InlineData("vidar.strand@fjordlight.example", "Member of", "Disabled users get no account.")]
    public void Users_without_an_account_are_explained(string user, string scope, string holds)
    {
        using var session = Synced();

        var result = Assert.Single(session.Get<PBSyncResult>($"Invoke-PBSync -User {user}"));

        Assert.Equal((SyncOutcome.NoChange, 0), (result.Outcome, result.Changes.Count));
        Assert.Contains(scope, result.Steps[1].Detail, StringComparison.Ordinal);
        Assert.Contains(holds, result.Steps[4].Detail, StringComparison.Ordinal);
        Assert.Empty(session.Errors);
    }

    [Fact]
    public void A_name_that_matches_no_user_is_one_error_for_each_connection_and_stops_nothing()
    {
        using var session = Synced();
        session.Run("$null = Connect-PBEntra -Sandbox -Name Other");
        session.Run("$null = Invoke-PBSync -Name Other -WarningAction SilentlyContinue");

        var results = session.Get<PBSyncResult>("Invoke-PBSync -Name * -User no.one@fjordlight.example -ErrorAction SilentlyContinue -ErrorVariable problems");

        Assert.Equal(["UserNotFound", "UserNotFound"], results.Select(result => result.ErrorId));
        Assert.Equal(["UserNotFound", "UserNotFound"], session.Get<string>("$problems.FullyQualifiedErrorId -replace ',.*'"));
        Assert.DoesNotContain(session.Get<PBSyncResult>("Get-PBSyncHistory -Name *"), run => run.Mode == SyncMode.User);
    }

    [Fact]
    public void Several_users_of_one_name_are_listed()
    {
        using var session = Synced();
        session.Run("Edit-PBSandbox -Rename elias.berg@fjordlight.example -To 'Emma Berg'");

        var result = Assert.Single(session.Get<PBSyncResult>("Invoke-PBSync -User 'Emma Berg' -ErrorAction SilentlyContinue"));

        Assert.Equal("UserAmbiguous", result.ErrorId);
        Assert.Contains("f10d1194-0000-4000-8000-000000000023", result.Steps[0].Detail, StringComparison.Ordinal);
        Assert.Contains("f10d1194-0000-4000-8000-000000000024", result.Steps[0].Detail, StringComparison.Ordinal);
        Assert.Empty(result.Changes);
    }

    [Theory]
    [InlineData("-Full")]
    [InlineData("-Force")]
    [InlineData("-Full -Reapply")]
    [InlineData("-Due")]
    public void User_cannot_be_combined_with_choices_of_a_whole_run(string choice)
    {
        using var session = Synced();
        Assert.StartsWith("UserNotAlone,", session.Fail($"Invoke-PBSync -User zoe {choice}").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_before_the_first_run_waits_for_it()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        var result = Assert.Single(session.Get<PBSyncResult>($"Invoke-PBSync -User {Zoe} -ErrorAction SilentlyContinue"));

        Assert.Equal((SyncOutcome.Refused, "UserNeedsFullRun"), (result.Outcome, result.ErrorId));
        Assert.Contains("first run", result.Steps[4].Detail, StringComparison.Ordinal);
        Assert.Empty(session.Get<PBUser>("Get-PBUser"));
    }

    [Fact]
    public void Users_without_an_account_and_accounts_without_a_user_are_listed()
    {
        using var session = Synced();

        var missing = session.Get<PBMissingLink>("Get-PBLink -Missing");

        Assert.Equal(["AddressDuplicate", "AddressDuplicate", "AddressInvalid", "NameMissing", null], missing.OrderBy(link => link.ErrorId is null).ThenBy(link => link.ErrorId).Select(link => link.ErrorId));
        Assert.Equal("Vidar Strand", missing.Single(link => link.ErrorId is null).DisplayName);
        Assert.Equal("Vidar Strand", Assert.Single(session.Get<PBMissingLink>("Get-PBLink -Missing -User vidar*")).DisplayName);
        Assert.Empty(session.Get<PBUser>("Get-PBUser -Unmatched"));
        Assert.All(session.Get<PBLink>("Get-PBLink"), link => Assert.True(link.LastSeen >= link.Since));
        session.Run("Remove-PBLink -Account ingrid.braaten@fjordlight.example -Confirm:$false; Edit-PBSandbox -RemoveMember ingrid.braaten@fjordlight.example");
        Assert.Equal("ingrid.braaten@fjordlight.example", Assert.Single(session.Get<PBUser>("Get-PBUser -Unmatched")).Email);
        Assert.Equal(SyncMode.User, session.Get<PBSyncResult>("Get-PBSyncHistory -Last 1").Single().Mode);
    }

    private static Session Synced()
    {
        var session = new Session();
        session.Run("$null = Connect-PBEntra -Sandbox");
        session.Run("$null = Invoke-PBSync -WarningAction SilentlyContinue");
        return session;
    }
}
