<#
.SYNOPSIS
    A component monitor of Datto RMM: alerts on connections that do not sync. It sends no requests and syncs nothing.
.DESCRIPTION
    The monitor reads the stored status, so it can run every minute. A connection is a problem if it has failed for longer than -Minutes, if its task is
    overdue, if a safety limit paused it, if its access was revoked, if it was restored and not activated, or if its stored data is damaged. It is also a
    problem if no stored connection matches: each user has a store of their own. Use the output variable Status in the alert. Sync with Register-PBSyncTask,
    or with Sync-AllTenants.ps1 as a job.

    The result is one line between <-Start Result-> and <-End Result->, the details are between <-Start Diagnostic-> and <-End Diagnostic->. The exit code is 1 for an alert, else 0.
.PARAMETER Name
    The connections, with wildcards; all by default. "powershell -File" passes A,B as one text: it means two names, unless a connection has exactly this name.
.PARAMETER Minutes
    How long a connection may fail before it is a problem.
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File DattoMonitor.ps1 -Minutes 60
#>
param(
    [string[]] $Name = '*',
    [int] $Minutes = 60
)

$ErrorActionPreference = 'Stop'

# A name or message must neither control the console nor look like a marker.
function Show-Text([string] $Text) { $Text -replace '[\p{Cc}\p{Cf}]+', ' ' -replace '<-', '< -' }

# PowerShell also searches for commands in module folders of other users. Restrict it to its own folder, and import this module by path.
$modulePath = $env:PSModulePath
$env:PSModulePath = "$PSHOME/Modules"
$details = @()
try {
    Import-Module -Name "$PSScriptRoot/../PasswordBoss.EntraConnector.psd1"
    if ($Name -like '*,*') {
        $stored = @((PasswordBoss.EntraConnector\Get-PBConnectorStatus -Name *).Connection)
        $Name = @($Name | ForEach-Object { if ($stored -contains $_) { $_ } else { $_.Split(',').Trim() -ne '' } })
    }

    $statuses = @(PasswordBoss.EntraConnector\Get-PBConnectorStatus -Name $Name)
    if (-not $statuses) {
        # Without a stored connection, this command reports why there may be none.
        if (-not (PasswordBoss.EntraConnector\Get-PBConnectorStatus -Name *)) { $null = PasswordBoss.EntraConnector\Get-PBSyncRule }
        throw "No stored connection matches: $($Name -join ', ')."
    }

    $bad = @($statuses | Where-Object {
            $_.Overdue -or $_.Status -in 'NotAuthorized', 'Paused', 'Damaged', 'NotActivated' -or ($_.FailingSince -and $_.FailingSince -le [datetimeoffset]::UtcNow.AddMinutes(-$Minutes))
        })
    $details = @($bad | ForEach-Object { Show-Text "$($_.Connection): $($_.Status)$(if ($_.Overdue) { ', overdue' }), last success $(if ($_.LastSuccess) { $_.LastSuccess.ToString('u') } else { 'never' }). $($_.Message)" })
    $result = if ($bad) { "ALERT: $($bad.Count) of $($statuses.Count) connections do not sync" } else { "OK: $($statuses.Count) connections" }
}
catch {
    $bad = @($_)
    $result = Show-Text "ALERT: $_"
}
finally {
    $env:PSModulePath = $modulePath
}

'<-Start Result->'
"Status=$result"
'<-End Result->'
if ($details) {
    '<-Start Diagnostic->'
    $details
    '<-End Diagnostic->'
}

exit $(if ($bad) { 1 } else { 0 })
