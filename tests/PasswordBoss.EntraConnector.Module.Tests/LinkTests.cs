using System;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Module.Tests.Documentation;

namespace PasswordBoss.EntraConnector.Module.Tests;

[Trait("Speed", "Slow")]
public class LinkTests
{
    private const string Ingrid = "ingrid.braaten@fjordlight.example";

    [Fact]
    public void Links_are_shown_with_both_sides_and_filtered_by_either()
    {
        using var session = Synced("One", "Two");
        var user = Assert.Single(session.Get<PBUser>($"Get-PBUser -Name One -Email {Ingrid}"));

        var link = Assert.Single(session.Get<PBLink>("Get-PBLink -Name One -User ingrid.*"));

        Assert.Equal(("One", Ingrid, user.EntraId, user.AccountId, Ingrid, LinkKind.Current), (link.Connection, link.User, link.EntraId, link.AccountId, link.Email, link.Kind));
        Assert.Equal(session.Get<PBUser>("Get-PBUser -Name One").Count, session.Get<PBLink>("Get-PBLink -Name One").Count);
        foreach (var filter in new[] { $"-User {user.EntraId}", $"-Account {user.AccountId}", $"-Account {Ingrid.ToUpperInvariant()}", $"-EntraId {user.EntraId} -AccountId {user.AccountId}" })
            Assert.Equal(user.AccountId, Assert.Single(session.Get<PBLink>("Get-PBLink -Name One " + filter)).AccountId);
        Assert.Empty(session.Get<PBLink>($"Get-PBLink -Name One -User {Ingrid} -Account unknown@*"));
        Assert.Equal(["One", "Two"], session.Get<PBLink>($"Get-PBLink -Name * -User {Ingrid}").Select(l => l.Connection));
        Assert.Equal(user.AccountId, Assert.Single(session.Get<PBLink>($"Get-PBUser -Name One -Email {Ingrid} | Get-PBLink")).AccountId);
    }

    [Fact]
    public void A_link_is_removed_and_set_again_through_the_pipeline()
    {
        using var session = Synced("One", "Two");
        var user = Assert.Single(session.Get<PBUser>($"Get-PBUser -Name One -Email {Ingrid}"));

        Assert.Equal(LinkKind.Retired, Assert.Single(session.Get<PBLink>($"Get-PBLink -Name One -User {Ingrid} | Remove-PBLink")).Kind);
        Assert.Equal(["Two"], session.Get<PBLink>($"Get-PBLink -Name * -User {Ingrid}").Select(l => l.Connection));
        Assert.Equal(AccountState.Active, Assert.Single(session.Get<PBUser>($"Get-PBUser -Name One -Email {Ingrid}")).State);

        // The next run is incremental and still handles the user.
        var run = session.Run("Invoke-PBSync -Name One").Select(r => (PBSyncResult)r.BaseObject).Single();
        var conflict = Assert.Single(run.Changes, change => change.EntraId == user.EntraId);
        Assert.Equal((SyncMode.Incremental, SyncAction.Conflict, "AccountNotAdoptable"), (run.Mode, conflict.Action, conflict.ErrorId));

        var link = Assert.Single(session.Get<PBLink>(
            $"[pscustomobject]@{{ Connection = 'One'; EntraId = '{user.EntraId}'; AccountId = '{user.AccountId}'; Email = 'x' }} | Set-PBLink"));
        Assert.Equal(("One", Ingrid, user.AccountId, AccountState.Active), (link.Connection, link.User, link.AccountId, link.State));
        Assert.DoesNotContain(session.Run("Invoke-PBSync -Name One").Select(r => (PBSyncResult)r.BaseObject).Single().Changes, change => change.EntraId == user.EntraId);
        var history = session.Get<PBSyncResult>("Get-PBSyncHistory -Name One -Last 4");
        Assert.Equal([SyncMode.Incremental, SyncMode.User, SyncMode.Incremental, SyncMode.User], history.Select(h => h.Mode));
        Assert.Equal((1, 0), (history[1].Adopted, history[1].Created));
    }

    // ExampleTests runs all other examples. This one asks.
    [Fact]
    public void The_example_that_asks_links_the_account_after_the_answer()
    {
        var example = Assert.Single(Example.In("docs/en-US/Set-PBLink.md"), example => example.Code.EndsWith(" -Confirm", StringComparison.Ordinal));
        using var session = Synced("One");
        session.Run($"Get-PBLink -User {Ingrid} | Remove-PBLink");
        session.Host.Answer = _ => "&Yes";

        var link = Assert.Single(session.Get<PBLink>(example.Code));

        Assert.Single(session.Host.Prompts);
        Assert.Equal((Ingrid, Ingrid), (link.User, link.Email));
    }

