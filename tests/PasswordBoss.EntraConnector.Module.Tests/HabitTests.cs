using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The habits of PowerShell: unknown names, default parameters, previews, and objects from jobs.</summary>
[Trait("Speed", "Slow")]
public sealed class HabitTests : IDisposable
{
    // As a job and a remote session do it.
    private const string Copy = "filter Receive-Copy { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_, 1)) }\n";

    private readonly Session session = new();

    public HabitTests() => session.Run("Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Two -Sandbox; Connect-PBEntra -Name One");

    public void Dispose() => session.Dispose();

    // ── unknown names ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData("Get-PBConnection -Name Missing, Two, Absent")]
    [InlineData("Get-PBConnectorStatus -Name Missing, Two, Absent")]
    [InlineData("Get-PBSyncRule -Name Missing, Two, Absent")]
    [InlineData("Get-PBSyncRule -Connection Missing, Two, Absent")]
    [InlineData("'Missing', 'Two', 'Absent' | Get-PBSyncRule")]
    [InlineData("Set-PBSyncRule -Name Missing, Two, Absent -RemovedUser None -PassThru")]
    [InlineData("Set-PBConnection -Name Missing, Two, Absent -Tag gold -PassThru")]
    [InlineData("Set-PBSyncGroup -Name Missing, Two, Absent -IncludeNested -PassThru")]
    [InlineData("Test-PBConnection -Name Missing, Two, Absent")]
    [InlineData("Invoke-PBSync -Name Missing, Two, Absent -WhatIf")]
    [InlineData("Invoke-PBSync -Name Missing, T*, Absent -WhatIf")]
    [InlineData("Register-PBAlert -Name Missing, Two, Absent -Uri https://x.example/")]
    public void Each_name_that_is_not_stored_is_an_error_and_the_others_go_on(string script)
    {
        Assert.Equal(["Two"], Names(session.Run(script)).Distinct());

        Assert.Equal(["Missing", "Absent"], session.Errors.Select(error => error.TargetObject));
        Assert.All(session.Errors, error => Assert.StartsWith("ConnectionNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.All(session.Errors, error => Assert.Contains("One, Two", error.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_about_names_can_be_silenced()
    {
        Assert.Equal(["Two"], Names(session.Run("Invoke-PBSync -Name Missing, Two -WhatIf -ErrorAction SilentlyContinue")));

        Assert.Empty(session.Errors);
    }

    [Fact]
    public void Under_Stop_all_other_connections_run_and_their_results_come_first()
    {
        session.Run("$results = @(); try { Invoke-PBSync -Name Missing, One, Two -ErrorAction Stop | ForEach-Object { $results += $_ } } catch { $caught = $_ }");

        Assert.Equal(["One", "Two"], Names(session.Run("$results")).Order());
        Assert.StartsWith("ConnectionNotFound,", Assert.IsType<ErrorRecord>(session.Run("$caught").Single().BaseObject).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.NotEmpty(session.Get<PBSyncResult>("Get-PBSyncHistory -Name Two"));
    }

    [Fact]
    public void If_no_name_is_stored_nothing_happens()
    {
        var file = Path.Combine(session.Home, "none.json");

        session.Run($"Invoke-PBSync -Name Missing -Full; Export-PBConfiguration -Name Missing -Path '{file}'; Disconnect-PBEntra -Name Missing -Remove -Confirm:$false; Set-PBSyncRule -Name Missing -RemovedUser None");

        Assert.Equal(4, session.Errors.Count(error => error.FullyQualifiedErrorId.StartsWith("ConnectionNotFound,", StringComparison.Ordinal)));
        Assert.False(File.Exists(file));
        Assert.Equal(["One", "Two"], Names(session.Run("Get-PBConnection")));
    }

    // ── default parameters ──────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData("Get-PBConnection -Name Two | Invoke-PBSync -WhatIf")]
    [InlineData("Get-PBConnection -Name Two | Get-PBSyncRule")]
    [InlineData("Get-PBConnectorStatus -Name Two | Get-PBSyncGroup")]
    [InlineData("Get-PBSyncRule -Name Two | Set-PBSyncRule -MaxRemovalCount 7 -PassThru")]
    [InlineData("Get-PBSyncGroup -Name Two | Set-PBSyncGroup -IncludeNested -PassThru")]
    [InlineData("@(Get-PBLink -Name Two)[0] | Get-PBLink")]
    [InlineData("Get-PBSyncRule -Connection Two")]
    [InlineData("'Two' | Get-PBSyncRule")]
    [InlineData("Invoke-PBSync -Tag gold -WhatIf")]
    [InlineData("Register-PBAlert -Connection Two -Uri https://x.example/")]
    [InlineData("Register-PBAlert -Tag gold -Uri https://x.example/ | Where-Object Tag -eq gold | ForEach-Object { Get-PBConnection -Tag gold }")]
    [InlineData("Get-PBConnection -Name Two | Test-PBConnection")]
    public void A_default_name_gives_way_to_the_pipeline_and_to_other_selections(string script)
    {
        session.Run("Set-PBConnection -Name Two -Tag gold; Invoke-PBSync -Name Two");
        foreach (var key in new[] { "*-PB*:Name", "*:ProfileName", "'*-PB*':'Name'" })
        {
            var output = session.Run($"$PSDefaultParameterValues = @{{ \"{key}\" = 'One' }}\n{script}");

            Assert.Empty(session.Errors.Select(error => error.ToString()));
            Assert.Equal(["Two"], Names(output).Distinct());
        }
    }

    [Fact]
    public void A_default_name_selects_where_nothing_else_does()
    {
        session.Run("Connect-PBEntra -Name Two");

        Assert.Equal(["One"], Names(session.Run("$PSDefaultParameterValues = @{ '*-PB*:Name' = 'One' }; Get-PBSyncRule")));
        Assert.Equal(["Two"], Names(session.Run("Get-PBSyncRule -Name Two")));
        Assert.Equal(["One"], Names(session.Run("$PSDefaultParameterValues = @{ '*-PB*:Name' = { 'One' } }; Get-PBSyncRule")));
        Assert.Equal(["Two"], Names(session.Run("Get-PBConnection -Name Two | Get-PBSyncRule")));
    }

    [Fact]
    public void A_typed_name_beside_a_connection_is_still_refused()
    {
        Assert.StartsWith("ConnectionGivenTwice,", session.Fail("$PSDefaultParameterValues = @{ '*-PB*:Name' = 'Two' }; Get-PBSyncRule -Name One -Connection Two").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("ConnectionGivenTwice,", session.Fail("$PSDefaultParameterValues = @{ '*-PB*:Name' = 'One'; Disabled = $true }; Get-PBSyncRule -Name One -Connection Two").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    // PowerShell splits a key at its first colon outside quotation marks, so this key names another command and its pattern is not used.
    [Theory]
    [InlineData("a:[b:Name")]
    [InlineData("a:[b")]
    [InlineData("\"a:b\":[Name")]
    [InlineData("Get-PBSyncRule:Name:")]
    public void An_invalid_pattern_of_a_default_value_for_another_command_is_ignored(string key) =>
        Assert.StartsWith("ConnectionGivenTwice,", session.Fail($"$PSDefaultParameterValues = @{{ '{key}' = 'One' }}; Get-PBSyncRule -Name One -Connection Two").FullyQualifiedErrorId, StringComparison.Ordinal);

    [Fact]
    public void A_default_name_does_not_rename_the_rows_of_a_file()
    {
        const string Secret = "[System.Net.NetworkCredential]::new('', 'not a real secret').SecurePassword";

        var connections = session.Run($$"""
            $PSDefaultParameterValues = @{ '*-PB*:Name' = 'One' }
            [pscustomobject]@{ Name = 'Three'; TenantId = [guid]::NewGuid() }, [pscustomobject]@{ Name = 'Four'; TenantId = [guid]::NewGuid() } |
                Connect-PBEntra -ClientId ([guid]::NewGuid()) -ClientSecret ({{Secret}}) -PasswordBossUri https://127.0.0.1:1/ -PasswordBossToken ({{Secret}}) -SkipVerification
            """);

        Assert.Empty(session.Errors.Select(error => error.ToString()));
        Assert.Equal(["Three", "Four"], Names(connections));
    }

    // ── previews ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_preview_of_the_rules_shows_old_and_new_values_and_the_warnings()
    {
        session.Run("Set-PBSyncRule -DeletedUser Delete -DeleteAfterDays 0 -MaxRemovalCount 9 -WhatIf");

        var line = Assert.Single(session.Host.Lines, text => text.StartsWith("What if:", StringComparison.Ordinal));
        Assert.Contains("DeletedUser: Disable -> Delete; DeleteAfterDays: 30 -> 0; MaxRemovalCount: 5 -> 9", line, StringComparison.Ordinal);
        Assert.Single(session.Warnings);
        Assert.Equal((LeaverRule.Disable, 5), session.Get<PBSyncRule>("Get-PBSyncRule").Select(rule => (rule.DeletedUser, rule.MaxRemovalCount)).Single());
        Assert.StartsWith("RuleValueInvalid,", session.Report("Set-PBSyncRule -MaxRemovalPercent 101 -WhatIf").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preview_of_the_groups_shows_old_and_new_values()
    {
        var before = session.Get<PBSyncGroup>("Get-PBSyncGroup").Select(group => group.Id).ToArray();

        session.Run("Set-PBSyncGroup -AddGroup 'Design Studio' -IncludeNested -WhatIf");

        var line = Assert.Single(session.Host.Lines, text => text.StartsWith("What if:", StringComparison.Ordinal));
        Assert.Matches(@"AdditionalGroups: .* -> .*Design Studio \(.*IncludeNested: false -> true", line);
        Assert.Equal(before, session.Get<PBSyncGroup>("Get-PBSyncGroup").Select(group => group.Id));
    }

    [Theory]
    [InlineData("Interns", "has no users yet")]
    [InlineData("Board", "hides its members")]
    public void A_preview_of_another_user_group_shows_both_and_warns(string group, string warning)
    {
        session.Run($"Set-PBSyncGroup -UserGroup {group} -WhatIf");

        Assert.Empty(session.Errors.Select(error => error.ToString()));
        Assert.Matches($"UserGroup: Password Boss Users .* -> {group} ", Assert.Single(session.Host.Lines, text => text.StartsWith("What if:", StringComparison.Ordinal)));
        Assert.Contains(warning, Assert.Single(session.Warnings), StringComparison.Ordinal);
        Assert.Equal("Password Boss Users", session.Get<PBConnection>("Get-PBConnection -Name One").Single().UserGroup);
    }

    [Fact]
    public void A_preview_of_the_tags_shows_old_and_new_values()
    {
        session.Run("Set-PBConnection -Name One -Tag gold; Set-PBConnection -Name One -Tag silver, pilot -WhatIf");

        Assert.Contains("gold -> silver, pilot", Assert.Single(session.Host.Lines, text => text.StartsWith("What if:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(["gold"], session.Get<PBConnection>("Get-PBConnection -Name One").Single().Tags);
        Assert.StartsWith("ConnectionTagInvalid,", session.Report("Set-PBConnection -Name One -Tag 'a*' -WhatIf").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    // ── objects from jobs ───────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void Results_keep_their_changes_and_steps()
    {
        session.Run(Copy + "$result = Invoke-PBSync -WhatIf; $copy = $result | Receive-Copy; $one = Invoke-PBSync -User zoe.obrien-mueller@fjordlight.example -WhatIf | Receive-Copy; Invoke-PBSync; $past = Get-PBSyncHistory -Last 1 | Receive-Copy");

        Assert.Equal("True", Text("$copy.Changes.Count -gt 5 -and $copy.Changes.Count -eq $result.Changes.Count"));
        Assert.Equal("True", Text("$copy.Changes[0].Email -eq $result.Changes[0].Email -and $null -ne $copy.Changes[0].Time"));
        Assert.Equal("5", Text("@($one.Steps.Detail).Count"));
        Assert.Equal("True", Text("[bool] $past.Changes[0].Reason"));
        Assert.Equal("True", Text("$copy.Warnings -is [System.Collections.IList] -or -not $result.Warnings"));
    }

    [Fact]
    public void Every_list_of_every_output_type_survives_a_copy()
    {
        session.Run("Set-PBConnection -Name One -Tag gold, pilot; Set-PBSyncGroup -AddGroup 'Design Studio'; Invoke-PBSync; Invoke-PBSync");
        var script = Copy + """
            foreach ($object in @(Get-PBConnection One; @(Get-PBUser | Where-Object Groups)[0]; Register-PBAlert -Name One -Uri https://x.example/; Get-PBSyncHistory -Last 1; Get-PBConnectorStatus One; @(Get-PBLink)[0]; Get-PBSyncRule)) {
                $copy = $object | Receive-Copy
                foreach ($property in $object.PSObject.Properties) {
                    if ($property.Value -is [System.Collections.IEnumerable] -and $property.Value -isnot [string] -and $copy.($property.Name) -is [string]) { "$($object.GetType().Name).$($property.Name)" }
                }
            }
            """;

        Assert.Empty(session.Run(script).Select(item => item.ToString()));
        Assert.Empty(session.Errors);
    }

    // The copy of an enumeration is a number otherwise, and -eq 'Refused' is false.
    [Fact]
    public void Every_enumeration_of_an_output_type_is_a_text_in_a_copy()
    {
        var types = typeof(PBSyncResult).Assembly.GetExportedTypes().Where(type => type.Name.StartsWith("PB", StringComparison.Ordinal)).SelectMany(type => type.GetProperties())
            .Select(property => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)
            .Select(type => type.IsGenericType ? type.GetGenericArguments()[0] : type)
            .Where(type => type.IsEnum).Distinct().ToList();

        Assert.NotEmpty(types);
        foreach (var type in types)
            Assert.Equal("True", Text($"$value = [{type.FullName}] '{Enum.GetNames(type)[^1]}'; $copy = ([pscustomobject]@{{ Value = $value }} | ForEach-Object {{ [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_, 2)) }}).Value; $copy -eq '{Enum.GetNames(type)[^1]}' -and [{type.FullName}] $copy -eq $value"));
    }

    [Theory]
    [InlineData("Set-PBSyncGroup -AddGroup $group")]
    [InlineData("Set-PBSyncGroup -AddGroup @($group)")]
    [InlineData("Set-PBSyncGroup -AdditionalGroup $group")]
    [InlineData("$group | Set-PBSyncGroup")]
    [InlineData("Set-PBSyncGroup -AddGroup ($group, $group)")]
    public void A_group_from_a_job_is_an_argument(string script)
    {
        session.Run(Copy + "$group = Get-PBSyncGroup -Available -Filter 'Design*' | Receive-Copy\n" + script);

        Assert.Empty(session.Errors.Select(error => error.ToString()));
        Assert.Contains(session.Get<PBSyncGroup>("Get-PBSyncGroup"), group => group.DisplayName.StartsWith("Design", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Set-PBSyncGroup -UserGroup $group")]
    [InlineData("Connect-PBEntra -Name One -UserGroup $group")]
    [InlineData("Connect-PBEntra -Name One -AdditionalGroup $group; Set-PBSyncGroup -RemoveGroup $group; Set-PBSyncGroup -UserGroup $group")]
    public void A_group_from_a_job_is_an_argument_of_every_parameter_for_groups(string script)
    {
        session.Run(Copy + "$group = Get-PBSyncGroup -Available -Filter 'Design*' | Receive-Copy\n" + script);

        Assert.Empty(session.Errors.Select(error => error.ToString()));
        Assert.Equal("Design Studio", Assert.Single(session.Get<PBSyncGroup>("Get-PBSyncGroup")).DisplayName);
    }

    [Theory]
    [InlineData("Get-PBConnection -Name Two | Receive-Copy | Get-PBSyncRule")]
    [InlineData("$connection = Get-PBConnection -Name Two | Receive-Copy; Get-PBSyncRule -Connection $connection")]
    [InlineData("$results = @(Get-PBConnection -Name T* | Invoke-PBSync -WhatIf | Receive-Copy); Get-PBSyncRule -Connection $results")]
    [InlineData("Get-PBConnectorStatus -Name Two | Receive-Copy | Invoke-PBSync -WhatIf")]
    [InlineData("Get-PBSyncRule -Name Two | Receive-Copy | Set-PBSyncRule -PassThru")]
    public void A_connection_or_result_from_a_job_is_an_argument(string script)
    {
        var output = session.Run(Copy + script);

        Assert.Empty(session.Errors.Select(error => error.ToString()));
        Assert.Equal(["Two"], Names(output));
    }

    [Fact]
    public void A_job_keeps_the_changes_and_its_groups_are_arguments()
    {
        var script = Path.Combine(session.Home, "job.ps1");
        File.WriteAllText(script, $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{Repository.Manifest}}'
            # One job for all of them, because each job is a new PowerShell.
            $run, $one, $group, $past, $links = Start-Job -ArgumentList '{{Repository.Manifest}}' {
                param($manifest)
                Import-Module $manifest
                Invoke-PBSync -Name One
                Invoke-PBSync -Name One -User zoe.obrien-mueller@fjordlight.example -WhatIf
                Get-PBSyncGroup -Name One -Available -Filter 'Design*'
                Get-PBSyncHistory -Name One -Last 1
                Get-PBLink -Name One
            } | Receive-Job -Wait -AutoRemoveJob -WarningAction Ignore
            "changes: $($run.Changes.Count) $($run.Changes[0].GetType().Name) $($run.Changes[0].PSObject.TypeNames[0])"
            "time: $([datetimeoffset] $run.Changes[0].Time -gt [datetimeoffset]::Now.AddHours(-1))"
            "comparisons: $($run.Outcome -eq 'Partial') $(@($run.Changes | Where-Object Outcome -EQ Done).Count -gt 0) $($run.Mode -in 'Full', 'User')"
            "steps: $($one.Steps.Name)"
            $group | Set-PBSyncGroup
            Set-PBSyncGroup -Name Two -AddGroup $group
            Get-PBSyncGroup -Name One, Two | Where-Object Role -EQ Additional | ForEach-Object { "group: $($_.Connection) $($_.DisplayName)" }
            ($links | Select-Object -First 1 | Format-Table | Out-String -Width 120).Trim()
            ($run.Changes[0] | Format-List | Out-String -Width 120).Trim()
            ($run | Out-String -Width 120).Trim()
            ($past | Out-String -Width 120).Trim()
            """);

        var (exitCode, output) = PowerShellProcess.Run(Path.Combine(session.Home, "state"), script);

        Assert.True(exitCode == 0, output);
        Assert.Matches(@"changes: \d\d PSObject Deserialized\.PasswordBoss\.EntraConnector\.PBSyncChange", output);
        Assert.Contains("time: True", output, StringComparison.Ordinal);
        Assert.Contains("comparisons: True True True", output, StringComparison.Ordinal);
        Assert.Contains("steps: Entra Scope Account Changes Holds", output, StringComparison.Ordinal);
        Assert.Contains("group: One Design Studio", output, StringComparison.Ordinal);
        Assert.Contains("group: Two Design Studio", output, StringComparison.Ordinal);
        Assert.Matches(@"Active +Created +20\d\d-\d\d-\d\d", output);
        Assert.Matches(@"Time +: 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d", output);
        Assert.Matches(@"One +Partial +\d+\.\d s", output);
        Assert.Matches(@"20\d\d-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d One +Partial", output);
    }

    [Theory]
    [InlineData("(Get-PBSyncHistory -Last 1).StartedAt")]
    [InlineData("(Get-PBSyncHistory -Last 1 | Receive-Copy).StartedAt")]
    [InlineData("(Get-PBSyncHistory -Last 1 | Receive-Copy).Changes[0].Time")]
    [InlineData("[datetime]::MinValue")]
    [InlineData("'2020-01-01'")]
    public void The_time_of_an_output_is_an_argument_in_each_culture(string since)
    {
        session.Run("Invoke-PBSync -Name One -Full");
        foreach (var culture in new[] { "th-TH", "ar-SA", "fa-IR", "en-GB" })
            Assert.Single(session.Get<PBSyncResult>($"{Copy}\n[cultureinfo]::CurrentCulture = '{culture}'; $since = {since}; if ($since -is [string]) {{ $since = ([datetimeoffset] $since).AddMinutes(-1) }}; Get-PBSyncHistory -Since $since"));
    }

    // ── confirmations ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Theory]
    [InlineData("Disconnect-PBEntra -Name One, Two -Remove -Confirm")]
    [InlineData("Set-PBSyncRule -Name One, Two -MaxRemovalCount 9 -Confirm")]
    [InlineData("Set-PBConnection -Name One, Two -Tag gold -Confirm")]
    [InlineData("Get-PBConnection | Set-PBSyncGroup -IncludeNested -Confirm")]
    public void A_prompt_for_one_of_several_connections_has_its_number(string script)
    {
        session.Host.Answer = _ => "&Yes";

        session.Run(script);

        Assert.Equal(2, session.Host.Prompts.Count);
        Assert.Contains("\"One (1 of 2)\"", session.Host.Prompts[0].Message, StringComparison.Ordinal);
        Assert.Contains("\"Two (2 of 2)\"", session.Host.Prompts[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_prompt_and_a_preview_have_no_number()
    {
        session.Host.Answer = _ => "&Yes";

        session.Run("Set-PBConnection -Name One -Tag gold -Confirm; Set-PBConnection -Name One, Two -Tag silver -WhatIf");

        Assert.Contains("\"One\"", Assert.Single(session.Host.Prompts).Message, StringComparison.Ordinal);
        Assert.All(session.Host.Lines.Where(line => line.StartsWith("What if:", StringComparison.Ordinal)), line => Assert.DoesNotContain(" of ", line, StringComparison.Ordinal));
    }

    // ── blank items of lists ────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void Every_list_refuses_blank_items_before_anything_is_done()
    {
        session.Run("Invoke-PBSync -Name One; Set-PBConnection -Name One -Tag gold");
        var before = Text("Get-PBLink -Name One; Get-PBConnection -Name One; Get-PBSyncGroup -Name One");

        var accepted = session.Run("""
            $texts = @{ Null = , $null; Empty = , ''; White = , '  '; Last = 'One', $null }
            foreach ($command in Get-Command -Module PasswordBoss.EntraConnector) {
                foreach ($parameter in $command.Parameters.Values | Where-Object { $_.ParameterType.IsArray }) {
                    foreach ($case in $texts.Keys) {
                        if ($parameter.ParameterType -ne [string[]] -and $case -ne 'Null') { continue }
                        $given = @{ $parameter.Name = $texts[$case]; ErrorAction = 'Stop' }
                        if ($command.Parameters.ContainsKey('Confirm')) { $given.WhatIf = $true }
                        try { $null = & $command @given; $id = 'accepted' } catch { $id = $_.FullyQualifiedErrorId; $text = "$_" }
                        if ($id -notmatch '^ParameterArgument(Validation|Transformation)Error') { "$command -$($parameter.Name) $case : $id" }
                    }
                }
            }
            """);

        Assert.Empty(accepted.Select(item => item.ToString()));
        Assert.Equal(before, Text("Get-PBLink -Name One; Get-PBConnection -Name One; Get-PBSyncGroup -Name One"));
    }

    [Theory]
    [InlineData("Set-PBSyncGroup -Name One -AddGroup @('Design Studio', $null)", "Item 2 of the list is null")]
    [InlineData("Get-PBLink -Name One -User $null", "The list is null or empty")]
    [InlineData("Get-PBLink -Name One -User @()", "The list is null or empty")]
    [InlineData("Get-PBLink -Name One -Account $none.AccountId", "The list is null or empty")]
    [InlineData("Get-PBUser -Name One -Email @()", "The list is null or empty")]
    [InlineData("Get-PBSyncHistory -Name One -User ''", "Item 1 of the list is null")]
    public void A_filter_without_a_value_is_refused_and_does_not_select_everything(string script, string text) =>
        Assert.Contains(text, session.Fail(script).ToString(), StringComparison.Ordinal);

    [Fact]
    public void An_object_of_the_pipeline_may_lack_a_value()
    {
        session.Run("Invoke-PBSync -Name One");

        Assert.Equal("astrid.solheim@fjordlight.example", Assert.Single(session.Get<PBLink>("Get-PBUser -Name One -Email astrid* | ForEach-Object { [pscustomobject]@{ Connection = 'One'; AccountId = $_.AccountId; EntraId = $null } } | Get-PBLink")).Email);
    }

    // ── an update under a running session ───────────────────────────────────────────────────────────────────────────────────────

    [SkippableTheory]
    [InlineData("$null = Get-PBConnection", "Get-PBUser -Name Box")]
    [InlineData("$null = 1", "Get-PBConnection")]
    [InlineData("$null = 1", "Get-PBConnectorStatus")]
    public void After_an_update_of_the_module_the_advice_is_a_new_PowerShell(string before, string command)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows locks loaded files, and an update installs a new folder.");
        var script = Path.Combine(session.Home, "update.ps1");
        File.WriteAllText(script, $$"""
            $copy = '{{session.Home}}/copy'
            $null = New-Item -ItemType Directory $copy
            Copy-Item '{{Repository.Manifest}}' $copy
            Copy-Item -Recurse '{{Repository.PathOf("module")}}' "$copy/module"
            Import-Module "$copy/PasswordBoss.EntraConnector.psd1"
            {{before}}
            Get-ChildItem -Recurse "$copy/module" -Include *.dll | ForEach-Object { Set-Content -Path "$($_.FullName).new" 'of the next version'; Move-Item -Force "$($_.FullName).new" $_.FullName }
            try { {{command}} -ErrorAction Stop } catch { $_.FullyQualifiedErrorId; $_.ErrorDetails.RecommendedAction }
            """);
        session.Run("Connect-PBEntra -Name Box -Sandbox");

        var (_, output) = PowerShellProcess.Run(Path.Combine(session.Home, "state"), script);

        Assert.Contains("Start a new PowerShell.", output, StringComparison.Ordinal);
    }

    private string Text(string script) => string.Join(" ", session.Run(script));

    private static string[] Names(IEnumerable<PSObject> output) => output.Select(item => item.Properties["Connection"].Value.ToString()!).ToArray();
}
