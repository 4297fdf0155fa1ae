<#
.SYNOPSIS
    Syncs stored connections and returns the worst outcome as an exit code, for an RMM agent or a scheduled task.
.DESCRIPTION
    All connections run, even if one of them fails; with -Due, those that are due. The last line of output is the same in every language, and the only one that starts with PBSYNC:

        PBSYNC exit=2 connections=3 succeeded=1 nochange=1 partial=1 refused=0 failed=0 running=0 waiting=0

    With -Due, waiting counts the connections that did not run. Those whose last run failed, was refused or was partial count in the exit code, so that it
    does not change between two runs. If nothing is due, it is 0.

    Exit codes: 0 everything is in sync; 1 a connection failed, or nothing could run; 2 some users or groups could not be handled;
    3 a run was refused, for example by a safety limit; 4 another run of the same connection is under way. If several apply, the exit code is the first of 1, 3,
    2 and 4.

    -FailOn decides which connections count in the exit code. The counts in the last line always include all.
.PARAMETER Name
    The connections, with wildcards; all by default. "powershell -File" passes A,B as one text: it means two names, unless a connection has exactly this name.
.PARAMETER Full
    Runs a full sync of each connection.
.PARAMETER ThrottleLimit
    The number of connections that run at once.
.PARAMETER Due
    Runs only the connections that are due. Register-PBSyncTask sets it.
.PARAMETER Resident
    Keeps running what is due until it is stopped, or ends so that a service manager starts it again (Watch-PBSync -Resident). Prints results with changes or
    problems, and no PBSYNC line.
    The exit code is 0, or 1 if the module cannot be used or none of the named connections is stored. Register-PBSyncTask -Resident sets it.
.PARAMETER IntervalMinutes
    With -Resident, the time between two runs of a connection.
.PARAMETER LogPath
    A log to which a JSON line for each run and each change is appended. Register-PBSyncTask sets it.
.PARAMETER FailOn
    Any: each connection counts that failed, was refused, is partial or is already running. New: only one whose previous run succeeded, or that never ran before, so that
    a problem counts once. Lasting: only one that has failed or was refused for an hour, also while it waits; one whose result could not be recorded always counts.
#>
param(
    [string[]] $Name = '*',
    [switch] $Full,
    [int] $ThrottleLimit = 4,
    [switch] $Due,
    [switch] $Resident,
    [ValidateRange(1, 1440)] [int] $IntervalMinutes = 5,
    [string] $LogPath,
    [ValidateSet('Any', 'New', 'Lasting')] [string] $FailOn = 'Any'
)

$ErrorActionPreference = 'Stop'
# By connection: while a full run is under way, the same call can run other connections several times.
$results = [ordered]@{}
# By connection: the outcome of the run before the last one.
$former = @{}
$lasting = @()
$missing = @()
$waiting = $null
$log = if ($LogPath) { @{ LogPath = $LogPath } } else { @{} }
$failed = $false
$explained = $false
$sync = if ($Resident) {
    { PasswordBoss.EntraConnector\Watch-PBSync -Name $Name -Resident -IntervalMinutes $IntervalMinutes -ThrottleLimit $ThrottleLimit @log -Confirm:$false -ErrorAction Continue }
}
else {
    { PasswordBoss.EntraConnector\Invoke-PBSync -Name $Name -Full:$Full -ThrottleLimit $ThrottleLimit -Due:$Due @log -Confirm:$false -ErrorAction Continue }
}

# Text from outside (names, addresses, server responses) stays on one line and cannot control a terminal. RMM agents read the last line, so other text must not
# look like it, wherever a console wraps the line.
function Show-Text([string] $Text) {
    $Text -replace '[\t-\r\u0085\u2028\u2029]+', ' ' -replace '[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u206F]' -creplace '(?i:^\s*PBSYNC|PBSYNC(?=\s+exit))|PBSYNC', 'PB-SYNC'
}

function Get-Status([string[]] $Connection) {
    PasswordBoss.EntraConnector\Get-PBConnectorStatus -Name $Connection -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
}

