BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'The pipeline' {
    BeforeEach { New-Sandbox 'Box', 'Other' }

    It 'passes the connection from each command to the next' {
        (Get-PBConnectorStatus -Name * | Invoke-PBSync -ErrorAction SilentlyContinue -WarningAction SilentlyContinue).Connection | Sort-Object | Should -Be @('Box', 'Other')
        Get-PBSyncGroup -Name Box | Get-PBSyncRule | ForEach-Object Connection | Select-Object -Unique | Should -Be 'Box'
        (Connect-PBEntra -Name Box | Get-PBConnectorStatus).Connection | Should -Be 'Box'
        ('Box', 'Other' | Get-PBSyncRule).Connection | Should -Be @('Box', 'Other')
    }

    It 'accepts rows of a CSV file' {
        $file = Join-Path $TestDrive 'connections.csv'
        Get-PBConnectorStatus -Name * | Select-Object Connection | Export-Csv $file -NoTypeInformation
        (Import-Csv $file | Get-PBSyncRule).Connection | Sort-Object | Should -Be @('Box', 'Other')
    }

    It 'refuses an object without a connection' {
        { [pscustomobject]@{ Colour = 'green' } | Invoke-PBSync -ErrorAction Stop } | Should -Throw
        Get-PBSyncHistory -Name * | Should -BeNullOrEmpty
    }

    It 'emits objects that keep their values in ConvertTo-Json, Export-Clixml and Select-Object' {
        $result = Invoke-QuietSync -Name Box
        $json = $result | ConvertTo-Json -Depth 4 | ConvertFrom-Json
        $json.Connection | Should -Be 'Box'
        $json.Changes.Count | Should -Be $result.Changes.Count
        $file = Join-Path $TestDrive 'result.xml'
        $result | Export-Clixml $file
        (Import-Clixml $file).Created | Should -Be $result.Created
        ($result | Select-Object Connection, Created).Created | Should -Be $result.Created
    }

    It 'stops the runs when Select-Object has enough results' {
        # A server that accepts connections and never answers. There is one place, so the third run never starts.
        $silent = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $silent.Start()
        try {
            $address = "https://127.0.0.1:$($silent.LocalEndpoint.Port)"
            $secret = ConvertTo-SecureString 'not-a-real-secret' -AsPlainText -Force
            $null = Connect-PBEntra -Name Hanging -TenantId ([guid]::NewGuid()) -ClientId ([guid]::NewGuid()) -ClientSecret $secret -AuthorityHost "$address/" `
                -GraphEndpoint "$address/v1.0" -PasswordBossUri "$address/scim" -PasswordBossToken $secret -UserGroup ([guid]::NewGuid()) -SkipVerification
            (Invoke-QuietSync -Name Box, Hanging, Other -ThrottleLimit 1 | Select-Object -First 1).Connection | Should -Be 'Box'
        }
        finally { $silent.Stop() }
        @(Get-PBSyncHistory -Name Box).Count | Should -Be 1
        Get-PBSyncHistory -Name Other | Should -BeNullOrEmpty
        $status = Get-PBConnectorStatus -Name Other
        $status.LastOutcome | Should -BeNullOrEmpty
        $status.ConsecutiveFailures | Should -Be 0
    }

    It 'emits objects that can be grouped, sorted and counted' {
        $null = Invoke-QuietSync -Name Box
        (Get-PBUser -Name Box | Group-Object State).Name | Should -Be 'Active'
        (Get-PBUser -Name Box | Sort-Object Email -Descending)[0].Email | Should -Match '^z'
        (Get-PBUser -Name Box | Measure-Object).Count | Should -BeGreaterThan 10
    }
}

Describe 'Completion' {
    BeforeEach { New-Sandbox 'Box', 'Two Words' }

    It 'suggests the stored names, with quotes where needed' {
        $line = 'Invoke-PBSync -Name '
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be @('Box', "'Two Words'")
    }

    It 'suggests the choices of a rule' {
        $line = 'Set-PBSyncRule -RemovedUser '
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Sort-Object | Should -Be @('ConvertToPersonal', 'Delete', 'Disable', 'None')
    }
}
