BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'Connecting' {
    BeforeEach { New-Sandbox }

    It 'stores the connection and makes it current' {
        $connection = Connect-PBEntra -Name Box
        $connection.Connection | Should -Be 'Box'
        $connection.IsCurrent | Should -BeTrue
        $connection.IsSandbox | Should -BeTrue
        (Get-PBConnectorStatus).Status | Should -Be 'PendingConnection'
    }

    It 'passes its own checks' {
        Test-PBConnection -Quiet | Should -BeTrue
        $checks = Test-PBConnection
        $checks | Where-Object Status -EQ 'Failed' | Should -BeNullOrEmpty
        'State', 'SignIn', 'Permissions', 'UserGroup', 'Members', 'PasswordBoss', 'Token', 'Rules' | Should -BeIn $checks.Name
    }

    It 'shows no secret in any format' {
        $connection = Connect-PBEntra -Name Box
        foreach ($text in ($connection | Out-String), ($connection | Format-List * | Out-String), ($connection | ConvertTo-Json), ($connection | ConvertTo-Csv | Out-String)) {
            $text | Should -Not -Match 'not-a-secret|client/secret'
        }
    }

    It 'creates a sandbox only once' {
        $null = Invoke-QuietSync
        $null = Connect-PBEntra -Name Box -Sandbox
        @(Get-PBConnectorStatus -Name *).Count | Should -Be 1
        Get-PBUser | Should -Not -BeNullOrEmpty
    }

    It 'needs only its name to make a stored connection current' {
        $null = Connect-PBEntra -Name Other -Sandbox
        (Get-PBSyncRule).Connection | Should -Be 'Other'
        $null = Connect-PBEntra Box
        (Get-PBSyncRule).Connection | Should -Be 'Box'
    }

    It 'requires a name if no connection is current and two are stored' {
        $null = Connect-PBEntra -Name Other -Sandbox
        Disconnect-PBEntra
        { Get-PBSyncRule } | Should -Throw -ErrorId 'ConnectionAmbiguous,*'
        { Get-PBSyncRule } | Should -Throw '*Box*Other*'
    }

    It 'refuses <Why> and stores nothing' -ForEach @(
        @{ Why = 'a name with wildcards'; Id = 'ConnectionNameInvalid'; Arguments = @{ Name = 'B*'; Sandbox = $true } }
        @{ Why = 'a tenant without a credential'; Id = 'CredentialMissing'; Arguments = @{ Name = 'New'; TenantId = 'contoso.example'; ClientId = [guid]::NewGuid(); UserGroup = 'X'; PasswordBossUri = 'https://pb.example/scim' } }
        @{ Why = 'two credentials'; Id = 'CredentialAmbiguous'; Arguments = @{ Name = 'New'; TenantId = 'contoso.example'; ClientId = [guid]::NewGuid(); Identity = $true; CertificateThumbprint = '0' * 40 } }
        @{ Why = 'an address without TLS'; Id = 'EndpointNotHttps'; Arguments = @{ Name = 'New'; TenantId = 'contoso.example'; ClientId = [guid]::NewGuid(); Identity = $true; UserGroup = 'X'; PasswordBossUri = 'http://pb.example/scim' } }
    ) {
        if ($Id -ne 'ConnectionNameInvalid') { $Arguments.PasswordBossToken = ConvertTo-SecureString 'token' -AsPlainText -Force }
        { Connect-PBEntra @Arguments } | Should -Throw -ErrorId "$Id,*"
        (Get-PBConnectorStatus -Name *).Connection | Should -Be 'Box'
    }
}

Describe 'Connections' {
    BeforeEach { New-Sandbox Box, Other, Third }

    It 'are all listed without a name, even if none is current' {
        (Get-PBConnection).Connection | Should -Be 'Box', 'Other', 'Third'
        (Get-PBConnection | Where-Object IsCurrent).Connection | Should -Be 'Third'
        Disconnect-PBEntra
        @(Get-PBConnection).Count | Should -Be 3
        @(Get-PBConnection | Where-Object IsCurrent).Count | Should -Be 0
    }

    It 'are selected by their tags' {
        Get-PBConnection -Name Box, Other | Set-PBConnection -Tag gold
        (Set-PBConnection -Name Third -Tag silver -PassThru).Tags | Should -Be 'silver'
        (Invoke-QuietSync -Tag gold -WhatIf).Connection | Sort-Object | Should -Be 'Box', 'Other'
        (Get-PBConnectorStatus -Tag g*, silver).Connection | Should -Be 'Box', 'Other', 'Third'
        { Get-PBSyncRule -Tag bronze } | Should -Throw -ErrorId 'TagNotFound,*'
    }

    It 'take their names from the rows of a CSV file' {
        $rows = "Name;TenantId`nNew1;`nNew2;" | ConvertFrom-Csv -Delimiter ';'
        ($rows | Select-Object Name | Connect-PBEntra -Sandbox).Connection | Should -Be 'New1', 'New2'
    }
}

Describe 'Disconnecting' {
    BeforeEach { New-Sandbox }

    It 'only clears the current connection' {
        Disconnect-PBEntra
        (Get-PBConnectorStatus -Name Box).Connection | Should -Be 'Box'
    }

    It 'removes a connection with all its data on request' {
        Disconnect-PBEntra -Name Box -Remove -Confirm:$false
        Get-PBConnectorStatus | Should -BeNullOrEmpty
    }

    It 'removes nothing under -WhatIf' {
        Disconnect-PBEntra -Name Box -Remove -WhatIf
        (Get-PBConnectorStatus).Connection | Should -Be 'Box'
    }

    It 'can release the accounts first' {
        $null = Invoke-QuietSync
        Disconnect-PBEntra -Name Box -Remove -ReleaseAccounts -Confirm:$false
        Get-PBConnectorStatus | Should -BeNullOrEmpty
    }
}
