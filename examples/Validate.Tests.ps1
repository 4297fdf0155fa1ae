<#
.SYNOPSIS
    Checks stored connections with Pester: fresh sync, no pause, access not expiring, group not empty, sane limits. Each check of a connection is a test with its name.
.DESCRIPTION
    Needs Pester 5 or later, in Windows PowerShell 5.1 or PowerShell 7. Run it as the account that syncs, because each account has its own store. It changes nothing.

    Most tests read only the stored state. One test per connection, with the tag Network, asks Entra: it signs in and reads the user group. -ExcludeTag Network leaves it out.

    All connections, at a prompt:

        Invoke-Pester -Path Validate.Tests.ps1 -Output Detailed

    Some connections, with other limits, and a result file (NUnit or JUnit) for a build server. The exit code is the number of failed tests:

        $configuration = New-PesterConfiguration
        $configuration.Run.Container = New-PesterContainer -Path Validate.Tests.ps1 -Data @{ Name = 'Contoso', 'Fabrikam'; FreshMinutes = 30 }
        $configuration.Run.Exit = $true
        $configuration.TestResult.Enabled = $true
        $configuration.TestResult.OutputFormat = 'JUnitXml'
        $configuration.TestResult.OutputPath = 'passwordboss.xml'
        Invoke-Pester -Configuration $configuration
.PARAMETER Name
    The connections, with wildcards; all by default. A name that is not stored is a failed test.
.PARAMETER FreshMinutes
    The highest age of the last successful run, in minutes.
.PARAMETER ExpiryDays
    How many days before its expiry a secret or certificate counts as expiring. A date that is not known fails no test.
.PARAMETER MaxRemovalPercent
    The highest percentage of accounts that the rules may allow a connection to remove within 24 hours.
.PARAMETER MaxRemovalCount
    The highest MaxRemovalCount that the rules may have. Up to this number of removals, the percentage does not apply.
#>
param(
    [string[]] $Name = '*',
    [int] $FreshMinutes = 60,
    [int] $ExpiryDays = 30,
    [int] $MaxRemovalPercent = 20,
    [int] $MaxRemovalCount = 10
)

BeforeDiscovery {
    # The module of this script, unless the caller has imported another copy.
    if (-not (Get-Module PasswordBoss.EntraConnector)) { Import-Module "$PSScriptRoot/../PasswordBoss.EntraConnector.psd1" }
    $missing = @()
    $connections = @(
        foreach ($one in $Name) {
            $reason = "No stored connection matches '$one'."
            $found = @(try { Get-PBConnectorStatus -Name $one -ErrorAction Stop } catch { $reason = "$_" })
            if (-not $found) { $missing += @{ Wanted = $one; Reason = $reason } }
            $found | ForEach-Object { @{ Connection = $_.Connection } }
        }
    )
}

if ($missing) {
    Describe 'The connection <Wanted>' -ForEach $missing {
        It 'is stored for this account' {
            $Reason | Should -BeNullOrEmpty -Because 'each account sees only its own store'
        }
    }
}

if ($connections) {
    Describe 'The connection <Connection>' -ForEach $connections {
        BeforeAll {
            $status = Get-PBConnectorStatus -Name $Connection
            $because = $status.Message
        }

        It 'has access: it is connected' {
            $status.Status | Should -Not -BeIn 'NotAuthorized', 'Damaged', 'NotActivated', 'PendingConnection' -Because $because
        }

        It 'is not paused' {
            $status.Status | Should -Not -Be 'Paused' -Because $because
        }

        It 'has synced within <FreshMinutes> minutes' -TestCases @{ FreshMinutes = $FreshMinutes } {
            $status.LastSuccess | Should -Not -BeNullOrEmpty -Because $because
            $status.LastSuccess | Should -BeGreaterThan ([datetimeoffset]::UtcNow.AddMinutes(-$FreshMinutes)) -Because $because
        }

        It 'does not fail' {
            $status.FailingSince | Should -BeNullOrEmpty -Because $because
        }

        It 'is synced by its task, if it has one' {
            $status.Overdue | Should -BeFalse -Because 'the scheduled task should have run since then'
        }

        It 'has a secret that stays valid for <ExpiryDays> days, as far as is known' -TestCases @{ ExpiryDays = $ExpiryDays } {
            if ($status.SecretExpires) { $status.SecretExpires | Should -BeGreaterThan ([datetimeoffset]::UtcNow.AddDays($ExpiryDays)) }
        }

        It 'has a user group, and accounts of its members' {
            $status.UserGroup | Should -Not -BeNullOrEmpty
            $status.ManagedUsers | Should -BeGreaterThan 0
        }

        It 'removes at most <MaxRemovalPercent> percent, or <MaxRemovalCount> accounts, a day' -TestCases @{ MaxRemovalPercent = $MaxRemovalPercent; MaxRemovalCount = $MaxRemovalCount } {
            $rule = Get-PBSyncRule -Name $Connection
            $rule.MaxRemovalPercent | Should -BeLessOrEqual $MaxRemovalPercent
            $rule.MaxRemovalCount | Should -BeLessOrEqual $MaxRemovalCount
        }

        It 'deletes no vault without a wait' {
            $rule = Get-PBSyncRule -Name $Connection
            if ('Delete' -in $rule.DeletedUser, $rule.DisabledUser, $rule.RemovedUser) { $rule.DeleteAfterDays | Should -BeGreaterThan 0 }
        }

        It 'has members in its user group' -Tag Network {
            $group = Get-PBSyncGroup -Name $Connection | Where-Object Role -EQ 'User'
            $group.MemberCount | Should -BeGreaterThan 0
        }
    }
}
