BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'Links' {
    BeforeEach {
        New-Sandbox
        $null = Invoke-QuietSync
        $script:person = Get-PBUser -Email 'ingrid.braaten@*'
    }

    It 'show the account of each user' {
        $link = Get-PBLink -User 'ingrid.*'
        $link.EntraId | Should -Be $person.EntraId
        $link.AccountId | Should -Be $person.AccountId
        $link.Connection | Should -BeOfType [string]
        (Get-PBLink | Measure-Object).Count | Should -Be (Get-PBConnectorStatus).ManagedUsers
        (Get-PBLink -Account $person.AccountId).User | Should -Be $person.Email
    }

    It 'are removed, reported as a conflict, and set again' {
        (Get-PBLink -User $person.Email | Remove-PBLink).Kind | Should -Be 'Retired'
        Get-PBLink -User $person.Email | Should -BeNullOrEmpty
        (Get-PBUser -Email $person.Email).State | Should -Be 'Active'

        $conflict = (Invoke-QuietSync).Changes | Where-Object EntraId -EQ $person.EntraId
        $conflict.Action | Should -Be 'Conflict'
        $conflict.ErrorId | Should -Be 'AccountNotAdoptable'

        $person | Set-PBLink | ForEach-Object Origin | Should -Be 'Linked'
        (Invoke-QuietSync).Changes | Where-Object EntraId -EQ $person.EntraId | Should -BeNullOrEmpty
        (Get-PBLink -User $person.Email).AccountId | Should -Be $person.AccountId
    }

    It 'can be set from a conflict in a result' {
        Remove-PBLink -User $person.EntraId
        (Invoke-QuietSync).Changes | Where-Object ErrorId -EQ 'AccountNotAdoptable' | Set-PBLink | ForEach-Object AccountId | Should -Be $person.AccountId
    }

    It 'can be set by the address of the user' {
        Remove-PBLink -User $person.Email
        (Set-PBLink -User $person.Email -Account $person.Email).EntraId | Should -Be $person.EntraId
    }

    It 'stay unchanged under -WhatIf' {
        Get-PBLink | Remove-PBLink -WhatIf
        Get-PBLink -User $person.Email | Should -Not -BeNullOrEmpty
        Remove-PBLink -User $person.EntraId
        Set-PBLink -User $person.EntraId -Account $person.AccountId -WhatIf | Should -BeNullOrEmpty
        Get-PBLink -User $person.Email | Should -BeNullOrEmpty
        (Get-PBSyncHistory | Where-Object Mode -EQ 'User' | Measure-Object).Count | Should -Be 1
    }

    It 'keep an unlinked account when its user leaves' {
        Remove-PBLink -Account $person.AccountId
        Edit-PBSandbox -RemoveMember $person.Email
        (Invoke-QuietSync).Disabled | Should -Be 0
        (Get-PBUser -Email $person.Email).State | Should -Be 'Active'
    }

    It 'never take the account of another user' {
        $other = Get-PBUser -Email 'henrik.dahl@*'
        { Set-PBLink -User $person.EntraId -Account $other.AccountId -ErrorAction Stop } | Should -Throw -ErrorId 'AccountLinkedAlready,*'
        (Get-PBLink -Account $other.AccountId).EntraId | Should -Be $other.EntraId
    }

    It 'cannot be set or removed for an unknown user or account: <Id>' -ForEach @(
        @{ Id = 'UserNotFound'; Command = { Set-PBLink -User 00000000-0000-4000-9000-00000000ffff -Account $args[0].AccountId -ErrorAction Stop } }
        @{ Id = 'AccountNotFound'; Command = { Set-PBLink -User $args[0].EntraId -Account unknown@fjordlight.example -ErrorAction Stop } }
        @{ Id = 'LinkNotFound'; Command = { Remove-PBLink -User unknown@fjordlight.example -ErrorAction Stop } }
    ) {
        { & $Command $person } | Should -Throw -ErrorId "$Id,*"
    }

    It 'are in the history' {
        Remove-PBLink -User $person.EntraId
        $run = Get-PBSyncHistory -Last 1
        $run.Mode | Should -Be 'User'
        $run.Changes.Action | Should -Be 'Unlink'
        $run.Changes.Email | Should -Be $person.Email
    }
}

Describe 'A paused connection' {
    BeforeEach {
        New-Sandbox
        $null = Invoke-QuietSync
    }

    It 'fails its check until an admin allows the removals' {
        Test-PBConnection -Quiet | Should -BeTrue
        Edit-PBSandbox -RemoveMember (Get-PBUser -State Active | Select-Object -First 12).Email
        $null = Invoke-QuietSync
        Test-PBConnection -Quiet | Should -BeFalse
        $check = Test-PBConnection | Where-Object Status -EQ 'Failed'
        $check.Name | Should -Be 'LastRun'
        $check.Recommendation | Should -Match '-Force'
        $null = Invoke-QuietSync -Name Box -Force
        Test-PBConnection -Quiet | Should -BeTrue
    }
}
