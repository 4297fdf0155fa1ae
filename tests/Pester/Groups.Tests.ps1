BeforeAll { . "$PSScriptRoot/Sandbox.ps1" }
AfterAll { Restore-Home }

Describe 'Groups' {
    BeforeEach { New-Sandbox }

    It 'are listed: the selected ones, or those that can be selected' {
        (Get-PBSyncGroup).DisplayName | Should -Be 'Password Boss Users'
        (Get-PBSyncGroup).Role | Should -Be 'User'
        (Get-PBSyncGroup -Available).DisplayName | Should -Contain 'Design Studio'
        (Get-PBSyncGroup -Available -Filter 'D*').DisplayName | Should -Be 'Design Studio'
    }

    It 'are created in Password Boss with their members' {
        Set-PBSyncGroup -AddGroup 'Design Studio'
        $result = Invoke-QuietSync
        $result.Changes.Action | Should -Contain 'CreateGroup'
        @(Get-PBUser | Where-Object Groups -Contains 'Design Studio').Count | Should -Be @($result.Changes | Where-Object Action -EQ 'AddMember').Count
        (Invoke-QuietSync).GroupsChanged | Should -Be 0
    }

    It 'lose a member who left the group in Entra' {
        Set-PBSyncGroup -AddGroup 'Design Studio'
        $null = Invoke-QuietSync
        $person = Get-PBUser | Where-Object Groups -Contains 'Design Studio' | Select-Object -First 1
        Edit-PBSandbox -RemoveMember $person.Email -Group 'Design Studio'
        (Invoke-QuietSync).Changes | Where-Object Action -EQ 'RemoveMember' | ForEach-Object Email | Should -Be $person.Email
        (Get-PBUser -Email $person.Email).Groups | Should -Not -Contain 'Design Studio'
        (Get-PBUser -Email $person.Email).State | Should -Be 'Active'
    }

    It 'can be deselected, one or all' {
        Set-PBSyncGroup -AddGroup 'Design Studio'
        Set-PBSyncGroup -RemoveGroup 'Design Studio'
        @(Get-PBSyncGroup).Count | Should -Be 1
        Set-PBSyncGroup -AdditionalGroup 'Design Studio'
        Set-PBSyncGroup -AdditionalGroup @()
        @(Get-PBSyncGroup).Count | Should -Be 1
    }

    It 'can be selected by objects of Get-PBSyncGroup' {
        Get-PBSyncGroup -Available -Filter 'Design*' | Set-PBSyncGroup
        (Get-PBSyncGroup | Where-Object Role -EQ 'Additional').DisplayName | Should -Be 'Design Studio'
    }

    It 'include the members of nested groups on request' {
        $direct = @((Invoke-QuietSync -WhatIf).Changes | Where-Object Action -EQ 'Create').Count
        Set-PBSyncGroup -IncludeNested
        @((Invoke-QuietSync -WhatIf).Changes | Where-Object Action -EQ 'Create').Count | Should -BeGreaterThan $direct
    }

    It 'stay unchanged if the tenant does not have a group' {
        { Set-PBSyncGroup -UserGroup 'No such group' -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        (Get-PBSyncGroup).DisplayName | Should -Be 'Password Boss Users'
    }

    It 'stay unchanged under -WhatIf' {
        Set-PBSyncGroup -AddGroup 'Design Studio' -WhatIf
        @(Get-PBSyncGroup).Count | Should -Be 1
    }
}
