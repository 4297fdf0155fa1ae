# What the suites share; each file takes it in its BeforeAll. Everything here runs with Pester 5 and later, in Windows PowerShell 5.1 and PowerShell 7.
Import-Module "$PSScriptRoot/../../PasswordBoss.EntraConnector.psd1"

# A store of its own for each test, with fresh sandboxes in it; the last one is current.
function New-Sandbox([string[]] $Name = 'Box') {
    $env:PBENTRA_HOME = Join-Path $TestDrive ([guid]::NewGuid())
    foreach ($one in $Name) { $null = Connect-PBEntra -Name $one -Sandbox }
}

# The sandbox has people who need an admin; each run says so.
function Invoke-QuietSync {
    Invoke-PBSync @args -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
}

# What a run does, or would do, without how it ended.
function Get-Plan($Result) {
    $Result.Changes | Where-Object Outcome -In 'Planned', 'Done' | ForEach-Object { '{0} {1} {2}' -f $_.Action, $_.Email, $_.Group } | Sort-Object
}

function Get-ErrorName($Record) { $Record.FullyQualifiedErrorId.Split(',')[0] }

$formerHome = $env:PBENTRA_HOME
function Restore-Home { $env:PBENTRA_HOME = $formerHome }
