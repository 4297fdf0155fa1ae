BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'A backup' {
    BeforeEach {
        New-Sandbox Box, Other
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).pbbackup"
        $passphrase = [System.Net.NetworkCredential]::new('', 'correct horse battery').SecurePassword
        Invoke-QuietSync -Name * | Out-Null
        (Backup-PBState -Path $file -Passphrase $passphrase).Connection | Should -Be 'Box', 'Other'
        $accounts = (Get-PBLink -Name Box).AccountId
    }

    It 'can be restored on another machine, and is idle there until it is activated' {
        $env:PBENTRA_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        (Restore-PBState -Path $file -Passphrase $passphrase).IsActive | Should -Be $false, $false
        (Get-PBLink -Name Box).AccountId | Should -Be $accounts
        (Invoke-QuietSync -Name *).ErrorId | Should -Be 'StateNotActivated', 'StateNotActivated'
        (Restore-PBState -Activate).IsActive | Should -Be $true, $true
        $result = Invoke-QuietSync -Name Box
        $result.Mode | Should -Be 'Full'
        ($result.Created + $result.Disabled + $result.Deleted) | Should -Be 0
        (Get-PBLink -Name Box).AccountId | Should -Be $accounts
    }

    It 'does not replace an existing state' {
        { Restore-PBState -Path $file -Passphrase $passphrase } | Should -Throw -ErrorId 'StoreNotEmpty,*'
    }

    It 'does not open with another passphrase' {
        $env:PBENTRA_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        $wrong = [System.Net.NetworkCredential]::new('', 'another passphrase').SecurePassword
        { Restore-PBState -Path $file -Passphrase $wrong } | Should -Throw -ErrorId 'BackupUnreadable,*'
        Test-Path $env:PBENTRA_HOME | Should -BeFalse
    }
}
