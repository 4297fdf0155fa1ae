BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

# -WhatIf lists exactly the changes of the next run.
Describe 'A preview' {
    BeforeEach { New-Sandbox }

    It 'writes nothing' {
        $result = Invoke-QuietSync -WhatIf
        $result.Outcome | Should -Be 'Planned'
        $result.Changes | Where-Object Action -EQ 'Create' | Should -Not -BeNullOrEmpty
        Get-PBUser | Should -BeNullOrEmpty
        (Get-PBConnectorStatus).Status | Should -Be 'PendingConnection'
        Get-PBSyncHistory | Should -BeNullOrEmpty
    }

    It 'lists the changes of the next run: <Of>' -ForEach @(
        @{ Of = 'a first run'; First = $false; Edit = {} }
        @{ Of = 'a leaver'; First = $true; Edit = { Edit-PBSandbox -RemoveMember ingrid.braaten@fjordlight.example } }
        @{ Of = 'a new name'; First = $true; Edit = { Edit-PBSandbox -Rename ingrid.braaten@fjordlight.example -To 'Ingrid Moe' } }
        @{ Of = 'a disabled and a deleted user'; First = $true; Edit = { Edit-PBSandbox -Disable henrik.dahl@fjordlight.example; Edit-PBSandbox -Delete kenji.watanabe@fjordlight.example } }
        @{ Of = 'another group'; First = $true; Edit = { Set-PBSyncGroup -AddGroup 'Design Studio' } }
        @{ Of = 'nested groups'; First = $true; Edit = { Set-PBSyncGroup -IncludeNested } }
        @{ Of = 'another rule for leavers'; First = $true; Edit = { Set-PBSyncRule -RemovedUser Delete -WarningAction SilentlyContinue; Edit-PBSandbox -RemoveMember ingrid.braaten@fjordlight.example } }
    ) {
        if ($First) { $null = Invoke-QuietSync }
        & $Edit
        $planned = Get-Plan (Invoke-QuietSync -WhatIf)
        $planned | Should -Not -BeNullOrEmpty
        Get-Plan (Invoke-QuietSync) | Should -Be $planned
        Get-Plan (Invoke-QuietSync) | Should -BeNullOrEmpty
    }

    It 'lists no changes if there are none' {
        $null = Invoke-QuietSync
        $result = Invoke-QuietSync -WhatIf
        $result.Created + $result.Updated + $result.Enabled + $result.Disabled + $result.Deleted + $result.GroupsChanged | Should -Be 0
    }

    It 'reports a mass removal that the run would refuse' {
        $null = Invoke-QuietSync
        Edit-PBSandbox -RemoveMember (Get-PBUser -State Active | Select-Object -First 12).Email
        (Invoke-PBSync -WhatIf -ErrorVariable problems -ErrorAction SilentlyContinue -WarningAction SilentlyContinue).Outcome | Should -Be 'Refused'
        Get-ErrorName $problems[0] | Should -Be 'RemovalLimitExceeded'
    }
}
