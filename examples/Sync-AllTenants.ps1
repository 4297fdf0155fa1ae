<#
.SYNOPSIS
    Syncs stored connections and tells the worst outcome as an exit code, for an RMM agent or a scheduled task.
.DESCRIPTION
    All connections run, whatever happens to one of them. The last line of output is the same in every language:

        PBSYNC exit=2 connections=3 succeeded=1 nochange=1 partial=1 refused=0 failed=0 running=0

    Exit codes: 0 everything is in sync; 1 a connection failed, or nothing could run; 2 some people or groups could not be handled;
    3 a safety limit refused removals; 4 another run of the same connection is under way. The first of 1, 3, 2, 4 that applies counts.
.PARAMETER Name
    The connections, with wildcards; all by default.
.PARAMETER Full
    Read everything and reconcile with Password Boss.
.PARAMETER ThrottleLimit
    How many connections run at once.
#>
param(
    [string[]] $Name = '*',
    [switch] $Full,
    [int] $ThrottleLimit = 4
)

$ErrorActionPreference = 'Stop'
$problems = @()
$results = @()
try {
    if (-not (Get-Command -Name Invoke-PBSync -ErrorAction SilentlyContinue)) {
        Import-Module "$PSScriptRoot/../PasswordBoss.EntraConnector.psd1"
    }

    # Continue: one connection that fails must not hide the results of the others.
    $results = @(Invoke-PBSync -Name $Name -Full:$Full -ThrottleLimit $ThrottleLimit -Confirm:$false -ErrorAction Continue -ErrorVariable problems)
}
catch {
    $problems = @($_)
    "ERROR: $_"
}

foreach ($result in $results) { "$($result.Connection): $($result.Outcome). $($result.Message)" }

$count = @{}
foreach ($outcome in 'Succeeded', 'NoChange', 'Partial', 'Refused', 'Failed', 'AlreadyRunning') {
    $count[$outcome] = @($results | Where-Object Outcome -EQ $outcome).Count
}

$exit = if ($results.Count -eq 0 -or $count.Failed) { 1 }
elseif ($count.Refused) { 3 }
elseif ($count.Partial) { 2 }
elseif ($count.AlreadyRunning) { 4 }
else { 0 }

"PBSYNC exit=$exit connections=$($results.Count) succeeded=$($count.Succeeded) nochange=$($count.NoChange) partial=$($count.Partial) refused=$($count.Refused) failed=$($count.Failed) running=$($count.AlreadyRunning)"
exit $exit