    [Fact]
    public void An_international_address_is_accepted_in_both_forms()
    {
        const string Unicode = "uni@b\u00FCcher.example";
        const string Ascii = "uni@xn--bcher-kva.example";
        using var session = new Session();
        session.Run($"Connect-PBEntra -Sandbox; Edit-PBSandbox -ChangeMail {Ingrid} -To {Unicode}; Invoke-PBSync");
        Assert.Empty(session.Errors);
        var id = Assert.Single(session.Get<PBUser>($"Get-PBUser -Email {Ascii}")).AccountId;

        foreach (var address in new[] { Unicode, Ascii, "*@b\u00FCcher.example", "*b\u00FCcher*", "*B\u00DCCHER*", "uni@bu\u0308cher.example", "*xn--bcher*" })
        {
            Assert.Equal(id, Assert.Single(session.Get<PBUser>($"Get-PBUser -Email '{address}'")).AccountId);
            Assert.Equal(id, Assert.Single(session.Get<PBLink>($"Get-PBLink -User '{address}' -Account '{address}'")).AccountId);
            Assert.Single(Assert.Single(session.Get<PBSyncResult>($"Get-PBSyncHistory -User '{address}' -Last 1")).Changes);
        }

        Assert.Empty(session.Get<PBUser>("Get-PBUser -Email '*b\u00FCch'"));
        foreach (var address in new[] { Unicode, Ascii })
        {
            Assert.Equal(LinkKind.Retired, Assert.Single(session.Get<PBLink>($"Remove-PBLink -User {address} -Account {address}")).Kind);
            Assert.Equal(id, Assert.Single(session.Get<PBLink>($"Set-PBLink -User {address} -Account {address}")).AccountId);
        }

        Assert.Equal(id, Assert.Single(session.Get<PBLink>($"Get-PBLink -User {Unicode} | Set-PBLink")).AccountId);
        session.Run($"Edit-PBSandbox -Disable {Ascii}");
        Assert.Empty(session.Errors);
    }

    [Fact]
    public void A_preview_shows_both_sides_and_changes_nothing()
    {
        using var session = Synced();
        var user = Assert.Single(session.Get<PBUser>($"Get-PBUser -Email {Ingrid}"));

        Assert.Empty(session.Run("Get-PBLink | Remove-PBLink -WhatIf"));
        Assert.Contains(session.Host.Lines, line => line.Contains("Unlink the account from user", StringComparison.Ordinal) && line.Contains(user.EntraId!, StringComparison.Ordinal) && line.Contains(Ingrid + " (id " + user.AccountId, StringComparison.Ordinal));
        Assert.Equal(session.Get<PBUser>("Get-PBUser").Count, session.Get<PBLink>("Get-PBLink").Count);

        session.Run($"Remove-PBLink -User {user.EntraId}");
        Assert.Empty(session.Run($"Set-PBLink -User {user.EntraId} -Account {Ingrid} -WhatIf"));
        Assert.Empty(session.Errors);
        Assert.Contains(
            session.Host.Lines,
            line => line.Contains($"Link the account to user '{user.DisplayName}' ({Ingrid}, id {user.EntraId})", StringComparison.Ordinal)
                && line.Contains($"{Ingrid} (name '{user.DisplayName}', id {user.AccountId}, state Active, managed by AzureAD, external ID {user.EntraId})", StringComparison.Ordinal));
        Assert.Empty(session.Get<PBLink>($"Get-PBLink -User {user.EntraId}"));
        Assert.Single(session.Get<PBSyncResult>("Get-PBSyncHistory"), run => run.Mode == SyncMode.User);
    }

    [Fact]
    public void A_declined_link_is_not_changed()
    {
        using var session = Synced();
        var user = Assert.Single(session.Get<PBUser>($"Get-PBUser -Email {Ingrid}"));
        session.Host.Answer = _ => "&No";

        Assert.Empty(session.Run($"Remove-PBLink -Account {user.AccountId} -Confirm"));
        Assert.Contains(Ingrid, Assert.Single(session.Host.Prompts).Message, StringComparison.Ordinal);
        Assert.Single(session.Get<PBLink>($"Get-PBLink -Account {user.AccountId}"));

        session.Run($"Remove-PBLink -Account {user.AccountId} -User {Ingrid}");
        Assert.Empty(session.Errors);
        Assert.Empty(session.Run($"Set-PBLink -EntraId {user.EntraId} -AccountId {user.AccountId} -Confirm"));
        Assert.Equal(2, session.Host.Prompts.Count);
        Assert.Empty(session.Get<PBLink>($"Get-PBLink -Account {user.AccountId}"));
    }

