<#
.SYNOPSIS
    Runs Sync-AllTenants.ps1 as a script check of N-able N-sight: the summary is the first line, and a failure has an exit code above 1000.
.DESCRIPTION
    N-sight shows the first line of output in the dashboard, and reserves the exit codes 1 to 999. So the exit codes 1 to 4 of Sync-AllTenants.ps1 become 1001 to
    1004; 0 stays 0. Output after 10000 characters is cut off, so the warnings of long runs are cut here, on a whole line.
.PARAMETER FailOn
    Which connections count in the exit code, see Sync-AllTenants.ps1.
.PARAMETER Due
    Runs only the connections that are due.
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File NAbleCheck.ps1 -Due -FailOn Lasting
#>
param(
    [ValidateSet('Any', 'New', 'Lasting')] [string] $FailOn = 'Any',
    [switch] $Due
)

$output = @(& "$PSScriptRoot/Sync-AllTenants.ps1" -FailOn $FailOn -Due:$Due)
$exit = $LASTEXITCODE

$room = 9000
$output[-1]
for ($i = 0; $i -lt $output.Count - 1; $i++) {
    $line = $output[$i]
    $room -= $line.Length + 2
    if ($room -lt 0) { '...'; break }
    $line
}

exit $(if ($exit) { 1000 + $exit } else { 0 })
