BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'The module' {
    It 'has a valid manifest' {
        $manifest = Test-ModuleManifest "$PSScriptRoot/../../PasswordBoss.EntraConnector.psd1"
        $manifest.ExportedCmdlets.Keys | Sort-Object | Should -Be ((Get-Command -Module PasswordBoss.EntraConnector).Name | Sort-Object)
    }

    It 'has help with examples for each command' {
        foreach ($command in Get-Command -Module PasswordBoss.EntraConnector) {
            $help = Get-Help $command.Name -Full
            $help.Synopsis | Should -Not -BeNullOrEmpty -Because $command.Name
            @($help.Examples.example).Count | Should -BeGreaterThan 0 -Because $command.Name
        }
    }

    It 'keeps working when it is imported again' {
        New-Sandbox
        Import-Module "$PSScriptRoot/../../PasswordBoss.EntraConnector.psd1" -Force
        (Invoke-QuietSync -Name Box).Created | Should -BeGreaterThan 10
        Remove-Module PasswordBoss.EntraConnector
        Import-Module "$PSScriptRoot/../../PasswordBoss.EntraConnector.psd1"
        (Invoke-QuietSync -Name Box).Created | Should -Be 0
    }
}

Describe 'The examples' {
    BeforeAll {
        # As a .NET tool, PowerShell is an assembly that dotnet runs.
        $script:program = (Get-Process -Id $PID).Path
        $script:before = @(if ((Split-Path $program -Leaf) -match '^dotnet(\.exe)?$') { 'exec', "$PSHOME/pwsh.dll" })
    }
    BeforeEach {
        $env:PBENTRA_HOME = $null
        # Windows PowerShell writes an error for each line of a program's error stream.
        $ErrorActionPreference = 'Continue'
    }

    It 'Quickstart.ps1 runs without an error' {
        $output = & $program @before -NoProfile -NonInteractive -File "$PSScriptRoot/../../examples/Quickstart.ps1" 2>&1
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
    }

    It 'Sync-AllTenants.ps1 reports the outcome by its exit code and last line' {
        New-Sandbox
        $output = & $program @before -NoProfile -NonInteractive -File "$PSScriptRoot/../../examples/Sync-AllTenants.ps1" 2>&1
        $LASTEXITCODE | Should -Be 2 -Because ($output -join "`n")
        $output -like 'PBSYNC*' | Should -Be 'PBSYNC exit=2 connections=1 succeeded=0 nochange=0 partial=1 refused=0 failed=0 running=0 waiting=0'
    }
}

Describe 'Thread jobs' {
    # Windows PowerShell 5.1 does not ship Start-ThreadJob; PowerShell 7 does, and runs this test.
    It 'can sync at the same time' -Skip:(-not (Get-Command Start-ThreadJob -ErrorAction SilentlyContinue)) {
        $env:PBENTRA_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        $manifest = "$PSScriptRoot/../../PasswordBoss.EntraConnector.psd1"
        $jobs = 1..4 | ForEach-Object {
            Start-ThreadJob -ArgumentList $manifest, "Box$_" -ScriptBlock {
                param($manifest, $name)
                Import-Module $manifest
                $null = Connect-PBEntra -Name $name -Sandbox
                Invoke-PBSync -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
            }
        }
        ($jobs | Receive-Job -Wait -AutoRemoveJob).Connection | Sort-Object | Should -Be @('Box1', 'Box2', 'Box3', 'Box4')
    }
}
