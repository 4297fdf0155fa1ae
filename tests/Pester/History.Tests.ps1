BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'The history' {
    BeforeEach {
        New-Sandbox
        $null = Invoke-QuietSync
        Edit-PBSandbox -RemoveMember ingrid.braaten@fjordlight.example
        $null = Invoke-QuietSync
        $null = Invoke-QuietSync -WhatIf
    }

    It 'shows each run except those with -WhatIf, newest first' {
        $runs = Get-PBSyncHistory
        $runs.Count | Should -Be 2
        $runs[0].Disabled | Should -Be 1
        $runs[1].Created | Should -BeGreaterThan 10
        $runs[0].StartedAt | Should -BeGreaterThan $runs[1].StartedAt
    }

    It 'is limited by -Last and -Since' {
        @(Get-PBSyncHistory -Last 1).Count | Should -Be 1
        @(Get-PBSyncHistory -Since (Get-Date).AddHours(-1)).Count | Should -Be 2
        Get-PBSyncHistory -Since (Get-Date).AddHours(1) | Should -BeNullOrEmpty
    }

    It 'shows the changes of one user' {
        $changes = Get-PBSyncHistory -User ingrid* | ForEach-Object Changes
        $changes.Action | Should -Be @('Disable', 'Create')
        $changes.Email | Select-Object -Unique | Should -Be 'ingrid.braaten@fjordlight.example'
        Get-PBSyncHistory -User unknown* | Should -BeNullOrEmpty
    }

    It 'is filtered by the outcome' {
        @(Get-PBSyncHistory -Outcome Partial).Count | Should -Be 2
        Get-PBSyncHistory -Outcome Failed | Should -BeNullOrEmpty
    }

    It 'shows when each run started' {
        Get-PBSyncHistory | Out-String -Width 200 | Should -Match "StartedAt +Connection(.|\n)*$((Get-Date).Year)-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d +Box"
        Get-PBSyncHistory -Last 1 | Format-List | Out-String | Should -Match 'Disable ingrid.braaten@fjordlight.example: Done'
    }

    It 'does not contain runs of another connection' {
        $null = Connect-PBEntra -Name Other -Sandbox
        Get-PBSyncHistory -Name Other | Should -BeNullOrEmpty
    }
}
