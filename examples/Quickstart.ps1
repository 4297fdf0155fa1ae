<#
.SYNOPSIS
    A five-minute tour of the connector in the embedded sandbox: nothing leaves this machine.
.DESCRIPTION
    Runs in Windows PowerShell 5.1 and in PowerShell 7. With only the .NET SDK, run: dotnet run --project tools/PowerShell -- examples/Quickstart.ps1
    Unless PBENTRA_HOME is set, the state is in a temporary folder, which is deleted at the end.
.PARAMETER Leaver
    The address of the user who leaves the group in the second part.
#>
param([string] $Leaver)

$ErrorActionPreference = 'Stop'

function Show-Step([string] $Text) { '', "--- $Text", '' | Out-Default }

$folder = $null
if (-not $env:PBENTRA_HOME) {
    $folder = Join-Path ([System.IO.Path]::GetTempPath()) "PasswordBoss.EntraConnector.$(New-Guid)"
    $env:PBENTRA_HOME = Join-Path $folder state
}

try {
    Import-Module "$PSScriptRoot/../PasswordBoss.EntraConnector.psd1"

    Show-Step 'Connect to the sandbox: a small Entra tenant and an empty Password Boss'
    Connect-PBEntra -Name Quickstart -Sandbox | Out-Default
    Test-PBConnection | Out-Default

    Show-Step 'Groups to choose from. The user group is already selected; add one group, which becomes a group in Password Boss'
    Get-PBSyncGroup -Available | Out-Default
    Set-PBSyncGroup -AddGroup 'Design Studio' -PassThru | Out-Default

    Show-Step 'The rules'
    Get-PBSyncRule | Out-Default

    Show-Step 'What would happen (-WhatIf)'
    Invoke-PBSync -WhatIf -WarningAction SilentlyContinue | Out-Default

    Show-Step 'Sync. The sandbox has a few users who need an admin; warnings list them'
    Invoke-PBSync -ErrorAction Continue | Out-Default
    Get-PBConnectorStatus | Out-Default
    $users = Get-PBUser
    $users | Out-Default

    if (-not $Leaver) { $Leaver = @($users | Where-Object State -EQ 'Active')[-1].Email }
    Show-Step "$Leaver leaves the group"
    Edit-PBSandbox -RemoveMember $Leaver
    Invoke-PBSync -WhatIf -WarningAction SilentlyContinue | Out-Default
    $run = Invoke-PBSync -ErrorAction Continue -WarningAction SilentlyContinue
    $run.Changes | Where-Object Email -EQ $Leaver | Out-Default
    Get-PBUser -Email $Leaver | Out-Default

    Show-Step "$Leaver comes back: the same account, with its vault, is enabled again"
    Edit-PBSandbox -AddMember $Leaver
    $run = Invoke-PBSync -ErrorAction Continue -WarningAction SilentlyContinue
    $run.Changes | Where-Object Email -EQ $Leaver | Out-Default

    Show-Step 'Another run changes nothing'
    Invoke-PBSync -ErrorAction Continue -WarningAction SilentlyContinue | Out-Default
}
finally {
    if ($folder) {
        $env:PBENTRA_HOME = $null
        if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
    }
}
