# The shared functions of the suites; each file loads them in BeforeAll. The suites run with Pester 5 and later, in Windows PowerShell 5.1 and PowerShell 7.
Import-Module "$PSScriptRoot/../../PasswordBoss.EntraConnector.psd1"

# Creates a store for one test with new sandboxes. The last sandbox is current.
function New-Sandbox([string[]] $Name = 'Box') {
    $env:PBENTRA_HOME = Join-Path $TestDrive ([guid]::NewGuid())
    foreach ($one in $Name) { $null = Connect-PBEntra -Name $one -Sandbox }
}

# The sandbox has users who need an admin, so each run writes warnings.
function Invoke-QuietSync {
    Invoke-PBSync @args -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
}

# The planned or applied changes of a run, without its outcome.
function Get-Plan($Result) {
    $Result.Changes | Where-Object Outcome -In 'Planned', 'Done' | ForEach-Object { '{0} {1} {2}' -f $_.Action, $_.Email, $_.Group } | Sort-Object
}

function Get-ErrorName($Record) { $Record.FullyQualifiedErrorId.Split(',')[0] }

$formerHome = $env:PBENTRA_HOME
function Restore-Home { $env:PBENTRA_HOME = $formerHome }
