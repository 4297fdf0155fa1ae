BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'A configuration file' {
    BeforeEach {
        New-Sandbox Box, Other
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).json"
        Export-PBConfiguration -Path $file
    }

    It 'contains all connections and no secret' {
        (Get-Content $file -Raw | ConvertFrom-Json).connections.name | Should -Be 'Box', 'Other'
        Get-Content $file -Raw | Should -Not -Match 'not-a-secret|client/secret'
    }

    It 'is not replaced unless -Force is given' {
        { Export-PBConfiguration -Path $file } | Should -Throw -ErrorId 'FileExists,*'
        Export-PBConfiguration -Path $file -Name Other -Force
        (Get-Content $file -Raw | ConvertFrom-Json).connections.name | Should -Be 'Other'
    }

    It 'changes nothing if it equals the stored connections' {
        (Import-PBConfiguration -Path $file).Action | Should -Be 'Unchanged', 'Unchanged'
    }

    It 'can be previewed and imported, and then has no differences' {
        Set-PBSyncRule -Name Box -RemovedUser None
        $preview = Import-PBConfiguration -Path $file -WhatIf
        $preview.Outcome | Should -Be 'Planned', 'Skipped'
        "$($preview[0].Differences)" | Should -Be 'rules.removedUser: None -> Disable'
        (Get-PBSyncRule -Name Box).RemovedUser | Should -Be 'None'
        (Import-PBConfiguration -Path $file).Outcome | Should -Be 'Done', 'Skipped'
        (Get-PBSyncRule -Name Box).RemovedUser | Should -Be 'Disable'
        (Import-PBConfiguration -Path $file).Action | Should -Be 'Unchanged', 'Unchanged'
    }

    It 'can be edited with PowerShell and is refused with <Why>' -ForEach @(
        @{ Why = 'a later schema version'; Edit = { $_.schemaVersion = 2 }; Id = 'ConfigurationTooNew' }
        @{ Why = 'an unknown property'; Edit = { $_.connections[0] | Add-Member colour blue }; Id = 'ConfigurationInvalid' }
        @{ Why = 'the same name twice'; Edit = { $_.connections[1].name = 'BOX' }; Id = 'ConfigurationInvalid' }
    ) {
        $configuration = Get-Content $file -Raw | ConvertFrom-Json
        $configuration.connections[0].tags = @('gold')
        $configuration | ForEach-Object $Edit
        $configuration | ConvertTo-Json -Depth 10 | Set-Content $file
        { Import-PBConfiguration -Path $file } | Should -Throw -ErrorId "$Id,*"
        (Get-PBConnection -Name Box).Tags | Should -BeNullOrEmpty
    }
}
