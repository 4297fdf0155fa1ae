using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json;

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

        Assert.Equal(["One", "Two"], results.Select(result => result.Connection).Order());
    }

    [Fact]
    public void Groups_bind_to_their_connection_and_are_added_once()
    {
        using var session = TwoBoxes();

        session.Run("Get-PBSyncGroup -Name One -Available -Filter 'Design*' | Set-PBSyncGroup");

        Assert.Empty(session.Errors);
        Assert.Contains(session.Get<PBSyncGroup>("Get-PBSyncGroup -Name One"), group => group.Role == SyncGroupRole.Additional && group.DisplayName.StartsWith("Design", StringComparison.Ordinal));
        Assert.DoesNotContain(session.Get<PBSyncGroup>("Get-PBSyncGroup -Name Two"), group => group.DisplayName.StartsWith("Design", StringComparison.Ordinal) && group.Role == SyncGroupRole.Additional);
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

    private const string Secret = "[System.Net.NetworkCredential]::new('', 'not a real secret').SecurePassword";

    // Converts rows as ConvertFrom-Csv does, which the sessions of these tests do not have.
    private const string ReadRow = """
        filter Read-Row {
            $lines = $_ -split '\r?\n'
            foreach ($line in $lines[1..($lines.Count - 1)]) {
                $row = [ordered]@{}
                $cells = $line.Split(',')
                foreach ($name in $lines[0].Split(',')) { $row[$name] = $cells[$row.Count] }
                [pscustomobject]$row
            }
        }
        """;

    // Skips the verification, so that nothing is sent.
    private const string Rows = "-PasswordBossToken $secret -SkipVerification";

    [Fact]
    public void Names_come_from_the_rows_of_a_CSV_file()
    {
        using var session = new Session();

        var connections = session.Get<PBConnection>($$"""
            $secret = {{Secret}}
            {{ReadRow}}
            @'
            Name,TenantId,ClientId,PasswordBossUri,Environment,AuthorityHost,SecretExpires,UserGroup
            One,11111111-2222-3333-4444-555555555555,66666666-7777-8888-9999-000000000000,https://127.0.0.1:1/a,,,,
            Two,21111111-2222-3333-4444-555555555555,66666666-7777-8888-9999-000000000000,https://127.0.0.1:1/b,China,https://localhost:2,2031-05-06,
            '@ | Read-Row | Connect-PBEntra -ClientSecret $secret {{Rows}}
            """);

        Assert.Equal(["One", "Two"], connections.Select(connection => connection.Connection));
        Assert.Equal([EntraEnvironment.Global, EntraEnvironment.China], connections.Select(connection => connection.Environment));
        Assert.Equal(2, session.Get<PBConnection>("Get-PBConnection").Count);
        Assert.Equal("Two", Assert.Single(session.Get<PBConnection>("Get-PBConnection | Where-Object IsCurrent")).Connection);
    }

    [Fact]
    public void A_row_that_fails_is_reported_by_name_and_does_not_stop_the_others()
    {
        using var session = new Session();

        var output = session.Run($$"""
            $secret = {{Secret}}
            {{ReadRow}}
            @'
            Name,TenantId,ClientId,PasswordBossUri
            One,11111111-2222-3333-4444-555555555555,66666666-7777-8888-9999-000000000000,https://127.0.0.1:1/a
            Two,11111111-2222-3333-4444-555555555555,no GUID,https://127.0.0.1:1/b
            Three,11111111-2222-3333-4444-555555555555,66666666-7777-8888-9999-000000000000,http://scim.example/
            Four,11111111-2222-3333-4444-555555555555,66666666-7777-8888-9999-000000000000,https://127.0.0.1:1/d
            '@ | Read-Row | Connect-PBEntra -ClientSecret $secret {{Rows}}
            """);

        Assert.Equal(["One", "Four"], output.Select(connection => ((PBConnection)connection.BaseObject).Connection));
        Assert.Equal(["ApplicationUnknown", "EndpointNotHttps"], session.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.StartsWith("Two: ", session.Errors[0].ErrorDetails.Message, StringComparison.Ordinal);
        Assert.StartsWith("Three: ", session.Errors[1].ErrorDetails.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ClientSecret", "")]
    [InlineData("PasswordBossToken", "-ClientSecret $secret")]
    public void A_secret_is_not_accepted_as_plain_text(string column, string rest)
    {
        using var session = new Session();

        var output = session.Run($$"""
            $secret = {{Secret}}
            [pscustomobject]@{ Name = 'One'; TenantId = '{{Tenant}}'; ClientId = '{{Client}}'; PasswordBossUri = 'https://127.0.0.1:1/'; {{column}} = 'plain text' } |
                Connect-PBEntra -SkipVerification {{rest}}
            """);

        Assert.Empty(output);
        var error = Assert.Single(session.Errors);
        Assert.StartsWith("ParameterArgumentTransformationError,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains($"'{column}'", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("plain text", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(session.Get<PBConnection>("Get-PBConnection"));
    }

    [Fact]
    public void Several_objects_without_a_name_are_not_stored_under_the_default_name()
    {
        using var session = new Session();

        var output = session.Run($$"""
            $secret = {{Secret}}
            'a', 'b' | ForEach-Object { [pscustomobject]@{ TenantId = '{{Tenant}}'; ClientId = '{{Client}}'; PasswordBossUri = "https://127.0.0.1:1/$_" } } | Connect-PBEntra -ClientSecret $secret {{Rows}}
            """);

        Assert.Empty(output);
        Assert.Equal(2, session.Errors.Count);
        Assert.All(session.Errors, error => Assert.StartsWith("ConnectionUnnamed,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.Empty(session.Get<PBConnection>("Get-PBConnection"));
        Assert.Equal("Default", Assert.Single(session.Get<PBConnection>($$"""
            [pscustomobject]@{ TenantId = '{{Tenant}}'; ClientId = '{{Client}}'; PasswordBossUri = "https://127.0.0.1:1/" } | Connect-PBEntra -ClientSecret $secret {{Rows}}
            """)).Connection);
    }

    [Fact]
    public void WhatIf_stores_no_connection_and_keeps_the_current_one()
    {
        using var session = TwoBoxes();

        Assert.Empty(session.Run($"$secret = {Secret}; Connect-PBEntra -Name New -ClientSecret $secret {Rest} {Rows} -WhatIf; Connect-PBEntra -Name Box -Sandbox -WhatIf"));

        Assert.Empty(session.Errors);
        Assert.Equal(2, session.Host.Lines.Count(line => line.StartsWith("What if:", StringComparison.Ordinal)));
        Assert.Equal(["One", "Two"], session.Get<PBConnection>("Get-PBConnection").Select(connection => connection.Connection));
        Assert.Equal("Two", Assert.Single(session.Get<PBSyncRule>("Get-PBSyncRule")).Connection);
        Assert.StartsWith("CredentialMissing,", session.Fail($"Connect-PBEntra -Name New {Rest} -WhatIf").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_select_connections_in_every_command_that_takes_wildcards()
    {
        using var session = TwoBoxes();
        session.Run("Connect-PBEntra -Name Three -Sandbox; Set-PBConnection -Name One -Tag gold, pilot; Set-PBConnection -Name Three -Tag Gold");
        Assert.Empty(session.Errors);

        Assert.Equal(["One", "Three"], Names("$ended = 0; do { Watch-PBSync -Tag gold | ForEach-Object { $_; if (++$ended -eq 2) { break } } } while ($false)"));
        session.Run("Invoke-PBSync -Name Two");
        foreach (var command in new[]
        {
            "Get-PBConnection", "Get-PBSyncRule", "Get-PBConnectorStatus", "Get-PBSyncGroup", "Test-PBConnection", "Invoke-PBSync -WhatIf", "Get-PBUser", "Get-PBLink", "Get-PBSyncHistory",
        })
        {
            Assert.Equal(command + ": One, Three", command + ": " + string.Join(", ", Names(command + " -Tag gold")));
            Assert.Equal(command + ": One, Three, Two", command + ": " + string.Join(", ", Names(command + " -Name *")));
        }

        session.Run("Export-PBConfiguration -Tag gold -Path $env:PBENTRA_HOME/../gold.json");
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(session.Home, "gold.json")));
        Assert.Equal(["One", "Three"], file.RootElement.GetProperty("connections").EnumerateArray().Select(connection => connection.GetProperty("name").GetString()).Order(StringComparer.Ordinal));

        Assert.Equal("One", Assert.Single(session.Get<PBConnection>("Get-PBConnection -Tag pil*")).Connection);
        Assert.Equal("Three", Assert.Single(session.Get<PBConnection>("Get-PBConnection T* -Tag gold")).Connection);
        Assert.Equal("One", Assert.Single(session.Get<PBConnection>("'One', 'Two' | Get-PBConnection -Tag gold")).Connection);
        Assert.StartsWith("TagNotFound,", session.Fail("Invoke-PBSync -Tag silver").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("ConnectionTagInvalid,", session.Run("Set-PBConnection -Name One -Tag 'a;b'; $Error[0].FullyQualifiedErrorId")[0].ToString(), StringComparison.Ordinal);
        Assert.StartsWith("ConnectionNotFound,", session.Fail("Set-PBConnection -Name T* -Tag x").FullyQualifiedErrorId, StringComparison.Ordinal);
        session.Run("Set-PBConnection -Name One -Tag @() -WhatIf");
        Assert.Equal(["gold", "pilot"], Assert.Single(session.Get<PBConnection>("Get-PBConnection One")).Tags);
        Assert.Empty(Assert.Single(session.Get<PBConnection>("Set-PBConnection -Name One -Tag @() -PassThru")).Tags);

        IEnumerable<string> Names(string script) =>
            session.Run("$WarningPreference = 'SilentlyContinue'; " + script).Select(item => (string)item.Properties["Connection"].Value).Distinct().Order(StringComparer.Ordinal).ToList();
    }

    [Fact]
    public void Each_command_whose_names_may_contain_wildcards_selects_by_tag()
    {
        using var session = new Session();

        foreach (var command in session.Run("Get-Command -Module PasswordBoss.EntraConnector -ParameterName Name").Select(item => (CmdletInfo)item.BaseObject))
        {
            var type = command.ImplementingType;
            var takesWildcards = type.GetProperty("TakesWildcards", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(Activator.CreateInstance(type)) is true;
            // The tags of other commands are values to store.
            var selectsByTag = command.Parameters.TryGetValue("Tag", out var tag) && tag.Attributes.OfType<SupportsWildcardsAttribute>().Any();
            Assert.True(takesWildcards == selectsByTag, command.Name);
        }
    }

    [Theory]
    [InlineData("-Tag gold", "One")]
    [InlineData("-Name * -Tag gold", "One")]
    [InlineData("-Name *", "*")]
    public void A_task_for_a_tag_is_one_for_each_of_its_connections(string arguments, string target)
    {
        using var session = TwoBoxes();
        session.Run("Set-PBConnection -Name One -Tag gold");

        session.Run($"Register-PBSyncTask {arguments} -WhatIf");

        Assert.Empty(session.Errors);
        Assert.EndsWith($"on target \"{target}\".", Assert.Single(session.Host.Lines, line => line.StartsWith("What if:", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_are_completed_from_the_store()
    {
        using var session = TwoBoxes();
        session.Run("Set-PBConnection -Name One -Tag gold, 'two words'");

        var completions = session.Run("$line = 'Invoke-PBSync -Tag '; [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches | ForEach-Object { $_.CompletionText }")
            .Select(text => text.ToString());

        Assert.Equal(["gold", "'two words'"], completions);
    }

    private static Session TwoBoxes()
    {
        var session = new Session();
        session.Run("Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Two -Sandbox");
        Assert.Empty(session.Errors);
        return session;
    }
}