# PowerShell also searches for commands in module folders of other users. Restrict it to its own folder, and import this module by path.
$modulePath = $env:PSModulePath
$env:PSModulePath = "$PSHOME/Modules"
try {
    $anotherCopy = 'Another copy of PasswordBoss.EntraConnector is loaded in this session. Start this script in a session of its own.'
    $loaded = Get-Module -Name PasswordBoss.EntraConnector
    # The type data of two copies conflict, so the import of the second one fails.
    try { $module = Import-Module -Name "$PSScriptRoot/../PasswordBoss.EntraConnector.psd1" -PassThru } catch { if ($loaded) { throw $anotherCopy } else { throw } }
    if ((Get-Command -Name PasswordBoss.EntraConnector\Invoke-PBSync).Module.Path -ne $module.Path) { throw $anotherCopy }

    if ($Name -like '*,*') {
        $stored = @((Get-Status *).Connection)
        $Name = @($Name | ForEach-Object { if ($stored -contains $_) { $_ } else { $_.Split(',').Trim() -ne '' } })
    }

    if ($FailOn -eq 'New') { Get-Status $Name | ForEach-Object { $former[$_.Connection] = $_.LastOutcome } }

    # Continue: one failed connection must not hide the results of the others. This script prints all streams itself, so that Show-Text cleans all text.
    & $sync *>&1 | ForEach-Object {
        if ($Resident -and $_.Outcome -eq 'NoChange') { return }
        if ($_.PSObject.TypeNames -contains 'PasswordBoss.EntraConnector.PBSyncResult') {
            if (-not $Resident) {
                if ($results.Contains($_.Connection)) { $former[$_.Connection] = $results[$_.Connection] }
                $results[$_.Connection] = $_.Outcome
            }

            Show-Text "$($_.Connection): $($_.Outcome). $($_.Message)"
        }
        elseif ($_ -is [System.Management.Automation.InformationRecord] -and $_.Tags -contains 'PBSyncWaiting') {
            $waiting = $_.MessageData
            if ($waiting.Count) { Show-Text "$waiting" }
        }
        elseif ($_ -is [System.Management.Automation.ErrorRecord]) {
            $explained = $true
            if ($_.FullyQualifiedErrorId -like 'ConnectionNotFound,*' -and $missing -notcontains "$($_.TargetObject)") { $missing += "$($_.TargetObject)" }
            Show-Text "ERROR: $_ $($_.ErrorDetails.RecommendedAction)"
        }
        elseif ($_ -is [System.Management.Automation.WarningRecord]) { Show-Text "WARNING: $_" }
        else { Show-Text "VERBOSE: $_" }
    }

    # The others run, but a name that is not stored is a failure of this call. -Resident ends long afterwards: it fails only if it had nothing to watch.
    if ($Resident) { $failed = -not ($Name | Where-Object { $missing -notcontains $_ }) }
    elseif ($missing | Where-Object { -not $results.Contains($_) }) { $failed = $true }

    # For a command, names with wildcards that match nothing are no error. For a task, they are.
    if (-not ($Resident -or $results.Count -or $waiting -or $explained)) {
        # Without a stored connection, this command reports why there may be none.
        if (-not (Get-Status *)) { $null = PasswordBoss.EntraConnector\Get-PBSyncRule }
        throw "No stored connection matches: $($Name -join ', ')."
    }

    if ($FailOn -eq 'Lasting') { $lasting = @(Get-Status $Name | Where-Object { $_.LastOutcome -in 'Failed', 'Refused' }) }
}
catch {
    $failed = $true
    Show-Text "ERROR: $_ $($_.ErrorDetails.RecommendedAction)"
}
finally {
    $env:PSModulePath = $modulePath
}

if ($Resident) { exit [int] $failed }

$count = @{}
foreach ($outcome in 'Succeeded', 'NoChange', 'Partial', 'Refused', 'Failed', 'AlreadyRunning') {
    $count[$outcome] = @($results.Values | Where-Object { $_ -eq $outcome }).Count
}

# The outcomes that count, of connections that ran and of those that wait.
$counted = switch ($FailOn) {
    'Any' { $results.Values; foreach ($outcome in 'Failed', 'Refused', 'Partial') { if ($waiting.$outcome) { $outcome } } }
    'New' { $results.Keys | Where-Object { $former[$_] -in $null, 'Succeeded', 'NoChange' -and $results[$_] -ne 'AlreadyRunning' } | ForEach-Object { $results[$_] } }
    'Lasting' {
        $recent = @($lasting | Where-Object { $_.FailingSince -gt [datetimeoffset]::UtcNow.AddHours(-1) }).Connection
        $results.Keys | Where-Object { $results[$_] -in 'Failed', 'Refused' -and $recent -notcontains $_ } | ForEach-Object { $results[$_] }
        if ($waiting) { $lasting | Where-Object { -not $results.Contains($_.Connection) -and $recent -notcontains $_.Connection } | ForEach-Object { $_.LastOutcome } }
    }
}

$exit = if ($failed -or ($results.Count -eq 0 -and -not $waiting) -or $counted -contains 'Failed') { 1 }
elseif ($counted -contains 'Refused') { 3 }
elseif ($counted -contains 'Partial') { 2 }
elseif ($counted -contains 'AlreadyRunning') { 4 }
else { 0 }

"PBSYNC exit=$exit connections=$($results.Count) succeeded=$($count.Succeeded) nochange=$($count.NoChange) partial=$($count.Partial) refused=$($count.Refused) failed=$($count.Failed) running=$($count.AlreadyRunning) waiting=$(if ($waiting) { $waiting.Count } else { 0 })"
exit $exit
