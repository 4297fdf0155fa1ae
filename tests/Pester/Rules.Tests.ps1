BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'Rules' {
    BeforeEach { New-Sandbox }

    It 'have the documented defaults' {
        $rule = Get-PBSyncRule
        $rule.DeletedUser, $rule.DisabledUser, $rule.RemovedUser | Should -Be @('Disable', 'Disable', 'Disable')
        $rule.MaxRemovalPercent | Should -Be 20
        $rule.MaxRemovalCount | Should -Be 5
        $rule.ExistingAccount | Should -Be 'Adopt'
        $rule.DeleteAfterDays | Should -Be 30
        $rule.UnknownMember | Should -Be 'Report'
    }

    It 'warn when <Rule> = <Choice> is chosen' -ForEach @(
        @{ Rule = 'ExistingAccount'; Choice = 'AdoptAny' }
        @{ Rule = 'UnknownMember'; Choice = 'Remove' }
        @{ Rule = 'DeletedUser'; Choice = 'Delete' }
    ) {
        $change = @{ $Rule = $Choice }
        Set-PBSyncRule @change -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
        (Get-PBSyncRule).$Rule | Should -Be $Choice
    }

    It 'can be changed one by one and reset to the defaults' {
        Set-PBSyncRule -GuestUser Skip
        Set-PBSyncRule -EmailSource UserPrincipalName
        (Get-PBSyncRule).GuestUser | Should -Be 'Skip'
        (Get-PBSyncRule).EmailSource | Should -Be 'UserPrincipalName'
        (Set-PBSyncRule -Reset -PassThru).GuestUser | Should -Be 'Include'
    }

    It 'stay unchanged under -WhatIf' {
        Set-PBSyncRule -DeletedUser Delete -WhatIf -WarningAction SilentlyContinue
        (Get-PBSyncRule).DeletedUser | Should -Be 'Disable'
    }

    It 'refuse <Name> = <Value>' -ForEach @(
        @{ Name = 'MaxRemovalPercent'; Value = 101 }
        @{ Name = 'MaxRemovalCount'; Value = -1 }
        @{ Name = 'DeleteAfterDays'; Value = 3651 }
        @{ Name = 'UnknownMember'; Value = 'Ignore' }
        @{ Name = 'DeletedUser'; Value = 'Burn' }
    ) {
        $before = Get-PBSyncRule | ConvertTo-Json
        $change = @{ $Name = $Value }
        { Set-PBSyncRule @change -ErrorAction Stop } | Should -Throw
        Get-PBSyncRule | ConvertTo-Json | Should -Be $before
    }

    It 'can be copied from one connection to another' {
        Set-PBSyncRule -GuestUser Skip -MaxRemovalCount 7
        $null = Connect-PBEntra -Name Other -Sandbox
        $rule = Get-PBSyncRule -Name Box
        Set-PBSyncRule -Name Other -GuestUser $rule.GuestUser -MaxRemovalCount $rule.MaxRemovalCount
        (Get-PBSyncRule -Name Other).GuestUser | Should -Be 'Skip'
        (Get-PBSyncRule -Name Other).MaxRemovalCount | Should -Be 7
    }

    It 'decide the state of new accounts: <NewUser> creates them as <State>' -ForEach @(
        @{ NewUser = 'CreateActive'; State = 'Active' }
        @{ NewUser = 'CreatePending'; State = 'Pending' }
    ) {
        Set-PBSyncRule -NewUser $NewUser
        $null = Invoke-QuietSync
        Get-PBUser | ForEach-Object State | Select-Object -Unique | Should -Be $State
    }

    It 'can skip guests' {
        $with = (Invoke-QuietSync -WhatIf).Created
        Set-PBSyncRule -GuestUser Skip
        (Invoke-QuietSync -WhatIf).Created | Should -BeLessThan $with
    }
}
