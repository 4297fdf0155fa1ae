BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'Errors' {
    BeforeEach { New-Sandbox }

    It 'have an ID and a recommended action: <Id>' -ForEach @(
        @{ Id = 'ConnectionNotFound'; Run = { Invoke-PBSync -Name Missing -ErrorAction Stop } }
        @{ Id = 'ReapplyNeedsFull'; Run = { Invoke-PBSync -Reapply -ErrorAction Stop } }
        @{ Id = 'ForceNeedsOnePausedConnection'; Run = { Invoke-PBSync -Force -ErrorAction Stop } }
        @{ Id = 'SandboxUserUnknown'; Run = { Edit-PBSandbox -RemoveMember unknown@fjordlight.example -ErrorAction Stop } }
        @{ Id = 'GroupNotFound'; Run = { Set-PBSyncGroup -AddGroup 'No such group' -ErrorAction Stop } }
        @{ Id = 'ConnectionGivenTwice'; Run = { Get-PBSyncRule -Name Box -Connection Box -ErrorAction Stop } }
    ) {
        $problem = $null
        try { & $Run } catch { $problem = $_ }
        $problem | Should -Not -BeNullOrEmpty
        Get-ErrorName $problem | Should -Be $Id
        $problem.Exception.Message | Should -Not -BeNullOrEmpty
        $problem.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'of one connection do not stop the others' {
        $null = Connect-PBEntra -Name Other -Sandbox
        $null = Invoke-QuietSync -Name *
        Edit-PBSandbox -Name Box -RemoveMember (Get-PBUser -Name Box -State Active | Select-Object -First 12).Email
        $results = Invoke-PBSync -Name * -ErrorVariable problems -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        ($results | Sort-Object Connection).Outcome | Should -Be @('Refused', 'Partial')
        $problems.Count | Should -Be 1
        $problems[0].TargetObject | Should -Not -BeNullOrEmpty
    }

    It 'under -ErrorAction Stop come after all results' {
        $null = Connect-PBEntra -Name Other -Sandbox
        $null = Invoke-QuietSync -Name *
        Edit-PBSandbox -Name Box -RemoveMember (Get-PBUser -Name Box -State Active | Select-Object -First 12).Email
        $seen = [System.Collections.ArrayList]::new()
        { Invoke-PBSync -Name * -ErrorAction Stop -WarningAction SilentlyContinue | ForEach-Object { $null = $seen.Add($_) } } | Should -Throw -ErrorId 'RemovalLimitExceeded,*'
        $seen.Count | Should -Be 2
    }

    It 'for invalid arguments are those of PowerShell' {
        { Get-PBSyncHistory -Last 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Invoke-PBSync -ThrottleLimit 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Get-PBUser -State Sleeping } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
    }

    It 'are not written for users who need an admin; these are warnings, and changes with an error ID' {
        $result = Invoke-PBSync -WarningVariable warnings -WarningAction SilentlyContinue -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -BeNullOrEmpty
        $warnings | Should -Not -BeNullOrEmpty
        $result.Changes | Where-Object ErrorId | ForEach-Object ErrorId | Select-Object -Unique | Sort-Object | Should -Be @('AddressDuplicate', 'AddressInvalid', 'NameMissing')
    }
}
