# What an admin relies on, told on the embedded sandbox. Runs with Pester 5 and later, in Windows PowerShell 5.1 and PowerShell 7.
BeforeAll {
    Import-Module "$PSScriptRoot/../../PasswordBoss.EntraConnector.psd1" -Force
    $script:formerHome = $env:PBENTRA_HOME
    # The sandbox has people who need an admin; each run says so.
    $PSDefaultParameterValues['Invoke-PBSync:WarningAction'] = 'SilentlyContinue'
}

AfterAll {
    $env:PBENTRA_HOME = $script:formerHome
    $PSDefaultParameterValues.Remove('Invoke-PBSync:WarningAction')
}

Describe 'A sandbox connection' {
    BeforeEach {
        $env:PBENTRA_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        $null = Connect-PBEntra -Name Box -Sandbox
        $script:leaver = 'ingrid.braaten@*'
    }

    It 'is stored and current' {
        (Get-PBConnectorStatus).Connection | Should -Be 'Box'
        (Get-PBConnectorStatus).Status | Should -Be 'PendingConnection'
        Test-PBConnection -Quiet | Should -BeTrue
    }

    It 'previews without writing anything' {
        $result = Invoke-PBSync -WhatIf
        $result.Outcome | Should -Be 'Planned'
        $result.Changes | Where-Object Action -EQ 'Create' | Should -Not -BeNullOrEmpty
        Get-PBUser | Should -BeNullOrEmpty
    }

    It 'creates accounts once' {
        $first = Invoke-PBSync -ErrorAction SilentlyContinue
        $second = Invoke-PBSync -ErrorAction SilentlyContinue
        $first.Created | Should -BeGreaterThan 10
        $second.Created | Should -Be 0
        $second.Changes | Where-Object Outcome -EQ 'Done' | Should -BeNullOrEmpty
        (Get-PBConnectorStatus).Status | Should -Be 'Connected'
    }

    It 'disables who leaves and enables who comes back' {
        $null = Invoke-PBSync -ErrorAction SilentlyContinue
        $user = Get-PBUser -Email $leaver
        Edit-PBSandbox -RemoveMember $user.Email
        $null = Invoke-PBSync -ErrorAction SilentlyContinue
        (Get-PBUser -Email $leaver).State | Should -Be 'Disabled'
        Edit-PBSandbox -AddMember $user.Email
        $null = Invoke-PBSync -ErrorAction SilentlyContinue
        $back = Get-PBUser -Email $leaver
        $back.State | Should -Be 'Active'
        $back.AccountId | Should -Be $user.AccountId
    }

    It 'follows the rule for <Event>' -ForEach @(
        @{ Event = 'RemovedUser'; Edit = { Edit-PBSandbox -RemoveMember $args[0] } }
        @{ Event = 'DisabledUser'; Edit = { Edit-PBSandbox -Disable $args[0] } }
        @{ Event = 'DeletedUser'; Edit = { Edit-PBSandbox -Delete $args[0] } }
    ) {
        $null = Invoke-PBSync -ErrorAction SilentlyContinue
        $rule = @{ $Event = 'Delete' }
        Set-PBSyncRule @rule -Confirm:$false -WarningAction SilentlyContinue
        $user = Get-PBUser -Email $leaver
        & $Edit $user.Email
        $result = Invoke-PBSync -ErrorAction SilentlyContinue
        $result.Deleted | Should -Be 1
        Get-PBUser -Email $leaver | Should -BeNullOrEmpty
    }

    It 'refuses a mass removal and says so in the status' {
        $null = Invoke-PBSync -ErrorAction SilentlyContinue
        Edit-PBSandbox -RemoveMember (Get-PBUser -State Active | Select-Object -First 12).Email
        $result = Invoke-PBSync -ErrorAction SilentlyContinue -ErrorVariable problems
        $result.Outcome | Should -Be 'Refused'
        $result.Disabled | Should -Be 0
        $problems.FullyQualifiedErrorId | Should -Contain 'RemovalLimitExceeded,PasswordBoss.EntraConnector.Commands.InvokePBSyncCommand'
        (Get-PBConnectorStatus).Status | Should -Be 'Paused'
        (Invoke-PBSync -Name Box -Force -ErrorAction SilentlyContinue).Disabled | Should -Be 12
    }

    It 'pipes from one command to the next' {
        $null = Connect-PBEntra -Name Other -Sandbox
        (Get-PBConnectorStatus -Name * | Invoke-PBSync -ErrorAction SilentlyContinue).Connection | Should -Be @('Box', 'Other')
        Get-PBSyncGroup -Name Box | Get-PBSyncRule | ForEach-Object Connection | Select-Object -Unique | Should -Be 'Box'
    }

    It 'gives output that survives ConvertTo-Json and Select-Object' {
        $json = Invoke-PBSync -ErrorAction SilentlyContinue | ConvertTo-Json -Depth 4 | ConvertFrom-Json
        $json.Connection | Should -Be 'Box'
        $json.Changes.Count | Should -BeGreaterThan 10
    }

    It 'is forgotten with everything it had' {
        Disconnect-PBEntra -Name Box -Remove -Confirm:$false
        { Get-PBConnectorStatus } | Should -Throw -ErrorId 'NoConnection,*'
    }
}

Describe 'The quickstart' {
    It 'runs in this PowerShell' {
        $env:PBENTRA_HOME = $null
        $shell = (Get-Process -Id $PID).Path
        $output = & $shell -NoProfile -NonInteractive -File "$PSScriptRoot/../../examples/Quickstart.ps1" 2>&1
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
    }
}

Describe 'Thread jobs' {
    It 'sync beside each other' -Skip:(-not (Get-Command Start-ThreadJob -ErrorAction SilentlyContinue)) {
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
