BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'Leavers' {
    BeforeEach {
        New-Sandbox
        $null = Invoke-QuietSync
        $script:person = Get-PBUser -Email 'ingrid.braaten@*'
    }

    It 'are disabled, and enabled with the same account when they come back' {
        Edit-PBSandbox -RemoveMember $person.Email
        (Invoke-QuietSync).Disabled | Should -Be 1
        (Get-PBUser -Email $person.Email).State | Should -Be 'Disabled'
        Edit-PBSandbox -AddMember $person.Email
        (Invoke-QuietSync).Enabled | Should -Be 1
        $back = Get-PBUser -Email $person.Email
        $back.State | Should -Be 'Active'
        $back.AccountId | Should -Be $person.AccountId
    }

    It 'follow <Rule> = <Choice> for <Event>' -ForEach @(
        foreach ($row in @('RemovedUser', { Edit-PBSandbox -RemoveMember $args[0] }), @('DisabledUser', { Edit-PBSandbox -Disable $args[0] }), @('DeletedUser', { Edit-PBSandbox -Delete $args[0] })) {
            @{ Rule = $row[0]; Choice = 'Disable'; Edit = $row[1]; State = 'Disabled'; Event = $row[1].ToString().Trim() }
            @{ Rule = $row[0]; Choice = 'Delete'; Edit = $row[1]; State = $null; Event = $row[1].ToString().Trim() }
            @{ Rule = $row[0]; Choice = 'None'; Edit = $row[1]; State = 'Active'; Event = $row[1].ToString().Trim() }
        }
    ) {
        $change = @{ $Rule = $Choice }
        # Delete at once. By default, the account is disabled and deleted after 30 days.
        Set-PBSyncRule @change -DeleteAfterDays 0 -WarningAction SilentlyContinue
        & $Edit $person.Email
        $null = Invoke-QuietSync
        # A personal or deleted account is not listed.
        (Get-PBUser -Email $person.Email).State | Should -Be $State
    }

    It 'get a new account if they come back after a deletion' {
        Set-PBSyncRule -RemovedUser Delete -DeleteAfterDays 0 -WarningAction SilentlyContinue
        Edit-PBSandbox -RemoveMember $person.Email
        $null = Invoke-QuietSync
        Edit-PBSandbox -AddMember $person.Email
        (Invoke-QuietSync).Created | Should -Be 1
        (Get-PBUser -Email $person.Email).AccountId | Should -Not -Be $person.AccountId
    }
}

Describe 'Many leavers at once' {
    BeforeEach {
        New-Sandbox
        $null = Invoke-QuietSync
        $script:leavers = (Get-PBUser -State Active | Select-Object -First 12).Email
        Edit-PBSandbox -RemoveMember $leavers
    }

    It 'are refused, but other changes are done' {
        Edit-PBSandbox -Rename (Get-PBUser | Where-Object Email -NotIn $leavers | Select-Object -First 1).Email -To 'Another Name'
        $result = Invoke-PBSync -ErrorVariable problems -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $result.Outcome | Should -Be 'Refused'
        $result.Disabled | Should -Be 0
        $result.Updated | Should -Be 1
        Get-ErrorName $problems[0] | Should -Be 'RemovalLimitExceeded'
        (Get-PBConnectorStatus).Status | Should -Be 'Paused'
    }

    It 'are allowed once by -Force, for the named connection' {
        $null = Invoke-QuietSync
        (Invoke-QuietSync -Name Box -Force).Disabled | Should -Be 12
        (Get-PBConnectorStatus).Status | Should -Be 'Connected'
        { Invoke-PBSync -Name Box -Force -ErrorAction Stop } | Should -Throw -ErrorId 'ForceNeedsOnePausedConnection,*'
    }

    It 'need no -Force if they come back first' {
        $null = Invoke-QuietSync
        Edit-PBSandbox -AddMember $leavers
        (Invoke-QuietSync).Disabled | Should -Be 0
        (Get-PBConnectorStatus).Status | Should -Be 'Connected'
    }
}
