<#
.SYNOPSIS
    A tour of five minutes through the connector, on the embedded sandbox: nothing leaves this machine.
.DESCRIPTION
    Runs in Windows PowerShell 5.1 and in PowerShell 7, and with nothing but the .NET SDK by: dotnet run --project tools/PowerShell -- examples/Quickstart.ps1
    It keeps its state in a temporary folder of its own, which is deleted at the end, unless PBENTRA_HOME is set.
.PARAMETER Leaver
    Who leaves the group in the second part.
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

    Show-Step 'Groups to choose from; the user group is chosen already, and one more becomes a group in Password Boss'
    Get-PBSyncGroup -Available | Out-Default
    Set-PBSyncGroup -AddGroup 'Design Studio' -PassThru | Out-Default

    Show-Step 'The rules'
    Get-PBSyncRule | Out-Default

    Show-Step 'What would happen (-WhatIf)'
    Invoke-PBSync -WhatIf -WarningAction SilentlyContinue | Out-Default

    Show-Step 'Let it happen; the sandbox has a few people who need an admin, and they are named'
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