    [Theory]
    [InlineData("Set-PBLink -User {0} -Account {1}", "AccountLinkedAlready")]
    [InlineData("Set-PBLink -User 00000000-0000-4000-9000-00000000ffff -Account {1}", "UserNotFound")]
    [InlineData("Set-PBLink -User {0} -Account unknown@fjordlight.example", "AccountNotFound")]
    [InlineData("Set-PBLink -User {0} -Account no-such-id", "AccountNotFound")]
    [InlineData("Remove-PBLink -User {0} -Account {1}", "LinkNotFound")]
    [InlineData("Remove-PBLink -User unknown@fjordlight.example", "LinkNotFound")]
    public void A_link_that_cannot_be_changed_is_one_error_and_the_others_continue(string script, string expected)
    {
        using var session = Synced();
        var users = session.Get<PBUser>("Get-PBUser");
        var links = session.Get<PBLink>("Get-PBLink").Select(link => (link.EntraId, link.AccountId)).ToList();

        var output = session.Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, script, users[0].EntraId, users[1].AccountId) + "; 'on'");

        Assert.Equal("on", Assert.Single(output).ToString());
        var error = Assert.Single(session.Errors);
        Assert.StartsWith(expected + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.Equal(links, session.Get<PBLink>("Get-PBLink").Select(link => (link.EntraId, link.AccountId)));
    }

    [Fact]
    public void An_existing_link_is_emitted_without_a_prompt()
    {
        using var session = Synced();
        var user = Assert.Single(session.Get<PBUser>($"Get-PBUser -Email {Ingrid}"));

        Assert.Equal(user.AccountId, Assert.Single(session.Get<PBLink>($"Set-PBLink -User {user.EntraId} -Account {user.AccountId} -Confirm")).AccountId);

        Assert.Empty(session.Host.Prompts);
        Assert.DoesNotContain(session.Get<PBSyncResult>("Get-PBSyncHistory"), run => run.Mode == SyncMode.User);
    }

    [Fact]
    public void Setting_rules_for_deletions_and_unknown_members_warns()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        var rule = Assert.Single(session.Get<PBSyncRule>("Set-PBSyncRule -DeletedUser Delete -DeleteAfterDays 7 -UnknownMember Remove -ExistingAccount AdoptAny -PassThru"));
        Assert.Equal((7, UnknownMemberRule.Remove, ExistingAccountRule.AdoptAny), (rule.DeleteAfterDays, rule.UnknownMember, rule.ExistingAccount));
        Assert.Equal(3, session.Warnings.Count);
        Assert.Contains(session.Warnings, warning => warning.Contains("7 days later", StringComparison.Ordinal));

        session.Run("Set-PBSyncRule -DeleteAfterDays 3651");
        Assert.StartsWith("RuleValueInvalid,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("3650", session.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_is_false_while_removals_are_held_back()
    {
        using var session = Synced();
        Assert.True(Assert.Single(session.Get<bool>("Test-PBConnection -Quiet")));
        session.Run("Edit-PBSandbox -RemoveMember (Get-PBUser -State Active)[0..11].Email; Invoke-PBSync");
        Assert.Equal(ConnectorStatus.Paused, Assert.Single(session.Get<PBConnectorStatus>("Get-PBConnectorStatus")).Status);

        Assert.False(Assert.Single(session.Get<bool>("Test-PBConnection -Quiet")));
        var failed = Assert.Single(session.Get<PBConnectionCheck>("Test-PBConnection | Where-Object Status -eq Failed"));
        Assert.Equal("LastRun", failed.Name);
        Assert.Contains("-Force", failed.Recommendation, StringComparison.Ordinal);
    }

    private static Session Synced(params string[] names)
    {
        var session = new Session();
        foreach (var name in names.DefaultIfEmpty("Box"))
            session.Run($"Connect-PBEntra -Name {name} -Sandbox; Invoke-PBSync -Name {name}");
        return session;
    }
}
